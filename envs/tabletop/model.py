"""A scene as a MuJoCo model, with the addresses of what moves in it."""

from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from envs.tabletop.furniture import add_block, add_bowl, add_drawer, add_table
from envs.tabletop.panda import FINGER_NAMES, HOME_RAD, JOINT_NAMES, MAX_WIDTH_M, add_panda
from envs.tabletop.scene import TabletopScene

PHYSICS_HZ = 500


@dataclass(frozen=True, eq=False)
class TabletopModel:
    """A compiled scene.

    Attributes:
        mj: The model.
        joints: [7], addresses of the arm's joints in qpos and in qvel.
        fingers: [2], of the fingers.
        blocks: Body ids of the blocks, in the scene's order.
        bowls: Body ids of the bowls.
        drawer: Body id of the drawer, -1 where there is none.
        tcp: Site id of the point between the fingertips.
        things: (kind, index in the scene) of what can be told apart in a picture; kinds are
            `block`, `bowl`, `drawer`, `handle`, `cabinet`, `robot`.
        thing_of_geom: [geoms], 1 + index into `things`, 0 for the table.
    """

    mj: mujoco.MjModel
    joints: NDArray[np.intp]
    fingers: NDArray[np.intp]
    blocks: tuple[int, ...]
    bowls: tuple[int, ...]
    drawer: int
    tcp: int
    things: tuple[tuple[str, int], ...]
    thing_of_geom: NDArray[np.int32]

    def new_data(self) -> mujoco.MjData:
        """Return the scene as it begins: the arm at home, the hand open."""
        data = mujoco.MjData(self.mj)
        data.qpos[self.joints] = HOME_RAD
        data.qpos[self.fingers] = MAX_WIDTH_M / 2
        data.ctrl[:7], data.ctrl[7:] = HOME_RAD, MAX_WIDTH_M / 2
        return data


def compile_scene(scene: TabletopScene) -> TabletopModel:
    """Build the model of a scene.

    Raises:
        UnknownNameError: If the scene names a colour that there is not.
    """
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    spec.option.timestep = 1.0 / PHYSICS_HZ
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = 10.0
    spec.visual.global_.offwidth, spec.visual.global_.offheight = 640, 480
    add_table(spec, scene.table)
    add_panda(spec)
    blocks = [f"block{number}" for number in range(len(scene.blocks))]
    bowls = [f"bowl{number}" for number in range(len(scene.bowls))]
    for name, block in zip(blocks, scene.blocks, strict=True):
        add_block(spec, name, block)
    for name, bowl in zip(bowls, scene.bowls, strict=True):
        add_bowl(spec, name, bowl)
    if scene.drawer is not None:
        add_drawer(spec, scene.drawer)
    mj = spec.compile()
    things, thing_of_geom = _things(mj, blocks, bowls)
    return TabletopModel(
        mj=mj,
        joints=np.array([mj.joint(name).qposadr[0] for name in JOINT_NAMES]),
        fingers=np.array([mj.joint(name).qposadr[0] for name in FINGER_NAMES]),
        blocks=tuple(mj.body(name).id for name in blocks),
        bowls=tuple(mj.body(name).id for name in bowls),
        drawer=mj.body("drawer").id if scene.drawer is not None else -1,
        tcp=mj.site("tcp").id,
        things=things,
        thing_of_geom=thing_of_geom,
    )


def _things(
    mj: mujoco.MjModel, blocks: list[str], bowls: list[str]
) -> tuple[tuple[tuple[str, int], ...], NDArray[np.int32]]:
    things = [("block", number) for number in range(len(blocks))]
    things += [("bowl", number) for number in range(len(bowls))]
    things += [("drawer", 0), ("handle", 0), ("cabinet", 0), ("robot", 0)]
    by_body = {name: ("block", number) for number, name in enumerate(blocks)}
    by_body |= {name: ("bowl", number) for number, name in enumerate(bowls)}
    by_body |= {"drawer": ("drawer", 0), "cabinet": ("cabinet", 0)}
    owner = np.zeros(mj.ngeom, dtype=np.int32)
    for geom in range(mj.ngeom):
        name = mj.geom(geom).name
        if name == "table":
            continue
        thing = by_body.get(mj.body(mj.geom_bodyid[geom]).name, ("robot", 0))
        if name == "handle" or name.startswith("post"):
            thing = ("handle", 0)
        owner[geom] = 1 + things.index(thing)
    return tuple(things), owner
