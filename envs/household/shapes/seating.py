"""Chairs, sofas, beds and tables."""

from envs.household.palette import shade
from envs.household.shape import Shape
from envs.household.shapes.carcass import FRONTS, carcass
from envs.household.shapes.kit import Kit


def sofa(k: Kit) -> Shape:
    """Build a sofa or armchair: arms, a back, one cushion a seat, short wooden feet."""
    foot = min(0.07, k.h * 0.09)
    seat = k.h * 0.48
    arm = min(0.18, k.w * 0.16)
    back = min(0.22, k.d * 0.26)
    dark = shade(k.main, 0.82)
    k.legs(foot, 0.05, 0.03, "wood", "box", "wood")
    k.box((-k.x + arm * 0.7, k.x - arm * 0.7), (foot, seat * 0.68), (-k.z + 0.02, k.z - 0.03), dark)
    for side in (-1, 1):
        a, b = sorted((side * k.x, side * (k.x - arm)))
        k.add("block", (a, b), (foot, k.h * 0.68), (-k.z + 0.01, k.z))
    k.add("block", (-k.x + arm * 0.4, k.x - arm * 0.4), (foot, k.h * 0.97), (-k.z, -k.z + back))
    seats = max(1, round((k.w - 2 * arm) / 0.65))
    width = (k.w - 2 * arm) / seats
    for i in range(seats):
        x0 = -k.x + arm + i * width
        k.add(
            "cushion",
            (x0 + 0.004, x0 + width - 0.004),
            (seat * 0.6, seat),
            (-k.z + back * 0.7, k.z - 0.005),
            shade(k.main, 1.12),
        )
        k.add(
            "cushion",
            (x0 + 0.01, x0 + width - 0.01),
            (seat * 0.94, k.h),
            (-k.z + back * 0.45, -k.z + back * 1.35),
            shade(k.main, 1.06),
            turn=(-6, 0, 0),
        )
    k.space((-k.x + arm, k.x - arm), seat, (-k.z + back * 1.35, k.z - 0.02), 0.7)
    return k.shape()


def ottoman(k: Kit) -> Shape:
    """Build a padded footrest on short legs."""
    k.legs(k.h * 0.18, 0.04, 0.04, "wood", "box", "wood")
    k.box(
        (-k.x * 0.97, k.x * 0.97),
        (k.h * 0.15, k.h * 0.66),
        (-k.z * 0.97, k.z * 0.97),
        shade(k.main, 0.85),
    )
    k.add("cushion", (-k.x, k.x), (k.h * 0.58, k.h), (-k.z, k.z))
    k.space((-k.x * 0.85, k.x * 0.85), k.h, (-k.z * 0.85, k.z * 0.85), 0.7)
    return k.shape()


def chair(k: Kit) -> Shape:
    """Build a wooden chair: four legs, a seat with a pad, two posts and slats."""
    seat = min(0.46, k.h * 0.5)
    t = 0.036
    for sx in (-1, 1):
        x = sx * (k.x - t / 2 - 0.01)
        k.box((x - t / 2, x + t / 2), (0, seat), (k.z - t - 0.02, k.z - 0.02))
        k.box((x - t / 2, x + t / 2), (0, k.h), (-k.z, -k.z + t))
        k.box(
            (x - t / 4, x + t / 4),
            (seat * 0.35, seat * 0.42),
            (-k.z + t, k.z - t - 0.02),
            shade(k.main, 0.85),
        )
    k.box((-k.x, k.x), (seat - 0.035, seat - 0.008), (-k.z, k.z), shade(k.main, 1.1))
    k.add(
        "cushion",
        (-k.x * 0.92, k.x * 0.92),
        (seat - 0.02, seat),
        (-k.z * 0.8, k.z * 0.95),
        "fabric",
        "fabric",
    )
    span = k.h - seat
    for y in (0.3, 0.58):
        k.box(
            (-k.x + t, k.x - t),
            (seat + span * y, seat + span * (y + 0.13)),
            (-k.z + 0.008, -k.z + 0.026),
        )
    k.box(
        (-k.x + 0.008, k.x - 0.008),
        (k.h - span * 0.17, k.h),
        (-k.z + 0.004, -k.z + 0.03),
        shade(k.main, 1.1),
    )
    k.space((-k.x * 0.9, k.x * 0.9), seat, (-k.z + t + 0.02, k.z * 0.95), 0.7)
    return k.shape()


def bed(k: Kit) -> Shape:
    """Build a bed: headboard at -z, mattress, blanket with a turned-down sheet."""
    wood = k.tone("wood")
    top = min(0.56, k.h * 0.62)
    frame = top * 0.5
    k.legs(frame, 0.07, 0.01, wood, "box", "wood")
    k.box((-k.x, k.x), (0.08, k.h), (-k.z, -k.z + 0.05), wood, "wood_panel")
    k.box((-k.x, k.x), (frame * 0.55, frame), (-k.z + 0.05, k.z), wood, "wood")
    k.box((-k.x, k.x), (frame * 0.4, frame * 1.25), (k.z - 0.04, k.z), shade(wood, 0.9), "wood")
    k.add(
        "block",
        (-k.x * 0.97, k.x * 0.97),
        (frame * 0.95, top),
        (-k.z + 0.05, k.z - 0.05),
        "#f3efe6",
        "fabric",
    )
    fold = -k.z + k.d * 0.34
    k.add(
        "block",
        (-k.x * 1.0, k.x * 1.0),
        (frame * 1.05, top + 0.012),
        (fold, k.z - 0.035),
        None,
        "stripes",
    )
    k.add(
        "block",
        (-k.x * 0.995, k.x * 0.995),
        (frame * 1.15, top + 0.022),
        (fold - 0.16, fold + 0.05),
        "#faf7f0",
        "fabric",
    )
    k.space((-k.x * 0.94, k.x * 0.94), top + 0.012, (-k.z + 0.08, k.z - 0.08), 1.0)
    return k.shape()


def table(k: Kit) -> Shape:
    """Build a table: a top, an apron and four legs; drawers it owns hang in a body below.

    Style `variant` `round` or 1 makes top and foot round.
    """
    top = min(0.036, k.h * 0.1)
    if str(k.spec.style.get("variant", "")) in ("round", "1", "1.0"):
        k.add("cylinder", (-k.x, k.x), (k.h - top, k.h), (-k.z, k.z))
        k.rod((0, 0.02, 0), (0, k.h - top, 0), 0.045, shade(k.main, 0.85), "wood")
        k.add(
            "frustum",
            (-k.x * 0.5, k.x * 0.5),
            (0, 0.06),
            (-k.z * 0.5, k.z * 0.5),
            shade(k.main, 0.85),
            "wood",
        )
        k.space((-k.x * 0.7, k.x * 0.7), k.h, (-k.z * 0.7, k.z * 0.7), 0.8)
        return k.shape()
    thick = min(0.06, k.h * 0.12, k.w * 0.1)
    dark = shade(k.main, 0.82)
    k.box((-k.x, k.x), (k.h - top, k.h), (-k.z, k.z))
    fronts = [(x, y) for kind, x, y, _ in k.fronts() if kind in FRONTS]
    if fronts:
        low = max(0.05, min(y[0] for _, y in fronts) - 0.02)
        x = (
            max(-k.x + 0.01, min(x[0] for x, _ in fronts) - 0.02),
            min(k.x - 0.01, max(x[1] for x, _ in fronts) + 0.02),
        )
        carcass(k, (low, k.h - top), dark, "wood", x=x, z=(-k.z + 0.02, k.z - 0.008))
        if low < k.h * 0.35:
            # Drawers stand at one side: a pedestal; legs carry the rest.
            k.box((x[0], x[1]), (0, low), (-k.z + 0.05, k.z - 0.05), shade(dark, 0.7), "plain")
    else:
        apron = min(0.08, k.h * 0.16)
        y = (k.h - top - apron, k.h - top)
        for s in (-1, 1):
            k.box(
                (-k.x + 0.04, k.x - 0.04),
                y,
                (s * (k.z - 0.04) - 0.01, s * (k.z - 0.04) + 0.01),
                dark,
            )
            k.box(
                (s * (k.x - 0.04) - 0.01, s * (k.x - 0.04) + 0.01),
                y,
                (-k.z + 0.04, k.z - 0.04),
                dark,
            )
    k.legs(k.h - top, thick, 0.012, dark)
    k.space((-k.x, k.x), k.h, (-k.z, k.z), 0.8)
    return k.shape()


def coffee_table(k: Kit) -> Shape:
    """Build a low table with a shelf under its top."""
    shape = table(k)
    if "variant" in k.spec.style:
        return shape
    k.parts = list(shape.parts)
    y = k.h * 0.28
    k.box((-k.x + 0.03, k.x - 0.03), (y, y + 0.02), (-k.z + 0.03, k.z - 0.03), shade(k.main, 0.9))
    return k.shape()


def side_table(k: Kit) -> Shape:
    """Build a bedside table: a drawer's body under the top where it owns one, else a low shelf."""
    table(k)
    if not k.owned and "variant" not in k.spec.style:
        y = k.h * 0.3
        k.box(
            (-k.x + 0.02, k.x - 0.02), (y, y + 0.018), (-k.z + 0.02, k.z - 0.02), shade(k.main, 0.9)
        )
        k.box(
            (-k.x + 0.05, k.x - 0.05),
            (k.h * 0.76, k.h * 0.92),
            (k.z - 0.02, k.z - 0.006),
            shade(k.main, 1.05),
            "wood_panel",
        )
    return k.shape()


SHAPES = {
    "Sofa": sofa,
    "ArmChair": sofa,
    "Ottoman": ottoman,
    "Chair": chair,
    "Bed": bed,
    "DiningTable": table,
    "Desk": table,
    "CoffeeTable": coffee_table,
    "SideTable": side_table,
}
