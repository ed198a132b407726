"""What an object is made of: parts to draw and bump into, spaces to put things in, an opening.

All in the object's own frame: origin at the centre of the bottom of its bounding box, x right,
y up, z out of its front (THOR's axes), metres and degrees.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Vec3: TypeAlias = tuple[float, float, float]
Rgb: TypeAlias = tuple[float, float, float]

PartKind: TypeAlias = Literal["box", "cylinder", "cone", "ellipsoid", "capsule", "mesh"]


@dataclass(frozen=True)
class Part:
    """One solid.

    Attributes:
        kind: Primitive, or `mesh` with the name of a generated mesh in `mesh`.
        size_m: Full extents (width, height, depth) of its bounding box before rotation.
            A cylinder's, cone's and capsule's axis is y.
        position_m: Its centre.
        rotation_deg: Euler angles (x, y, z), applied z, x, y as Unity does.
        colour: Linear RGB in [0, 1].
        material: Surface look, a name of `render.materials.MATERIALS`: `plain`, `wood`, `tiles`,
            `stone`, `fabric`, `metal`, `glass`, `print`, `paper`, `foliage`, `screen`, `glow` ...
        moves: Moves with the object's opening (a door, a drawer's box) instead of its body.
        shows: Only drawn in this state: `on` (a flame, a lit screen), `filled`, `dirty`, or its
            contrary `off`, `empty`, `clean`; `open`, `closed`; empty text: always.
        solid: Whether the agent bumps into it and rays for visibility stop at it.
    """

    kind: PartKind
    size_m: Vec3
    position_m: Vec3
    colour: Rgb
    rotation_deg: Vec3 = (0.0, 0.0, 0.0)
    material: str = "plain"
    mesh: str = ""
    moves: bool = False
    shows: str = ""
    solid: bool = True


@dataclass(frozen=True)
class Space:
    """A level rectangle that things can be put on, with room above it.

    Attributes:
        centre_m: Centre of the supporting surface.
        size_m: (width, depth) of the rectangle.
        clearance_m: Free height above it; things taller do not fit.
        moves: Moves with the opening (a drawer's inside).
        inside: Shut in when the object is closed: needs it open to put or take.
        yaw_deg: How far the rectangle is turned about y, as seen in the own frame.
    """

    centre_m: Vec3
    size_m: tuple[float, float]
    clearance_m: float
    moves: bool = False
    inside: bool = False
    yaw_deg: float = 0.0


@dataclass(frozen=True)
class Opening:
    """How an object opens.

    Attributes:
        kind: `hinge` turns about a vertical or level axis, `slide` moves along it.
        axis: Unit vector.
        pivot_m: A point on the axis (hinge only).
        travel: Degrees or metres at openness 1, signed.
    """

    kind: Literal["hinge", "slide"]
    axis: Vec3
    travel: float
    pivot_m: Vec3 = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Shape:
    """All of it."""

    parts: tuple[Part, ...]
    spaces: tuple[Space, ...] = ()
    opening: Opening | None = None
