"""What stands on the table: plain data from which a world is built."""

from dataclasses import dataclass

from embodied.core.errors import UnknownNameError

COLOURS: dict[str, str] = {
    "red": "#c8322b",
    "green": "#3f9b46",
    "blue": "#2f5fbf",
    "yellow": "#e8bf2c",
    "orange": "#e0762a",
    "purple": "#7c4aa3",
    "white": "#ececea",
    "black": "#33343a",
    "pink": "#e58cb4",
    "brown": "#7d5233",
    "cyan": "#3fb6c4",
    "grey": "#8d9096",
}
"""Named colours, as sRGB."""


def rgba_of(colour: str) -> tuple[float, float, float, float]:
    """Return a named colour as sRGB in [0, 1] and full opacity.

    Raises:
        UnknownNameError: If there is no colour of that name.
    """
    if colour not in COLOURS:
        raise UnknownNameError("colour", colour, COLOURS)
    code = COLOURS[colour]
    red, green, blue = (int(code[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
    return red, green, blue, 1.0


@dataclass(frozen=True)
class BlockSpec:
    """A wooden cube.

    Attributes:
        colour: One of `COLOURS`.
        position_m: (x, y) of its middle on the table.
        yaw_rad: How it is turned.
        size_m: Its edge.
    """

    colour: str
    position_m: tuple[float, float]
    yaw_rad: float = 0.0
    size_m: float = 0.04


@dataclass(frozen=True)
class BowlSpec:
    """A round bowl.

    Attributes:
        colour: One of `COLOURS`.
        position_m: (x, y) of its middle on the table.
        radius_m: Of its rim, outside.
    """

    colour: str
    position_m: tuple[float, float]
    radius_m: float = 0.075


@dataclass(frozen=True)
class DrawerSpec:
    """A low cabinet with one drawer that opens towards the robot, along -x.

    Attributes:
        colour: Of the drawer's front, one of `COLOURS`.
        position_m: (x, y) of the middle of the closed drawer's front face.
        openness: 0 closed to 1 open.
    """

    colour: str
    position_m: tuple[float, float]
    openness: float = 0.0


@dataclass(frozen=True)
class TabletopScene:
    """A table with things on it; the robot's base is the origin, the table's top is z = 0.

    Attributes:
        blocks: Cubes.
        bowls: Bowls.
        drawer: The cabinet, or None.
        table: Colour of the table's top.
    """

    blocks: tuple[BlockSpec, ...] = ()
    bowls: tuple[BowlSpec, ...] = ()
    drawer: DrawerSpec | None = None
    table: str = "#c9b18f"
