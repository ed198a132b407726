"""Fridge, microwave, coffee machine, toaster, safe, television."""

from envs.household.palette import linear, shade
from envs.household.shape import Shape
from envs.household.shapes.kit import Kit, Span

INSIDE = "#e9ecec"
DARK = "#1d1f23"


def door(
    k: Kit,
    x: Span,
    y: Span,
    *,
    inner: str | None = None,
    material: str = "plain",
    handle: str = "steel",
) -> None:
    """Add a door slab in the front plane with an upright bar handle, all of it moving."""
    depth = min(0.05, k.d * 0.12)
    front = k.z - min(0.035, k.d * 0.08)
    k.box(x, y, (front - depth, front), None, material, moves=True)
    if inner:
        k.box(
            (x[0] + 0.02, x[1] - 0.02),
            (y[0] + 0.02, y[1] - 0.02),
            (front - depth - 0.004, front - depth),
            inner,
            "plain",
            moves=True,
            solid=False,
        )
    side = k.handle_side
    hx = side * (max(abs(x[0]), abs(x[1])) - min(0.05, k.w * 0.1))
    length = (y[1] - y[0]) * 0.3
    mid = (y[0] + y[1]) / 2
    k.rod((hx, mid - length, k.z - 0.01), (hx, mid + length, k.z - 0.01), 0.01, handle, moves=True)
    for end in (-1, 1):
        at = mid + end * length * 0.85
        k.box(
            (hx - 0.006, hx + 0.006),
            (at - 0.006, at + 0.006),
            (front, k.z - 0.008),
            handle,
            moves=True,
        )


def fridge(k: Kit) -> Shape:
    """Build a fridge: white inside with four glass shelves, one door with a freezer seam."""
    wall, foot = 0.04, 0.05
    back = k.z - min(0.035, k.d * 0.08) - min(0.05, k.d * 0.12)
    k.box((-k.x * 0.96, k.x * 0.96), (0, foot), (-k.z * 0.95, back * 0.9), DARK, "plain")
    k.panels((-k.x, k.x), (foot, k.h), (-k.z, back), wall, leave="f")
    inner = ((-k.x + wall, k.x - wall), (-k.z + wall, back - 0.02))
    k.box(inner[0], (foot + wall, k.h - wall), (-k.z + wall, -k.z + wall + 0.004), INSIDE, "plain")
    levels = [foot + wall + (k.h - foot - 2 * wall) * t for t in (0.0, 0.27, 0.52, 0.76)]
    levels = [level + 0.008 for level in levels]
    for i, level in enumerate(levels):
        top = levels[i + 1] - 0.012 if i < 3 else k.h - wall
        k.box(inner[0], (level - 0.008, level), inner[1], "#cfe3e6", "glossy")
        k.space(inner[0], level, inner[1], top - level, inside=True)
    door(k, (-k.x, k.x), (foot, k.h), inner=INSIDE, material="appliance")
    front = k.z - min(0.035, k.d * 0.08)
    k.box(
        (-k.x, k.x),
        (k.h * 0.66, k.h * 0.665),
        (front, front + 0.002),
        shade(k.main, 0.35),
        "plain",
        moves=True,
        solid=False,
    )
    return k.shape(k.hinge())


def microwave(k: Kit) -> Shape:
    """Build a microwave: a windowed door over three quarters, buttons and a clock beside it."""
    wall, feet = 0.02, 0.012
    split = k.w * 0.74
    left = k.handle_side < 0  # hinge at the person's left: +x
    inner = (k.x - split, k.x) if left else (-k.x, -k.x + split)
    panel = (-k.x, k.x - split) if left else (-k.x + split, k.x)
    front = k.z - 0.05
    for sx in (-1, 1):
        k.box(
            (sx * k.x * 0.8 - 0.02, sx * k.x * 0.8 + 0.02),
            (0, feet),
            (-k.z * 0.8, k.z * 0.7),
            DARK,
            "plain",
        )
    k.panels(inner, (feet, k.h), (-k.z, front), wall, leave="f")
    lining = (inner[0] + wall, inner[1] - wall), (-k.z + wall, front)
    k.box(lining[0], (feet + wall, feet + wall + 0.003), lining[1], "#cfd4d6", "plain")
    px, pz = sum(lining[0]) / 2, sum(lining[1]) / 2
    plate = 0.42 * min(lining[0][1] - lining[0][0], lining[1][1] - lining[1][0])
    k.add(
        "cylinder",
        (px - plate, px + plate),
        (feet + wall, feet + wall + 0.008),
        (pz - plate, pz + plate),
        "#dfe8ea",
        "glossy",
    )
    k.box(
        lining[0], (feet + wall, k.h - wall), (-k.z + wall, -k.z + wall + 0.004), "#c9ced0", "plain"
    )
    k.box(lining[0], (k.h - wall - 0.004, k.h - wall), lining[1], "#ffe9b0", "glow", shows="on")
    k.space(
        (lining[0][0] + 0.01, lining[0][1] - 0.01),
        feet + wall + 0.008,
        lining[1],
        k.h - feet - 2 * wall - 0.012,
        inside=True,
    )
    k.box(panel, (feet, k.h), (-k.z, k.z - 0.02), None, "plain")
    px = sum(panel) / 2
    pw = (panel[1] - panel[0]) / 2 * 0.75
    k.box(
        (px - pw, px + pw), (k.h * 0.76, k.h * 0.9), (k.z - 0.021, k.z - 0.016), "#10221c", "plain"
    )
    k.box(
        (px - pw * 0.7, px + pw * 0.7),
        (k.h * 0.79, k.h * 0.87),
        (k.z - 0.018, k.z - 0.014),
        "#7fe0b0",
        "glow",
        shows="on",
    )
    for row in range(4):
        for column in (-1, 0, 1):
            bx, by = px + column * pw * 0.66, k.h * (0.2 + row * 0.13)
            k.box(
                (bx - pw * 0.24, bx + pw * 0.24),
                (by, by + k.h * 0.07),
                (k.z - 0.021, k.z - 0.016),
                "#8d9194",
                "plain",
                solid=False,
            )
    d0, d1 = inner[0] + 0.002, inner[1] - 0.002
    k.box((d0, d1), (feet, k.h), (front, k.z - 0.02), None, "plain", moves=True)
    window = ((d0 + 0.05, d1 - 0.05), (feet + 0.05, k.h - 0.05), (k.z - 0.021, k.z - 0.017))
    k.box(*window, DARK, "glossy", moves=True, shows="off")
    k.box(*window, "#d9a34a", "glow", moves=True, shows="on")
    k.box(
        (d0 + 0.02, d1 - 0.02),
        (feet + 0.02, k.h - 0.02),
        (front - 0.003, front),
        DARK,
        "plain",
        moves=True,
        solid=False,
    )
    hx = d0 + 0.02 if left else d1 - 0.02
    k.rod((hx, k.h * 0.2, k.z - 0.009), (hx, k.h * 0.85, k.z - 0.009), 0.009, "steel", moves=True)
    opening = k.hinge()
    return k.shape(opening)


def coffee_machine(k: Kit) -> Shape:
    """Build a coffee machine: tower at the back, head over a drip tray, coffee when on."""
    tray = k.h * 0.1
    k.add("block", (-k.x, k.x), (0, tray), (-k.z, k.z), DARK, "plain")
    k.box((-k.x * 0.8, k.x * 0.8), (tray - 0.002, tray), (-k.z * 0.1, k.z * 0.9), "steel", "keys")
    k.box((-k.x, k.x), (0, k.h), (-k.z, -k.z * 0.2), None, "plain")
    k.add("block", (-k.x, k.x), (k.h * 0.68, k.h), (-k.z, k.z * 0.95), None, "plain")
    k.rod((0, k.h * 0.6, k.z * 0.35), (0, k.h * 0.7, k.z * 0.35), 0.028, "steel")
    for x in (-0.5, 0.0, 0.5):
        k.rod((x * k.x, k.h * 0.85, k.z * 0.9), (x * k.x, k.h * 0.85, k.z), 0.012, "steel")
    k.box(
        (k.x * 0.6, k.x * 0.75),
        (k.h * 0.75, k.h * 0.79),
        (k.z * 0.93, k.z),
        "#ff5a3c",
        "glow",
        shows="on",
    )
    k.rod((0, tray, k.z * 0.35), (0, k.h * 0.6, k.z * 0.35), 0.004, "#4a2a17", "plain", shows="on")
    k.box(
        (-k.x * 0.9, k.x * 0.9),
        (k.h * 0.3, k.h * 0.66),
        (-k.z * 0.22, -k.z * 0.19),
        shade(k.main, 0.6),
        "glossy",
    )
    k.space((-k.x * 0.8, k.x * 0.8), tray, (-k.z * 0.18, k.z * 0.95), k.h * 0.5)
    return k.shape()


def toaster(k: Kit) -> Shape:
    """Build a two-slot toaster, slots along z, lever and dial at the front; slots glow when on."""
    y = (k.h * 0.06, k.h * 0.93)
    k.add("block", (-k.x, k.x), y, (-k.z, k.z * 0.9))
    k.add(
        "block", (-k.x * 0.98, k.x * 0.98), (0, k.h * 0.18), (-k.z * 0.98, k.z * 0.9), DARK, "plain"
    )
    for side in (-1, 1):
        x = side * k.x * 0.36
        slot = (
            (x - k.w * 0.085, x + k.w * 0.085),
            (k.h * 0.90, k.h * 0.945),
            (-k.z * 0.75, k.z * 0.65),
        )
        k.box(*slot, "#0f0f10", "plain", shows="off")
        k.box(*slot, "#ff7a2e", "glow", shows="on")
        k.box((x - k.w * 0.11, x - k.w * 0.085), (k.h * 0.9, k.h * 0.96), slot[2], "steel")
        k.box((x + k.w * 0.085, x + k.w * 0.11), (k.h * 0.9, k.h * 0.96), slot[2], "steel")
    k.box((-0.006, 0.006), (k.h * 0.3, k.h * 0.8), (k.z * 0.88, k.z * 0.905), DARK, "plain")
    for state, lever in (("off", 0.72), ("on", 0.42)):
        k.box(
            (-0.025, 0.025),
            (k.h * lever, k.h * (lever + 0.07)),
            (k.z * 0.88, k.z),
            DARK,
            "plain",
            shows=state,
        )
    k.rod((k.x * 0.55, k.h * 0.35, k.z * 0.88), (k.x * 0.55, k.h * 0.35, k.z), 0.018, DARK, "plain")
    return k.shape()


def safe(k: Kit) -> Shape:
    """Build a steel safe: thick walls, a door with dial and wheel."""
    wall = min(0.03, k.w * 0.08)
    back = k.z - min(0.035, k.d * 0.08) - min(0.05, k.d * 0.12)
    k.panels((-k.x, k.x), (0, k.h), (-k.z, back), wall, leave="f")
    k.space((-k.x + wall, k.x - wall), wall, (-k.z + wall, back), k.h - 2 * wall, inside=True)
    door(k, (-k.x, k.x), (0, k.h), inner="#55585c")
    front = k.z - min(0.035, k.d * 0.08)
    k.rod((0, k.h * 0.62, front), (0, k.h * 0.62, k.z), k.h * 0.13, "steel", moves=True)
    k.rod(
        (0, k.h * 0.62, front), (0, k.h * 0.62, k.z - 0.004), k.h * 0.16, DARK, "plain", moves=True
    )
    for angle in (0, 60, 120):
        k.box(
            (-k.w * 0.14, k.w * 0.14),
            (k.h * 0.28, k.h * 0.31),
            (k.z - 0.012, k.z),
            "steel",
            turn=(0, 0, angle),
            moves=True,
            solid=False,
        )
    return k.shape(k.hinge())


def television(k: Kit) -> Shape:
    """Build a flat television on two feet; the screen is lit when on."""
    foot = k.h * 0.07
    z = k.z * 0.35
    for side in (-1, 1):
        x = side * k.x * 0.6
        k.box((x - 0.03, x + 0.03), (0, 0.012), (-k.z, k.z), DARK, "plain")
        k.box((x - 0.012, x + 0.012), (0, foot + 0.02), (-0.015, 0.015), DARK, "plain")
    k.box((-k.x, k.x), (foot, k.h), (-k.z * 0.5, z), "#2a2c30", "plain")
    edge = min(0.02, k.w * 0.02)
    glass = ((-k.x + edge, k.x - edge), (foot + edge * 1.6, k.h - edge), (z, z + 0.003))
    k.box(*glass, "#0d0f13", "glossy", shows="off")
    k.box(*glass, linear("#ffffff"), "tv", shows="on")
    k.box(
        (k.x * 0.9, k.x * 0.93),
        (foot + 0.006, foot + 0.014),
        (z, z + 0.003),
        "#ff4a3c",
        "glow",
        shows="off",
    )
    return k.shape()


SHAPES = {
    "Fridge": fridge,
    "Microwave": microwave,
    "CoffeeMachine": coffee_machine,
    "Toaster": toaster,
    "Safe": safe,
    "Television": television,
}
