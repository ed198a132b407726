"""How the surface looks of a `Part` are drawn: which texture, how large, how shiny."""

from dataclasses import dataclass

from embodied.core.errors import UnknownNameError
from envs.household.render.textures import LAYER_INDEX


@dataclass(frozen=True)
class Material:
    """One surface look.

    Attributes:
        layers: Texture layers; a part draws one of them.
        tile_m: Edge of the square that the texture covers; 0 spreads it over the whole face.
        shine: Strength of the highlight, 0 to 1.
        glows: Drawn at full brightness.
        opacity: Below 1 what lies behind shows through (its id does not).
    """

    layers: tuple[str, ...]
    tile_m: float = 0.5
    shine: float = 0.0
    glows: bool = False
    opacity: float = 1.0

    def layer(self, choice: int) -> int:
        """Return the index of one of its layers."""
        return LAYER_INDEX[self.layers[choice % len(self.layers)]]


MATERIALS: dict[str, Material] = {
    "plain": Material(("plain",), 0.4),
    "plaster": Material(("plaster",), 0.8),
    "wood": Material(("wood",), 0.55, shine=0.08),
    "planks": Material(("planks",), 1.0, shine=0.05),
    "tiles": Material(("tiles",), 0.6, shine=0.1),
    "floor_tiles": Material(("floor_tiles",), 0.8, shine=0.08),
    "stone": Material(("stone",), 0.4, shine=0.12),
    "fabric": Material(("fabric",), 0.25),
    "stripes": Material(("stripes",), 0.45),
    "metal": Material(("metal",), 0.3, shine=0.45),
    "glossy": Material(("plain",), 0.4, shine=0.4),
    "bread": Material(("bread",), 0.15),
    "plush": Material(("plush",), 0.2),
    "wicker": Material(("wicker",), 0.35),
    "sponge": Material(("sponge",), 0.1),
    "paper": Material(("paper",), 0.3),
    "leather": Material(("leather",), 0.2, shine=0.15),
    "fruit": Material(("fruit",), 0.1, shine=0.25),
    "potato": Material(("potato",), 0.15),
    "foliage": Material(("foliage",), 0.2),
    "panel": Material(("panel",), 0.0),
    "wood_panel": Material(("wood_panel",), 0.0, shine=0.05),
    "appliance": Material(("appliance",), 0.0, shine=0.15),
    "print": Material(("art0", "art1", "art2", "art3"), 0.0),
    "poster": Material(("poster",), 0.0),
    "news": Material(("news",), 0.0),
    "cover": Material(("cover",), 0.0),
    "pages": Material(("pages",), 0.0),
    "label": Material(("label",), 0.0),
    "keys": Material(("keys",), 0.0),
    "tv": Material(("tv",), 0.0, glows=True),
    "screen": Material(("screen",), 0.0, glows=True),
    "sky": Material(("sky",), 0.0, glows=True),
    "mirror": Material(("mirror",), 0.0, shine=0.2),
    "slats": Material(("slats",), 0.0),
    "disc": Material(("disc",), 0.0, shine=0.4),
    "pattern": Material(("pattern",), 0.0),
    "glow": Material(("plain",), 0.4, glows=True),
    "glass": Material(("plain",), 0.4, shine=0.5, opacity=0.25),
    "water": Material(("plain",), 0.4, shine=0.5, opacity=0.6),
    "stream": Material(("plain",), 0.4, shine=0.3, opacity=0.7),
}
"""Material name -> how it is drawn."""


def material(name: str) -> Material:
    """Look a material up.

    Raises:
        UnknownNameError: If there is no such material.
    """
    if name not in MATERIALS:
        raise UnknownNameError("material", name, MATERIALS)
    return MATERIALS[name]
