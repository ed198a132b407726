"""Measures what needs the small language model alone: plans asked once, stepwise, with memory.

    python benchmarks/language_model.py once        # exact on valid_seen: goal, goal + steps
    python benchmarks/language_model.py zero_shot --limit 100
    python benchmarks/language_model.py memory      # off and on, the same questions
    python benchmarks/language_model.py overhead    # a planner's own time, without the model

`exact` is ALFRED's task type, object, slice, vessel and receptacle all right. Memory holds what a
person who brought the robot up in these rooms would have shown it: texts of train with their right
plans, `--taught` of them. The small model learned from the same texts, so what memory adds is what
looking them up adds to having learned them. With `--again` memory holds what other people said for
the very tasks that are measured, each with its right plan: the robot has done the task before, in
other words.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from embodied.core.annotated import AnnotatedTask
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.plan import Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task import LOOK_IN_LIGHT, Task
from embodied.core.task_plans import subgoals_of, task_of
from envs.alfred.plan_texts import AlfredTexts
from envs.household.skills import SKILLS
from planners.llm.plan_once import AskedOncePlanner
from planners.llm.plan_once.prompt import question, system
from planners.llm.plan_schema import from_subgoals, plan_model, to_subgoals
from planners.llm.scripted import ScriptedClient
from planners.llm.structured import answer_text, ask_many
from planners.llm.types import LlmClient, Message
from planners.lm import shipped
from planners.memory import Memory
from planners.memory.insights import worked
from planners.memory.store import Remembered
from planners.zero_shot import ZeroShotPlanner

MODEL = plan_model(SKILLS)


def exact(found: Task | None, right: Task) -> bool:
    """Whether a plan amounts to the task that was meant."""
    if found is None:
        return False
    look = right.task_type == LOOK_IN_LIGHT
    return (
        found.task_type == right.task_type
        and found.object == right.object
        and found.sliced == right.sliced
        and found.mrecep == right.mrecep
        and (look or found.parent == right.parent)
    )


def context_of(text: AnnotatedTask, *, steps: bool) -> PlanContext:
    """Return what a planner is told of a text."""
    said = text.instruction.steps if steps else ()
    return PlanContext(Instruction(text.instruction.id, text.instruction.parts, said), SKILLS)


def asked_together(llm: LlmClient, contexts: Sequence[PlanContext]) -> list[Task | None]:
    """Return the tasks that the plans of `asked_once` amount to; asked in batches."""
    talks: list[tuple[Message, ...]] = [(system(SKILLS), question(each)) for each in contexts]
    answers = ask_many(llm, talks, MODEL)
    return [
        None if isinstance(each, PlanningError) else task_of(to_subgoals(each)) for each in answers
    ]


def say(what: str, found: Sequence[Task | None], texts: Sequence[AnnotatedTask]) -> None:
    """Print the share that is exact, and of plans that amount to no task."""
    right = sum(exact(one, text.task) for one, text in zip(found, texts, strict=True))
    none = sum(one is None for one in found)
    print(f"{what}: exact {right / len(texts):.1%} of {len(texts)}; no task: {none}", flush=True)


def once(texts: Sequence[AnnotatedTask]) -> None:
    llm = shipped(threads=1)
    for steps in (False, True):
        started_s = time.process_time()
        found = asked_together(llm, [context_of(text, steps=steps) for text in texts])
        say("goal + steps" if steps else "goal", found, texts)
        print(f"  {time.process_time() - started_s:.0f} CPU s, {llm.usage}")


def zero_shot(texts: Sequence[AnnotatedTask]) -> None:
    planner = ZeroShotPlanner(shipped(threads=1))
    found: list[Task | None] = []
    for text in texts:
        try:
            found.append(task_of(planner.plan(context_of(text, steps=False)).subgoals))
        except PlanningError:
            found.append(None)
    say("zero_shot, goal", found, texts)


def remember(texts: Sequence[AnnotatedTask]) -> Memory:
    """Return a memory of texts that were carried out with their right plans."""
    memory = Memory()
    for text in texts:
        sentence = worked(text.instruction.text, subgoals_of(text.task))
        memory.remember(Remembered(text.instruction.text, (sentence,), True))
    return memory


def memory(texts: Sequence[AnnotatedTask], others: Sequence[AnnotatedTask]) -> None:
    remembered = remember(others)
    llm = shipped(threads=1)
    for steps in (False, True):
        name = "goal + steps" if steps else "goal"
        contexts = [context_of(text, steps=steps) for text in texts]
        say(f"{name}, memory off", asked_together(llm, contexts), texts)
        started_s = time.process_time()
        reminded = [
            replace(each, insights=remembered.insights(each.instruction.text)) for each in contexts
        ]
        looked_up_ms = (time.process_time() - started_s) / len(contexts) * 1e3
        say(f"{name}, memory on", asked_together(llm, reminded), texts)
        print(f"  {looked_up_ms:.1f} ms to look one up among {len(remembered)}")


def overhead() -> None:
    """Time `asked_once` with a model that answers at once: what is left is the planner's own."""
    task = Task("pick_heat_then_place_in_recep", "Egg", "Fridge")
    right: tuple[Subgoal, ...] = subgoals_of(task)
    answer = answer_text(from_subgoals(right, MODEL))
    planner = AskedOncePlanner(ScriptedClient(lambda request: answer))
    context = PlanContext(Instruction.from_text("heat the egg"), SKILLS)
    planner.plan(context)
    times_ms = []
    for _ in range(200):
        started_s = time.perf_counter()
        planner.plan(context)
        times_ms.append((time.perf_counter() - started_s) * 1e3)
    print(f"asked_once, a plan: median {np.median(times_ms):.2f} ms, worst {max(times_ms):.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["once", "zero_shot", "memory", "overhead"])
    parser.add_argument("--split", default="valid_seen")
    parser.add_argument("--limit", type=int, default=None, help="texts, drawn with a fixed seed")
    parser.add_argument("--taught", type=int, default=4000)
    parser.add_argument("--again", action="store_true", help="the same tasks in other words")
    options = parser.parse_args()
    if options.what == "overhead":
        overhead()
        return
    every = AlfredTexts().annotated(split=options.split)
    order = np.random.default_rng(0).permutation(len(every))[: options.limit]
    texts = [every[index] for index in sorted(order)]
    if options.what == "memory" and options.again:
        asked = {text.instruction.id for text in texts}
        memory(texts, [text for text in every if text.instruction.id not in asked])
    elif options.what == "memory":
        train = AlfredTexts().annotated(split="train")
        order = np.random.default_rng(0).permutation(len(train))[: options.taught]
        memory(texts, [train[index] for index in order])
    else:
        {"once": once, "zero_shot": zero_shot}[options.what](texts)


if __name__ == "__main__":
    main()
