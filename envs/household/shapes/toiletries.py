"""Soap, paper, cloth and what else stands in a bathroom."""

from envs.household.palette import linear, shade
from envs.household.shape import Shape
from envs.household.shapes.kit import Kit


def candle(k: Kit) -> Shape:
    """Build a candle with a wick and a flame when lit."""
    wax = k.h * 0.72
    k.add("cylinder", (-k.x, k.x), (0, wax), (-k.z, k.z))
    k.add(
        "ring_flat",
        (-k.x, k.x),
        (wax - 0.003, wax + 0.003),
        (-k.z, k.z),
        shade(k.main, 1.5),
        "plain",
    )
    k.rod((0, wax, 0), (0, wax + 0.012, 0), 0.002, "#2b2b2e", "plain")
    k.add(
        "egg", (-0.010, 0.010), (wax + 0.006, k.h), (-0.010, 0.010), "#ffc55a", "glow", shows="on"
    )
    return k.shape()


def cloth(k: Kit) -> Shape:
    """Build a cloth folded once, loosely: a hem shows under the upper half."""
    k.add("cloth", (-k.x, k.x), (0, k.h * 0.6), (-k.z, k.z))
    k.add(
        "cloth",
        (-k.x * 0.9, k.x * 0.2),
        (k.h * 0.35, k.h),
        (-k.z * 0.86, k.z * 0.86),
        shade(k.main, 1.2),
        "fabric",
        turn=(0, 5, 0),
    )
    for z in (-0.88, 0.8):
        k.box(
            (-k.x * 0.96, k.x * 0.96),
            (k.h * 0.3, k.h * 0.42),
            (k.z * z, k.z * (z + 0.08)),
            shade(k.main, 2.2),
            "fabric",
            solid=False,
        )
    for x, z in ((-0.4, 0.2), (0.3, -0.3), (0.2, 0.45)):
        k.add(
            "pebble",
            (k.x * (x - 0.25), k.x * (x + 0.25)),
            (k.h * 0.62, k.h * 0.9),
            (k.z * (z - 0.2), k.z * (z + 0.2)),
            (0.13, 0.07, 0.03),
            "plain",
            shows="dirty",
        )
    return k.shape()


def sponge(k: Kit) -> Shape:
    """Build a kitchen sponge: foam with a green scourer on top."""
    k.add("block", (-k.x, k.x), (0, k.h * 0.78), (-k.z, k.z))
    k.add(
        "block",
        (-k.x * 0.99, k.x * 0.99),
        (k.h * 0.68, k.h),
        (-k.z * 0.99, k.z * 0.99),
        "#3f7350",
        "fabric",
    )
    return k.shape()


def hanging(k: Kit) -> Shape:
    """Build a towel folded over its middle and hanging, with woven bands near the hem."""
    k.add("towel", (-k.x, k.x), (0, k.h), (k.z * 0.05, k.z))
    k.add("towel", (-k.x * 0.98, k.x * 0.98), (k.h * 0.14, k.h), (-k.z, -k.z * 0.05))
    k.rod((-k.x, k.h - k.z * 0.8, 0), (k.x, k.h - k.z * 0.8, 0), k.z * 0.8)
    band = shade(k.main, 1.8)
    for y in (0.1, 0.16):
        k.box(
            (-k.x * 1.0, k.x * 1.0),
            (k.h * y, k.h * (y + 0.03)),
            (k.z * 0.3, k.z),
            band,
            "fabric",
            solid=False,
        )
    return k.shape()


def soap_bar(k: Kit) -> Shape:
    """Build a bar of soap."""
    k.add("pebble", (-k.x, k.x), (0, k.h), (-k.z, k.z), material="glossy")
    k.add(
        "pebble",
        (-k.x * 0.55, k.x * 0.55),
        (k.h * 0.9, k.h),
        (-k.z * 0.4, k.z * 0.4),
        shade(k.main, 0.75),
        "plain",
    )
    return k.shape()


def soap_bottle(k: Kit) -> Shape:
    """Build a bottle of liquid soap with a pump."""
    body = k.h * 0.66
    k.add("soap_bottle", (-k.x, k.x), (0, body), (-k.z, k.z), material="glossy")
    k.box((-k.x * 0.6, k.x * 0.6), (body * 0.3, body * 0.68), (k.z * 0.8, k.z), "#f3efe4", "label")
    k.rod((0, body, 0), (0, body + k.h * 0.1, 0), k.w * 0.18, "#e9e6df", "plain")
    k.rod((0, body, 0), (0, k.h * 0.94, 0), k.w * 0.07, "#e9e6df", "plain")
    k.box((-k.w * 0.13, k.w * 0.13), (k.h * 0.92, k.h), (-k.d * 0.14, k.z), "#e9e6df", "plain")
    return k.shape()


def spray_bottle(k: Kit) -> Shape:
    """Build a spray bottle: trigger and nozzle towards +z."""
    body = k.h * 0.62
    k.add("frustum", (-k.x, k.x), (0, body), (-k.z, k.z), material="glossy")
    k.add(
        "cylinder",
        (-k.x * 0.9, k.x * 0.9),
        (body * 0.12, body * 0.45),
        (-k.z * 0.95, k.z * 0.95),
        "#f3efe4",
        "label",
    )
    k.rod((0, body * 0.95, 0), (0, k.h * 0.82, 0), k.w * 0.14, "#f1efe9", "plain")
    top = linear("#c9584a")
    k.add(
        "block", (-k.w * 0.16, k.w * 0.16), (k.h * 0.82, k.h), (-k.z * 0.9, k.z * 0.7), top, "plain"
    )
    k.rod((0, k.h * 0.91, k.z * 0.6), (0, k.h * 0.91, k.z), k.w * 0.08, "#f1efe9", "plain")
    k.rod((0, k.h * 0.84, k.z * 0.45), (0, k.h * 0.68, k.z * 0.75), 0.006, top, "plain")
    return k.shape()


def tissue_box(k: Kit) -> Shape:
    """Build a printed box with a tissue sticking out."""
    top = k.h * 0.7
    k.box((-k.x, k.x), (0, top), (-k.z, k.z), material="pattern")
    k.add(
        "cylinder",
        (-k.x * 0.5, k.x * 0.5),
        (top, top + 0.002),
        (-k.z * 0.4, k.z * 0.4),
        "#3a3733",
        "plain",
    )
    k.add(
        "frill",
        (-k.x * 0.36, k.x * 0.36),
        (top, k.h),
        (-k.z * 0.3, k.z * 0.3),
        "#faf8f2",
        "paper",
        turn=(0, 15, 0),
    )
    return k.shape()


def toilet_paper(k: Kit) -> Shape:
    """Build a roll of toilet paper standing up, its cardboard core showing."""
    k.add("ring_tube", (-k.x, k.x), (0, k.h), (-k.z, k.z))
    k.add(
        "ring_flat",
        (-k.x * 0.45, k.x * 0.45),
        (0.001, k.h - 0.001),
        (-k.z * 0.45, k.z * 0.45),
        "cardboard",
    )
    k.box(
        (k.x * 0.5, k.x * 0.98),
        (0.002, k.h - 0.002),
        (k.z * 0.35, k.z * 0.5),
        shade(k.main, 0.9),
        "paper",
        turn=(0, 45, 0),
    )
    return k.shape()


def paper_towels(k: Kit) -> Shape:
    """Build a roll of kitchen paper with its core."""
    k.add("ring_tube", (-k.x, k.x), (0, k.h * 0.98), (-k.z, k.z))
    k.add(
        "ring_flat", (-k.x * 0.45, k.x * 0.45), (0.001, k.h), (-k.z * 0.45, k.z * 0.45), "cardboard"
    )
    k.add(
        "cylinder",
        (-k.x * 1.0, k.x * 1.0),
        (k.h * 0.1, k.h * 0.13),
        (-k.z * 1.0, k.z * 1.0),
        "#b8cfd6",
        "paper",
        solid=False,
    )
    return k.shape()


SHAPES = {
    "Candle": candle,
    "Cloth": cloth,
    "DishSponge": sponge,
    "HandTowel": hanging,
    "Towel": hanging,
    "SoapBar": soap_bar,
    "SoapBottle": soap_bottle,
    "SprayBottle": spray_bottle,
    "TissueBox": tissue_box,
    "ToiletPaper": toilet_paper,
    "PaperTowelRoll": paper_towels,
}
