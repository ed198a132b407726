"""A room while it is being furnished: walls, what stands where, what must stay free.

Frame: THOR's, metres, degrees. All yaws are multiples of 90, so footprints are rectangles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from envs.household.catalog import object_type
from envs.household.scene import Floor, ObjectSpec, object_id
from envs.household.shape import Vec3

WALLS = (0, 1, 2, 3)
"""South, west, north, east: wall k's furniture has yaw 90 k and faces the room."""
MOVING_SPACE_M = 0.7
"""Depth kept free ahead of a front: an agent's 0.4 m and the play of its 0.25 m grid."""


@dataclass(frozen=True)
class Block:
    """A box that is taken: corners [2, 3] (lower, upper) and whose it is."""

    lower_m: Vec3
    upper_m: Vec3
    owner: str

    def meets(self, other: "Block", *, slack_m: float = 1e-3) -> bool:
        """Whether two boxes overlap by more than `slack_m` in all three directions."""
        return all(
            min(self.upper_m[i], other.upper_m[i]) - max(self.lower_m[i], other.lower_m[i])
            > slack_m
            for i in range(3)
        )


def axes(yaw_deg: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return (right, ahead) in (x, z) of something with a yaw that is a multiple of 90."""
    angle = np.deg2rad(yaw_deg)
    sine, cosine = float(np.round(np.sin(angle))), float(np.round(np.cos(angle)))
    return (cosine, -sine), (sine, cosine)


@dataclass
class RoomPlan:
    """Furniture placed so far, and the helpers to place more.

    Attributes:
        kind: Kind of room.
        floor: Its floor.
        rng: The only source of chance.
        specs: What stands in the room.
        blocks: What their boxes take.
        zones: Floor that furniture must leave free, beside `blocks`.
    """

    kind: str
    floor: Floor
    rng: np.random.Generator
    specs: list[ObjectSpec] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    zones: list[Block] = field(default_factory=list)

    def wall_length_m(self, wall: int) -> float:
        """Length of a wall."""
        (x0, z0), (x1, z1) = self.floor.min_xz_m, self.floor.max_xz_m
        return x1 - x0 if wall % 2 == 0 else z1 - z0

    def wall_point(self, wall: int, along_m: float, out_m: float) -> tuple[float, float]:
        """(x, z) at `along_m` from a wall's middle (to the right of who faces out), `out_m` off."""
        (x0, z0), (x1, z1) = self.floor.min_xz_m, self.floor.max_xz_m
        right, ahead = axes(90.0 * wall)
        half = (x1 - x0) / 2 if wall % 2 else (z1 - z0) / 2
        x, z = (x0 + x1) / 2, (z0 + z1) / 2
        return (
            x + right[0] * along_m + ahead[0] * (out_m - half),
            z + right[1] * along_m + ahead[1] * (out_m - half),
        )

    def block(
        self,
        centre_xz_m: tuple[float, float],
        bottom_m: float,
        size_m: Vec3,
        yaw_deg: float,
        owner: str,
    ) -> Block:
        """Return the box that something of a size takes."""
        width, height, depth = size_m if round(yaw_deg) % 180 == 0 else size_m[::-1]
        x, z = centre_xz_m
        return Block(
            (x - width / 2, bottom_m, z - depth / 2),
            (x + width / 2, bottom_m + height, z + depth / 2),
            owner,
        )

    def front(self, box: Block, yaw_deg: float, depth_m: float = MOVING_SPACE_M) -> Block:
        """Return the floor ahead of a box."""
        _, ahead = axes(yaw_deg)
        lower, upper = list(box.lower_m), list(box.upper_m)
        lower[1], upper[1] = 0.0, 1.8
        for axis, sign in ((0, ahead[0]), (2, ahead[1])):
            if sign > 0:
                lower[axis], upper[axis] = box.upper_m[axis], box.upper_m[axis] + depth_m
            elif sign < 0:
                lower[axis], upper[axis] = box.lower_m[axis] - depth_m, box.lower_m[axis]
        return Block(tuple(lower), tuple(upper), box.owner)

    def inside(self, box: Block) -> bool:
        """Whether a box lies within the walls."""
        lower, upper = self.floor.min_xz_m, self.floor.max_xz_m
        return (
            box.lower_m[0] >= lower[0] - 1e-6
            and box.lower_m[2] >= lower[1] - 1e-6
            and box.upper_m[0] <= upper[0] + 1e-6
            and box.upper_m[2] <= upper[1] + 1e-6
            and box.upper_m[1] <= self.floor.height_m
        )

    def taken(self, box: Block) -> bool:
        """Whether furniture stands in a box."""
        return any(box.meets(other) for other in self.blocks)

    def fits(self, box: Block, *, front: Block | None = None) -> bool:
        """Whether a box is free, touches no zone, and its own front is free of furniture."""
        if not self.inside(box) or self.taken(box) or any(box.meets(zone) for zone in self.zones):
            return False
        return front is None or (self.inside(front) and not self.taken(front))

    def add(
        self,
        type_name: str,
        centre_xz_m: tuple[float, float],
        bottom_m: float,
        yaw_deg: float,
        *,
        roll_deg: float = 0.0,
        size_m: Vec3 | None = None,
        owner: str | None = None,
        parent: str | None = None,
        suffix: str | None = None,
        states: Mapping[str, bool] | None = None,
        style: Mapping[str, str | float] | None = None,
        solid: bool = True,
    ) -> ObjectSpec:
        """Put an object down; its pivot is the centre of its box.

        Args:
            type_name: Its type.
            centre_xz_m: Centre of its footprint.
            bottom_m: Height of its underside.
            yaw_deg: Which way its front faces, multiple of 90 where `solid`.
            roll_deg: Turn about its own z, before the yaw.
            size_m: Its size; the catalogue's where None.
            owner: Furniture it is built into.
            parent: Receptacle it rests in.
            suffix: For basins: the id is the owner's with this appended.
            states: Start states.
            style: Choices of look; a seed is added.
            solid: Whether its box keeps other furniture away.
        """
        size = size_m or object_type(type_name).size_m
        rounded = [
            round(value, 4) for value in (centre_xz_m[0], bottom_m + size[1] / 2, centre_xz_m[1])
        ]
        position = (rounded[0] + 0.0, rounded[1] + 0.0, rounded[2] + 0.0)
        name = f"{owner}|{suffix}" if suffix else object_id(type_name, position)
        spec = ObjectSpec(
            object_id=name,
            type=type_name,
            position_m=position,
            size_m=(round(size[0], 4), round(size[1], 4), round(size[2], 4)),
            rotation_deg=(0.0, float(yaw_deg) % 360.0, roll_deg),
            pivot_m=(0.0, round(size[1], 4) / 2, 0.0),
            owner=owner,
            parent=parent,
            states=dict(states or {}),
            style={"seed": float(self.rng.integers(1 << 16)), **(style or {})},
        )
        self.specs.append(spec)
        if solid:
            self.blocks.append(self.block(centre_xz_m, bottom_m, size, yaw_deg, name))
        return spec

    def against_wall(
        self,
        type_name: str,
        *,
        walls: Sequence[int] = WALLS,
        size_m: Vec3 | None = None,
        bottom_m: float = 0.0,
        clear_m: float = MOVING_SPACE_M,
        corner: bool = False,
        beside: str | None = None,
        gap_m: float = 0.02,
        style: Mapping[str, str | float] | None = None,
    ) -> ObjectSpec | None:
        """Put something with its back to a wall, at a free place drawn at random.

        Args:
            type_name: Its type.
            walls: Walls to choose from.
            size_m: Its size; the catalogue's where None.
            bottom_m: Height of its underside.
            clear_m: Depth to keep free ahead of it; 0 for none.
            corner: Prefer the corners of the room.
            beside: Object id of furniture to stand next to.
            gap_m: Distance from the wall.
            style: Choices of look.

        Returns:
            What was placed, or None where nothing is free.
        """
        size = size_m or object_type(type_name).size_m
        places: list[tuple[float, int, tuple[float, float]]] = []
        for wall in walls:
            half = self.wall_length_m(wall) / 2 - size[0] / 2
            for along in np.arange(-half, half + 1e-6, 0.05) if half >= 0 else ():
                xz = self.wall_point(wall, float(along), gap_m + size[2] / 2)
                places.append((half - abs(float(along)), wall, xz))
        order = self.rng.permutation(len(places))
        if corner:
            order = order[np.argsort([places[i][0] for i in order], kind="stable")]
        if beside is not None:
            near = next(s for s in self.specs if s.object_id == beside).position_m
            away = [np.hypot(places[i][2][0] - near[0], places[i][2][1] - near[2]) for i in order]
            order = order[np.argsort(away, kind="stable")]
        for index in order:
            _, wall, xz = places[index]
            box = self.block(xz, bottom_m, size, 90.0 * wall, type_name)
            ahead = self.front(box, 90.0 * wall, clear_m) if clear_m > 0 else None
            if self.fits(box, front=ahead):
                if ahead is not None:
                    self.zones.append(ahead)
                return self.add(type_name, xz, bottom_m, 90.0 * wall, size_m=size, style=style)
        return None

    def somewhere(
        self,
        type_name: str,
        *,
        size_m: Vec3 | None = None,
        margin_m: float = 0.75,
        around: tuple[float, float] | None = None,
    ) -> ObjectSpec | None:
        """Put something in the middle of the room with `margin_m` free on all sides.

        Args:
            type_name: Its type.
            size_m: Its size; the catalogue's where None.
            margin_m: Free floor to keep on each side.
            around: Prefer places near this (x, z); the room's middle where None.
        """
        size = size_m or object_type(type_name).size_m
        (x0, z0), (x1, z1) = self.floor.min_xz_m, self.floor.max_xz_m
        xs, zs = np.arange(x0, x1, 0.1), np.arange(z0, z1, 0.1)
        grid = np.stack(np.meshgrid(xs, zs), axis=-1).reshape(-1, 2)
        centre = around or ((x0 + x1) / 2, (z0 + z1) / 2)
        away = np.hypot(*(grid - centre).T) + self.rng.uniform(0, 0.6, len(grid))
        turn = 90.0 * int(self.rng.integers(2))
        for index in np.argsort(away):
            xz = (float(grid[index, 0]), float(grid[index, 1]))
            for yaw in (turn, 90.0 - turn):
                box = self.block(xz, 0.0, size, yaw, type_name)
                room = self.block(
                    xz, 0.0, (size[0] + 2 * margin_m, 1.8, size[2] + 2 * margin_m), yaw, type_name
                )
                if self.fits(box) and self.inside(room) and not self.taken(room):
                    self.zones.append(room)
                    return self.add(type_name, xz, 0.0, yaw, size_m=size)
        return None
