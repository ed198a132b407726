"""Cutlery, and other things with a long handle."""

from functools import partial

from envs.household.palette import linear, shade
from envs.household.shape import Shape
from envs.household.shapes.kit import Kit


def knife(handle: str, k: Kit) -> Shape:
    """Build a knife: the blade towards +z, a handle of wood or steel towards -z."""
    y = (k.h * 0.3, k.h * 0.55)
    grip = -k.z + k.d * 0.4
    k.add("blade", (-k.x, k.x * 0.9), y, (grip, k.z))
    k.box((-k.x * 0.6, k.x * 0.5), (0, k.h), (-k.z, grip + 0.004), handle)
    if handle == "dark":
        for t in (0.12, 0.28):
            z = -k.z + k.d * t
            k.add(
                "cylinder_small",
                (-0.004, 0.004),
                (k.h * 0.98, k.h),
                (z - 0.004, z + 0.004),
                "steel",
                solid=False,
            )
    return k.shape()


def fork(k: Kit) -> Shape:
    """Build a fork with four tines towards +z."""
    y = (k.h * 0.3, k.h * 0.6)
    k.box((-k.x * 0.3, k.x * 0.3), y, (-k.z, k.z * 0.35))
    k.add("pebble", (-k.x * 0.5, k.x * 0.5), y, (-k.z, -k.z * 0.5))
    k.box((-k.x, k.x), y, (k.z * 0.3, k.z * 0.5))
    for i in range(4):
        x = -k.x + k.w * (i + 0.5) / 4
        k.box((x - k.w * 0.075, x + k.w * 0.075), (k.h * 0.35, k.h * 0.7), (k.z * 0.48, k.z))
    return k.shape()


def spoon(k: Kit) -> Shape:
    """Build a spoon, its bowl towards +z."""
    k.rod((0, k.h * 0.45, -k.z + 0.005), (0, k.h * 0.35, k.z * 0.5), k.h * 0.22, kind="capsule")
    k.add("pebble", (-k.x * 0.5, k.x * 0.5), (k.h * 0.3, k.h * 0.6), (-k.z, -k.z * 0.55))
    k.add("bowl", (-k.x, k.x), (0, k.h * 0.7), (k.z * 0.36, k.z))
    return k.shape()


def ladle(k: Kit) -> Shape:
    """Build a ladle: a deep cup at +z on a long handle."""
    k.add("bowl", (-k.x, k.x), (0, k.h * 0.75), (k.z - k.w, k.z))
    k.rod((0, k.h * 0.65, k.z - k.w * 0.95), (0, k.h * 0.9, -k.z + 0.01), 0.006, kind="capsule")
    k.add("pebble", (-0.012, 0.012), (k.h * 0.75, k.h), (-k.z, -k.z + 0.09), "dark")
    return k.shape()


def spatula(k: Kit) -> Shape:
    """Build a turner: a slotted flat blade at +z."""
    front = k.z - k.d * 0.3
    for i in range(4):
        x = -k.x + k.w * (i + 0.5) / 4
        k.box((x - k.w * 0.09, x + k.w * 0.09), (0, 0.005), (front, k.z))
    for z in (front, k.z - 0.012):
        k.box((-k.x, k.x), (0, 0.005), (z, z + 0.012))
    k.rod((0, 0.005, front), (0, k.h * 0.6, front - k.d * 0.15), 0.006, "steel", kind="capsule")
    k.rod((0, k.h * 0.6, front - k.d * 0.13), (0, k.h * 0.75, -k.z + 0.012), 0.011, kind="capsule")
    return k.shape()


def pen(k: Kit) -> Shape:
    """Build a pen with cap and clip, tip towards +z."""
    r, y = min(k.w, k.h) * 0.42, k.h / 2
    k.rod((0, y, -k.z), (0, y, k.z * 0.7), r)
    k.rod((0, y, k.z * 0.7), (0, y, k.z), r * 0.8, "steel", kind="cone")
    k.rod((0, y, -k.z * 0.35), (0, y, -k.z * 0.25), r * 1.1, "steel")
    k.box((-r * 0.4, r * 0.4), (y + r * 0.9, k.h), (-k.z * 0.98, -k.z * 0.35), "steel")
    return k.shape()


def pencil(k: Kit) -> Shape:
    """Build a six-sided pencil with a rubber and a sharpened tip."""
    r, y = min(k.w, k.h) / 2, k.h / 2
    k.rod((0, y, -k.z * 0.86), (0, y, k.z * 0.82), r, kind="hexagon", material="plain")
    k.rod((0, y, k.z * 0.82), (0, y, k.z), r * 0.95, "#d9b98c", kind="cone", material="plain")
    k.rod((0, y, k.z * 0.95), (0, y, k.z), r * 0.35, "#2b2b2e", kind="cone", material="plain")
    k.rod((0, y, -k.z * 0.92), (0, y, -k.z * 0.86), r, "steel")
    k.rod((0, y, -k.z), (0, y, -k.z * 0.92), r * 0.95, "#d98d8d", material="plain")
    return k.shape()


def bat(k: Kit) -> Shape:
    """Build a baseball bat, its thick end towards +z."""
    r, y = min(k.w, k.h) / 2, k.h / 2
    k.rod((0, y, -k.z * 0.2), (0, y, k.z - r * 0.9), r * 0.96, kind="cylinder")
    k.add("ellipsoid", (-r * 0.96, r * 0.96), (y - r * 0.96, y + r * 0.96), (k.z - 2 * r, k.z))
    k.rod((0, y, -k.z * 0.2), (0, y, -k.z * 0.55), r * 0.95, kind="frustum")
    k.rod((0, y, -k.z * 0.45), (0, y, -k.z + 0.01), r * 0.42, "dark")
    k.rod((0, y, -k.z), (0, y, -k.z + 0.02), r * 0.62)
    return k.shape()


def racket(k: Kit) -> Shape:
    """Build a tennis racket: an oval strung head at +z, a throat and a wrapped grip."""
    head = k.d * 0.5
    z0 = k.z - head
    y = k.h / 2
    k.add(
        "torus_thin",
        (-k.x, k.x),
        (y - head / 2, y + head / 2),
        (z0 + head / 2 - k.h * 0.3, z0 + head / 2 + k.h * 0.3),
        material="glossy",
        turn=(90, 0, 0),
    )
    for i in range(1, 9):
        t = i / 9 * 2 - 1
        half = (1 - t * t) ** 0.5 * 0.93
        x, z = t * k.x * 0.95, z0 + head / 2 * (1 + t * 0.95)
        k.box(
            (x - 0.0012, x + 0.0012),
            (y - 0.001, y + 0.001),
            (z0 + head / 2 * (1 - half), z0 + head / 2 * (1 + half)),
            "#f2eddc",
            "plain",
            solid=False,
        )
        k.box(
            (-k.x * half, k.x * half),
            (y - 0.001, y + 0.001),
            (z - 0.0012, z + 0.0012),
            "#f2eddc",
            "plain",
            solid=False,
        )
    neck = z0 - k.d * 0.12
    for side in (-1, 1):
        k.rod(
            (side * k.x * 0.42, y, z0 + head * 0.08),
            (0, y, neck),
            k.h * 0.25,
            material="glossy",
            kind="capsule",
        )
    k.rod((0, y, neck + 0.01), (0, y, -k.z), k.h * 0.48, "dark", "fabric")
    return k.shape()


def plunger(k: Kit) -> Shape:
    """Build a plunger: a rubber cup on a wooden stick."""
    k.add("plunger", (-k.x, k.x), (0, k.h * 0.27), (-k.z, k.z))
    k.rod((0, k.h * 0.24, 0), (0, k.h, 0), 0.012, "#c99f6f", "wood")
    return k.shape()


def brush(k: Kit) -> Shape:
    """Build a toilet brush standing in its holder."""
    k.add("bin", (-k.x, k.x), (0, k.h * 0.4), (-k.z, k.z))
    k.add(
        "ellipsoid",
        (-k.x * 0.68, k.x * 0.68),
        (k.h * 0.24, k.h * 0.5),
        (-k.z * 0.68, k.z * 0.68),
        "white",
        "plush",
    )
    k.rod((0, k.h * 0.4, 0), (0, k.h - 0.012, 0), 0.011, shade(k.main, 1.4), kind="capsule")
    k.add(
        "ellipsoid_small",
        (-0.018, 0.018),
        (k.h - 0.05, k.h),
        (-0.018, 0.018),
        linear("#f1efe9"),
        "plain",
    )
    return k.shape()


SHAPES = {
    "Knife": partial(knife, "dark"),
    "ButterKnife": partial(knife, "steel"),
    "Fork": fork,
    "Spoon": spoon,
    "Ladle": ladle,
    "Spatula": spatula,
    "Pen": pen,
    "Pencil": pencil,
    "BaseballBat": bat,
    "TennisRacket": racket,
    "Plunger": plunger,
    "ScrubBrush": brush,
}
