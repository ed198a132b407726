"""A Franka Emika Panda with its hand, built from published numbers.

Joint frames, ranges and speeds are the manufacturer's (Franka Control Interface documentation,
"Robot and interface specifications": Denavit-Hartenberg parameters in Craig's convention); masses
and inertias are those of `mujoco_menagerie` (after Gaz et al., "Dynamic Identification of the
Franka Emika Panda Robot", RA-L 2019); the capsules are as coarse as those the manufacturer uses
for self-collision. Shapes are made here (`panda_shapes`); no mesh file is needed.
"""

from dataclasses import dataclass

import mujoco
import numpy as np

from envs.tabletop.panda_shapes import LINK_SHAPES

JOINT_NAMES = tuple(f"panda_joint{number}" for number in range(1, 8))
FINGER_NAMES = ("panda_finger_joint1", "panda_finger_joint2")
JOINT_RANGE_RAD = np.array(
    [
        (-2.8973, 2.8973),
        (-1.7628, 1.7628),
        (-2.8973, 2.8973),
        (-3.0718, -0.0698),
        (-2.8973, 2.8973),
        (-0.0175, 3.7525),
        (-2.8973, 2.8973),
    ]
)
"""[7, 2], lowest and highest."""
JOINT_SPEED_RAD_S = np.array([2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61])
TORQUE_NM = np.array([87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0])
HOME_RAD = np.array([0.0, -0.4547, 0.0, -2.4266, 0.0, 1.9719, 0.7854])
"""The hand points down at (0.40, 0, 0.35) m."""
MAX_WIDTH_M = 0.08
FINGER_FORCE_N = 30.0
TCP_M = 0.1034
"""From the hand's frame to the point between the fingertips."""

STIFFNESS = np.array([3000.0, 3000.0, 2000.0, 2000.0, 1000.0, 1000.0, 800.0])
DAMPING = np.array([160.0, 160.0, 100.0, 100.0, 35.0, 35.0, 30.0])
"""Of the servos; more damping would chatter against the wrist's small inertia and torque limit."""

ARM_BIT, THING_BIT = 1, 2
"""Kinds of contact: the arm touches things, not itself (`control` keeps it from that)."""
SHOWN_GROUP, TOUCHED_GROUP = 2, 3
"""Geoms that are drawn, and those that collide."""


@dataclass(frozen=True)
class Link:
    """A moving link.

    Attributes:
        place_m: Its frame's origin in its parent's.
        quat_wxyz: How it is turned in it, as MuJoCo writes it.
        mass_kg: Mass.
        centre_m: Centre of mass.
        inertia: (xx, yy, zz, xy, xz, yz) about the centre of mass, kg m^2.
    """

    place_m: tuple[float, float, float]
    quat_wxyz: tuple[float, float, float, float]
    mass_kg: float
    centre_m: tuple[float, float, float]
    inertia: tuple[float, float, float, float, float, float]


LINKS = (
    Link((0, 0, 0.333), (1, 0, 0, 0), 4.970684, (0.003875, 0.002081, -0.04762),
         (0.70337, 0.70661, 0.009117, -0.000139, 0.006772, 0.019169)),
    Link((0, 0, 0), (1, -1, 0, 0), 0.646926, (-0.003141, -0.02872, 0.003495),
         (0.007962, 0.02811, 0.025995, -0.003925, 0.010254, 0.000704)),
    Link((0, -0.316, 0), (1, 1, 0, 0), 3.228604, (0.027518, 0.039252, -0.066502),
         (0.037242, 0.036155, 0.01083, -0.004761, -0.011396, -0.012805)),
    Link((0.0825, 0, 0), (1, 1, 0, 0), 3.587895, (-0.05317, 0.104419, 0.027454),
         (0.025853, 0.019552, 0.028323, 0.007796, -0.001332, 0.008641)),
    Link((-0.0825, 0.384, 0), (1, -1, 0, 0), 1.225946, (-0.011953, 0.041065, -0.038437),
         (0.035549, 0.029474, 0.008627, -0.002117, -0.004037, 0.000229)),
    Link((0, 0, 0), (1, 1, 0, 0), 1.666555, (0.060149, -0.014117, -0.010517),
         (0.001964, 0.004354, 0.005433, 0.000109, -0.001158, 0.000341)),
    Link((0.088, 0, 0), (1, 1, 0, 0), 0.735522, (0.010517, -0.004252, 0.061597),
         (0.012516, 0.010027, 0.004815, -0.000428, -0.001196, -0.000741)),
)  # fmt: skip

CAPSULES: tuple[tuple[str, str, tuple[float, ...], float], ...] = (
    ("c0", "link0", (-0.09, 0, 0.06, -0.02, 0, 0.06), 0.06),
    ("c1", "link1", (0, 0, -0.25, 0, 0, -0.05), 0.06),
    ("c2", "link2", (0, 0, -0.06, 0, 0, 0.06), 0.06),
    ("c3", "link3", (0, 0, -0.22, 0, 0, -0.07), 0.06),
    ("c4", "link4", (0, 0, -0.06, 0, 0, 0.06), 0.06),
    ("c5a", "link5", (0, 0, -0.31, 0, 0, -0.21), 0.06),
    ("c5b", "link5", (0, 0.08, -0.2, 0, 0.08, -0.06), 0.025),
    ("c6", "link6", (0, 0, -0.07, 0, 0, 0.01), 0.05),
    ("c7", "link7", (0, 0, -0.06, 0, 0, 0.08), 0.04),
    ("c7b", "link7", (0.05, 0, 0.082, 0.06, 0, 0.082), 0.03),
    ("ch", "hand", (0, -0.065, 0.034, 0, 0.065, 0.034), 0.034),
)
"""Name, body, the axis' two ends in the body's frame (m), radius (m)."""

FINGER_BOXES: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...] = (
    ("pad", (0, 0.0055, 0.0445), (0.0095, 0.0055, 0.0095)),
    ("finger", (0, 0.013, 0.022), (0.0095, 0.0075, 0.018)),
)
"""Name, centre in the finger's frame, half sizes; the pads face each other along y."""
FINGERTIP_M = 0.0584 + 0.0445 + 0.0095
"""How far the fingers reach from the hand's frame."""

WHITE, DARK = (0.93, 0.93, 0.92, 1.0), (0.16, 0.17, 0.19, 1.0)


def add_panda(spec: mujoco.MjSpec, *, fingers: bool = True) -> None:
    """Add the arm at the origin of a model, with its actuators, looking along x.

    Args:
        spec: The model; it gets bodies `link0` to `link7`, `hand`, `left_finger`, `right_finger`,
            a site `tcp`, and eight actuators: torque-limited position servos of the seven joints
            and a force-limited one of the gripper's width.
        fingers: False leaves out fingers, actuators and what is only looked at: the arm as its
            controller knows it.
    """
    for name, shape in LINK_SHAPES.items() if fingers else ():
        for number, piece in enumerate(shape):
            spec.add_mesh(
                name=f"{name}_{number}",
                uservert=piece.vertices_m.ravel(),
                userface=piece.triangles.ravel(),
                usernormal=piece.normals.ravel(),
                userfacenormal=piece.triangles.ravel(),
                inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL,
            )
    body = spec.worldbody.add_body(name="link0")
    _dress(body, "link0", shown=fingers)
    for number, link in enumerate(LINKS, start=1):
        quat = np.array(link.quat_wxyz, dtype=float)
        body = body.add_body(
            name=f"link{number}",
            pos=link.place_m,
            quat=quat / np.linalg.norm(quat),
            mass=link.mass_kg,
            ipos=link.centre_m,
            fullinertia=link.inertia,
            explicitinertial=True,
            gravcomp=1.0,
        )
        body.add_joint(
            name=JOINT_NAMES[number - 1],
            axis=(0, 0, 1),
            range=JOINT_RANGE_RAD[number - 1],
            limited=mujoco.mjtLimited.mjLIMITED_TRUE,
            armature=0.1,
            damping=1.0,
        )
        _dress(body, f"link{number}", shown=fingers)
    hand = body.add_body(
        name="hand",
        pos=(0, 0, 0.107),
        quat=(np.cos(np.pi / 8), 0, 0, -np.sin(np.pi / 8)),
        mass=0.73,
        ipos=(-0.01, 0, 0.03),
        inertia=(0.001, 0.0025, 0.0017),
        explicitinertial=True,
        gravcomp=1.0,
    )
    _dress(hand, "hand", shown=fingers)
    hand.add_site(name="tcp", pos=(0, 0, TCP_M))
    if not fingers:
        return
    for side, joint, quat in (
        ("left_finger", FINGER_NAMES[0], (1, 0, 0, 0)),
        ("right_finger", FINGER_NAMES[1], (0, 0, 0, 1)),
    ):
        _add_finger(hand, side, joint, quat)
    _add_servos(spec)


def _dress(body: mujoco.MjsBody, name: str, *, shown: bool) -> None:
    """Give a body its shapes to look at and its capsules to touch with."""
    for number, piece in enumerate(LINK_SHAPES.get(name, ()) if shown else ()):
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_MESH,
            meshname=f"{name}_{number}",
            rgba=DARK if piece.dark else WHITE,
            contype=0,
            conaffinity=0,
            group=SHOWN_GROUP,
            density=0,
        )
    for label, owner, ends, radius in CAPSULES:
        if owner == name:
            body.add_geom(
                name=label,
                type=mujoco.mjtGeom.mjGEOM_CAPSULE,
                fromto=ends,
                size=(radius, 0, 0),
                rgba=(0.4, 0.5, 0.6, 0.3),
                contype=ARM_BIT,
                conaffinity=THING_BIT,
                group=TOUCHED_GROUP,
                density=0,
            )


def _add_finger(
    hand: mujoco.MjsBody, side: str, joint: str, quat: tuple[float, float, float, float]
) -> None:
    finger = hand.add_body(
        name=side,
        pos=(0, 0, 0.0584),
        quat=quat,
        mass=0.015,
        ipos=(0, 0.01, 0.02),
        inertia=(2.375e-6, 2.375e-6, 7.5e-7),
        explicitinertial=True,
        gravcomp=1.0,
    )
    finger.add_joint(
        name=joint,
        type=mujoco.mjtJoint.mjJNT_SLIDE,
        axis=(0, 1, 0),
        range=(0.0, MAX_WIDTH_M / 2),
        limited=mujoco.mjtLimited.mjLIMITED_TRUE,
        armature=0.1,
        damping=5.0,
    )
    for label, centre, half in FINGER_BOXES:
        finger.add_geom(
            name=f"{side}_{label}",
            type=mujoco.mjtGeom.mjGEOM_BOX,
            pos=centre,
            size=half,
            rgba=DARK if label == "pad" else WHITE,
            contype=ARM_BIT,
            conaffinity=THING_BIT,
            group=SHOWN_GROUP,
            density=0,
            condim=4,
            friction=(1.5, 0.02, 0.0001),
            solimp=(0.95, 0.99, 0.001, 0.5, 2),
            solref=(0.01, 1.0),
            priority=1,
        )


def _add_servos(spec: mujoco.MjSpec) -> None:
    for number, joint in enumerate(JOINT_NAMES):
        _servo(spec, joint, STIFFNESS[number], DAMPING[number], TORQUE_NM[number])
    for joint in FINGER_NAMES:
        _servo(spec, joint, 1500.0, 60.0, FINGER_FORCE_N)
    # The two fingers move as one, as the real hand's spindle has it.
    spec.add_equality(
        type=mujoco.mjtEq.mjEQ_JOINT,
        name1=FINGER_NAMES[0],
        name2=FINGER_NAMES[1],
        objtype=mujoco.mjtObj.mjOBJ_JOINT,
        solref=(0.005, 1.0),
        solimp=(0.95, 0.99, 0.001, 0.5, 2),
        data=[0, 1] + [0] * 10,
    )


def _servo(spec: mujoco.MjSpec, joint: str, stiffness: float, damping: float, most: float) -> None:
    spec.add_actuator(
        name=joint,
        target=joint,
        trntype=mujoco.mjtTrn.mjTRN_JOINT,
        gainprm=[stiffness] + [0.0] * 9,
        biastype=mujoco.mjtBias.mjBIAS_AFFINE,
        biasprm=[0.0, -stiffness, -damping] + [0.0] * 7,
        forcelimited=mujoco.mjtLimited.mjLIMITED_TRUE,
        forcerange=(-most, most),
    )
