"""The body that skills move: one action at a time, the map kept up to date after each."""

from collections import defaultdict
from collections.abc import Callable, Generator
from typing import TypeAlias

import numpy as np

from embodied.core.action import DiscreteAction
from embodied.core.plan import Cause, Outcome, Status
from embodied.mapping.instances import Instance
from embodied.mapping.pose import HIGHEST_HORIZON_DEG, LOWEST_HORIZON_DEG, GridPose
from embodied.mapping.scene_map import SceneMap
from policies.skills.routes import Routes, looks
from policies.skills.types import CLOSED_RECEPTACLES
from policies.skills.viewpoints import Aim, rank

Run: TypeAlias = Generator[DiscreteAction, None, Outcome | None]
"""Yields actions; returns why it failed, None where it did not."""
Walk: TypeAlias = Generator[DiscreteAction, None, bool]
"""Yields actions; returns whether it worked."""
Watch: TypeAlias = Callable[[], bool]
"""Whether there is no need to go on."""

MOST_POSES = 7
"""Poses tried to see something before it is given up."""
MOST_INSTANCES, ROUGH_INSTANCES = 3, 6
"""Things of a kind that a skill tries one after the other; the second where perception errs."""
MOST_REFUSALS = 3
"""Refusals of one action on one thing, each from another pose."""
MOST_BUMPS = 3
"""Moves that are refused on one way before another goal is chosen."""
REPLAN_EVERY = 3
"""Steps after which a way is thought over: the map has grown meanwhile."""
SHUT_OFF_CELLS = 16
"""Cells of the lattice, a square metre: who reaches no more is shut in."""
LEAST_REACH_PX = 4.0
ENOUGH_PX = 60.0
LEAST_VIEWS = 2
"""Poses that have to agree on what a thing is before it is handled, where perception errs."""
SECOND_LOOKS_DEG = (15, -15)
"""Where perception errs it errs anew for another pose: tilts that are tried where one stands."""


def failed(cause: Cause, evidence: str) -> Outcome:
    """Outcome of what did not work."""
    return Outcome(Status.FAILED, cause, evidence)


class Body:
    """Hands and feet over a map.

    Attributes:
        map: What is believed.
        last: Name and target of the action that is under way; None where none is.
        doing: What it is about, in words, for people.
        refusals: How often each instance's handling failed, over the episode.
        rejected: What a person said not to mean.
        denied: Instances that an action on was refused.
        opened: What was opened and is to be closed again.
        actions: Actions taken.
        failures: Those of them that failed.
        bumps: Those of these that were moves.
    """

    def __init__(self) -> None:
        self.map = SceneMap()
        self.last: tuple[str, Instance | None] | None = None
        self.doing = ""
        self.refusals: defaultdict[Instance, int] = defaultdict(int)
        self.denied: set[Instance] = set()
        self.rejected: list[Instance] = []
        self.opened: list[Instance] = []
        self.actions = 0
        self.failures = 0
        self.bumps = 0
        self.log: list[str] = []

    def next_task(self) -> None:
        """Keep the map, and hold nothing of the task before against any thing or place."""
        self.refusals.clear()
        self.denied.clear()
        self.rejected.clear()
        self.failures = self.bumps = 0
        for each in self.map.instances:
            each.searched = 0.0
            each.states.pop("placed", None)

    # --- single actions

    def do(self, name: str, target: Instance | None = None) -> Walk:
        """Do one action; on something, with the mask it is seen by."""
        mask = None
        if target is not None:
            mask = self.map.mask_of(target)
        self.last = (name, target)
        self.actions += 1
        yield DiscreteAction(name, mask=mask)
        self.failures += not self.map.last_ok
        self.bumps += name == "MoveAhead" and not self.map.last_ok
        return self.map.last_ok

    def sees(self, target: Instance, *, least_px: float = LEAST_REACH_PX) -> bool:
        """Whether something is in view and in reach now."""
        return target.sighting is not None and target.sighting.reach_px >= least_px

    def trusts(self, target: Instance) -> bool:
        """Whether enough views agree on what a thing is; one is enough where depth is exact."""
        if not self.map.rough:
            return True
        # What was put down and not seen since may be taken for what else lies there.
        views = min(target.agreed, len(target.seen_from))
        return views >= LEAST_VIEWS and target.belief >= 0.5

    @property
    def tries(self) -> int:
        """Things of a kind that are tried one after the other; more where some may not be there."""
        return ROUGH_INSTANCES if self.map.rough else MOST_INSTANCES

    # --- going

    def routes(self) -> Routes:
        """Return the ways there are from here."""
        return Routes.from_pose(self.map.floor, self.map.pose)

    def go(self, goal: GridPose, *, until: Watch | None = None) -> Walk:
        """Walk to a pose; returns whether it was reached, or `until` came true on the way.

        What is refused again and again on the way there stands behind a wall that nobody sees.
        """
        bumps = self.bumps
        for _ in range(40):
            if until is not None and until():
                return True
            if self.bumps - bumps >= MOST_BUMPS:
                return False
            try:
                names = self.routes().actions(goal.cell, goal.heading)
            except ValueError:
                return False
            if not names:
                break
            for name in names[:REPLAN_EVERY]:
                if not (yield from self.do(name)):
                    break
                if until is not None and until():
                    return True
        if self.map.pose.cell != goal.cell or self.map.pose.heading != goal.heading:
            return False
        return (yield from self.tilt(goal.horizon_deg, until=until))

    def tilt(self, horizon_deg: int, *, until: Watch | None = None) -> Walk:
        """Look up or down to a horizon."""
        for name in looks(self.map.pose.horizon_deg, horizon_deg):
            if until is not None and until():
                return True
            if not (yield from self.do(name)):
                return False
        return True

    def approach(self, aim: Aim, tried: set[GridPose] | None = None) -> Run:
        """Go where something is in view and in reach."""
        tried = set() if tried is None else tried

        def ready() -> bool:
            target = aim.target.itself
            good = self.sees(target) and self.trusts(target)
            good = good and all(each.itself.sighting is not None for each in aim.also)
            return good and self.map.pose not in tried

        def well() -> bool:
            sighting = aim.target.itself.sighting
            if not ready() or sighting is None or aim.opens or aim.inside:
                return False
            if aim.beside is not None and aim.beside.itself.sighting is None:
                return False
            return sighting.reach_px >= min(ENOUGH_PX, 0.5 * sighting.area_px)

        if self.map.rough and self.sees(aim.target, least_px=0.0) and not self.trusts(aim.target):
            # Before going all the way: does it show from here a second time?
            yield from self._look_again(lambda: self.trusts(aim.target.itself))
        for _ in range(MOST_POSES):
            aim = aim.now()
            target = aim.target
            if target not in self.map.instances:
                return failed(Cause.NOT_FOUND, f"{target} turned out not to be there")
            if well():
                return None
            ranked = rank(
                aim,
                self.routes(),
                self.map.pose,
                eye_height_m=self.map.camera.eye_height_m,
                without=tried,
            )
            if not ranked.poses:
                break
            goal = ranked.poses[0]
            if goal == self.map.pose and ready():
                return None
            arrived = yield from self.go(goal, until=well)
            if ready():
                return None
            if arrived and self.map.rough and (yield from self._look_again(ready)):
                return None
            tried.add(self.map.pose if arrived else goal)
        if ready():
            return None
        return failed(Cause.NOT_REACHABLE, f"no place to see and reach {target} from")

    def _look_again(self, ready: Watch) -> Walk:
        """Tilt the camera a little: where perception errs, another pose is another draw."""
        level = self.map.pose.horizon_deg
        for tilt in SECOND_LOOKS_DEG:
            if LOWEST_HORIZON_DEG <= level + tilt <= HIGHEST_HORIZON_DEG:
                yield from self.tilt(level + tilt)
                if ready():
                    return True
        return False

    def approach_until(self, aim: Aim, enough: Watch) -> Run:
        """Go to the best pose to look at something, at most two, until it was seen well enough."""
        tried: set[GridPose] = set()
        for _ in range(2):
            aim = aim.now()
            if enough():
                return None
            if aim.target not in self.map.instances:
                return failed(Cause.NOT_FOUND, f"{aim.target} turned out not to be there")
            ranked = rank(
                aim,
                self.routes(),
                self.map.pose,
                eye_height_m=self.map.camera.eye_height_m,
                without=tried,
            )
            if not ranked.poses:
                return failed(Cause.NOT_REACHABLE, f"no way to {aim.target}")
            yield from self.go(ranked.poses[0], until=enough)
            tried.add(ranked.poses[0])
        return None

    # --- handling

    def interact(self, action: str, aim: Aim, *, most: int = MOST_REFUSALS) -> Run:
        """Do something to a thing, from another pose each time it is refused."""
        tried: set[GridPose] = set()
        for _ in range(most):
            outcome = yield from self.approach(aim, tried)
            aim = aim.now()
            if outcome is not None:
                self.refusals[aim.target] += 1
                return outcome
            if (yield from self.do(action, aim.target)):
                return None
            self.note(f"{action} {aim.target} refused at {self.map.pose}")
            tried.add(self.map.pose)
            self.refusals[aim.target] += 1
            self.denied.add(aim.target)
        return failed(Cause.REFUSED, f"{action} {aim.target} was refused again and again")

    def open(self, door: Instance) -> Run:
        """Open something that is not believed to be open."""
        door = door.itself
        if door.is_("open"):
            return None
        outcome = yield from self.interact("OpenObject", Aim(door, opens=True))
        if outcome is None:
            self.opened.append(door.itself)
        return outcome

    def close_up(self) -> Run:
        """Close again what was opened for an errand; the errand is done even where that fails."""
        for each in self.opened:
            door = each.itself
            if not door.is_("open") or door not in self.map.instances:
                continue
            if self.sees(door, least_px=2.0):
                yield from self.do("CloseObject", door)
            else:
                # Left open it would stand in the way.
                yield from self.interact("CloseObject", Aim(door), most=1)
        self.opened.clear()
        return None

    def free_way(self) -> Run:
        """Close what stands open where its door shuts the agent in; a way that is free stays so.

        A fridge is left open for what is wanted of it next. In a narrow kitchen nothing else may be
        reached then.
        """
        ajar = [e for e in self.map.instances if e.is_("open") and e.category in CLOSED_RECEPTACLES]
        for door in ajar:
            if np.isfinite(self.routes().cost.min(axis=0)).sum() > SHUT_OFF_CELLS:
                break
            self.note(f"close {door}, which is in the way")
            yield from self.interact("CloseObject", Aim(door), most=1)
            self.opened = [each for each in self.opened if each.itself.is_("open")]
        return None

    def shut_in(self, thing: Instance) -> Instance | None:
        """Return the closed container that something is believed to be in."""
        outer = thing.inside
        while outer is not None:
            if outer.category in CLOSED_RECEPTACLES and not outer.is_("open"):
                return outer
            outer = outer.inside
        return None

    def note(self, text: str) -> None:
        """Keep a line for whoever debugs."""
        self.log.append(f"{self.actions}: {text}")
