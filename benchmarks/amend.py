"""Instructions changed in the middle, in generated houses: is the new goal met, nothing done twice?

    python benchmarks/amend.py --trials 100
    python benchmarks/amend.py --trials 40 --kinds other_one

Each trial takes a generated episode, and at a random moment (early, or with the thing in the hand)
a person says another thing or place (target), something more to do (amend), or another task
(replace); or, if asked for, that what is in the hand is not the one that was meant (other_one:
another of its type has to be where it was to go, and this one not). Agent: planner=parsed,
policy=skills, perception=privileged.
"""

import argparse
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np

from embodied.core.episode import EpisodeRecord, EpisodeSpec
from embodied.core.instruction import Instruction
from embodied.core.protocols import Step
from embodied.core.task import PICK_AND_PLACE, Task
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.episode import run_episode
from envs.household.goals import GoalTracker, all_met
from envs.household.perception import PrivilegedPerception
from envs.household.user import spoken, where_words
from planners.checked import CheckedPlanner
from planners.parsed.planner import ParsedPlanner
from policies.skills.policy import SkillPolicy

KINDS = ("other_thing", "other_place", "amend", "replace")
PLACES = (
    *("CounterTop", "DiningTable", "SideTable", "Desk", "Dresser", "Shelf", "Cabinet", "Drawer"),
    *("Fridge", "SinkBasin", "GarbageCan", "CoffeeTable", "Sofa", "ArmChair", "Bed", "TVStand"),
)
WORDS: Mapping[str, tuple[str, ...]] = {
    "other_thing": (
        "no, the {thing}",
        "I meant the {thing}",
        "not the {old}, the {thing}",
        "take the {thing} instead",
    ),
    "other_place": ("no, {at}", "put it {at} instead", "{at}, not {old_at}"),
    "other_one": (
        "no, the other {old}",
        "use the other {old}",
        "take the other {old} instead",
        "not that one",
        "no, the other one",
        "wrong one",
    ),
    "amend": (
        "also put a {thing} {at}",
        "and then put the {thing} {at}",
        "when you are done, put a {thing} {at}",
        "put a {thing} {at} as well",
    ),
    "replace": (
        "forget it, put a {thing} {at}",
        "never mind, put the {thing} {at}",
        "change of plan: put a {thing} {at}",
        "stop that and put a {thing} {at}",
    ),
}


@dataclass
class ChangedMind:
    """Says one thing in the middle of an episode, and keeps an eye on what is done twice.

    Attributes:
        env: The household.
        agent: Who is spoken to.
        kind: One of `KINDS`.
        rng: Draws moment, words and what is asked for.
    """

    env: Any
    agent: PlanningAgent
    kind: str
    rng: np.random.Generator

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        """Choose the moment; what is said is chosen then, from what is in the room."""
        self.text = ""
        self.goals: list[Task] = [self.env.episode.task]
        self.twice: list[str] = []
        self._when_held = bool(self.rng.random() < 0.5) or self.kind == "other_one"
        self._rejected = ""
        self._early = int(self.rng.integers(2, 12))
        self._steps = 0
        self._brought: set[str] = set()
        self.trackers: list[GoalTracker] = []
        self.unsaid = ""

    def on_end(self, record: EpisodeRecord) -> None:
        """Judge."""
        event = self.env.controller.last_event
        self.met = [all_met(each.conditions(event)) for each in self.trackers]
        if self._rejected:
            there = {
                str(o["objectId"])
                for o in self._objects()
                for p in o.get("parentReceptacles") or ()
                if str(p).split("|")[0] == self.goals[0].parent
            }
            self.met.append(self._rejected not in there)

    def on_step(self, step: Step) -> None:
        """Speak where it is time; follow what is picked up and put down."""
        self._steps += 1
        self._follow()
        held = self._held()
        due = bool(held) if self._when_held else self._steps >= self._early
        if not self.text and not self.unsaid and (due or self._steps > 60):
            self._speak()

    def _objects(self) -> list[Mapping[str, Any]]:
        return list(self.env.controller.last_event.metadata["objects"])

    def _held(self) -> str:
        return next((o["objectType"] for o in self._objects() if o["isPickedUp"]), "")

    def _follow(self) -> None:
        command = self.env.last_command or {}
        event = self.env.controller.last_event
        for tracker in self.trackers:
            if command:
                tracker.update(command, event)
        if not event.metadata["lastActionSuccess"]:
            return
        if command.get("action") == "PickupObject" and command["objectId"] in self._brought:
            self.twice.append(str(command["objectId"]))
        for each in self._objects():
            parents = [str(p).split("|")[0] for p in each.get("parentReceptacles") or ()]
            for goal in self.goals if self.text else ():
                there = each["objectType"] == goal.object and goal.parent in parents
                if there and command.get("action") == "PutObject":
                    self._brought.add(str(each["objectId"]))

    def _reject(self) -> None:
        """Say that the thing in the hand is not the one that was meant, if there is another."""
        task = self.goals[0]
        same = [o for o in self._objects() if o["objectType"] == task.object]
        held = [str(o["objectId"]) for o in same if o["isPickedUp"]]
        if not held or len(same) < 2:
            self.unsaid = "there is no other one"
            return
        [self._rejected] = held
        pattern = str(self.rng.choice(WORDS["other_one"]))
        self.text = pattern.format(old=spoken(task.object))
        self.trackers = [GoalTracker(task)]
        self.agent.correct(self.text)

    def _speak(self) -> None:
        if self.kind == "other_one":
            self._reject()
            return
        task, kind = self.goals[0], self.kind
        fits = next(skill.fits for skill in self.env.skills if skill.name == "place")
        objects = self._objects()
        there = {o["objectType"] for o in objects}
        free = {o["objectType"] for o in objects if o["pickupable"] and not o["isPickedUp"]}
        options = []
        for place in PLACES if kind != "other_thing" else (task.parent,):
            for thing in (task.object,) if kind == "other_place" else sorted(free):
                new = place != task.parent or thing != task.object
                held_by = [
                    str(p).split("|")[0]
                    for o in objects
                    if o["objectType"] == thing
                    for p in o.get("parentReceptacles") or ()
                ]
                same_thing = thing == task.object and kind != "other_place"
                other = new and not same_thing and place not in held_by
                if other and place in there and thing in fits.get(place, ()):
                    options.append((thing, place))
        if not options:
            self.unsaid = "nothing else is in the room"
            return
        thing, place = options[int(self.rng.integers(len(options)))]
        pattern = str(self.rng.choice(WORDS[kind]))
        self.text = pattern.format(
            thing=spoken(thing),
            at=where_words(place),
            old=spoken(task.object),
            old_at=where_words(task.parent),
        )
        asked = Task(PICK_AND_PLACE, thing, parent=place)
        self.goals = [task, asked] if kind == "amend" else [asked]
        self.trackers = [GoalTracker(goal) for goal in self.goals]
        self.agent.correct(self.text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--split", default="valid_seen")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(WORDS))
    arguments = parser.parse_args()
    env = gymnasium.make(
        "envs:embodied/Household-v0",
        split=arguments.split,
        perception=PrivilegedPerception(),
        disable_env_checker=True,
    )
    agent = PlanningAgent(CheckedPlanner(ParsedPlanner()), SkillPolicy())
    world = env.unwrapped
    simple = [
        spec for spec in world.episodes() if f"/{PICK_AND_PLACE}-" in spec.episode_id
    ] or list(world.episodes())
    done, of, twice, by = 0, 0, 0, Counter[str]()
    started_s = time.perf_counter()
    number = arguments.first
    while of < arguments.trials:
        kind = arguments.kinds[number % len(arguments.kinds)]
        rng = np.random.default_rng([number, 91])
        spec = simple[int(rng.integers(len(simple)))]
        user = ChangedMind(world, agent, kind, rng)
        number += 1
        record = run_episode(env, agent, spec, [user])
        if not user.text:
            continue  # done before anything could be said, or nothing to say
        of += 1
        good = all(user.met) and not user.twice
        done += good
        twice += bool(user.twice)
        if not good:
            by[kind] += 1
            print(
                f"{number - 1} {kind} {record.instruction!r} | {user.text!r} met {user.met} "
                f"twice {user.twice} | {record.end_reason} | {record.plans[-1:]} | {record.error}",
                flush=True,
            )
    print(
        f"changed in the middle: {done}/{of} = {done / of:.1%} met with nothing done twice "
        f"({twice} did something twice), failed: {dict(by)}, "
        f"{time.perf_counter() - started_s:.0f} s"
    )


if __name__ == "__main__":
    main()
