"""Whether a task is done, and what was harmed on the way: read off the physics, step by step.

Shares no code with the expert or with perception: places, turns, contacts and heights are taken
from the simulation, and each relation is spelled out here once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from envs.tabletop.tasks import HELD, IN, ON, OPENNESS, ArmTask, Goal, ThingName
from envs.tabletop.world import TabletopWorld

Floats = NDArray[np.float64]

LIFTED_M = 0.04
"""A held thing's foot is at least so high above where it stood."""
BESIDE_M = 0.07
"""Between rims, at the most, of things beside each other."""
DIRECTION_COS = 0.7
"""A thing is left of another within 45 degrees of it."""
ON_TABLE_M = 0.006
"""Highest foot of what stands on the table."""
OPENNESS_OFF = 0.08
"""How far from a stated share a drawer may be."""
PUSHED_M = 0.02
"""Highest foot of a thing that is pushed and not carried."""
RESTING_MPS = 0.05
FALLING_MPS = 1.0
"""Speed of a fall from 5 cm: what is let go of properly falls less."""
MOVED_M = 0.03
"""How far what a task is not about may be moved."""
TIPPED_COS = 0.9
"""A bowl that leans more than 25 degrees is knocked over."""
OFF_TABLE_M = -0.02


@dataclass(frozen=True)
class Condition:
    """One part of a verdict.

    Attributes:
        text: What has to be so.
        met: Whether it is.
    """

    text: str
    met: bool


@dataclass
class Harm:
    """What went wrong on the way; each is counted once.

    Attributes:
        dropped: Things that fell, or left the table.
        knocked_over: Things that were turned over.
        displaced: Things that were moved and need not have been.
    """

    dropped: set[str]
    knocked_over: set[str]
    displaced: set[str]

    @property
    def any(self) -> bool:
        """Whether anything was harmed."""
        return bool(self.dropped or self.knocked_over or self.displaced)


class TaskChecker:
    """Follows one episode.

    Args:
        task: What is to be done; None where an episode's goal is not known.
        world: The world, as the episode begins.
    """

    def __init__(self, task: ArmTask | None, world: TabletopWorld) -> None:
        self._task, self._world = task, world
        scene = world.scene
        self._bodies: dict[str, int] = {}
        self._half_m: dict[str, float] = {}
        for index, block in enumerate(scene.blocks):
            name = f"{block.colour} block"
            self._bodies[name] = world.model.blocks[index]
            self._half_m[name] = block.size_m / 2.0
        for index, bowl in enumerate(scene.bowls):
            name = f"{bowl.colour} bowl"
            self._bodies[name] = world.model.bowls[index]
            self._half_m[name] = bowl.radius_m
        self._first_m = {name: self._place(name) for name in self._bodies}
        self._up_axis = {name: int(np.argmax(np.abs(self._turn(name)[2]))) for name in self._bodies}
        self._highest_m = dict.fromkeys(self._bodies, 0.0)
        self._about = {str(goal.thing) for goal in task.goals} if task is not None else set()
        self._excused = set(self._about)
        for goal in task.goals if task is not None else ():
            if goal.other is not None:
                self._excused.add(str(goal.other))
        self.harm = Harm(set(), set(), set())
        mj = world.model.mj
        self._fingers = [mj.body(name).id for name in ("left_finger", "right_finger")]
        slide = mj.joint("drawer").qposadr[0] if scene.drawer is not None else -1
        self._slide = int(slide)

    # --- reading the physics

    def _place(self, name: str) -> Floats:
        return np.array(self._world.data.xpos[self._bodies[name]])

    def _turn(self, name: str) -> Floats:
        return np.array(self._world.data.xmat[self._bodies[name]]).reshape(3, 3)

    def _speed(self, name: str) -> Floats:
        velocity = np.zeros(6)
        mujoco.mj_objectVelocity(
            self._world.model.mj, self._world.data, mujoco.mjtObj.mjOBJ_BODY, self._bodies[name],
            velocity, 0,
        )  # fmt: skip
        return velocity[3:]

    def _is_block(self, name: str) -> bool:
        return name.endswith("block")

    def _foot_m(self, name: str) -> float:
        """Height of a thing's lowest face, for cubes as they lie."""
        height = float(self._place(name)[2])
        return height - self._half_m[name] if self._is_block(name) else height

    def _touching(self, name: str) -> set[int]:
        """Return the bodies in contact with a thing."""
        mj, data, own = self._world.model.mj, self._world.data, self._bodies[name]
        found = set()
        for pair in data.contact.geom[: data.ncon]:
            one, two = (int(mj.geom_bodyid[geom]) for geom in pair)
            if own in (one, two):
                found.add(two if one == own else one)
        return found

    # --- following

    def update(self) -> None:
        """Look at the world after a control step."""
        for name in self._bodies:
            foot = self._foot_m(name)
            self._highest_m[name] = max(self._highest_m[name], foot)
            if self._speed(name)[2] < -FALLING_MPS or foot < OFF_TABLE_M:
                self.harm.dropped.add(name)
            self._look_for_tumbles(name)
            if name not in self._excused:
                moved = float(np.linalg.norm(self._place(name) - self._first_m[name]))
                if moved > MOVED_M:
                    self.harm.displaced.add(name)

    def _look_for_tumbles(self, name: str) -> None:
        up = self._turn(name)[2, self._up_axis[name]]
        if self._is_block(name):
            # A cube lands on another face; while it is carried or leans on a rim it has not yet.
            on_face = float(np.max(np.abs(self._turn(name)[2]))) > 0.98
            if on_face and abs(up) < 0.5 and name not in self._about:
                self.harm.knocked_over.add(name)
        elif up < TIPPED_COS:
            self.harm.knocked_over.add(name)

    # --- the verdict

    def conditions(self) -> tuple[Condition, ...]:
        """Return every goal, and whether nothing was harmed; empty where no goal is known."""
        if self._task is None:
            return ()
        goals = tuple(Condition(_text(goal), bool(self._met(goal))) for goal in self._task.goals)
        return (*goals, Condition("nothing dropped, knocked over or displaced", not self.harm.any))

    def is_success(self) -> bool:
        """Whether the task is done and nothing was harmed."""
        conditions = self.conditions()
        return bool(conditions) and all(condition.met for condition in conditions)

    def _met(self, goal: Goal) -> bool:
        if goal.relation == OPENNESS:
            return self._openness_is(goal.share)
        name = str(goal.thing)
        if goal.pushed and self._highest_m[name] > PUSHED_M:
            return False
        if goal.relation == HELD:
            return self._is_held(name)
        assert goal.other is not None, "a goal of place names what it is relative to"
        return _RELATIONS.get(goal.relation, TaskChecker._is_beside)(self, name, goal)

    def _openness_is(self, share: float) -> bool:
        joint = self._world.model.mj.joint("drawer")
        low, high = joint.range
        openness = (float(self._world.data.qpos[self._slide]) - low) / (high - low)
        return abs(openness - share) <= OPENNESS_OFF

    def _is_held(self, name: str) -> bool:
        touching = self._touching(name)
        gripped = all(finger in touching for finger in self._fingers)
        return gripped and self._foot_m(name) > LIFTED_M

    def _rests(self, name: str) -> bool:
        free = not self._touching(name) & set(self._fingers)
        return free and float(np.linalg.norm(self._speed(name))) < RESTING_MPS

    def _is_in(self, name: str, goal: Goal) -> bool:
        assert goal.other is not None
        if not self._rests(name):
            return False
        place = self._place(name)
        if goal.other == ThingName("drawer"):
            mj, data = self._world.model.mj, self._world.data
            base = data.geom("drawer_base")
            local = base.xmat.reshape(3, 3).T @ (place - base.xpos)
            half = mj.geom("drawer_base").size
            inside = bool((np.abs(local[:2]) < half[:2]).all())
            return inside and 0.0 < local[2] < 0.08
        other = str(goal.other)
        away = float(np.linalg.norm((place - self._place(other))[:2]))
        return away < self._half_m[other] and self._bodies[other] in self._held_up_by(name)

    def _held_up_by(self, name: str) -> set[int]:
        """Return what a thing stands on, over other blocks, too."""
        blocks = {self._bodies[each] for each in self._bodies if self._is_block(each)}
        by_body = {body: each for each, body in self._bodies.items()}
        found, left = set(), [name]
        while left:
            for body in self._touching(left.pop()) - found:
                found.add(body)
                if body in blocks:
                    left.append(by_body[body])
        return found

    def _is_on(self, name: str, goal: Goal) -> bool:
        other = str(goal.other)
        if not self._rests(name) or self._bodies[other] not in self._touching(name):
            return False
        top = self._foot_m(other) + 2.0 * self._half_m[other]
        over = float(np.linalg.norm((self._place(name) - self._place(other))[:2]))
        level = abs(self._foot_m(name) - top) < 0.01
        return level and over < self._half_m[other]

    def _is_beside(self, name: str, goal: Goal) -> bool:
        other = str(goal.other)
        if not self._rests(name) or self._foot_m(name) > ON_TABLE_M:
            return False
        gap = (self._place(name) - self._place(other))[:2]
        away = float(np.linalg.norm(gap))
        if away - self._half_m[name] - self._half_m[other] > BESIDE_M:
            return False
        way = _WAYS.get(goal.relation)
        return way is None or float(gap @ np.array(way)) / away > DIRECTION_COS


_RELATIONS: Mapping[str, Callable[[TaskChecker, str, Goal], bool]] = {
    IN: TaskChecker._is_in,
    ON: TaskChecker._is_on,
}
_WAYS = {
    "left of": (0.0, 1.0),
    "right of": (0.0, -1.0),
    "in front of": (-1.0, 0.0),
    "behind": (1.0, 0.0),
}


def _text(goal: Goal) -> str:
    if goal.relation == OPENNESS:
        return f"the drawer is {goal.share:.0%} open"
    if goal.relation == HELD:
        return f"the {goal.thing} is held up"
    pushed = ", pushed there" if goal.pushed else ""
    return f"the {goal.thing} is {goal.relation} the {goal.other}{pushed}"
