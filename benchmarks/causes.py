"""Whether failures are blamed on what they were due to, by a judge who sees the full state.

    python benchmarks/causes.py RUN_FOLDER [--limit N]

Takes the folder of a run of `embodied eval`, runs its failed episodes again with the same settings,
and watches the true state meanwhile: what was seen, what was handled, and why actions were refused.
Prints each failure with the agent's cause and the judge's, and the share on which they agree;
returns 0 where that is at least 90 %.

The judge knows nothing of the agent's reasons. In this order: an exception is an `error`; a first
plan of another task is a `plan`; ten refusals are `navigation` or `refused`, whichever were more;
running out of steps is `budget`; taking a thing of another type is a `wrong instance`; a thing the
task needs that no picture showed, or one where two are needed, is `not found`; one that was seen
and never within reach is `navigation`; a thing of the right type that was put where such a thing
should go, for nothing, is a `wrong instance`; else it is `refused` where handling was, and `plan`
where nothing was.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import OmegaConf

from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.instruction import Instruction
from embodied.core.plan import Plan
from embodied.core.protocols import PlanContext, Planner, Step
from embodied.core.task import PICK_TWO, Task
from embodied.core.task_plans import subgoals_of
from embodied.evaluation.configured import ConfiguredSession
from embodied.evaluation.session import episode_seed
from embodied.evaluation.store import CONFIG, EPISODES, load_records
from embodied.runtime.episode import run_episode
from embodied.runtime.tracking import blamed, confidence_of

ENOUGH = 0.9
LEAST_PX = 12
REACH_M = 1.5
MOST_FAILURES = 10
HANDLED = ("PickupObject", "PutObject", "SliceObject", "ToggleObjectOn")
DOING = re.compile(r"(\w+) (\w+?)(?:Sliced)?#")


@dataclass
class Listening:
    """A planner whose first plan of an episode is kept."""

    planner: Planner
    first: Plan | None = None

    def plan(self, context: PlanContext) -> Plan:
        """Hand the plan on."""
        plan = self.planner.plan(context)
        self.first = self.first or plan
        return plan

    def __getattr__(self, name: str) -> Any:
        return getattr(self.planner, name)


@dataclass
class Judge:
    """Watches the true state of an episode.

    Attributes:
        world: The environment.
    """

    world: Any
    refusals: list[tuple[str, str | None, str]] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    brought: set[tuple[str, str, str]] = field(default_factory=set)
    strange: list[str] = field(default_factory=list)

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        """Forget the last episode."""
        self.refusals, self.strange = [], []
        self.seen, self.reached, self.brought = set(), set(), set()

    def on_step(self, step: Step) -> None:
        """Note what is in view and in reach now, and how the action went."""
        event = self.world.controller.last_event
        entries = {entry["objectId"]: entry for entry in event.metadata["objects"]}
        counts = np.bincount(event.instance_ids.ravel(), minlength=len(event.object_ids) + 1)[1:]
        for name, count in zip(event.object_ids, counts, strict=False):
            if count >= LEAST_PX and name in entries:
                self.seen.add((entries[name]["objectType"], name))
                if entries[name]["distance"] < REACH_M:
                    self.reached.add(entries[name]["objectType"])
        target, name = self.world.last_target, step.action.name
        if step.info["error_message"]:
            self.refusals.append((name, target, step.info["error_message"]))
        elif name in HANDLED and target in entries:
            meant = DOING.match(str(step.report.get("doing", "")))
            true = entries[target]["objectType"].removesuffix("Sliced")
            if name == "PickupObject" and meant and meant[1] == "pick" and meant[2] != true:
                self.strange.append(true)
            if name == "PutObject":
                self.brought |= {
                    (each["objectType"], entries[target]["objectType"], each["objectId"])
                    for each in entries.values()
                    if target in (each.get("parentReceptacles") or ())
                }

    def on_end(self, record: EpisodeRecord) -> None:
        """Nothing: the verdict is asked for."""

    def verdict(self, record: EpisodeRecord, plan: Plan | None, task: Task) -> str:
        """Return what an episode failed by."""
        if record.status is EpisodeStatus.ERROR:
            return "error"
        if plan is None or _kinds(plan.subgoals) != _kinds(subgoals_of(task)):
            return "plan"
        if record.failed_actions >= MOST_FAILURES:
            bumps = sum(name == "MoveAhead" for name, _, _ in self.refusals)
            return "navigation" if 2 * bumps >= len(self.refusals) else "refused"
        if record.status is EpisodeStatus.TRUNCATED:
            return "budget"
        if self.strange:
            return "wrong instance"
        needed = [
            value.category
            for subgoal in subgoals_of(task)
            for value in subgoal.arguments.values()
            if hasattr(value, "category")
        ]
        shown = [kind for kind, _ in self.seen]
        if any(not self._count(kind, shown) for kind in needed):
            return "not found"
        if task.task_type == PICK_TWO and self._count(task.object, shown) < 2:
            return "not found"
        if any(not self._count(kind, self.reached) for kind in needed):
            return "navigation"
        brought = [(kind, place) for kind, place, _ in self.brought]
        if brought.count((task.target, task.parent)) >= (2 if task.task_type == PICK_TWO else 1):
            return "wrong instance"
        handled = [name for name, _, _ in self.refusals if name != "MoveAhead"]
        return "refused" if handled else "plan"

    def _count(self, kind: str, types: Iterable[str]) -> int:
        return sum(kind in (name, name.removesuffix("Sliced")) for name in types)


def _kinds(subgoals: Any) -> list[tuple[Any, ...]]:
    """What subgoals do to what, without words."""
    return [
        (each.skill, *(getattr(value, "category", value) for value in each.arguments.values()))
        for each in subgoals
    ]


def main() -> int:
    """Print the table; return 0 where agent and judge agree often enough."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="output_dir of a run")
    parser.add_argument("--limit", type=int, default=None)
    options = parser.parse_args()
    config: Any = OmegaConf.to_container(OmegaConf.load(options.folder / CONFIG))
    records = load_records(options.folder / EPISODES)
    failed = [each for each in records if each.status is not EpisodeStatus.SUCCESS]
    session = ConfiguredSession(config)()
    world = session.env.unwrapped
    judge = Judge(world)
    listening = Listening(session.agent._planner)
    session.agent._planner = listening
    agreed: Counter[bool] = Counter()
    try:
        for before in failed[: options.limit]:
            spec, listening.first = before.spec, None
            record = run_episode(
                session.env,
                session.agent,
                spec,
                [judge],
                limits=session.limits,
                seed=episode_seed(config["seed"], spec.episode_id),
            )
            if record.status is EpisodeStatus.SUCCESS:
                print(f"{spec.episode_id}: succeeded this time; not counted")
                continue
            own = "error" if record.status is EpisodeStatus.ERROR else blamed(record.end_reason)
            true = judge.verdict(record, listening.first, world.episode.task)
            agreed[own == true] += 1
            sure = confidence_of(listening) or 0.0
            print(
                f"{spec.episode_id}: agent {own or '-'}, judge {true}; plan {sure:.2f} sure; "
                f"{record.end_reason[:90]}",
                flush=True,
            )
    finally:
        session.close()
    count = sum(agreed.values())
    share = agreed[True] / count if count else 1.0
    print(f"agreed on {agreed[True]} of {count} failures: {100 * share:.0f} %")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    raise SystemExit(main())
