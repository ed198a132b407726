"""PET's questions with their right answers, for the small language model."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from embodied.core.annotated import AnnotatedTask
from embodied.core.instruction import Instruction
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task import LOOK_IN_LIGHT, PICK_TWO, Task
from embodied.core.task_plans import ANY_LAMP, LAMPS, subgoals_of
from embodied.mapping.text_world import SPELLING
from embodied.mapping.whereabouts import Whereabouts, load_whereabouts
from planners.llm.plan_once.corpus import exchange
from planners.llm.structured import answer_text
from planners.llm.types import Exchange
from planners.pet.imagined import Room, Run, draw_room
from planners.pet.needed import needed_types
from planners.pet.prompts import AT_ONCE, Needed, Verdict, eliminate, track
from planners.pet.wording import template_goals

HUMAN_SHARE = 0.4
"""Share of the plans asked for in people's words; the rest are in the games' own."""
ELIMINATED = 3
"""Eliminate's questions a task."""
SEARCH_SHARE = 0.8
"""Share of Eliminate's questions kept for steps that search; the others name all they need."""
TRACKED = 3
"""Track's questions a task."""
DONE_SHARE = 0.45
"""Share of Track's questions to which the answer is yes."""


def exchanges(tasks: Iterable[AnnotatedTask], rng: np.random.Generator) -> Iterator[Exchange]:
    """Yield a question for the plan, some of Eliminate's and some of Track's for each task.

    Tasks that ALFWorld has no games of (slices, vessels) give nothing.

    Args:
        tasks: Texts with the tasks they mean.
        rng: Draws rooms, runs and which questions are asked.
    """
    table = load_whereabouts()
    for each in tasks:
        templates = template_goals(each.task)
        if not templates:
            continue
        human = rng.random() < HUMAN_SHARE
        goal = each.instruction.text if human else templates[int(rng.integers(2))]
        plan = subgoals_of(each.task)
        yield exchange(PlanContext(Instruction.from_text(goal)), plan)
        room = draw_room(table, _needed(each.task), rng, copies=_copies(each.task))
        searching = [step for step in plan if step.skill in ("pick", "look")]
        for _ in range(ELIMINATED):
            steps = searching if rng.random() < SEARCH_SHARE else plan
            yield _eliminated(steps[int(rng.integers(len(steps)))], room, table, rng)
        yield from _tracked(plan, room, rng)


def _copies(task: Task) -> int:
    return 2 if task.task_type == PICK_TWO else 1


def _needed(task: Task) -> list[str]:
    names = [task.object]
    for step in subgoals_of(task):
        names += [one.category for one in step.arguments.values() if isinstance(one, ObjectRef)]
    lamp = LAMPS[0] if task.task_type == LOOK_IN_LIGHT else ""
    return [lamp if name == ANY_LAMP else name for name in dict.fromkeys(names)]


def _eliminated(
    step: Subgoal, room: Room, table: Whereabouts, rng: np.random.Generator
) -> Exchange:
    types = [SPELLING[word] for word in room.types]
    receptacles = [kind for kind in types if kind in table.receptacles]
    if rng.random() < 0.5:  # as at the start of a game, when only the furniture is known
        types = receptacles
    most = int(rng.integers(1, AT_ONCE + 1))
    types = [str(kind) for kind in rng.permutation(types)[:most]]
    needed = needed_types(step, types, table)
    return Exchange(eliminate(step, types), answer_text(Needed(needed=needed)))


def _tracked(plan: Sequence[Subgoal], room: Room, rng: np.random.Generator) -> Iterator[Exchange]:
    run = Run(room, rng)
    asked: dict[bool, list[Exchange]] = {True: [], False: []}
    for step in plan:
        before = tuple(run.turns)
        for turn, done in run.follow(step):
            question = track(step, before, turn)
            asked[done].append(Exchange(question, answer_text(Verdict(done=done))))
            before = (*before, turn)
    for _ in range(TRACKED):
        pool = asked[bool(rng.random() < DONE_SHARE)] or asked[True] or asked[False]
        if pool:
            yield pool.pop(int(rng.integers(len(pool))))
