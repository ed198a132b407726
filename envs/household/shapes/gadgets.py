"""Small things of living room and bedroom with electronics or paper in them."""

from envs.household.palette import linear, shade
from envs.household.shape import Opening, Shape
from envs.household.shapes.kit import Kit

SCREEN = "#17181c"


def alarm_clock(k: Kit) -> Shape:
    """Build an oval clock with two bells, hands and feet."""
    tall = k.h * 0.8
    y = k.h * 0.04 + tall / 2
    for half, z, colour in (
        (k.x * 0.98, (-k.z, k.z * 0.9), None),
        (k.x * 0.84, (0.0, k.z * 0.94), "#f4f0e4"),
    ):
        middle, deep = (z[0] + z[1]) / 2, (z[1] - z[0]) / 2
        rise = tall / 2 * half / k.x
        k.add(
            "cylinder",
            (-half, half),
            (y - deep, y + deep),
            (middle - rise, middle + rise),
            colour,
            "plain",
            turn=(90, 0, 0),
        )
    r = tall / 2
    for angle, length in ((20, 0.62), (100, 0.45)):
        k.box(
            (-r * 0.06, r * 0.06),
            (y - r * 0.1, y + r * length),
            (k.z * 0.93, k.z),
            "#26262a",
            "plain",
            turn=(0, 0, angle),
        )
    for side in (-1, 1):
        x = side * k.x * 0.55
        k.add(
            "dome",
            (x - k.x * 0.4, x + k.x * 0.4),
            (k.h * 0.72, k.h),
            (-k.z * 0.6, k.z * 0.6),
            "steel",
            turn=(0, 0, -side * 18),
        )
        k.box((x - 0.006, x + 0.006), (0, k.h * 0.15), (-k.z * 0.5, k.z * 0.5), "steel")
    return k.shape()


def cell_phone(k: Kit) -> Shape:
    """Build a phone lying on its back; its screen lights when on."""
    k.add("block", (-k.x, k.x), (0, k.h * 0.9), (-k.z, k.z))
    glass = ((-k.x * 0.9, k.x * 0.9), (k.h * 0.88, k.h), (-k.z * 0.93, k.z * 0.93))
    k.box(*glass, SCREEN, "glossy", shows="off")
    k.box(*glass, "#9fc4e6", "screen", shows="on")
    return k.shape()


def credit_card(k: Kit) -> Shape:
    """Build a bank card: stripe and chip."""
    k.box((-k.x, k.x), (0, k.h * 0.7), (-k.z, k.z), material="plain")
    k.box((-k.x, k.x), (k.h * 0.65, k.h * 0.85), (-k.z * 0.7, -k.z * 0.35), "#26262a", "plain")
    k.box((-k.x * 0.75, -k.x * 0.4), (k.h * 0.65, k.h), (-k.z * 0.1, k.z * 0.3), "#d8b45a", "metal")
    return k.shape()


def disc(k: Kit) -> Shape:
    """Build a compact disc with its hole and label ring."""
    k.add("disc_hole", (-k.x, k.x), (0, k.h * 0.6), (-k.z, k.z), material="disc")
    k.add(
        "ring_tube",
        (-k.x * 0.5, k.x * 0.5),
        (k.h * 0.5, k.h),
        (-k.z * 0.5, k.z * 0.5),
        "#d46a4c",
        "plain",
    )
    return k.shape()


def key_chain(k: Kit) -> Shape:
    """Build a ring with two keys and a tag."""
    r = k.w * 0.3
    y = k.h / 2
    k.add(
        "torus",
        (-r, r),
        (y - r, y + r),
        (-k.z + r - k.h * 0.35, -k.z + r + k.h * 0.35),
        turn=(90, 0, 0),
    )
    root = -k.z + 2 * r
    for turn, colour in ((-22.0, "#d8b45a"), (16.0, None)):
        x = turn / 22.0 * k.x * 0.55
        k.add(
            "cylinder_small",
            (x - k.w * 0.14, x + k.w * 0.14),
            (k.h * 0.2, k.h * 0.6),
            (root - 0.004, root + k.w * 0.28),
            colour,
            "metal",
        )
        k.box(
            (x - k.w * 0.04, x + k.w * 0.04),
            (k.h * 0.2, k.h * 0.6),
            (root + k.w * 0.2, k.z),
            colour,
            "metal",
        )
        for t in (0.72, 0.86):
            z = root + (k.z - root) * t
            k.box((x, x + k.w * 0.1), (k.h * 0.2, k.h * 0.6), (z, z + 0.006), colour, "metal")
    k.add(
        "pebble", (-k.x * 0.25, k.x * 0.3), (0, k.h), (root, root + k.d * 0.35), "#b8433c", "plain"
    )
    return k.shape()


def laptop(k: Kit) -> Shape:
    """Build a laptop: the lid turns up about the back edge, its screen lights when on.

    The box of its size holds it open; closed, the lid lies flat on the keyboard.
    """
    base = min(0.022, k.h * 0.12)
    lid = min(k.d * 0.98, k.h - base)
    lid_end = -k.z + lid
    k.box((-k.x, k.x), (0, base * 0.75), (-k.z, k.z), material="metal")
    k.box(
        (-k.x * 0.9, k.x * 0.9),
        (base * 0.73, base * 0.82),
        (-k.z * 0.85, k.z * 0.2),
        "#2a2b2f",
        "keys",
    )
    k.box(
        (-k.x * 0.3, k.x * 0.3),
        (base * 0.73, base * 0.8),
        (k.z * 0.35, k.z * 0.85),
        shade(k.main, 0.7),
        "plain",
    )
    k.box((-k.x, k.x), (base * 0.85, base * 1.3), (-k.z, lid_end), moves=True, material="metal")
    glass = (
        (-k.x * 0.93, k.x * 0.93),
        (base * 0.78, base * 0.86),
        (-k.z + lid * 0.08, lid_end - lid * 0.06),
    )
    k.box(*glass, SCREEN, "glossy", moves=True, shows="off")
    k.box(*glass, "#a9cdea", "screen", moves=True, shows="on")
    return k.shape(Opening("hinge", (1.0, 0.0, 0.0), -105.0, (0.0, base * 0.85, -k.z + base * 0.4)))


def book(k: Kit) -> Shape:
    """Build a book lying flat, spine at -x; its cover turns about the spine."""
    t = min(0.005, k.h * 0.15)
    k.box((-k.x, k.x), (0, t), (-k.z, k.z), material="plain")
    k.box((-k.x, -k.x + t), (t, k.h - t), (-k.z, k.z), material="plain")
    k.box((-k.x + t, k.x * 0.97), (t, k.h - t), (-k.z * 0.97, k.z * 0.97), "#f2ecdc", "pages")
    k.box((-k.x, k.x), (k.h - t, k.h), (-k.z, k.z), material="cover", moves=True)
    return k.shape(Opening("hinge", (0.0, 0.0, 1.0), 172.0, (-k.x, k.h - t * 0.5, 0.0)))


def newspaper(k: Kit) -> Shape:
    """Build a folded newspaper: two layers of print, the upper a little smaller."""
    k.box((-k.x, k.x), (0, k.h * 0.5), (-k.z, k.z), material="news")
    k.box((-k.x, k.x * 0.97), (k.h * 0.5, k.h), (-k.z * 0.97, k.z * 0.97), material="news")
    return k.shape()


def remote(k: Kit) -> Shape:
    """Build a remote control with rows of buttons and a red power button."""
    k.add("block", (-k.x, k.x), (0, k.h * 0.85), (-k.z, k.z))
    grey = linear("#a9adb2")
    for row in range(5):
        for column in (-1, 0, 1):
            x, z = column * k.w * 0.26, k.z * (0.55 - row * 0.26)
            k.box(
                (x - k.w * 0.08, x + k.w * 0.08),
                (k.h * 0.8, k.h),
                (z - 0.006, z + 0.006),
                grey,
                "plain",
                solid=False,
            )
    k.add(
        "cylinder_small",
        (-0.007, 0.007),
        (k.h * 0.8, k.h),
        (-k.z * 0.85, -k.z * 0.85 + 0.014),
        "#c4453b",
        "plain",
    )
    return k.shape()


def watch(k: Kit) -> Shape:
    """Build a wrist watch lying on its strap: a round face up, the strap curving down and back."""
    r = min(k.x * 0.95, k.z * 0.7)
    top, low = k.h * 0.95, k.h * 0.5
    for side in (-1, 1):
        a, b = sorted((side * r * 0.7, side * k.z))
        k.box((-k.x * 0.5, k.x * 0.5), (low, low + k.h * 0.22), (a, b), material="leather")
        a, b = sorted((side * (k.z - 0.006), side * k.z))
        k.box((-k.x * 0.5, k.x * 0.5), (0, low + k.h * 0.22), (a, b), material="leather")
    k.box((-k.x * 0.5, k.x * 0.5), (0, k.h * 0.16), (-k.z, k.z), material="leather")
    k.add("cylinder", (-r, r), (low, top), (-r, r), "#c9a24f", "metal")
    k.add(
        "cylinder",
        (-r * 0.86, r * 0.86),
        (low, k.h * 0.97),
        (-r * 0.86, r * 0.86),
        "#f6f2e8",
        "plain",
    )
    for angle, length in ((30.0, 0.7), (130.0, 0.5)):
        k.box(
            (-0.0018, 0.0018),
            (k.h * 0.96, k.h),
            (-r * 0.1, r * length),
            "#26262a",
            "plain",
            turn=(0, angle, 0),
            solid=False,
        )
    k.box((r * 0.95, k.x), (k.h * 0.65, k.h * 0.8), (-0.004, 0.004), "#c9a24f", "metal")
    return k.shape()


SHAPES = {
    "AlarmClock": alarm_clock,
    "CellPhone": cell_phone,
    "CreditCard": credit_card,
    "CD": disc,
    "KeyChain": key_chain,
    "Laptop": laptop,
    "Book": book,
    "Newspaper": newspaper,
    "RemoteControl": remote,
    "Watch": watch,
}
