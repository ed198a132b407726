"""Fruit, bread, eggs, and what a knife leaves of them."""

from envs.household.palette import linear, shade
from envs.household.shape import Shape
from envs.household.shapes.kit import Kit

FLESH = {
    "AppleSliced": "#efe6c2",
    "PotatoSliced": "#ead9a0",
    "TomatoSliced": "#d9604a",
    "BreadSliced": "#efdcb4",
    "LettuceSliced": "#b9d08a",
}

THICK = 0.5
"""Depth over the smaller of width and height, from which on a piece is a chunk and no slice."""


def apple(k: Kit) -> Shape:
    """Build an apple with stalk and leaf."""
    top = k.h * 0.9
    k.add("apple", (-k.x, k.x), (0, top), (-k.z, k.z), material="fruit")
    k.rod((0, top * 0.78, 0), (k.w * 0.06, k.h, 0), k.w * 0.025, "#4d3521", "plain")
    k.add(
        "pebble",
        (0.0, k.x * 0.55),
        (k.h * 0.9, k.h * 0.95),
        (-k.z * 0.2, k.z * 0.2),
        "#5f8a45",
        turn=(0, 20, 0),
    )
    return k.shape()


def tomato(k: Kit) -> Shape:
    """Build a tomato with its green star."""
    k.add("tomato", (-k.x, k.x), (0, k.h * 0.95), (-k.z, k.z), material="glossy")
    for angle in (0, 60, 120):
        k.box(
            (-k.x * 0.45, k.x * 0.45),
            (k.h * 0.9, k.h * 0.94),
            (-k.z * 0.07, k.z * 0.07),
            "#4f7c42",
            "plain",
            turn=(0, angle, 0),
        )
    k.rod((0, k.h * 0.9, 0), (0, k.h, 0), k.w * 0.03, "#4f7c42", "plain")
    return k.shape()


def potato(k: Kit) -> Shape:
    """Build a lumpy potato with eyes."""
    k.add("pebble", (-k.x, k.x), (0, k.h), (-k.z * 0.75, k.z), material="potato")
    k.add(
        "ellipsoid", (-k.x * 0.85, k.x * 0.85), (0, k.h * 0.9), (-k.z, k.z * 0.5), material="potato"
    )
    return k.shape()


def lettuce(k: Kit) -> Shape:
    """Build a head of lettuce: crinkled outer leaves around a paler heart."""
    k.add("lettuce", (-k.x, k.x), (0, k.h * 0.9), (-k.z, k.z), material="foliage")
    k.add(
        "lettuce",
        (-k.x * 0.62, k.x * 0.62),
        (k.h * 0.3, k.h),
        (-k.z * 0.62, k.z * 0.62),
        shade(k.main, 1.35),
        "foliage",
        turn=(0, 40, 0),
    )
    return k.shape()


def bread(k: Kit) -> Shape:
    """Build a tin loaf along z."""
    k.add("loaf", (-k.x, k.x), (0, k.h), (-k.z, k.z))
    for t in (-0.5, 0.0, 0.5):
        k.box(
            (-k.x * 0.5, k.x * 0.5),
            (k.h * 0.985, k.h),
            (k.z * t - 0.006, k.z * t + 0.006),
            shade(k.main, 1.6),
            "bread",
            turn=(0, 30, 0),
        )
    return k.shape()


def egg(k: Kit) -> Shape:
    """Build an egg standing on its blunt end."""
    k.add("egg", (-k.x, k.x), (0, k.h), (-k.z, k.z))
    return k.shape()


def cracked(k: Kit) -> Shape:
    """Build a broken egg: white, yolk and two bits of shell."""
    k.add("splat", (-k.x, k.x), (0, k.h * 0.35), (-k.z, k.z), "#f3f0e4", "glossy")
    k.add(
        "dome",
        (-k.x * 0.38, k.x * 0.38),
        (k.h * 0.3, k.h),
        (-k.z * 0.38, k.z * 0.38),
        "#e8a52f",
        "glossy",
    )
    for side in (-1, 1):
        x = side * k.x * 0.62
        k.add(
            "bowl",
            (x - k.x * 0.3, x + k.x * 0.3),
            (0, k.h * 0.9),
            (-k.z * 0.3, k.z * 0.3),
            turn=(0, 0, side * 12),
        )
    return k.shape()


def round_slice(k: Kit) -> Shape:
    """Build a round slice that stands on edge: skin around, flesh on both sides."""
    y = k.h / 2
    flesh = linear(FLESH[k.spec.type])
    if k.d > THICK * min(k.w, k.h):
        k.add("ellipsoid", (-k.x, k.x), (0, k.h), (-k.z, k.z), flesh, "plain")
        return k.shape()
    k.add(
        "cylinder",
        (-k.x, k.x),
        (y - k.z, y + k.z),
        (-k.h / 2, k.h / 2),
        turn=(90, 0, 0),
        material="plain",
    )
    k.add(
        "cylinder",
        (-k.x * 0.9, k.x * 0.9),
        (y - k.z * 1.04, y + k.z * 1.04),
        (-k.h * 0.45, k.h * 0.45),
        flesh,
        "plain",
        turn=(90, 0, 0),
    )
    if k.spec.type != "PotatoSliced":
        core = shade(flesh, 0.75)
        for angle in (0, 72, 144):
            k.box(
                (-k.x * 0.5, k.x * 0.5),
                (y - 0.004, y + 0.004),
                (-k.z * 1.08, k.z * 1.08),
                core,
                "plain",
                turn=(0, 0, angle),
            )
    return k.shape()


def bread_slice(k: Kit) -> Shape:
    """Build a slice of bread: crust around, crumb on both sides."""
    k.add("bread_slice", (-k.x, k.x), (0, k.h), (-k.z * 0.96, k.z * 0.96))
    k.add(
        "bread_slice",
        (-k.x * 0.9, k.x * 0.9),
        (k.h * 0.06, k.h * 0.94),
        (-k.z, k.z),
        FLESH["BreadSliced"],
        "bread",
    )
    return k.shape()


def lettuce_slice(k: Kit) -> Shape:
    """Build a crinkled leaf with its rib."""
    k.add("frill", (-k.x, k.x), (0, k.h), (-k.z, k.z), FLESH["LettuceSliced"], "foliage")
    k.box((-k.x * 0.05, k.x * 0.05), (0, k.h * 0.8), (-k.z * 0.9, k.z * 0.9), "#e3ead0", "plain")
    return k.shape()


SHAPES = {
    "Apple": apple,
    "Tomato": tomato,
    "Potato": potato,
    "Lettuce": lettuce,
    "Bread": bread,
    "Egg": egg,
    "EggCracked": cracked,
    "AppleSliced": round_slice,
    "PotatoSliced": round_slice,
    "TomatoSliced": round_slice,
    "BreadSliced": bread_slice,
    "LettuceSliced": lettuce_slice,
}
