"""How good plans are, measured against the tasks that words were given for."""

import threading
import time
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from embodied.core.annotated import AnnotatedTask
from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.errors import ConfigError, PlanningError, UnavailableError
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.protocols import PlanContext, Planner
from embodied.core.skills import SkillSpec
from embodied.core.task import LOOK_IN_LIGHT, PICK_WITH_MOVABLE, Task
from embodied.core.task_plans import KNIVES, task_of

PLAN_METRICS = (
    "exact",
    "exact_with_toggle",
    "task_type",
    "object",
    "sliced",
    "parent",
    "mrecep",
    "toggle",
    "sequence",
    "valid",
)
"""Names of `embodied.evaluation.metrics.METRICS` that plans are scored by."""
TOLD = ("goal", "goal+steps")
PLANNER = "planner_"
"""Prefix of what a planner counts by itself: requests, tokens, repairs."""

Check = Callable[[Sequence[Subgoal], Sequence[SkillSpec]], Sequence[object]]
"""Takes a plan and the declared skills to what is wrong with it."""


def score_task(found: Task | None, wanted: Task) -> dict[str, float]:
    """Return each argument's score, and `exact`: all that the task's type has, but the lamp.

    Args:
        found: What was understood; None where it is no such task.
        wanted: The task.
    """
    if found is None:
        names = PLAN_METRICS[: PLAN_METRICS.index("sequence")]
        return dict.fromkeys(names, 0.0)
    same = {
        name: float(getattr(found, name) == getattr(wanted, name))
        for name in ("task_type", "object", "sliced", "parent", "mrecep", "toggle")
    }
    needed = ["task_type", "object", "sliced"]
    if wanted.task_type != LOOK_IN_LIGHT:
        needed.append("parent")
    if wanted.task_type == PICK_WITH_MOVABLE:
        needed.append("mrecep")
    exact = min(same[name] for name in needed)
    return {"exact": exact, "exact_with_toggle": min(exact, same["toggle"]), **same}


def sequence_of(subgoals: Sequence[Subgoal]) -> tuple[tuple[str, ...], ...]:
    """Return what two plans have in common if they are the same but for what is taken for granted.

    Walking is left out, any knife is a knife and may be laid down anywhere, a slice has its
    object's name, and looking at something in the light of a lamp is switching the lamp on.
    """
    found: list[tuple[str, ...]] = []
    for subgoal in subgoals:
        name, place = _name(subgoal, "object"), _name(subgoal, "receptacle")
        if subgoal.skill == "goto":
            continue
        if subgoal.skill == "look":
            found.append(("toggle", _name(subgoal, "lamp")))
        elif subgoal.skill == "place" and name == "Knife":
            found.append(("place", name))
        elif subgoal.skill == "place":
            found.append(("place", name, place))
        else:
            found.append((subgoal.skill, name))
    return tuple(found)


def _name(subgoal: Subgoal, argument: str) -> str:
    value = subgoal.arguments.get(argument)
    name = value.category if isinstance(value, ObjectRef) else ""
    bare = name.removesuffix("Sliced")
    return "Knife" if bare in KNIVES else bare


def score_plan(
    subgoals: Sequence[Subgoal],
    wanted: AnnotatedTask,
    *,
    skills: Sequence[SkillSpec],
    check: Check,
) -> dict[str, float]:
    """Return everything a plan is scored by, each 0 or 1.

    Args:
        subgoals: The plan; it is scored by the task it amounts to.
        wanted: The task and the plan that was recorded for it.
        skills: What the body declares.
        check: Finds what is wrong with a plan.
    """
    return {
        **score_task(task_of(subgoals), wanted.task),
        "sequence": float(sequence_of(subgoals) == sequence_of(wanted.plan)),
        "valid": float(bool(subgoals) and not check(subgoals, skills)),
    }


def plan_and_score(
    planner: Planner,
    wanted: AnnotatedTask,
    *,
    text: str,
    skills: tuple[SkillSpec, ...],
    check: Check,
) -> EpisodeRecord:
    """Let a planner plan one text; the record is a success where the plan is exact.

    Args:
        planner: Makes the plan. A planner that refuses has a plan that is wrong.
        wanted: The text and what it was given for.
        text: `goal` or `goal+steps`.
        skills: What the body declares.
        check: Finds what is wrong with a plan.

    Raises:
        ConfigError: If the planner cannot be asked as it is configured.
        UnavailableError: If a server that it asks does not answer, which says nothing of its plans.
    """
    said = wanted.instruction if text == "goal+steps" else replace(wanted.instruction, steps=())
    spec = EpisodeSpec(said.id, wanted.trajectory_id, wanted.split)
    record = EpisodeRecord(spec, EpisodeStatus.FAILURE, instruction=said.text)
    before, started_s = _counted(planner), time.perf_counter()
    subgoals: tuple[Subgoal, ...] = ()
    reason, trace = "", None
    try:
        subgoals = planner.plan(PlanContext(said, skills)).subgoals
    except (ConfigError, UnavailableError):
        raise
    except PlanningError as error:
        reason = str(error)
    except Exception as error:
        reason, trace = repr(error), traceback.format_exc()
    duration_s = time.perf_counter() - started_s
    after = _counted(planner)
    scores = score_plan(subgoals, wanted, skills=skills, check=check)
    status = EpisodeStatus.SUCCESS if scores["exact"] else EpisodeStatus.FAILURE
    return replace(
        record,
        status=EpisodeStatus.ERROR if trace else status,
        measures={
            **scores,
            **{f"{PLANNER}{name}": after[name] - before.get(name, 0.0) for name in after},
        },
        plans=(tuple(_plain(subgoal) for subgoal in subgoals),) if subgoals else (),
        end_reason=reason,
        error=trace,
        duration_s=duration_s,
    )


def plan_all(
    make_planner: Callable[[], Planner],
    wanted: Sequence[AnnotatedTask],
    *,
    workers: int,
    **settings: Any,
) -> Generator[EpisodeRecord, None, None]:
    """Yield the record of each text in order; arguments and errors as `plan_and_score`.

    Args:
        make_planner: Makes a planner; each thread has its own.
        wanted: The texts.
        workers: How many are planned at once, in threads: planners that ask a server wait most of
            the time.
        settings: What `plan_and_score` takes besides.
    """
    own = threading.local()

    def planned(text: AnnotatedTask) -> EpisodeRecord:
        if not hasattr(own, "planner"):
            own.planner = make_planner()
        return plan_and_score(own.planner, text, **settings)

    if workers < 2:
        yield from map(planned, wanted)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(planned, wanted)


def _plain(subgoal: Subgoal) -> str:
    return f"{subgoal.skill}({', '.join(map(str, subgoal.arguments.values()))})"


def _counted(planner: Planner) -> Mapping[str, float]:
    count = getattr(planner, "measures", None)
    return dict(count()) if count else {}


def planner_totals(records: Sequence[EpisodeRecord]) -> dict[str, Any]:
    """Return what the summary says of the planner: what it counted, refused, and took."""
    counted: dict[str, float] = {}
    for record in records:
        for name, value in record.measures.items():
            if name.startswith(PLANNER):
                key = name.removeprefix(PLANNER)
                counted[key] = counted.get(key, 0.0) + value
    took = sorted(record.duration_s for record in records)
    return {
        "no_plan": sum(not record.plans for record in records),
        "counts": counted,
        "median_s": took[len(took) // 2] if took else None,
    }
