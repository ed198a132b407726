"""The table as a physical world that takes a command twenty times a second."""

from collections.abc import Callable

import mujoco
import numpy as np
from numpy.typing import NDArray

from embodied.core.arm import ArmState
from envs.tabletop.control import CONTROL_HZ, ArmCommand, ArmController, JointTargets
from envs.tabletop.furniture import DRAWER_TRAVEL_M
from envs.tabletop.limits import ArmLimits
from envs.tabletop.model import PHYSICS_HZ, compile_scene
from envs.tabletop.panda import DAMPING, STIFFNESS
from envs.tabletop.scene import TabletopScene
from envs.tabletop.turns import of_matrix, to_xyzw

Floats = NDArray[np.float64]
SUBSTEPS = round(PHYSICS_HZ / CONTROL_HZ)
SETTLING_STEPS = 100


class TabletopWorld:
    """A Panda on a table. The base frame is the world's: x forward, y left, z up, table at 0.

    Args:
        scene: What stands on the table.
        seed: Draws how the arm's first pose differs from home, a little.
        limits: Of the arm.
        controller: To use in place of a new one; it is reset.

    Attributes:
        scene: What it was made from.
        model: Its MuJoCo model and addresses. Privileged.
        data: Its state. Privileged.
        controller: The arm's controller.
        last_targets: What the controller last asked of the joints.
    """

    def __init__(
        self,
        scene: TabletopScene,
        *,
        seed: int = 0,
        limits: ArmLimits | None = None,
        controller: ArmController | None = None,
    ) -> None:
        self.scene = scene
        self.model = compile_scene(scene)
        self.data = self.model.new_data()
        self.controller = controller or ArmController(limits)
        self._rng = np.random.default_rng(seed)
        joints = self.model.joints
        self.data.qpos[joints] += self._rng.uniform(-0.03, 0.03, len(joints))
        self.data.ctrl[: len(joints)] = self.data.qpos[joints]
        if scene.drawer is not None:
            self.data.qpos[self._drawer_address] = scene.drawer.openness * DRAWER_TRAVEL_M
        for _ in range(SETTLING_STEPS):
            mujoco.mj_step(self.model.mj, self.data)
        self.data.time = 0.0
        self.controller.reset(
            self.data.qpos[joints].copy(), gripper_width_m=float(self.data.qpos[7:9].sum())
        )
        self.last_targets = self.controller.stop()

    @property
    def _drawer_address(self) -> int:
        return int(self.model.mj.joint("drawer").qposadr[0])

    @property
    def time_s(self) -> float:
        """Time since the beginning."""
        return float(self.data.time)

    def state(self) -> ArmState:
        """Return what the arm knows of itself."""
        data, model = self.data, self.model
        return ArmState(
            joint_position_rad=data.qpos[model.joints],
            joint_velocity_rad_s=data.qvel[model.joints],
            ee_position_m=data.site_xpos[model.tcp].copy(),
            ee_quat_xyzw=to_xyzw(of_matrix(data.site_xmat[model.tcp])),
            gripper_width_m=float(data.qpos[model.fingers].sum()),
            stamp_s=float(data.time),
        )

    def step(
        self,
        command: ArmCommand,
        *,
        after_physics: Callable[[mujoco.MjData], None] | None = None,
    ) -> None:
        """Carry a command out for one control step, 1/20 s of physics.

        Args:
            command: What is asked for.
            after_physics: Called with the state after every physics step, for audits.
        """
        self.follow(self.controller.step(command, self.state()), after_physics=after_physics)

    def halt(self) -> None:
        """Stand still: the same as a step with a command of zero velocity, but never slewed."""
        self.follow(self.controller.stop(self.state()))

    def follow(
        self,
        targets: JointTargets,
        *,
        after_physics: Callable[[mujoco.MjData], None] | None = None,
    ) -> None:
        """Let the servos follow joint targets for one control step."""
        self.last_targets = targets
        data, mj = self.data, self.model.mj
        start = targets.position_rad - targets.velocity_rad_s * self.controller.dt_s
        # The servos damp absolute speed: the speed that is wanted is added back.
        ahead = targets.velocity_rad_s * DAMPING / STIFFNESS
        shares = np.arange(1, SUBSTEPS + 1)[:, None] / SUBSTEPS * self.controller.dt_s
        orders = np.full((SUBSTEPS, mj.nu), targets.gripper_width_m / 2.0)
        orders[:, :7] = start + ahead + shares * targets.velocity_rad_s
        step, control = mujoco.mj_step, data.ctrl
        for order in orders:
            control[:] = order
            step(mj, data)
            if after_physics is not None:
                after_physics(data)

    def block_pose(self, index: int) -> tuple[Floats, Floats]:
        """Return (position [3], rotation [3, 3]) of a block. Privileged."""
        body = self.model.blocks[index]
        return self.data.xpos[body].copy(), self.data.xmat[body].reshape(3, 3).copy()

    def move_block(self, index: int, place_m: tuple[float, float]) -> None:
        """Set a block down somewhere else on the table, at rest. Privileged: disturbances do."""
        joint = self.model.mj.body(self.model.blocks[index]).jntadr[0]
        at = int(self.model.mj.jnt_qposadr[joint])
        speed = int(self.model.mj.jnt_dofadr[joint])
        self.data.qpos[at : at + 2] = place_m
        self.data.qpos[at + 2] = self.scene.blocks[index].size_m / 2.0
        self.data.qvel[speed : speed + 6] = 0.0
        mujoco.mj_forward(self.model.mj, self.data)

    def bowl_pose(self, index: int) -> tuple[Floats, Floats]:
        """Return (position [3] of its foot, rotation [3, 3]) of a bowl. Privileged."""
        body = self.model.bowls[index]
        return self.data.xpos[body].copy(), self.data.xmat[body].reshape(3, 3).copy()

    def drawer_openness(self) -> float:
        """Return 0 closed to 1 open. Privileged.

        Raises:
            ValueError: If there is no drawer.
        """
        if self.scene.drawer is None:
            raise ValueError("this scene has no drawer")
        return float(self.data.qpos[self._drawer_address]) / DRAWER_TRAVEL_M
