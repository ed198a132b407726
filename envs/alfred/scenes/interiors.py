"""Cabinets and fridges with their shelves where things were found on them."""

from collections.abc import Sequence

from envs.alfred.scenes.pieces import Piece
from envs.household.palette import RoomPalette, shade
from envs.household.scene import ObjectSpec
from envs.household.shape import Shape
from envs.household.shapes.appliances import door
from envs.household.shapes.kit import Kit
from envs.household.shapes.storage import front_look

WALL_M = {"Cabinet": 0.012, "Fridge": 0.035}
FRONT_M = 0.03
BOARD_M = 0.01
BOARD_SHARE = 0.55
LOWEST_CLEARANCE_M = 0.08
HIGH_M = 1.2
"""Over this height cabinets hang on the wall."""


def shelf_heights_m(piece: Piece, *, wall_m: float) -> list[float]:
    """Heights of the surfaces inside, over the piece's bottom, the lowest first.

    The floor of the inside is one of them where nothing was found near it.
    """
    low, height = piece.box.low_m[1], float(piece.box.size_m[1])
    inside = [y - low for y in piece.levels_m if wall_m / 2 < y - low < height - wall_m]
    if not inside or inside[0] > wall_m + LOWEST_CLEARANCE_M:
        inside.insert(0, wall_m)
    return inside


def hollow_shape(piece: Piece, spec: ObjectSpec, palette: RoomPalette) -> Shape:
    """Build a cabinet or fridge: walls, a board under every level, one door."""
    kit = Kit(spec, palette)
    wall = min(WALL_M[piece.type], kit.w * 0.1, kit.h * 0.1)
    front = kit.z - min(FRONT_M, kit.d * 0.1)
    fridge = piece.type == "Fridge"
    # Under a counter no top is needed, and it would cover a basin let into the counter.
    leave = "f" if fridge or spec.position_m[1] > HIGH_M else "ft"
    kit.panels(
        (-kit.x, kit.x), (0.0, kit.h), (-kit.z, front), wall, shade(kit.main, 0.92), leave=leave
    )
    _shelves(kit, shelf_heights_m(piece, wall_m=wall), wall, front)
    if fridge:
        door(kit, (-kit.x, kit.x), (0.0, kit.h), inner="#eef1f2", material="appliance")
    else:
        kit.box(
            (-kit.x + 0.002, kit.x - 0.002),
            (0.002, kit.h - 0.002),
            (front + 0.001, kit.z - 0.008),
            None,
            front_look(kit),
            moves=True,
        )
        knob = kit.handle_side * (kit.x - min(0.05, kit.w * 0.15))
        level = kit.h * (0.15 if spec.position_m[1] > HIGH_M else 0.85)
        kit.rod(
            (knob, level - 0.04, kit.z - 0.004),
            (knob, level + 0.04, kit.z - 0.004),
            0.006,
            "chrome",
            moves=True,
        )
    return kit.shape(kit.hinge())


def _shelves(kit: Kit, heights_m: Sequence[float], wall_m: float, front_m: float) -> None:
    x = (-kit.x + wall_m, kit.x - wall_m)
    z = (-kit.z + wall_m, front_m)
    for index, height in enumerate(heights_m):
        above = heights_m[index + 1] if index + 1 < len(heights_m) else kit.h - wall_m
        if height > wall_m + BOARD_M:
            # Boards end half-way: THOR's shelves hide little of what is under them.
            board = (z[0], z[0] + (z[1] - z[0]) * BOARD_SHARE)
            kit.box(x, (height - BOARD_M, height), board, shade(kit.main, 0.85))
        kit.space(x, height, z, above - height - BOARD_M, inside=True)


def carton_shape(spec: ObjectSpec, palette: RoomPalette) -> Shape:
    """Build a carton: open at the top, its flaps inside, as boxes stand in the recordings."""
    kit = Kit(spec, palette)
    wall = 0.006
    kit.panels((-kit.x, kit.x), (0.0, kit.h), (-kit.z, kit.z), wall, leave="t")
    kit.space((-kit.x + wall, kit.x - wall), wall, (-kit.z + wall, kit.z - wall), kit.h)
    return kit.shape()
