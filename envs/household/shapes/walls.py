"""What hangs on walls: windows, pictures, curtains. Their back (-z) lies on the wall."""

from functools import partial

from envs.household.palette import linear, shade
from envs.household.shape import Shape
from envs.household.shapes.kit import Kit


def window(k: Kit) -> Shape:
    """Build a window: a white frame, a cross of bars, the sky behind, a sill."""
    t = min(0.06, k.w * 0.06)
    white = linear("#f4f1ea")
    k.box((-k.x + t, k.x - t), (t, k.h - t), (-k.z, -k.z + 0.012), None, "sky")
    for side in (-1, 1):
        a, b = sorted((side * k.x, side * (k.x - t)))
        k.box((a, b), (0, k.h), (-k.z, k.z * 0.4), white, "plain")
    for y in ((0, t), (k.h - t, k.h)):
        k.box((-k.x + t, k.x - t), y, (-k.z, k.z * 0.4), white, "plain")
    k.box((-t * 0.3, t * 0.3), (t, k.h - t), (-k.z + 0.01, k.z * 0.1), white, "plain")
    k.box(
        (-k.x + t, k.x - t),
        (k.h / 2 - t * 0.3, k.h / 2 + t * 0.3),
        (-k.z + 0.01, k.z * 0.1),
        white,
        "plain",
    )
    k.box((-k.x, k.x), (0, 0.03), (-k.z, k.z), shade(white, 0.94), "plain")
    return k.shape()


def framed(picture: str, frame: float, k: Kit) -> Shape:
    """Build a flat thing in a frame: a painting, a poster, a mirror."""
    t = frame * min(k.w, k.h)
    wood = k.tone("wood") if k.rng.random() < 0.6 else linear("#3a332c")
    if t > 0:
        for side in (-1, 1):
            a, b = sorted((side * k.x, side * (k.x - t)))
            k.box((a, b), (0, k.h), (-k.z, k.z), wood, "wood")
        for y in ((0, t), (k.h - t, k.h)):
            k.box((-k.x + t, k.x - t), y, (-k.z, k.z), wood, "wood")
    colour = None if picture == "mirror" else linear("#ffffff")
    k.box((-k.x + t, k.x - t), (t, k.h - t), (-k.z, k.z * 0.5 if t else k.z), colour, picture)
    return k.shape()


def blinds(k: Kit) -> Shape:
    """Build slatted blinds: drawn down, or gathered under the head rail when open."""
    rail = min(0.05, k.h * 0.05)
    k.box((-k.x, k.x), (k.h - rail, k.h), (-k.z, k.z))
    count = max(6, min(22, round(k.h / 0.06)))
    pitch = (k.h - rail) / count
    for i in range(count):
        y = (i + 0.5) * pitch
        k.box(
            (-k.x * 0.98, k.x * 0.98),
            (y - pitch * 0.56, y + pitch * 0.56),
            (-0.003, 0.003),
            shade(k.main, 0.97),
            "plain",
            turn=(28, 0, 0),
            shows="closed",
        )
    k.box(
        (-k.x * 0.98, k.x * 0.98),
        (k.h - rail - k.h * 0.14, k.h - rail),
        (-k.z * 0.6, k.z * 0.6),
        shade(k.main, 0.9),
        "slats",
        shows="open",
    )
    k.rod(
        (k.x * 0.85, k.h * 0.3, k.z * 0.9),
        (k.x * 0.85, k.h - rail, k.z * 0.9),
        0.003,
        "#cfc8ba",
        "plain",
    )
    return k.shape()


def curtains(k: Kit) -> Shape:
    """Build a pair of curtains drawn to the sides of a rod with knobs."""
    y = k.h - 0.03
    k.rod((-k.x + 0.02, y, 0), (k.x - 0.02, y, 0), 0.014, "wood", "wood")
    for side in (-1, 1):
        k.add(
            "ellipsoid_small",
            (side * (k.x - 0.03) - 0.03, side * (k.x - 0.03) + 0.03),
            (y - 0.03, y + 0.03),
            (-0.03, 0.03),
            "wood",
            "wood",
        )
        a, b = sorted((side * (k.x - 0.02), side * k.x * 0.56))
        k.add("curtain", (a, b), (0, y + 0.01), (-k.z, k.z))
    return k.shape()


SHAPES = {
    "Window": window,
    "Painting": partial(framed, "print", 0.07),
    "Poster": partial(framed, "poster", 0.0),
    "Mirror": partial(framed, "mirror", 0.05),
    "Blinds": blinds,
    "Curtains": curtains,
}
