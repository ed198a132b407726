"""Measures FlowPlan: mending broken plans, and its stages against the same model asked once.

    python benchmarks/flowplan.py broken               # no model: what the plan alone says
    python benchmarks/flowplan.py broken --llm         # with what the small model reads of the goal
    python benchmarks/flowplan.py stages               # exact and valid, each stage by itself
    python benchmarks/flowplan.py stages --steps --limit 200
    python benchmarks/flowplan.py stages --split valid_seen   # to measure, not to choose by
    python benchmarks/flowplan.py stages --split valid_seen --opinion parsed
    python benchmarks/flowplan.py stages --limit 1100 --folds F0 F1 F2 F3   # to choose by
    python benchmarks/flowplan.py stages --split valid_seen --limit 100 --model llamacpp
    python benchmarks/flowplan.py stages --split valid_seen --limit 100 --model llamacpp --memory 4
    python benchmarks/flowplan.py overhead             # time without the model's

Without `--split` they run on texts of ALFRED train that the small model did not learn: the tasks
that `embodied train task=planner_lm` holds out. Broken plans are the right ones with one step
dropped, two neighbouring steps swapped, or one step invented (over types of the same data). A plan
is repaired if it amounts to the task that was meant and has no fault left; `as it was` counts those
that are the right plan word for word.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from embodied.commands.settings import compose
from embodied.core.annotated import AnnotatedTask
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.plan import ObjectRef, Plan, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task import Task
from embodied.core.task_plans import subgoals_of, task_of
from embodied.evaluation.configured import make
from envs.alfred.plan_texts import AlfredTexts
from envs.household.catalog import object_types
from envs.household.skills import SKILLS
from planners.checked import CheckedPlanner
from planners.flowplan.information import information_of, task_from
from planners.flowplan.opinion import Opinion, ParsedOpinion, SecondOpinion, second_opinion
from planners.flowplan.planner import FlowPlanner
from planners.flowplan.prompts import RETRIEVE
from planners.llm.local import LocalClient
from planners.llm.plan_once.prompt import HEADING, question, system
from planners.llm.plan_schema import from_subgoals, plan_model, to_subgoals
from planners.llm.scripted import ScriptedClient
from planners.llm.structured import answer_text, ask_many
from planners.llm.types import LlmClient, LlmRequest
from planners.lm import WEIGHTS
from planners.memory.annotated import annotated_memory
from planners.parsed.training.data import in_fold
from planners.symbolic import check, repair

HELD_OUT_SHARE = 0.05
"""As configs/task/planner_lm.yaml has it."""


def held_out(limit: int | None) -> list[AnnotatedTask]:
    """Return texts of the tasks that the small model did not learn, in a fixed random order."""
    every = AlfredTexts().annotated(split="train")
    names = sorted({each.trajectory_id.split("/")[0] for each in every})
    shuffled = np.random.default_rng(0).permutation(names)
    held = set(shuffled[: int(len(names) * HELD_OUT_SHARE)].tolist())
    return drawn([each for each in every if each.trajectory_id.split("/")[0] in held], limit)


def drawn(texts: Sequence[AnnotatedTask], limit: int | None) -> list[AnnotatedTask]:
    order = np.random.default_rng(1).permutation(len(texts))[:limit]
    return [texts[index] for index in order]


def context_of(text: AnnotatedTask, steps: bool) -> PlanContext:
    said = text.instruction.steps if steps else ()
    return PlanContext(replace(text.instruction, steps=said), SKILLS)


def dropped(
    plan: Sequence[Subgoal], others: Sequence[Subgoal], rng: np.random.Generator
) -> list[Subgoal]:
    at = int(rng.integers(len(plan)))
    return [*plan[:at], *plan[at + 1 :]]


def swapped(
    plan: Sequence[Subgoal], others: Sequence[Subgoal], rng: np.random.Generator
) -> list[Subgoal]:
    at = int(rng.integers(len(plan) - 1))
    return [*plan[:at], plan[at + 1], plan[at], *plan[at + 2 :]]


def invented(
    plan: Sequence[Subgoal], others: Sequence[Subgoal], rng: np.random.Generator
) -> list[Subgoal]:
    at = int(rng.integers(len(plan) + 1))
    return [*plan[:at], others[int(rng.integers(len(others)))], *plan[at:]]


BREAKS: dict[str, Callable[..., list[Subgoal]]] = {
    "dropped": dropped,
    "swapped": swapped,
    "invented": invented,
}


def broken(arguments: argparse.Namespace) -> None:
    texts = held_out(arguments.limit)
    others = [step for text in held_out(400) for step in subgoals_of(text.task)]
    others += [Subgoal(skill, {"object": ObjectRef(name)}) for skill, name in _ODD_STEPS]
    rng = np.random.default_rng(2)
    planner = FlowPlanner(model()) if arguments.llm else None
    for name, break_it in BREAKS.items():
        plans = [break_it(subgoals_of(text.task), others, rng) for text in texts]
        contexts = [context_of(text, arguments.steps) for text in texts]
        made = planner.mend_many(contexts, plans) if planner else [_alone(plan) for plan in plans]
        found = [() if isinstance(plan, PlanningError) else plan.subgoals for plan in made]
        repaired = np.mean(
            [
                sound(plan) and amounts(plan, text.task)
                for plan, text in zip(found, texts, strict=True)
            ]
        )
        same = np.mean(
            [
                bare(plan) == bare(subgoals_of(text.task))
                for plan, text in zip(found, texts, strict=True)
            ]
        )
        valid = np.mean([sound(plan) for plan in found])
        print(
            f"{name:<9} {len(texts)} plans: repaired {repaired:6.1%}, as it was {same:6.1%}, "
            f"without fault {valid:6.1%}",
            flush=True,
        )


_ODD_STEPS = (
    ("open", "Fridge"),
    ("close", "Microwave"),
    ("toggle", "Faucet"),
    ("pick", "Elephant"),
    ("open", "Mug"),
    ("slice", "Plate"),
)


def _alone(plan: Sequence[Subgoal]) -> Plan | PlanningError:
    try:
        return Plan(Instruction.from_text(""), 0, repair(plan, SKILLS))
    except PlanningError as error:
        return error


def sound(plan: Sequence[Subgoal]) -> bool:
    return bool(plan) and not check(plan, SKILLS)


def amounts(plan: Sequence[Subgoal], task: Task) -> bool:
    found = task_of(plan)
    return found is not None and exact(found, task)


def exact(found: Task, task: Task) -> bool:
    """ALFRED's fields without the lamp's type, as `embodied plan` counts `exact`."""
    keys = ("task_type", "object", "sliced", "parent", "mrecep")
    return all(getattr(found, key) == getattr(task, key) for key in keys)


def bare(plan: Sequence[Subgoal]) -> list[tuple[str, ...]]:
    return [
        (step.skill, *(v.category for v in step.arguments.values() if isinstance(v, ObjectRef)))
        for step in plan
    ]


def model() -> LlmClient:
    """Return the model that `--model` names, as `llm=` would."""
    if ARGUMENTS.model == "small":
        return LocalClient(
            ARGUMENTS.weights or WEIGHTS,
            name="small",
            device="cpu",
            batch=32,
            threads=ARGUMENTS.threads,
        )
    settings = [f"llm={ARGUMENTS.model}", f"llm.concurrency={ARGUMENTS.threads or 4}"]
    return make(compose("plan", settings)["llm"]["make"], what="llm")


def stages(arguments: argparse.Namespace) -> None:
    texts = (
        drawn(list(AlfredTexts().annotated(split=arguments.split)), arguments.limit)
        if arguments.split
        else held_out(arguments.limit)
    )
    contexts = [context_of(text, arguments.steps) for text in texts]
    if arguments.memory:
        if arguments.split in (None, "train"):
            raise SystemExit("--memory remembers all of train: measure on another --split")
        memory = annotated_memory(AlfredTexts(), shown=arguments.memory)
        contexts = [replace(c, insights=memory.insights(c.instruction.text)) for c in contexts]
    llm = model()
    types = tuple(object_types())
    started_s = time.process_time()
    answers = ask_many(
        llm,
        [(system(SKILLS, types), question(context)) for context in contexts],
        plan_model(SKILLS, categories=types),
    )
    once = [() if isinstance(said, PlanningError) else to_subgoals(said) for said in answers]
    report("asked once", [task_of(plan) if plan else None for plan in once], texts, once)
    print(f"  {(time.process_time() - started_s) / len(texts):.2f} CPU s a text", flush=True)
    started_s = time.process_time()
    opinion: SecondOpinion | None = second_opinion(arguments.opinion, encoder=arguments.encoder)
    if arguments.folds:
        opinion = Unlearned(arguments.folds)
    flows = FlowPlanner(llm, second_opinion=opinion).flows(contexts)
    plans = [() if flow.error else flow.subgoals for flow in flows]
    report("flowplan", [task_of(plan) if plan else None for plan in plans], texts, plans)
    print(f"  {(time.process_time() - started_s) / len(texts):.2f} CPU s a text")
    for stage in ("retrieve", "opinion", "reason", "write", "reconsider"):
        asked = [
            (flow, text) for flow, text in zip(flows, texts, strict=True) if stage in flow.said
        ]
        found = [task_from(flow.said[stage]) for flow, _ in asked]
        if asked:
            report(f"  {stage}", found, [text for _, text in asked])


class Unlearned:
    """Of four parsers, each trained without a fourth of the rooms, the one that never saw this.

    Args:
        folders: Weights of `embodied train task=parser task.make.hold_out=true task.make.fold=K`,
            for K from 0 to 3.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._parsers = [ParsedOpinion(weights=each, familiar=False) for each in folders]

    def of(self, context: PlanContext) -> Opinion | None:
        """Return its opinion."""
        name = context.instruction.id.rpartition("/")[0]
        fold = next(k for k in range(len(self._parsers)) if in_fold(name, k))
        return self._parsers[fold].of(context)


STEPS_AN_EPISODE = 50
"""Actions of ALFRED's experts in an episode, about."""


def overhead(arguments: argparse.Namespace) -> None:
    """Time of everything but the model: a script says what the right stages would."""
    texts = held_out(arguments.limit)
    plain: list[float] = []
    flow: list[float] = []
    for text in texts:
        context = context_of(text, arguments.steps)
        steps = subgoals_of(text.task)
        answers = {
            RETRIEVE: answer_text(information_of(text.task)),
            HEADING: answer_text(from_subgoals(steps, plan_model(SKILLS))),
        }
        llm = ScriptedClient(lambda request, said=answers: said[heading(request)])
        for times, planner in (
            (plain, CheckedPlanner(Known(steps))),
            (flow, CheckedPlanner(FlowPlanner(llm))),
        ):
            started_s = time.process_time()
            planner.plan(context)
            times.append(time.process_time() - started_s)
    for name, times in (("checking and mending alone", plain), ("flowplan", flow)):
        ms = 1e3 * float(np.mean(times[1:]))
        print(f"{name:<28} {ms:6.2f} CPU ms a plan, {ms / STEPS_AN_EPISODE:.3f} ms a step")


def heading(request: LlmRequest) -> str:
    return request.messages[0].text.splitlines()[0]


class Known:
    """Plans what it was given."""

    def __init__(self, subgoals: Sequence[Subgoal]) -> None:
        self._subgoals = tuple(subgoals)

    def plan(self, context: PlanContext) -> Plan:
        """Return it."""
        return Plan(context.instruction, 0, self._subgoals)


def report(
    name: str,
    found: Sequence[Task | None],
    texts: Sequence[AnnotatedTask],
    plans: Sequence[Sequence[Subgoal]] | None = None,
) -> None:
    right = np.mean(
        [one is not None and exact(one, t.task) for one, t in zip(found, texts, strict=True)]
    )
    valid = "" if plans is None else f", valid {np.mean([sound(plan) for plan in plans]):6.1%}"
    print(f"{name:<14} {len(texts):4d} texts: exact {right:6.1%}{valid}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("broken", "stages", "overhead"))
    parser.add_argument("--llm", action="store_true", help="with what the model reads of the goal")
    parser.add_argument("--steps", action="store_true", help="goal and steps, not the goal alone")
    parser.add_argument("--limit", type=int, default=None, help="texts; 200, or all of a split")
    parser.add_argument("--split", default=None, help="texts of a split, for stages")
    parser.add_argument("--memory", type=int, help="texts of train shown, as memory=annotated")
    parser.add_argument("--opinion", help="as planner.second_opinion has it, for stages")
    parser.add_argument("--folds", nargs=4, type=Path, help="parsers, one of them without the room")
    parser.add_argument("--encoder", help="as planner.encoder has it, for the second opinion")
    parser.add_argument("--model", default="small", help="as llm= has it; a server must be up")
    parser.add_argument("--threads", type=int, default=None, help="or requests at once")
    parser.add_argument("--weights", type=Path, default=None, help="folder of another model")
    ARGUMENTS = parser.parse_args()
    if ARGUMENTS.limit is None and ARGUMENTS.split is None:
        ARGUMENTS.limit = 200
    {"broken": broken, "stages": stages, "overhead": overhead}[ARGUMENTS.what](ARGUMENTS)
