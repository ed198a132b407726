"""Table, blocks, bowls and drawer as MuJoCo bodies."""

import mujoco
import numpy as np

from envs.tabletop.panda import ARM_BIT, SHOWN_GROUP, THING_BIT, TOUCHED_GROUP
from envs.tabletop.panda_shapes import lathe
from envs.tabletop.scene import BlockSpec, BowlSpec, DrawerSpec, rgba_of

TABLE_CENTRE_M, TABLE_HALF_M = (0.35, 0.0, -0.03), (0.6, 0.7, 0.03)
BOX, CYLINDER, MESH = (
    mujoco.mjtGeom.mjGEOM_BOX,
    mujoco.mjtGeom.mjGEOM_CYLINDER,
    mujoco.mjtGeom.mjGEOM_MESH,
)
WOOD_DENSITY = 600.0
BOWL_HEIGHT_M, BOWL_WALL_M, BOWL_SIDES = 0.05, 0.006, 12
BOWL_FOOT = 0.6
"""Radius of a bowl's floor, as a share of its rim's."""

DRAWER_TRAVEL_M = 0.15
CABINET_HALF_M = (0.1, 0.11, 0.045)
DRAWER_HALF_M = (0.09, 0.095, 0.034)
DRAWER_WALL_M, DRAWER_BASE_M = 0.004, 0.006
HANDLE_M = (-0.05, 0.0, 0.062)
"""Middle of the handle's bar from the middle of the front's foot."""
HANDLE_HALF_M = (0.007, 0.05, 0.007)


def add_table(spec: mujoco.MjSpec, colour: str) -> None:
    """Add the table's top, z = 0."""
    rgb = [int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    spec.worldbody.add_geom(
        name="table",
        type=BOX,
        pos=TABLE_CENTRE_M,
        size=TABLE_HALF_M,
        rgba=(*rgb, 1.0),
        contype=THING_BIT,
        conaffinity=ARM_BIT | THING_BIT,
        group=SHOWN_GROUP,
        friction=(0.8, 0.005, 0.0001),
    )


def add_block(spec: mujoco.MjSpec, name: str, block: BlockSpec) -> None:
    """Add a cube on the table."""
    half = block.size_m / 2.0
    body = spec.worldbody.add_body(
        name=name,
        pos=(*block.position_m, half),
        quat=(np.cos(block.yaw_rad / 2), 0, 0, np.sin(block.yaw_rad / 2)),
    )
    body.add_freejoint()
    body.add_geom(
        name=name,
        type=BOX,
        size=(half, half, half),
        rgba=rgba_of(block.colour),
        density=WOOD_DENSITY,
        group=SHOWN_GROUP,
        **_THING,
    )


_THING = {
    "contype": THING_BIT,
    "conaffinity": ARM_BIT | THING_BIT,
    "condim": 4,
    "friction": (0.8, 0.005, 0.0001),
}


def add_bowl(spec: mujoco.MjSpec, name: str, bowl: BowlSpec) -> None:
    """Add a bowl: a round floor and a ring of slanted boards to touch, a turned shape to see."""
    rim, foot = bowl.radius_m, bowl.radius_m * BOWL_FOOT
    colour = rgba_of(bowl.colour)
    mesh = lathe(
        [
            (0.0, 0.0), (foot, 0.0), (rim, BOWL_HEIGHT_M), (rim - BOWL_WALL_M, BOWL_HEIGHT_M),
            (foot - BOWL_WALL_M, BOWL_WALL_M), (0.0, BOWL_WALL_M),
        ],
        curved=0.25,
    )  # fmt: skip
    spec.add_mesh(
        name=name,
        uservert=mesh.vertices_m.ravel(),
        userface=mesh.triangles.ravel(),
        usernormal=mesh.normals.ravel(),
        userfacenormal=mesh.triangles.ravel(),
        inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL,
    )
    body = spec.worldbody.add_body(name=name, pos=(*bowl.position_m, 0.0))
    body.add_freejoint()
    # A mesh's own frame is moved to its centre of mass by the compiler, and the geom with it.
    body.add_geom(
        type=MESH, meshname=name, rgba=colour, contype=0, conaffinity=0, group=SHOWN_GROUP,
        density=0,
    )  # fmt: skip
    body.add_geom(
        name=name,
        type=CYLINDER,
        pos=(0, 0, BOWL_WALL_M / 2),
        size=(foot, BOWL_WALL_M / 2, 0),
        mass=0.2,
        rgba=colour,
        group=TOUCHED_GROUP,
        **_THING,
    )
    lean = np.arctan2(rim - foot, BOWL_HEIGHT_M)
    middle = (rim + foot) / 2 - BOWL_WALL_M / 2
    height = np.hypot(rim - foot, BOWL_HEIGHT_M - BOWL_WALL_M) / 2
    for number in range(BOWL_SIDES):
        angle = 2 * np.pi * number / BOWL_SIDES
        turn = _product(
            (np.cos(angle / 2), 0, 0, np.sin(angle / 2)),
            (np.cos(lean / 2), 0, np.sin(lean / 2), 0),
        )
        body.add_geom(
            type=BOX,
            pos=(middle * np.cos(angle), middle * np.sin(angle), (BOWL_HEIGHT_M + BOWL_WALL_M) / 2),
            quat=turn,
            size=(BOWL_WALL_M / 2, rim * np.tan(np.pi / BOWL_SIDES), height),
            mass=0.2 / BOWL_SIDES,
            rgba=colour,
            group=TOUCHED_GROUP,
            **_THING,
        )


def add_drawer(spec: mujoco.MjSpec, drawer: DrawerSpec) -> None:
    """Add a cabinet that stands fast, and its drawer on a stiff slide.

    Body `cabinet`, body `drawer`, joint `drawer` (0 closed, `DRAWER_TRAVEL_M` open).
    """
    x, y = drawer.position_m
    cabinet = spec.worldbody.add_body(name="cabinet", pos=(x, y, 0.0))
    length, width, height = CABINET_HALF_M
    wall = 0.006
    shell = (0.86, 0.84, 0.80, 1.0)
    boards = (
        ((length, 0, 2 * height - wall / 2), (length, width, wall / 2)),
        ((length, width - wall / 2, height), (length, wall / 2, height)),
        ((length, -width + wall / 2, height), (length, wall / 2, height)),
        ((2 * length - wall / 2, 0, height), (wall / 2, width, height)),
    )
    for centre, half in boards:
        cabinet.add_geom(type=BOX, pos=centre, size=half, rgba=shell, group=SHOWN_GROUP, **_THING)
    body = cabinet.add_body(name="drawer")
    # The slide holds the drawer: it need not rub on its cabinet as well.
    spec.add_exclude(bodyname1="cabinet", bodyname2="drawer")
    body.add_joint(
        name="drawer",
        type=mujoco.mjtJoint.mjJNT_SLIDE,
        axis=(-1, 0, 0),
        range=(0.0, DRAWER_TRAVEL_M),
        limited=mujoco.mjtLimited.mjLIMITED_TRUE,
        damping=8.0,
        frictionloss=1.5,
        armature=0.05,
    )
    front = rgba_of(drawer.colour)
    inside = (*tuple(0.6 * c + 0.3 for c in front[:3]), 1.0)
    long, wide, tall = DRAWER_HALF_M
    foot = 0.004
    panels = (
        ("front", (-0.004, 0, height), (0.008, width - 0.002, height - 0.003), front),
        ("base", (long, 0, foot + DRAWER_BASE_M / 2), (long, wide, DRAWER_BASE_M / 2), inside),
        ("left", (long, wide, foot + tall), (long, DRAWER_WALL_M / 2, tall), inside),
        ("right", (long, -wide, foot + tall), (long, DRAWER_WALL_M / 2, tall), inside),
        ("back", (2 * long, 0, foot + tall), (DRAWER_WALL_M / 2, wide, tall), inside),
    )
    for name, centre, half, colour in panels:
        body.add_geom(
            name=f"drawer_{name}", type=BOX, pos=centre, size=half, rgba=colour,
            density=WOOD_DENSITY, group=SHOWN_GROUP, **_THING,
        )  # fmt: skip
    steel = (0.75, 0.76, 0.78, 1.0)
    body.add_geom(
        name="handle", type=BOX, pos=HANDLE_M, size=HANDLE_HALF_M, rgba=steel, density=2000.0,
        group=SHOWN_GROUP, **_THING,
    )  # fmt: skip
    for side in (-1, 1):
        body.add_geom(
            name=f"post{side}",
            type=BOX,
            pos=((HANDLE_M[0] - 0.012) / 2, side * (HANDLE_HALF_M[1] - 0.006), HANDLE_M[2]),
            size=((-HANDLE_M[0] - 0.012) / 2, 0.006, 0.005),
            rgba=steel, density=2000.0, group=SHOWN_GROUP, **_THING,
        )  # fmt: skip


def _product(a: tuple[float, ...], b: tuple[float, ...]) -> np.ndarray:
    out = np.zeros(4)
    mujoco.mju_mulQuat(out, np.array(a), np.array(b))
    return out
