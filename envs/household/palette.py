"""Colours of rooms and things: a scheme for each room, families of colours for what stands in it.

Furniture of one room shares its woods, fronts and fabrics; small things draw freely from their
family. Colours are written as sRGB hex and returned as linear RGB under a gamma of 2, which the
renderer undoes with a square root.
"""

import zlib
from dataclasses import dataclass
from functools import cache

from embodied.core.errors import UnknownNameError
from envs.household.scene import ObjectSpec
from envs.household.shape import Rgb

NAMED = {
    "red": "#b8433c",
    "orange": "#d98545",
    "yellow": "#e0b94f",
    "green": "#6f9461",
    "blue": "#4f7ca8",
    "purple": "#86699c",
    "pink": "#d69aa0",
    "brown": "#7d5a3f",
    "black": "#2b2b2e",
    "grey": "#8d8f91",
    "white": "#f1eee8",
    "beige": "#dccbad",
}
"""Colours that a scene may ask for by name, in an object's style."""

SCHEMES: tuple[dict[str, str], ...] = (
    # a warm white room with oak and teal
    {"wall": "#ece2d0", "wood": "#b98a58", "front": "#f0ebe0", "stone": "#6b6763",
     "upholstery": "#5f8488", "bedding": "#dfe6e4", "fabric": "#c9785a", "floor": "#b98f66",
     "tiles": "#d9d4c8", "wicker": "#c6a273", "bin": "#8c9494"},
    # sage walls, walnut, cream
    {"wall": "#cfd6c4", "wood": "#7d5639", "front": "#dcd9cb", "stone": "#d3cdc2",
     "upholstery": "#b98d66", "bedding": "#f0e9dc", "fabric": "#7c8f74", "floor": "#9a7350",
     "tiles": "#c4cbc3", "wicker": "#b08d62", "bin": "#5c6660"},
    # pale blue, beech, mustard
    {"wall": "#d5dfe3", "wood": "#c99f6f", "front": "#7f97a6", "stone": "#e4dfd6",
     "upholstery": "#c9a04f", "bedding": "#a9bfcb", "fabric": "#d8b25f", "floor": "#c3a07a",
     "tiles": "#e6e3dc", "wicker": "#d0b287", "bin": "#a8adb0"},
    # blush, cherry wood, plum
    {"wall": "#ead5c9", "wood": "#96583c", "front": "#efe4d8", "stone": "#8b8079",
     "upholstery": "#8a6478", "bedding": "#ecd9d6", "fabric": "#a8636b", "floor": "#a97a58",
     "tiles": "#dccfc6", "wicker": "#bd9468", "bin": "#857b78"},
    # butter walls, pine, forest green
    {"wall": "#f0e3bd", "wood": "#cfa063", "front": "#6e8a70", "stone": "#b9a58d",
     "upholstery": "#5c7a5e", "bedding": "#f3ecd8", "fabric": "#c25f45", "floor": "#b5834f",
     "tiles": "#d8c9a9", "wicker": "#c9a56c", "bin": "#6d7069"},
    # cool grey, ash, brick
    {"wall": "#d9d7d3", "wood": "#a98d70", "front": "#eeeeec", "stone": "#3f4144",
     "upholstery": "#a5604c", "bedding": "#c8cdd2", "fabric": "#5a7291", "floor": "#8f7a66",
     "tiles": "#bfc3c4", "wicker": "#b79c7c", "bin": "#45484b"},
)  # fmt: skip
"""Of each room: what its walls, floor and furniture are painted and made of."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "appliance": ("#e9e9e6", "#c4c7c9", "#dfdcd4"),
    "apple": ("#b5372c", "#c1442e", "#93a83f"),
    "basketball": ("#c8692f",),
    "bottle": ("#2f4a33", "#4a3323", "#24402f"),
    "bronze": ("#8a6a3c", "#5f6b5c", "#b6afa3"),
    "cardboard": ("#b98f5e", "#c59d6d"),
    "ceramic": ("#ece7dc", "#7f9fb3", "#b8624a", "#8fa68a", "#d7b25c", "#56657d", "#d9a7a0"),
    "chrome": ("#c3c9cd",),
    "crust": ("#b57b3f", "#a96c34"),
    "dark": ("#33343a", "#2a2b2e"),
    "device": ("#4a4d52", "#b9bdc1", "#2f3136"),
    "disc": ("#cfd4dd",),
    "egg": ("#ecdcc4", "#d9b48f"),
    "enamel": ("#b5473d", "#3f6f78", "#e3dccb", "#4f6f52"),
    "glass": ("#b9d3d6", "#c9dad0", "#b8c9dd"),
    "ink": ("#28407a", "#2d2d33", "#8f2f35"),
    "iron": ("#3a3b3e", "#46474a"),
    "lamp": ("#ead9b5", "#e6dccb", "#d9b98f", "#cfd9cf"),
    "leaf": ("#5f8a45", "#4f7c42", "#78994c"),
    "leather": ("#6b4630", "#3f322b", "#86603f"),
    "mirror": ("#bccbd2",),
    "paper": ("#efebe2",),
    "pencil": ("#e0ab3d", "#c8553d", "#4a7a5a"),
    "plastic": ("#4d8aa0", "#cc6a4d", "#7da05e", "#d9b04c", "#8c6f9f"),
    "plush": ("#a6764a", "#c39a6b", "#8a5f43"),
    "porcelain": ("#f2f1ed",),
    "potato": ("#b4905f", "#a37f52"),
    "print": ("#a8483f", "#3f6a8a", "#4f7d5d", "#c79a46", "#6a5585"),
    "rubber": ("#9c3f33", "#4a4440"),
    "screen": ("#1d1f23",),
    "sky": ("#a9cbe3",),
    "soap": ("#e6c9bf", "#c3d6c2", "#e8dfb4"),
    "sponge": ("#e2c04d", "#7fb069"),
    "steel": ("#a9aeb2", "#b6babd"),
    "tomato": ("#c23d2a",),
    "wax": ("#efe3c6", "#d9a59a", "#a9bfae"),
    "white": ("#f1efe9",),
    # What the room's scheme gives to its furniture, small things draw freely.
    "bedding": ("#dfe6e4",),
    "fabric": ("#c9785a", "#7c8f74", "#5a7291", "#d8b25f", "#e8dfd0", "#a8636b"),
    "wood": ("#b98a58", "#7d5639", "#c99f6f"),
}
"""Colours that types draw from, by the name in the catalogue's `colour` column."""

MATERIALS = {
    "appliance": "plain", "bronze": "metal", "cardboard": "paper", "chrome": "metal",
    "crust": "bread", "fabric": "fabric", "front": "panel", "glass": "glass", "iron": "metal",
    "lamp": "fabric", "leaf": "foliage", "mirror": "mirror", "paper": "paper", "plush": "plush",
    "print": "print", "sponge": "sponge", "steel": "metal", "stone": "stone", "upholstery":
    "fabric", "bedding": "fabric", "wicker": "wicker", "wood": "wood", "sky": "sky",
}  # fmt: skip
"""Surface look of a family where it is not plain."""


@cache
def linear(code: str) -> Rgb:
    """Turn `#rrggbb` into linear RGB (gamma 2)."""
    values = [int(code[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    return (values[0] ** 2, values[1] ** 2, values[2] ** 2)


def shade(colour: Rgb, factor: float) -> Rgb:
    """Darken (factor below 1) or lighten a colour; lightening moves it towards white."""
    if factor <= 1.0:
        return (colour[0] * factor, colour[1] * factor, colour[2] * factor)
    t = 1.0 - 1.0 / factor
    return (colour[0] + (1 - colour[0]) * t, colour[1] + (1 - colour[1]) * t,
            colour[2] + (1 - colour[2]) * t)  # fmt: skip


def style_seed(spec: ObjectSpec) -> int:
    """Return the number that an object's free choices are drawn from: style `seed` or its id."""
    seed = spec.style.get("seed")
    return zlib.crc32(spec.object_id.encode()) if seed is None else int(float(seed))


@dataclass(frozen=True)
class RoomPalette:
    """The colours of one room.

    Attributes:
        seed: Draws the scheme; rooms of one seed look alike.
        kind: Of the room: `kitchen`, `living_room`, `bedroom`, `bathroom`.
    """

    seed: int = 0
    kind: str = "living_room"

    @property
    def scheme(self) -> dict[str, str]:
        """The room's row of `SCHEMES`."""
        return SCHEMES[self.seed % len(SCHEMES)]

    def room(self, family: str) -> Rgb:
        """Return the room's colour of a family, the same wherever it is used in the room."""
        code = self.scheme.get(family)
        if code is None:
            choices = FAMILIES[family]
            code = choices[(self.seed // len(SCHEMES)) % len(choices)]
        return linear(code)

    def of(self, spec: ObjectSpec) -> Rgb:
        """Return an object's main colour: its style's, its room's, or one of its family.

        Raises:
            UnknownNameError: If the style asks for a colour that has no name here.
        """
        asked = spec.style.get("colour")
        if isinstance(asked, str) and asked:
            if asked.startswith("#") and len(asked) == 7:
                return linear(asked)
            if asked not in NAMED:
                raise UnknownNameError("colour", asked, NAMED)
            return linear(NAMED[asked])
        family = spec.info.colour
        if family not in FAMILIES or (family in self.scheme and not spec.info.can("pickupable")):
            return self.room(family)
        if family in ("appliance", "stone"):
            return self.room(family)
        choices = FAMILIES[family]
        return linear(choices[style_seed(spec) % len(choices)])
