"""From commands to joint targets: differential inverse kinematics under limits.

Limits come first and hold below any policy: they are hard bounds of a quadratic program (mink,
solved by daqp) whose objective is the motion that was asked for, so the arm moves in what freedom
is left, and the configuration that comes out is checked once more before it is sent.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.action import VectorAction
from embodied.core.arm import ArmState
from embodied.core.errors import ConfigError, DataError, UnknownNameError
from envs.tabletop.kinematics import ArmKinematics, load_mink
from envs.tabletop.limits import ArmLimits, Guard
from envs.tabletop.panda import DAMPING, HOME_RAD, MAX_WIDTH_M, STIFFNESS
from envs.tabletop.turns import between, from_xyzw, turned

Floats = NDArray[np.float64]

CONTROL_HZ = 20.0
EE_VELOCITY, EE_POSE, JOINT_POSITION = "ee_velocity", "ee_pose", "joint_position"
COMMAND_SIZES = {EE_VELOCITY: 7, EE_POSE: 8, JOINT_POSITION: 8}
"""Numbers a command of each space has; the last is always the gripper's."""
BASE_FRAME = "base"

GRIPPER_SPEED_MPS = 0.1
LINEAR_ACCELERATION_MPS2, ANGULAR_ACCELERATION_RAD_S2 = 3.0, 12.0
"""How fast a velocity grows or turns; a command to stand still is not slowed down."""
LEAD_M, LEAD_RAD = 0.01, 0.05
"""How far the pose that is asked for may run ahead of an arm that cannot follow."""
LAG_RAD = 0.3 * DAMPING / STIFFNESS
"""[7], how far commanded joints may run ahead of the real ones: a servo that comes free of a jam
makes up for it at no more than 0.3 rad/s."""
POSE_GAIN = 0.4
"""Share of the way to a commanded pose that one step takes, short of the speed limits."""
POSTURE_COST = 0.004
HALVINGS = (1.0, 0.5, 0.25, 0.1)
"""Shares of a move that are tried before the arm stands still."""


@dataclass(frozen=True, eq=False)
class ArmCommand:
    """What the arm is asked to do for one control step.

    Attributes:
        space: `ee_velocity` (m/s x 3, rad/s x 3 about the base's axes), `ee_pose` (position m x 3,
            quaternion xyzw) or `joint_position` (rad x 7).
        values: float [N - 1], in the units of the space.
        gripper: 0 closed to 1 open.

    Raises:
        UnknownNameError: If there is no such space.
        ConfigError: If there are more or fewer numbers, or they are not finite, or a quaternion has
            no length. What makes no sense never reaches the limits.
    """

    space: str
    values: Floats
    gripper: float = 1.0

    def __post_init__(self) -> None:
        if self.space not in COMMAND_SIZES:
            raise UnknownNameError("action space of the arm", self.space, COMMAND_SIZES)
        if self.values.shape != (COMMAND_SIZES[self.space] - 1,):
            raise ConfigError(
                f"{self.space} takes {COMMAND_SIZES[self.space]} numbers, the last the "
                f"gripper's (0 closed, 1 open); got {self.values.size + 1}"
            )
        if not (np.isfinite(self.values).all() and np.isfinite(self.gripper)):
            raise ConfigError(
                f"{self.space} holds a number that is not finite: {self.values}, {self.gripper}"
            )
        if self.space == EE_POSE and not np.linalg.norm(self.values[3:]) > 1e-6:
            raise ConfigError(f"{self.space} has a quaternion without length: {self.values[3:]}")

    @classmethod
    def from_action(cls, action: VectorAction) -> "ArmCommand":
        """Read an agent's action.

        Raises:
            UnknownNameError: If there is no such space.
            ConfigError: If its frame, length or numbers are wrong.
        """
        values = np.asarray(action.values, dtype=np.float64)
        if values.ndim != 1 or not values.size:
            raise ConfigError(f"a command is a list of numbers; got an array {values.shape}")
        command = cls(action.space, values[:-1], float(np.clip(values[-1], 0.0, 1.0)))
        if action.frame != BASE_FRAME and action.space != JOINT_POSITION:
            raise ConfigError(f"{action.space} is given in frame {BASE_FRAME!r}: {action.frame!r}")
        return command

    @classmethod
    def hold(cls, *, gripper: float) -> "ArmCommand":
        """Return the command to stand still."""
        return cls(EE_VELOCITY, np.zeros(6), gripper)


@dataclass(frozen=True, eq=False)
class JointTargets:
    """Where the joints are to be at the end of a control step.

    Attributes:
        position_rad: float [7].
        velocity_rad_s: float [7], constant over the step.
        gripper_width_m: Distance of the fingertips.
        held_back: Whether limits took something away from what was asked.
    """

    position_rad: Floats
    velocity_rad_s: Floats
    gripper_width_m: float
    held_back: bool = False


class ArmController:
    """Turns commands into joint targets within limits; knows nothing of what is on the table.

    Args:
        limits: What may never be broken.
        rate_hz: Control steps a second.
    """

    def __init__(self, limits: ArmLimits | None = None, *, rate_hz: float = CONTROL_HZ) -> None:
        mink, daqp = load_mink()
        self.limits = limits or ArmLimits()
        self.dt_s = 1.0 / rate_hz
        self._mink, self._daqp = mink, daqp
        self.arm = ArmKinematics()
        self.guard = Guard(self.limits, self.arm)
        self._joint_range = self.limits.joint_range_rad.T.copy()
        self._hand = mink.FrameTask(
            "tcp", "site", position_cost=1.0, orientation_cost=0.3, lm_damping=1e-6
        )
        self._rest = mink.PostureTask(self.arm.model, cost=POSTURE_COST, gain=0.2)
        self._rest.set_target(HOME_RAD)
        self._joints = mink.PostureTask(self.arm.model, cost=1.0)
        self.reset(HOME_RAD, gripper_width_m=MAX_WIDTH_M)

    def reset(self, joint_position_rad: Floats, *, gripper_width_m: float) -> None:
        """Start from where the arm is, at rest."""
        self.arm.move_to(joint_position_rad)
        self._width_m = gripper_width_m
        self._twist = np.zeros(6)
        self.guard.speed_rad_s, self.guard.jammed = np.zeros(7), False
        self._room = self.guard.room_m()
        self._aim_at_present()

    def _aim_at_present(self) -> None:
        self._aim_m = self.arm.tcp_m()
        self._aim_turn = self.arm.tcp_quat()

    def stop(self, state: ArmState | None = None) -> JointTargets:
        """Return the targets that stand still now: zero velocity within this control step.

        Args:
            state: Where the arm really is; what it holds stays held. One that holds no numbers
                keeps nothing from stopping.
        """
        if state is not None and np.isfinite(state.joint_position_rad).all():
            self._follow(state)
        self._twist = np.zeros(6)
        self._aim_at_present()
        return self._targets(np.zeros(7), held_back=False)

    def step(self, command: ArmCommand, state: ArmState | None = None) -> JointTargets:
        """Return the targets of the next control step.

        Args:
            command: What is asked for.
            state: Where the arm really is; without it the last targets are taken as reached.

        Raises:
            DataError: If the state's joints are not finite numbers: stop instead.
        """
        if state is not None and not np.isfinite(state.joint_position_rad).all():
            raise DataError(
                f"the arm's joints are {state.joint_position_rad}: stop it until its sensors tell "
                "where it is"
            )
        self._follow(state)
        self._move_gripper(command.gripper)
        if command.space == JOINT_POSITION:
            return self._to_joints(command.values)
        twist = (
            self._twist_to(command.values) if command.space == EE_POSE else self._slewed(command)
        )
        self._twist = twist
        if not twist.any():
            return self._targets(np.zeros(7), held_back=False)
        self._aim_m = self._aim_m + twist[:3] * self.dt_s
        self._aim_turn = turned(self._aim_turn, twist[3:] * self.dt_s)
        self._lead()
        self._hand.set_target(self._mink.SE3(np.concatenate([self._aim_turn, self._aim_m])))
        return self._solve((self._hand, self._rest))

    def _follow(self, state: ArmState | None) -> None:
        """Keep the commanded joints near the real ones, so that nothing winds up in a jam."""
        if state is None:
            return
        real, commanded = state.joint_position_rad, self.arm.position_rad
        lag = commanded - real
        worst = float(np.max(np.abs(lag) / LAG_RAD))
        self.guard.jammed = worst > 1.0
        if worst > 1.0:
            # All give way with the weakest, which the others would bend beyond its range; what
            # presses a joint there nevertheless is held against.
            kept = np.clip(real + lag / worst, *self._joint_range)
            self.arm.move_to(kept)
            self._room = self.guard.room_m()
            self._aim_at_present()
            most = self.limits.joint_speed_rad_s
            self.guard.speed_rad_s = np.clip(state.joint_velocity_rad_s, -most, most)
            self._twist = np.zeros(6)

    def _move_gripper(self, opening: float) -> None:
        step = GRIPPER_SPEED_MPS * self.dt_s
        wanted = min(max(opening, 0.0), 1.0) * MAX_WIDTH_M
        self._width_m += min(max(wanted - self._width_m, -step), step)

    def _slewed(self, command: ArmCommand) -> Floats:
        """Return the twist to use: within the speeds, and not grown faster than it may."""
        wanted = np.concatenate(
            [
                _shortened(command.values[:3], self.limits.linear_mps),
                _shortened(command.values[3:], self.limits.angular_rad_s),
            ]
        )
        for part, most in (
            (slice(0, 3), LINEAR_ACCELERATION_MPS2 * self.dt_s),
            (slice(3, 6), ANGULAR_ACCELERATION_RAD_S2 * self.dt_s),
        ):
            if wanted[part].any():
                wanted[part] = self._twist[part] + _shortened(
                    wanted[part] - self._twist[part], most
                )
        return wanted

    def _twist_to(self, pose: Floats) -> Floats:
        way = pose[:3] - self._aim_m
        turn = between(self._aim_turn, from_xyzw(pose[3:7]))
        gain = POSE_GAIN / self.dt_s
        wanted = np.concatenate([way * gain, turn * gain])
        wanted[np.abs(wanted) < 1e-4] = 0.0
        return self._slewed(ArmCommand(EE_VELOCITY, wanted))

    def _lead(self) -> None:
        """Bring the aim back to where the arm can follow it."""
        step = LEAD_M + self.limits.linear_mps * self.dt_s
        here = self.arm.tcp_m()
        self._aim_m = here + _shortened(self._aim_m - here, step)
        quat = self.arm.tcp_quat()
        ahead = between(quat, self._aim_turn)
        most = LEAD_RAD + self.limits.angular_rad_s * self.dt_s
        self._aim_turn = turned(quat, _shortened(ahead, most))

    def _to_joints(self, wanted_rad: Floats) -> JointTargets:
        here = self.arm.position_rad
        way = np.asarray(wanted_rad, dtype=np.float64) - here
        down, up = self.guard.paces(self.dt_s)
        # All joints get there together: the slowest sets the pace.
        longest = float(np.max(np.maximum(way / up, -way / down)))
        way = way / max(1.0, longest)
        self._twist = np.zeros(6)
        self._joints.set_target(here + way)
        targets = self._solve((self._joints,))
        self._aim_at_present()
        return targets

    def _solve(self, tasks: tuple[Any, ...]) -> JointTargets:
        start, room = self.arm.position_rad, self._room
        move = self._best_move(tasks)
        if move is None:
            return self._targets(np.zeros(7), held_back=True)
        tcp = self.arm.tcp_m()
        for share in HALVINGS:
            self.arm.move_to(start + share * move)
            far = float(np.linalg.norm(self.arm.tcp_m() - tcp))
            if far > 1.02 * self.limits.linear_mps * self.dt_s:
                continue
            room_there = self.guard.room_m()
            if self.guard.allows(room_there, room):
                self._room = room_there
                return self._targets(share * move / self.dt_s, held_back=share < 1.0)
        self.arm.move_to(start)
        return self._targets(np.zeros(7), held_back=True)

    def _best_move(self, tasks: tuple[Any, ...]) -> Floats | None:
        """Return the move [7] that limits allow and tasks like best; None where there is none.

        mink states the problem; daqp is called here rather than through mink, since it takes
        bounds of single variables as such, which is a third faster.
        """
        goal = self._mink.build_ik(
            self.arm.configuration, tasks, self.dt_s, damping=1e-6, limits=[]
        )
        lower, upper = self.guard.joint_bounds(self.dt_s)
        rows, most = self.guard.bounds(self.dt_s)
        move, _, exit_flag, _ = self._daqp.solve(
            goal.P,
            goal.q,
            rows,
            np.concatenate([upper, most]),
            np.concatenate([lower, np.full(len(most), -np.inf)]),
            np.zeros(len(upper) + len(most), dtype=np.int32),
        )
        return np.asarray(move) if exit_flag > 0 else None

    def _targets(self, velocity_rad_s: Floats, *, held_back: bool) -> JointTargets:
        self.guard.speed_rad_s = velocity_rad_s
        return JointTargets(self.arm.position_rad, velocity_rad_s, self._width_m, held_back)


def _shortened(vector: Floats, most: float) -> Floats:
    """Return the vector at no more than a length."""
    length = float(np.sqrt(vector @ vector))
    return vector if length <= most else vector * (most / length)
