"""A small workbench: shapes are written as boxes and meshes between coordinates in metres."""

from collections.abc import Sequence

import numpy as np

from envs.household.frames import rotation_matrix
from envs.household.palette import MATERIALS, RoomPalette, linear, style_seed
from envs.household.scene import ObjectSpec
from envs.household.shape import Opening, Part, PartKind, Rgb, Shape, Space, Vec3

Span = tuple[float, float]

PRIMITIVES = ("box", "cylinder", "cone", "ellipsoid", "capsule")


class Kit:
    """Collects the parts and spaces of one object, in its own frame.

    Args:
        spec: The object; its size bounds the shape.
        room: Colours of the room it stands in.
        owned: Objects built into it: a counter's basins, drawers and burners.
    """

    def __init__(
        self, spec: ObjectSpec, room: RoomPalette, owned: Sequence[ObjectSpec] = ()
    ) -> None:
        self.spec, self.room, self.owned = spec, room, tuple(owned)
        self.w, self.h, self.d = spec.size_m
        self.x, self.z = self.w / 2, self.d / 2
        self.rng = np.random.default_rng(style_seed(spec))
        self.main = room.of(spec)
        self.look = MATERIALS.get(spec.info.colour, "plain")
        self.parts: list[Part] = []
        self.spaces: list[Space] = []

    def tone(self, family: str) -> Rgb:
        """Return the room's colour of a family, or a colour written `#rrggbb`."""
        return linear(family) if family.startswith("#") else self.room.room(family)

    def add(
        self,
        kind: str,
        x: Span,
        y: Span,
        z: Span,
        colour: Rgb | str | None = None,
        material: str | None = None,
        *,
        turn: Vec3 = (0.0, 0.0, 0.0),
        moves: bool = False,
        shows: str = "",
        solid: bool = True,
    ) -> None:
        """Add a primitive or a named mesh that fills the given intervals before it is turned.

        Without a colour it takes the object's own, and with it the object's look.
        """
        name: PartKind = kind if kind in PRIMITIVES else "mesh"  # type: ignore[assignment]
        if material is None:
            family = self.spec.info.colour if colour is None else colour
            material = MATERIALS.get(family, "plain") if isinstance(family, str) else self.look
        rgb = (
            self.main
            if colour is None
            else self.tone(colour)
            if isinstance(colour, str)
            else colour
        )
        self.parts.append(
            Part(
                kind=name,
                size_m=(max(x[1] - x[0], 1e-4), max(y[1] - y[0], 1e-4), max(z[1] - z[0], 1e-4)),
                position_m=((x[0] + x[1]) / 2, (y[0] + y[1]) / 2, (z[0] + z[1]) / 2),
                colour=rgb,
                rotation_deg=turn,
                material=material,
                mesh="" if name != "mesh" else kind,
                moves=moves,
                shows=shows,
                solid=solid and not shows,
            )
        )

    def box(
        self,
        x: Span,
        y: Span,
        z: Span,
        colour: Rgb | str | None = None,
        material: str | None = None,
        **flags: object,
    ) -> None:
        """Add a box between coordinates."""
        self.add("box", x, y, z, colour, material, **flags)  # type: ignore[arg-type]

    def rod(
        self,
        a: Vec3,
        b: Vec3,
        radius: float,
        colour: Rgb | str | None = None,
        material: str | None = None,
        *,
        kind: str = "cylinder",
        **flags: object,
    ) -> None:
        """Add a cylinder (or another upright part) from point a to point b."""
        start, end = np.asarray(a, float), np.asarray(b, float)
        length = float(np.linalg.norm(end - start))
        aim = (end - start) / max(length, 1e-9)
        pitch = float(np.rad2deg(np.arccos(np.clip(aim[1], -1, 1))))
        yaw = float(np.rad2deg(np.arctan2(aim[0], aim[2])))
        m = (start + end) / 2
        flat = (
            (float(m[0] - radius), float(m[0] + radius)),
            (float(m[2] - radius), float(m[2] + radius)),
        )
        tall = (float(m[1] - length / 2), float(m[1] + length / 2))
        turn = (pitch, yaw, 0.0) if pitch > 1e-6 else (0.0, 0.0, 0.0)
        self.add(kind, flat[0], tall, flat[1], colour, material, turn=turn, **flags)  # type: ignore[arg-type]

    def legs(
        self,
        height: float,
        thickness: float,
        inset: float = 0.02,
        colour: Rgb | str | None = None,
        kind: str = "box",
        material: str | None = None,
    ) -> None:
        """Add four legs near the corners, from the floor up to a height."""
        for sx in (-1, 1):
            for sz in (-1, 1):
                x = sx * (self.x - inset - thickness / 2)
                z = sz * (self.z - inset - thickness / 2)
                t = thickness / 2
                self.add(kind, (x - t, x + t), (0.0, height), (z - t, z + t), colour, material)

    def panels(
        self,
        x: Span,
        y: Span,
        z: Span,
        wall: float,
        colour: Rgb | str | None = None,
        material: str | None = None,
        *,
        leave: str = "",
        **flags: object,
    ) -> None:
        """Add a hollow box of panels; `leave` names open sides: l r b(ottom) t(op) k(back) f."""
        (x0, x1), (y0, y1), (z0, z1) = x, y, z
        sides = {
            "l": ((x0, x0 + wall), y, z),
            "r": ((x1 - wall, x1), y, z),
            "b": ((x0 + wall, x1 - wall), (y0, y0 + wall), z),
            "t": ((x0 + wall, x1 - wall), (y1 - wall, y1), z),
            "k": ((x0 + wall, x1 - wall), (y0 + wall, y1 - wall), (z0, z0 + wall)),
            "f": ((x0 + wall, x1 - wall), (y0 + wall, y1 - wall), (z1 - wall, z1)),
        }
        for side, spans in sides.items():
            if side not in leave:
                self.box(*spans, colour, material, **flags)

    def space(
        self,
        x: Span,
        y: float,
        z: Span,
        clearance: float,
        *,
        moves: bool = False,
        inside: bool = False,
    ) -> None:
        """Add a level rectangle to put things on."""
        self.spaces.append(
            Space(
                centre_m=((x[0] + x[1]) / 2, y, (z[0] + z[1]) / 2),
                size_m=(x[1] - x[0], z[1] - z[0]),
                clearance_m=clearance,
                moves=moves,
                inside=inside,
            )
        )

    def fronts(self) -> list[tuple[str, Span, Span, Span]]:
        """Return the boxes of what is built in, as (type, x, y, z) spans in the own frame."""
        base, turn = bottom_m(self.spec), rotation_matrix(self.spec.rotation_deg)
        found = []
        for part in self.owned:
            relative = turn.T @ rotation_matrix(part.rotation_deg)
            half = np.abs(relative) @ (np.asarray(part.size_m) / 2)
            lift = rotation_matrix(part.rotation_deg) @ [0.0, part.size_m[1] / 2, 0.0]
            centre = turn.T @ (bottom_m(part) + lift - base)
            low, high = centre - half, centre + half
            x, y, z = ((float(low[i]), float(high[i])) for i in range(3))
            found.append((part.type, x, y, z))
        return found

    def hinge(self) -> Opening:
        """Return a door's hinge at the front, on the side that the style's `hinge` names.

        `left` and `right` are those of a person who stands in front; `top` and `bottom` make it
        a flap.
        """
        side = str(self.spec.style.get("hinge", "left"))
        if side == "top":
            return Opening("hinge", (1.0, 0.0, 0.0), -95.0, (0.0, self.h, self.z))
        if side == "bottom":
            return Opening("hinge", (1.0, 0.0, 0.0), 90.0, (0.0, 0.0, self.z))
        sign = -1.0 if side == "right" else 1.0
        return Opening("hinge", (0.0, 1.0, 0.0), sign * 95.0, (sign * self.x, 0.0, self.z))

    @property
    def handle_side(self) -> float:
        """Where a door's handle sits: -1 or 1 along x, away from its hinge."""
        return 1.0 if self.spec.style.get("hinge") == "right" else -1.0

    def shape(self, opening: Opening | None = None) -> Shape:
        """Return what was collected."""
        return Shape(tuple(self.parts), tuple(self.spaces), opening)


def bottom_m(spec: ObjectSpec) -> np.ndarray:
    """Return where the centre of an object's bottom stands in the room."""
    return np.asarray(spec.position_m) - rotation_matrix(spec.rotation_deg) @ np.asarray(
        spec.pivot_m
    )
