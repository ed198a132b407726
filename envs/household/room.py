"""The room itself as parts: floor, walls with skirting, ceiling.

THOR's frame. These parts belong to no object: their instance id is 0.
"""

from envs.household.palette import RoomPalette, linear, shade
from envs.household.scene import Scene
from envs.household.shape import Part

WALL_M = 0.1
SKIRTING_M = 0.08
TILED_TO_M = 1.3
CEILING, NEAR_WALL = "ceiling", "near wall"
"""`Part.shows` of the ceiling and of the wall at low z; a picture from above leaves them out."""


def room_parts(scene: Scene, palette: RoomPalette) -> tuple[Part, ...]:
    """Build floor, walls and ceiling of a scene; bathrooms are tiled to shoulder height."""
    (x0, z0), (x1, z1) = scene.floor.min_xz_m, scene.floor.max_xz_m
    height = scene.floor.height_m
    wet = scene.kind in ("kitchen", "bathroom")
    wall, floor = palette.room("wall"), palette.room("tiles" if wet else "floor")
    cx, cz, wide, deep = (x0 + x1) / 2, (z0 + z1) / 2, x1 - x0, z1 - z0
    out = 2 * WALL_M

    def box(
        size: tuple[float, float, float],
        at: tuple[float, float, float],
        colour: tuple[float, float, float],
        material: str,
        shows: str = "",
    ) -> Part:
        return Part("box", size, at, colour, material=material, shows=shows)

    parts = [
        box((wide + out, WALL_M, deep + out), (cx, -WALL_M / 2, cz), floor,
            "floor_tiles" if wet else "planks"),
        box((wide + out, WALL_M, deep + out), (cx, height + WALL_M / 2, cz), linear("#f5f1e8"),
            "plain", CEILING),
    ]  # fmt: skip
    sides = (
        ((WALL_M, height, deep), (x0 - WALL_M / 2, height / 2, cz), (1, 0)),
        ((WALL_M, height, deep), (x1 + WALL_M / 2, height / 2, cz), (-1, 0)),
        ((wide, height, WALL_M), (cx, height / 2, z0 - WALL_M / 2), (0, 1)),
        ((wide, height, WALL_M), (cx, height / 2, z1 + WALL_M / 2), (0, -1)),
    )
    for size, at, (inx, inz) in sides:
        shows = NEAR_WALL if inz == 1 else ""
        parts.append(box(size, at, wall, "plaster", shows))
        low = TILED_TO_M if scene.kind == "bathroom" else SKIRTING_M
        thick = 0.006 if scene.kind == "bathroom" else 0.012
        centre = (
            at[0] + inx * (WALL_M + thick) / 2,
            low / 2,
            at[2] + inz * (WALL_M + thick) / 2,
        )
        face = (thick, low, deep) if inx else (wide, low, thick)
        if scene.kind == "bathroom":
            parts.append(box(face, centre, shade(palette.room("tiles"), 1.3), "tiles", shows))
        else:
            parts.append(box(face, centre, shade(wall, 1.9), "plain", shows))
    return tuple(parts)
