"""Cabinets, drawers, dressers, shelves, hampers."""

from envs.household.palette import shade
from envs.household.shape import Opening, Shape
from envs.household.shapes.carcass import carcass, false_drawers
from envs.household.shapes.kit import Kit

BOARD_M = 0.016


def front_look(k: Kit) -> str:
    """Return the material of a front: the kitchen's panelled paint, or the furniture's wood."""
    return "panel" if k.room.kind in ("kitchen", "bathroom") else "wood_panel"


def paint(k: Kit) -> None:
    """Give fronts outside kitchen and bathroom the colour of the room's wood."""
    if k.room.kind not in ("kitchen", "bathroom") and "colour" not in k.spec.style:
        k.main = k.tone("wood")


def cabinet(k: Kit) -> Shape:
    """Build a cupboard: panels, a shelf half-way where it is tall, one door with a knob."""
    paint(k)
    t = BOARD_M
    back = k.z - 0.044
    k.panels((-k.x, k.x), (0, k.h), (-k.z, back), t, shade(k.main, 0.9), "plain", leave="f")
    inner = ((-k.x + t, k.x - t), (-k.z + t, back))
    levels = [t] if k.h < 0.55 else [t, k.h / 2]
    for level, above in zip(levels, [*levels[1:], k.h], strict=True):
        if level > t:
            k.box(inner[0], (level - t, level), inner[1], shade(k.main, 0.85), "plain")
        k.space(inner[0], level, inner[1], above - level - t, inside=True)
    k.box(
        (-k.x + 0.002, k.x - 0.002),
        (0.002, k.h - 0.002),
        (back + 0.001, k.z - 0.022),
        None,
        front_look(k),
        moves=True,
    )
    hx = k.handle_side * (k.x - min(0.05, k.w * 0.15))
    if k.spec.style.get("hinge") in ("top", "bottom"):
        hx = 0.0
    # A knob sits where a hand is: low on a wall cupboard, high on one under a counter.
    low = k.spec.position_m[1] > 1.2
    hy = k.h * (0.15 if low else 0.85)
    if k.spec.style.get("hinge") == "top":
        hy = k.h * 0.15
    k.rod((hx, hy - 0.05, k.z - 0.009), (hx, hy + 0.05, k.z - 0.009), 0.007, "chrome", moves=True)
    for end in (-0.04, 0.04):
        k.box(
            (hx - 0.004, hx + 0.004),
            (hy + end - 0.004, hy + end + 0.004),
            (k.z - 0.023, k.z - 0.008),
            "chrome",
            moves=True,
        )
    return k.shape(k.hinge())


def drawer(k: Kit) -> Shape:
    """Build a drawer: a box open at the top behind a front with a bar handle; all of it slides."""
    paint(k)
    t = min(0.012, k.h * 0.12)
    front = k.z - 0.022
    inner_top = k.h * 0.8
    wood = "#cdb08a"
    x = (-k.x + 0.012, k.x - 0.012)
    k.box(
        (-k.x + 0.002, k.x - 0.002),
        (0.002, k.h - 0.002),
        (front - 0.02, front),
        None,
        front_look(k),
        moves=True,
    )
    k.panels(
        x, (k.h * 0.06, inner_top), (-k.z, front - 0.02), t, wood, "wood", leave="tf", moves=True
    )
    half = min(0.07, k.w * 0.3)
    y = k.h * 0.55
    k.rod((-half, y, k.z - 0.009), (half, y, k.z - 0.009), 0.007, "chrome", moves=True)
    for end in (-1, 1):
        k.box(
            (end * half * 0.85 - 0.004, end * half * 0.85 + 0.004),
            (y - 0.004, y + 0.004),
            (front, k.z - 0.008),
            "chrome",
            moves=True,
        )
    floor = k.h * 0.06 + t
    k.space(
        (x[0] + t, x[1] - t),
        floor,
        (-k.z + t, front - 0.022),
        k.h - floor - 0.004,
        moves=True,
        inside=True,
    )
    travel = float(k.spec.style.get("travel", k.d * 0.72))
    return k.shape(Opening("slide", (0.0, 0.0, 1.0), travel))


def chest(k: Kit, rows: int, columns: int, leg: float, *, open_front: bool = False) -> Shape:
    """Build a body on legs with a top; its fronts are the drawers it owns, or false ones."""
    top = 0.028
    colour = k.main
    if leg > 0.03:
        k.legs(leg, 0.05, 0.02, shade(colour, 0.75), "box", "wood")
    k.box((-k.x, k.x), (k.h - top, k.h), (-k.z, k.z), shade(colour, 1.08))
    body = (leg, k.h - top)
    z = (-k.z + 0.004, k.z - 0.006)
    carcass(k, body, colour, "wood", x=(-k.x + 0.008, k.x - 0.008), z=z, open_front=open_front)
    if not k.owned and not open_front:
        false_drawers(
            k,
            (-k.x + 0.03, k.x - 0.03),
            (leg + 0.02, k.h - top - 0.01),
            rows,
            columns,
            colour,
            "wood_panel",
        )
    k.space((-k.x, k.x), k.h, (-k.z, k.z), 0.8)
    return k.shape()


def dresser(k: Kit) -> Shape:
    """Build a chest of drawers."""
    return chest(k, 3, 2, min(0.09, k.h * 0.12))


def tv_stand(k: Kit) -> Shape:
    """Build a low cabinet for a television: closed where it owns fronts, else open with a shelf."""
    leg = min(0.1, k.h * 0.2)
    if k.owned:
        return chest(k, 1, 3, leg)
    shape = chest(k, 1, 3, leg, open_front=True)
    k.parts = list(shape.parts)
    middle = (leg + k.h) / 2
    k.box(
        (-k.x + 0.02, k.x - 0.02),
        (middle - 0.01, middle),
        (-k.z + 0.02, k.z - 0.02),
        shade(k.main, 0.9),
        "wood",
    )
    for x in (-k.x / 3, k.x / 3):
        k.box(
            (x - 0.009, x + 0.009),
            (leg, k.h - 0.028),
            (-k.z + 0.02, k.z - 0.02),
            shade(k.main, 0.9),
            "wood",
        )
    return k.shape()


def shelf(k: Kit) -> Shape:
    """Build a board."""
    k.box((-k.x, k.x), (0, k.h), (-k.z, k.z))
    k.box((-k.x, k.x), (0, k.h * 0.999), (k.z - 0.004, k.z), shade(k.main, 0.8), "wood")
    k.space((-k.x, k.x), k.h, (-k.z, k.z), 0.5)
    return k.shape()


def cart(k: Kit) -> Shape:
    """Build a trolley: two trays on four tubes with castors."""
    for sx in (-1, 1):
        for sz in (-1, 1):
            x, z = sx * (k.x - 0.015), sz * (k.z - 0.02)
            k.rod((x, 0.06, z), (x, k.h, z), 0.011)
            k.add(
                "cylinder_small",
                (x - 0.015, x + 0.015),
                (0, 0.06),
                (z - 0.02, z + 0.015),
                "dark",
                turn=(0, 0, 0),
            )
    for y in (0.12, k.h * 0.86):
        k.box(
            (-k.x + 0.01, k.x - 0.01),
            (y, y + 0.012),
            (-k.z + 0.01, k.z - 0.01),
            shade(k.main, 1.2),
            "metal",
        )
        for sz in (-1, 1):
            k.rod(
                (-k.x + 0.02, y + 0.05, sz * (k.z - 0.015)),
                (k.x - 0.02, y + 0.05, sz * (k.z - 0.015)),
                0.006,
            )
    k.space((-k.x + 0.03, k.x - 0.03), k.h * 0.86 + 0.012, (-k.z + 0.03, k.z - 0.03), 0.6)
    k.space((-k.x + 0.03, k.x - 0.03), 0.132, (-k.z + 0.03, k.z - 0.03), k.h * 0.86 - 0.14)
    return k.shape()


def hamper(k: Kit) -> Shape:
    """Build a wicker laundry basket open at the top."""
    k.add("hamper", (-k.x, k.x), (0, k.h), (-k.z, k.z))
    k.add(
        "hamper",
        (-k.x * 0.975, k.x * 0.975),
        (k.h * 0.02, k.h * 0.99),
        (-k.z * 0.975, k.z * 0.975),
        "#e8dfd0",
        "fabric",
    )
    k.space((-k.x * 0.7, k.x * 0.7), k.h * 0.06, (-k.z * 0.7, k.z * 0.7), k.h * 0.94)
    return k.shape()


def hamper_lid(k: Kit) -> Shape:
    """Build the basket's lid with a loop; it turns up about the back edge."""
    k.add("block", (-k.x, k.x), (0, k.h * 0.7), (-k.z, k.z), moves=True)
    k.add(
        "arch",
        (-0.05, 0.05),
        (k.h * 0.6, k.h),
        (k.z * 0.6, k.z * 0.6 + 0.01),
        "leather",
        moves=True,
    )
    return k.shape(Opening("hinge", (1.0, 0.0, 0.0), -100.0, (0.0, 0.0, -k.z)))


SHAPES = {
    "Cabinet": cabinet,
    "Drawer": drawer,
    "Dresser": dresser,
    "TVStand": tv_stand,
    "Shelf": shelf,
    "Cart": cart,
    "LaundryHamper": hamper,
    "LaundryHamperLid": hamper_lid,
}
