"""Tub, toilet, shower, and the rails on bathroom walls."""

from functools import partial

from envs.household.palette import shade
from envs.household.shape import Opening, Shape
from envs.household.shapes.kit import Kit, bottom_m
from envs.household.shapes.kitchen import slab, tank


def bathtub(k: Kit) -> Shape:
    """Build a tub: an apron around, a rim with a hole for its basin, or a basin of its own."""
    rim = 0.03
    basins = [
        ((x[0] + 0.006, x[1] - 0.006), (z[0] + 0.006, z[1] - 0.006))
        for kind, x, _, z in k.fronts()
        if kind == "BathtubBasin"
    ]
    inner = basins or [((-k.x + 0.09, k.x - 0.09), (-k.z + 0.08, k.z - 0.08))]
    slab(k, (k.h - rim, k.h), (-k.x, k.x), (-k.z, k.z), inner, "glossy")
    k.panels(
        (-k.x + 0.012, k.x - 0.012),
        (0, k.h - rim),
        (-k.z + 0.012, k.z - 0.012),
        0.01,
        material="glossy",
        leave="tb",
    )
    for x, z in inner:
        if not basins:
            tank(
                k,
                (x[0] - 0.006, x[1] + 0.006),
                (k.h * 0.25, k.h - 0.001),
                (z[0] - 0.006, z[1] + 0.006),
                0.01,
                "glossy",
            )
        else:
            k.space((x[0] + 0.02, x[1] - 0.02), k.h * 0.3, (z[0] + 0.02, z[1] - 0.02), 0.8)
    return k.shape()


def bathtub_basin(k: Kit) -> Shape:
    """Build the inside of a tub."""
    tank(k, (-k.x, k.x), (0, k.h), (-k.z, k.z), 0.01, "glossy")
    return k.shape()


def toilet(k: Kit) -> Shape:
    """Build a toilet: cistern at -z, an oval bowl, a seat, and a lid that turns up."""
    seat = k.h * 0.53
    cistern = k.d * 0.28
    z0 = -k.z + cistern
    k.add("block", (-k.x, k.x), (seat * 0.95, k.h * 0.96), (-k.z, z0), material="glossy")
    k.add("block", (-k.x, k.x), (k.h * 0.93, k.h - 0.004), (-k.z, z0 + 0.01), material="glossy")
    k.add(
        "cylinder_small",
        (-0.02, 0.02),
        (k.h - 0.006, k.h),
        (-k.z + cistern * 0.35, -k.z + cistern * 0.35 + 0.04),
        "chrome",
    )
    k.add(
        "block",
        (-k.x * 0.55, k.x * 0.55),
        (0, seat * 0.75),
        (-k.z * 0.95, k.z * 0.55),
        material="glossy",
    )
    k.add(
        "toilet_bowl",
        (-k.x * 0.88, k.x * 0.88),
        (seat * 0.3, seat),
        (z0 - 0.02, k.z),
        material="glossy",
    )
    middle, half = (z0 - 0.02 + k.z) / 2, (k.z - z0 + 0.02) / 2
    k.add(
        "cylinder",
        (-k.x * 0.66, k.x * 0.66),
        (seat * 0.58, seat * 0.6),
        (middle - half * 0.74, middle + half * 0.74),
        (0.42, 0.6, 0.66),
        "water",
    )
    k.add(
        "cylinder",
        (-k.x * 0.9, k.x * 0.9),
        (seat, seat + 0.022),
        (z0 - 0.01, k.z),
        shade(k.main, 0.96),
        "glossy",
        moves=True,
    )
    # What is put on a toilet stands on its cistern.
    k.space((-k.x * 0.95, k.x * 0.95), k.h, (-k.z, z0), 0.6)
    return k.shape(Opening("hinge", (1.0, 0.0, 0.0), -96.0, (0.0, seat + 0.011, z0 + 0.005)))


def rail(k: Kit) -> Shape:
    """Build a towel rail: two brackets at the wall (-z) and a bar."""
    y, r = k.h * 0.62, min(0.01, k.h * 0.2)
    for side in (-1, 1):
        x = side * (k.x - min(0.024, k.h * 0.34))
        k.rod((x, y, -k.z), (x, y, -k.z + 0.012), min(0.024, k.h * 0.34))
        k.rod((x, y, -k.z), (x, y, k.z - r), r * 0.9)
    k.rod((-k.x, y, k.z - r * 1.2), (k.x, y, k.z - r * 1.2), r)
    k.space((-k.x + 0.02, k.x - 0.02), y + r, (-k.z, k.z), 0.1)
    return k.shape()


def paper_hanger(k: Kit) -> Shape:
    """Build a toilet paper holder: a plate at the wall and an arm along x."""
    y = k.h * 0.5
    k.add("block", (-k.x, -k.x + 0.05), (0, k.h), (-k.z, -k.z + 0.015))
    k.rod((-k.x + 0.025, y, -k.z), (-k.x + 0.025, y, k.z * 0.6), 0.009)
    k.rod((-k.x + 0.02, y, k.z * 0.55), (k.x, y, k.z * 0.55), 0.009, kind="capsule")
    k.space((-k.x + 0.03, k.x), y + 0.009, (-k.z, k.z), 0.12)
    return k.shape()


def shower_curtain(k: Kit) -> Shape:
    """Build a curtain on a rod with rings; open, it is bunched to one side."""
    rod = k.h - 0.015
    k.rod((-k.x, rod, 0), (k.x, rod, 0), 0.012, "chrome")
    k.add("curtain", (-k.x, k.x), (0.04, k.h - 0.04), (-k.z, k.z), None, "fabric", shows="closed")
    k.add(
        "curtain_bunched",
        (-k.x, -k.x * 0.62),
        (0.04, k.h - 0.04),
        (-k.z, k.z),
        None,
        "fabric",
        shows="open",
    )
    for i in range(9):
        x = -k.x + k.w * (i + 0.5) / 9
        k.add(
            "torus_thin",
            (x - 0.02, x + 0.02),
            (k.h - 0.045, k.h),
            (-0.003, 0.003),
            "chrome",
            turn=(0, 90, 0),
            shows="closed",
        )
    return k.shape()


def glass_panel(k: Kit, *, door: bool = False) -> Shape:
    """Build a pane of glass in a thin frame; a door also has a handle, and swings."""
    t = 0.018
    flags = {"moves": door}
    for side in (-1, 1):
        a, b = sorted((side * k.x, side * (k.x - t)))
        k.box((a, b), (0, k.h), (-k.z * 0.8, k.z * 0.3), "chrome", **flags)
    for y in ((0, t), (k.h - t, k.h)):
        k.box((-k.x, k.x), y, (-k.z * 0.8, k.z * 0.3), "chrome", **flags)
    k.box((-k.x + t, k.x - t), (t, k.h - t), (-k.z * 0.5, 0.0), None, "glass", **flags)
    if not door:
        return k.shape()
    x = k.handle_side * (k.x - 0.07)
    k.rod((x, k.h * 0.42, k.z * 0.6), (x, k.h * 0.58, k.z * 0.6), k.z * 0.4, "chrome", moves=True)
    for y in (0.44, 0.56):
        k.box(
            (x - 0.005, x + 0.005),
            (k.h * y - 0.005, k.h * y + 0.005),
            (-k.z * 0.5, k.z * 0.6),
            "chrome",
            moves=True,
        )
    return k.shape(k.hinge())


def shower_head(k: Kit) -> Shape:
    """Build a shower head: a pipe from the wall bending down to a round rose; rain when on."""
    rose = min(k.x, k.z * 0.8)
    tip = k.z - rose
    k.add("bent_pipe", (-0.013, 0.013), (k.h * 0.3, k.h), (-k.z, tip + 0.01))
    k.add("frustum", (-rose, rose), (0, k.h * 0.36), (tip - rose, k.z))
    # The rain falls a metre, or to just above the floor.
    fall = min(1.0, max(float(bottom_m(k.spec)[1]) - 0.02, 0.3))
    for dx, dz in ((0, 0), (0.5, 0.3), (-0.5, 0.3), (0.3, -0.5), (-0.3, -0.5), (0.0, 0.6)):
        x, z = dx * rose, tip + dz * rose
        k.rod((x, -fall, z), (x, 0.0, z), 0.004, "#a9d4ea", "stream", shows="on")
    return k.shape()


SHAPES = {
    "Bathtub": bathtub,
    "BathtubBasin": bathtub_basin,
    "Toilet": toilet,
    "HandTowelHolder": rail,
    "TowelHolder": rail,
    "ToiletPaperHanger": paper_hanger,
    "ShowerCurtain": shower_curtain,
    "ShowerGlass": glass_panel,
    "ShowerDoor": partial(glass_panel, door=True),
    "ShowerHead": shower_head,
}
