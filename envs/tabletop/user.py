"""A simulated user at the table: watches the true state and corrects in words.

Privileged in what it sees; the agent gets nothing of it but sentences. It knows what it asked for
and where things are, sees where the hand is about to go, and speaks when that is wrong, a reaction
time later: which thing is meant, or how far to which side the hand has to move.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embodied.core.arm_skills import BESIDE
from embodied.core.protocols import Step
from envs.tabletop.tasks import BLOCK, BOWL, DRAWER, HELD, OPENNESS, Goal
from envs.users import WatchingUser

Floats = NDArray[np.float64]

REACTION_STEPS = 5
"""Control steps (1/20 s) for which something has to look wrong before the user speaks."""
QUIET_STEPS = 24
"""And how long it waits after having spoken, to see what comes of it."""
MOST_SAID = 12
OVER_M = 0.25
"""A hand lower than this, and slow, is over what it means to handle."""
SLOW_MPS = 0.08
WRONG_THING_M = 0.05
"""A hand this much nearer to another block than to the one meant has taken the wrong one."""
BESIDE_M = 0.19
"""A hand farther than this from what it is to put something beside is astray."""
OFF_M: Mapping[str, float] = {"pick": 0.011, "place": 0.018, "handle": 0.008}
"""How far off to a side the hand may be before it is told."""


@dataclass(frozen=True)
class _Aim:
    """Where the hand should be now.

    Attributes:
        what: `pick`, `push`, `place` or `handle`; `wrong` with the wrong thing in the hand.
        place_m: float [2].
        colour: Of the block that is meant, for `pick`.
    """

    what: str
    place_m: Floats
    colour: str = ""


class CorrectingUser(WatchingUser):
    """Watches and corrects: "no, the one on the left", "3 cm to the left".

    Args:
        targets: Whether it says which thing is meant.
        motions: Whether it says how the hand should move.
    """

    _known_by = "suits"
    _lives_in = "benchmark=tabletop"

    def __init__(self, *, targets: bool = True, motions: bool = True) -> None:
        super().__init__()
        self._targets, self._motions = targets, motions

    def _forget(self) -> None:
        self._wrong = self._quiet = 0
        self._last_m: Floats | None = None
        self._comes_down = True

    def on_step(self, step: Step) -> None:
        """Look, and speak where it is time."""
        hand = np.asarray(self._env.world.state().ee_position_m)
        sideways = 0.0 if self._last_m is None else float(np.linalg.norm((hand - self._last_m)[:2]))
        rises = self._last_m is not None and hand[2] - self._last_m[2] > 0.001
        if self._held() is not None or hand[2] < 0.06:
            self._comes_down = self._held() is not None
        elif hand[2] > 0.17:
            self._comes_down = True
        self._last_m = hand
        if step.report.get("question"):
            self._answer()
            return
        self._quiet = max(0, self._quiet - 1)
        if self._quiet or len(self.said) >= MOST_SAID:
            return
        words = self._complaint(hand, 20.0 * sideways) if not rises or self._held() else []
        self._wrong = self._wrong + 1 if words else 0
        if words and self._wrong >= REACTION_STEPS:
            self._wrong, self._quiet = 0, QUIET_STEPS
            for text in words:
                self._say(text)

    # --- what is wrong

    def _goal(self) -> Goal | None:
        """The first part of the task that is not so yet."""
        task = self._env.episode.task
        if task is None:
            return None
        met = [condition.met for condition in self._env.checker.conditions()]
        return next((g for g, ok in zip(task.goals, met, strict=False) if not ok), None)

    def _complaint(self, hand_m: Floats, sideways_mps: float) -> list[str]:
        """Return what is to be said about the hand where it is; nothing where all is well."""
        goal = self._goal()
        aim = self._aim(goal) if goal is not None else None
        if aim is not None and aim.what == "wrong" and self._targets:
            return [self._which(aim.colour)]
        if goal is None or hand_m[2] > OVER_M or sideways_mps > SLOW_MPS:
            return []
        if aim is None or not self._comes_down:
            return []
        gap = aim.place_m - hand_m[:2]
        if aim.what in ("pick", "push") and self._targets:
            nearest = min(self._blocks(), key=lambda b: float(np.linalg.norm(b[1] - hand_m[:2])))
            nearer = np.linalg.norm(gap) - np.linalg.norm(nearest[1] - hand_m[:2])
            if nearest[0] != aim.colour and nearer > WRONG_THING_M and hand_m[2] < 0.2:
                return [self._which(aim.colour)]
        far = float(np.linalg.norm(gap))
        astray = {"place": 0.06, "beside": BESIDE_M}.get(aim.what, np.inf)
        other = goal.other
        if self._targets and other is not None and other.category == BLOCK and far > astray:
            return [self._which(other.colour, f"{goal.relation} ")] if hand_m[2] < 0.16 else []
        told = self._motions and aim.what in OFF_M
        if not told or far > 0.09 or hand_m[2] < 0.05:
            return []
        return _sides(gap, OFF_M[aim.what])

    def _aim(self, goal: Goal) -> _Aim | None:
        world = self._env.world
        if goal.relation == OPENNESS:
            if self._held() is not None:
                return None
            return _Aim("handle", np.asarray(world.data.geom("handle").xpos[:2]) - [0.004, 0.0])
        held = self._held()
        if held is None:
            what = "push" if goal.pushed else "pick"
            return _Aim(what, self._place(BLOCK, goal.thing.colour), goal.thing.colour)
        if held != goal.thing.colour:
            return _Aim("wrong", self._place(BLOCK, goal.thing.colour), goal.thing.colour)
        if goal.relation == HELD or goal.other is None:
            return None
        if goal.other.category == DRAWER:
            return None  # there is one, and many places in it are as good
        if goal.relation in BESIDE:
            return _Aim("beside", self._place(goal.other.category, goal.other.colour))
        return _Aim("place", self._place(goal.other.category, goal.other.colour))

    def _held(self) -> str | None:
        """Colour of the block in the hand, or of one that is pushed and so left alone."""
        hand = np.asarray(self._env.world.state().ee_position_m)
        for colour, _ in self._blocks():
            place = self._place3(BLOCK, colour)
            if np.linalg.norm(place - hand) < 0.03 and place[2] > 0.04:
                return colour
        return None

    def _blocks(self) -> list[tuple[str, Floats]]:
        world = self._env.world
        return [
            (block.colour, world.block_pose(index)[0][:2])
            for index, block in enumerate(world.scene.blocks)
        ]

    def _place3(self, category: str, colour: str) -> Floats:
        world = self._env.world
        if category == BOWL:
            index = [bowl.colour for bowl in world.scene.bowls].index(colour)
            return np.asarray(world.bowl_pose(index)[0])
        index = [block.colour for block in world.scene.blocks].index(colour)
        return np.asarray(world.block_pose(index)[0])

    def _place(self, category: str, colour: str) -> Floats:
        return self._place3(category, colour)[:2]

    # --- words

    def _which(self, colour: str, how: str = "") -> str:
        """Say which block is meant; by place, where its colour was not understood."""
        blocks = dict(self._blocks())
        meant = blocks[colour]
        ways = [f"no, {how}the {colour} block"]
        if len(blocks) == 2:
            ways.append(f"no, {how}the other block")
        others = [place for name, place in blocks.items() if name != colour]
        for words, axis, sign in (
            ("on the left", 1, 1.0),
            ("on the right", 1, -1.0),
            ("at the back", 0, 1.0),
            ("at the front", 0, -1.0),
        ):
            if all(sign * (meant[axis] - other[axis]) > 0.01 for other in others):
                ways.append(f"no, {how}the block {words}")
        ways.append(f"no, {how}the other block")
        fresh = [words for words in ways if words not in self.said]
        return fresh[0] if fresh else ways[-1]

    def _answer(self) -> None:
        """Answer the agent's question: which one, by its colour."""
        goal = self._goal()
        if goal is None:
            return
        thing = goal.thing
        if self._held() == thing.colour and goal.other is not None:
            thing = goal.other
        self._say(f"the {thing}")


def _sides(gap_m: Floats, least_m: float) -> list[str]:
    """Say how far the hand has to move to each side, in whole centimetres."""
    words = []
    for axis, more, less in ((1, "to the left", "to the right"), (0, "forward", "back")):
        centimetres = round(abs(float(gap_m[axis])) * 100.0)
        if abs(gap_m[axis]) > least_m and centimetres:
            words.append(f"{centimetres} cm {more if gap_m[axis] > 0 else less}")
    return words
