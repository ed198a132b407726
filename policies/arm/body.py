"""The arm as its skills see it: where it is, what is there, and how it gets from here to there."""

from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from embodied.core.arm import ArmState
from embodied.core.errors import ConfigError
from embodied.core.observation import Observation
from embodied.core.plan import Cause, Outcome, Status
from policies.arm.things import Thing, same, same_look, things_of

Floats = NDArray[np.float64]

RATE_HZ = 20.0
DT_S = 1.0 / RATE_HZ
WIDTH_M = 0.08
"""Between the fingertips when the gripper is open."""
TRAVEL_M = 0.22
"""Height at which the hand moves over things."""
FAST_MPS, SLOW_MPS = 0.35, 0.08
TURN_RADPS = 1.2
GAIN = 4.0
"""Speed per metre, and turning per radian, that is left to go, 1/s."""
NEAR_M, NEAR_RAD = 0.006, 0.05
STUCK_S = 1.5
"""Without getting nearer for so long a move is given up."""


@dataclass(frozen=True, eq=False)
class Command:
    """What a skill asks of the arm for one step.

    Attributes:
        linear_mps: float [3], base frame.
        angular_radps: float [3], about the base's axes.
        gripper: 0 closed to 1 open.
    """

    linear_mps: Floats
    angular_radps: Floats
    gripper: float


Run = Generator[Command, None, Outcome | None]
"""Yields commands; returns why it failed, None where it did not."""


def failed(cause: Cause, evidence: str) -> Outcome:
    """Return a failure."""
    return Outcome(Status.FAILED, cause, evidence)


@dataclass
class ArmBody:
    """What is known of arm and table now; renewed at every step.

    Attributes:
        state: The arm.
        things: What is on the table.
        gripper: What the gripper was last asked to do, 0 closed to 1 open.
        held: What is believed to be in the hand.
        grip_m: From the held thing's middle up to the point between the fingertips.
        taken_m: Where it stood when it was taken.
        offset_m: What a person had every aim shifted by; gone with the subgoal.
        turn_rad: Likewise the turn of the hand about z.
        lean_rad: Likewise how it leans, as a rotation vector.
        speed: Factor of all speeds that a person asked for.
        doing: In a few words.
        log: What went wrong and what was done about it.
    """

    state: ArmState | None = None
    things: tuple[Thing, ...] = ()
    gripper: float = 1.0
    held: Thing | None = None
    grip_m: float = 0.0
    taken_m: Floats | None = None
    offset_m: Floats = field(default_factory=lambda: np.zeros(3))
    turn_rad: float = 0.0
    lean_rad: Floats = field(default_factory=lambda: np.zeros(3))
    speed: float = 1.0
    doing: str = "nothing"
    log: list[str] = field(default_factory=list)

    def observe(self, observation: Observation) -> None:
        """Take in what is seen now.

        Raises:
            ConfigError: If the observation has no arm's state.
        """
        if observation.state is None:
            raise ConfigError(
                "policy=arm_skills needs an arm's state (`embodied.core.arm.ArmState.vector`) in "
                "every observation; benchmark=tabletop has it."
            )
        first = self.state is None
        self.state = ArmState.from_vector(observation.state, stamp_s=observation.stamp_s)
        self._remember(things_of(observation.entities))
        if first and self.width_m < 0.9 * WIDTH_M:
            # A task may begin with something in the hand that another one left there.
            self.gripper = 0.0
            self.adopt()

    def _remember(self, seen: tuple[Thing, ...]) -> None:
        """Keep what is out of view where it was last; what is held goes with the hand."""
        looks = Counter((each.category, each.attributes) for each in seen)
        kept = []
        for each in self.things:
            look = (each.category, each.attributes)
            if looks[look]:
                looks[look] -= 1  # as many of a kind as are seen are taken for those known
            elif self.held is not None and same_look(each, self.held):
                kept.append(replace(each, position_m=self.hand_m - [0.0, 0.0, self.grip_m]))
            else:
                kept.append(each)
        self.things = (*seen, *kept)

    @property
    def hand_m(self) -> Floats:
        """Where the point between the fingertips is."""
        assert self.state is not None, "observe() comes first"
        return np.asarray(self.state.ee_position_m, dtype=np.float64)

    @property
    def width_m(self) -> float:
        """Between the fingertips."""
        assert self.state is not None, "observe() comes first"
        return self.state.gripper_width_m

    def axes(self) -> Floats:
        """Return the hand's axes as columns of a rotation [3, 3]; the third points out of it."""
        assert self.state is not None, "observe() comes first"
        x, y, z, w = self.state.ee_quat_xyzw
        return np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
            ]
        )

    def finger_rad(self) -> float:
        """Direction in which the fingers open, about z, in [0, pi)."""
        across = self.axes()[:, 1]
        return float(np.arctan2(across[1], across[0]) % np.pi)

    def now(self, thing: Thing) -> Thing:
        """Return a thing as it is seen now: the nearest that looks the same."""
        alike = [each for each in self.things if same_look(each, thing)]
        return min(
            alike,
            key=lambda each: float(np.linalg.norm(each.position_m - thing.position_m)),
            default=thing,
        )

    def others(self, *but: Thing) -> list[Thing]:
        """Return everything there but some things."""
        return [each for each in self.things if not any(same(each, one) for one in but)]

    def adopt(self) -> None:
        """Take what the fingers have closed on for held, where a grasp was broken off."""
        closed = self.gripper < 0.3 and 0.006 < self.width_m < 0.9 * WIDTH_M
        if self.held is not None or not closed:
            return
        near = [each for each in self.things if each.openness is None]
        near.sort(key=lambda each: float(np.linalg.norm(each.position_m - self.hand_m)))
        if near and np.linalg.norm(near[0].position_m - self.hand_m) < 0.07:
            self.held = near[0]
            self.grip_m = float(self.hand_m[2] - near[0].position_m[2])

    def note(self, text: str) -> None:
        """Write something down for people."""
        self.log.append(text)

    # --- moving

    def still(self) -> Command:
        """Keep still, and keep the gripper as it is."""
        return Command(np.zeros(3), np.zeros(3), self.gripper)

    def towards(
        self, target_m: Floats, *, finger_rad: float | None = None, speed_mps: float = FAST_MPS
    ) -> tuple[Command, float, float]:
        """Return the command that brings the hand nearer, and what is left: metres, radians.

        Args:
            target_m: Where the point between the fingertips is to be; corrections shift it.
            finger_rad: Direction in which the fingers are to open; None leaves it.
            speed_mps: Fastest.
        """
        way = target_m + self.offset_m - self.hand_m
        left_m = float(np.linalg.norm(way))
        linear = _limited(GAIN * way, speed_mps * self.speed)
        axes = self.axes()
        lean = _rotated(np.array([0.0, 0.0, -1.0]), self.lean_rad)
        upright = np.cross(axes[:, 2], lean)
        turn = 0.0
        if finger_rad is not None:
            # Fingers are alike: half a turn changes nothing.
            wanted = finger_rad + self.turn_rad
            turn = (wanted - self.finger_rad() + np.pi / 2) % np.pi - np.pi / 2
        angular = _limited(
            GAIN * (upright + np.array([0.0, 0.0, turn])), TURN_RADPS * min(self.speed, 1.0)
        )
        return Command(linear, angular, self.gripper), left_m, abs(turn)

    def go(
        self,
        target: Callable[[], Floats],
        *,
        finger: Callable[[], float] | float | None = None,
        speed_mps: float = FAST_MPS,
        near_m: float = NEAR_M,
        until: Callable[[], bool] = lambda: False,
    ) -> Run:
        """Move until the hand is there; the target is read anew at every step.

        Args:
            target: Where to.
            finger: Direction in which the fingers are to open.
            speed_mps: Fastest.
            near_m: What counts as there.
            until: Ends it earlier.
        """
        best, since_s = np.inf, 0.0
        while not until():
            angle = finger() if callable(finger) else finger
            command, left_m, left_rad = self.towards(
                target(), finger_rad=angle, speed_mps=speed_mps
            )
            if left_m < near_m and left_rad < NEAR_RAD:
                return None
            left = left_m + 0.05 * left_rad
            if left < best - 0.002:
                best, since_s = left, 0.0
            since_s += DT_S * min(self.speed, 1.0)
            if since_s > STUCK_S:
                return failed(Cause.BLOCKED, f"stuck {100 * left_m:.1f} cm from where it should be")
            yield command
        return None

    def travel(self, target: Callable[[], Floats], *, finger: Callable[[], float] | None) -> Run:
        """Move to above a place: up first, over everything, the hand turned on the way."""
        height = max([TRAVEL_M, *(each.top_m + 0.12 for each in self.others(*self._held()))])
        if self.held is not None:
            height += 0.04
        near = np.linalg.norm((target() + self.offset_m - self.hand_m)[:2]) < 0.02
        if not near and self.hand_m[2] < height - 0.03:
            here = self.hand_m - self.offset_m
            aim = np.array([here[0], here[1], height - self.offset_m[2]])
            outcome = yield from self.go(lambda: aim, near_m=0.02)
            if outcome is not None:
                self.note(f"could not rise: {outcome.evidence}")

        def over() -> Floats:
            x, y, z = target()
            far = float(np.linalg.norm((target() + self.offset_m - self.hand_m)[:2]))
            return np.array([x, y, z if far < 0.02 else max(z, height)])

        return (yield from self.go(over, finger=finger, near_m=0.008))

    def _held(self) -> tuple[Thing, ...]:
        return () if self.held is None else (self.now(self.held),)

    def set_gripper(self, share: float, *, most_s: float = 1.2) -> Run:
        """Open or close the gripper, and wait until the fingers have come to rest."""
        self.gripper = float(np.clip(share, 0.0, 1.0))
        last, rests = self.width_m, 0
        for step in range(round(most_s * RATE_HZ)):
            yield self.still()
            moved = abs(self.width_m - last)
            last, rests = self.width_m, rests + 1 if moved < 2e-4 else 0
            if rests >= 4 and step > 6:
                break
        return None


def _limited(vector: Floats, most: float) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector if length <= most else vector * (most / length)


def _rotated(vector: Floats, rotation_rad: Floats) -> Floats:
    """Rodrigues' formula."""
    angle = float(np.linalg.norm(rotation_rad))
    if angle < 1e-9:
        return vector
    axis = rotation_rad / angle
    return (
        vector * np.cos(angle)
        + np.cross(axis, vector) * np.sin(angle)
        + axis * (axis @ vector) * (1 - np.cos(angle))
    )
