"""A table of parts to an MjModel: fixed bodies for furniture, mocap bodies for what moves.

Nothing collides in MuJoCo: the rules move things, the model is there to be seen and for rays.
"""

import mujoco
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from envs.household.frames import SWAP
from envs.household.parts import PartTable
from envs.household.shapes.meshes import unit_mesh

Floats = NDArray[np.float64]

SHOWN_GROUP, HIDDEN_GROUP = 0, 5
"""Geom groups: rays see the first and pass through the second."""

GEOMS = {
    "box": mujoco.mjtGeom.mjGEOM_BOX,
    "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
    "ellipsoid": mujoco.mjtGeom.mjGEOM_ELLIPSOID,
    "capsule": mujoco.mjtGeom.mjGEOM_CAPSULE,
}


def to_mujoco_quaternions(rotations: Floats) -> Floats:
    """Turn [N, 3, 3] rotations of THOR's frame into MuJoCo's (w, x, y, z): [N, 4]."""
    return Rotation.from_matrix(SWAP @ rotations @ SWAP).as_quat(scalar_first=True)


def compile_model(
    table: PartTable, slot_position_m: Floats, slot_rotation: Floats, mocap: NDArray[np.bool_]
) -> mujoco.MjModel:
    """Build the model: one body a slot in the table's order, one geom a part in the table's order.

    Args:
        table: Parts and slots; slot 0 is the world body.
        slot_position_m: [S, 3] at the start, THOR's frame.
        slot_rotation: [S, 3, 3] at the start, THOR's frame.
        mocap: [S], which slots move.
    """
    spec = mujoco.MjSpec()
    spec.compiler.discardvisual = False
    spec.compiler.balanceinertia = True
    spec.option.disableflags |= mujoco.mjtDisableBit.mjDSBL_CONTACT
    meshes: dict[tuple[str, tuple[float, ...]], str] = {}
    part_quats = to_mujoco_quaternions(table.rotation)
    slot_quats = to_mujoco_quaternions(slot_rotation)
    for slot, rows in enumerate(table.slot_parts):
        body = spec.worldbody
        if slot:
            body = spec.worldbody.add_body(
                name=f"slot{slot}",
                mocap=bool(mocap[slot]),
                pos=slot_position_m[slot, [0, 2, 1]],
                quat=slot_quats[slot],
            )
        for row in range(rows.start, rows.stop):
            part = table.parts[row]
            kind, size = part.kind, part.size_m
            if kind == "cone" or (
                kind in ("cylinder", "capsule") and abs(size[0] - size[2]) > 1e-6
            ):
                name: str | None = kind
            else:
                name = part.mesh if kind == "mesh" else None
            placed = {
                "pos": table.position_m[row, [0, 2, 1]],
                "quat": part_quats[row],
                "contype": 0,
                "conaffinity": 0,
                "mass": 0.0,
            }
            if name is None:
                body.add_geom(type=GEOMS[kind], size=geom_size(kind, size), **placed)
                continue
            key = (name, tuple(round(s, 5) for s in size))
            if key not in meshes:
                meshes[key] = f"mesh{len(meshes)}"
                add_mesh(spec, meshes[key], *key)
            body.add_geom(type=mujoco.mjtGeom.mjGEOM_MESH, meshname=meshes[key], **placed)
    return spec.compile()


def geom_size(kind: str, size_m: tuple[float, float, float]) -> list[float]:
    """Return MuJoCo's three size numbers of a primitive (its z is our y)."""
    x, y, z = (s / 2 for s in size_m)
    if kind == "cylinder":
        return [x, y, 0.0]
    if kind == "capsule":
        return [x, max(y - x, 1e-5), 0.0]
    return [x, z, y]


def add_mesh(spec: mujoco.MjSpec, name: str, mesh: str, size_m: tuple[float, ...]) -> None:
    """Add a named mesh at a size; swapping y and z turns it inside out, so its faces turn too."""
    source = unit_mesh(mesh)
    vertices = (source.vertices * np.asarray(size_m))[:, [0, 2, 1]]
    asset = spec.add_mesh(name=name)
    asset.uservert = vertices.ravel()
    asset.userface = source.triangles[:, [0, 2, 1]].ravel()
    asset.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL
