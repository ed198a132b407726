"""Cups, plates, pots and bottles."""

from functools import partial

from envs.household.palette import shade
from envs.household.shape import Shape
from envs.household.shapes.kit import Kit

WATER = (0.30, 0.52, 0.62)
DIRT = (0.13, 0.07, 0.03)


def contents(
    k: Kit, level: float, radius_x: float, radius_z: float, x: float = 0.0, z: float = 0.0
) -> None:
    """Add the water seen when filled and the smears seen when dirty, `level` above the bottom."""
    k.add(
        "cylinder",
        (x - radius_x, x + radius_x),
        (level, level + 0.004),
        (z - radius_z, z + radius_z),
        WATER,
        "water",
        shows="filled",
    )
    for i, (dx, dz, size) in enumerate(((-0.35, 0.1, 0.5), (0.3, 0.35, 0.4), (0.15, -0.45, 0.35))):
        y = level + 0.001 * i
        k.add(
            "cylinder_small",
            (x + radius_x * (dx - size / 2), x + radius_x * (dx + size / 2)),
            (y, y + 0.002),
            (z + radius_z * (dz - size / 2), z + radius_z * (dz + size / 2)),
            DIRT,
            "plain",
            shows="dirty",
        )


def well(k: Kit, radius_x: float, radius_z: float, floor: float, z: float = 0.0) -> None:
    """Add the room inside a round vessel: the square within its circle, nothing above."""
    a, b = radius_x * 0.8, radius_z * 0.8
    k.space((-a, a), floor, (z - b, z + b), 0.6)


def bowl(k: Kit) -> Shape:
    """Build a bowl on a small foot."""
    k.add("bowl", (-k.x, k.x), (0, k.h), (-k.z, k.z))
    contents(k, k.h * 0.6, k.x * 0.82, k.z * 0.82)
    well(k, k.x * 0.62, k.z * 0.62, k.h * 0.12)
    return k.shape()


def cup(k: Kit) -> Shape:
    """Build a cup without a handle."""
    k.add("cup", (-k.x, k.x), (0, k.h), (-k.z, k.z), material="glossy")
    contents(k, k.h * 0.7, k.x * 0.8, k.z * 0.8)
    well(k, k.x * 0.75, k.z * 0.75, k.h * 0.07)
    return k.shape()


def mug(k: Kit) -> Shape:
    """Build a mug, its handle at +x."""
    r = min(k.w * 0.75, k.d) / 2
    left = -k.x
    k.add("handle", (left + r * 1.75, k.x), (k.h * 0.18, k.h * 0.82), (-0.007, 0.007))
    k.add("mug", (left, left + 2 * r), (0, k.h), (-k.z, k.z))
    k.add(
        "cylinder",
        (left + r * 0.1, left + r * 1.9),
        (k.h * 0.80, k.h * 0.805),
        (-k.z * 0.9, k.z * 0.9),
        WATER,
        "water",
        shows="filled",
    )
    contents(k, k.h * 0.1, r * 0.85, k.z * 0.85, x=left + r)
    a = r * 0.66
    k.space((left + r - a, left + r + a), k.h * 0.08, (-a, a), 0.6)
    return k.shape()


def plate(k: Kit) -> Shape:
    """Build a plate with a raised rim and a ring of colour."""
    k.add("plate", (-k.x, k.x), (0, k.h), (-k.z, k.z))
    k.add(
        "ring_flat",
        (-k.x * 0.99, k.x * 0.99),
        (k.h * 0.88, k.h),
        (-k.z * 0.99, k.z * 0.99),
        shade(k.main, 0.55),
        solid=False,
    )
    contents(k, k.h * 0.37, k.x * 0.55, k.z * 0.55)
    well(k, k.x * 0.85, k.z * 0.85, k.h * 0.4)
    return k.shape()


def pan(k: Kit) -> Shape:
    """Build a frying pan, its handle towards +z."""
    r = min(k.w, k.d * 0.62) / 2
    z = -k.z + r
    k.add("pan", (-r, r), (0, k.h * 0.75), (z - r, z + r), shade(k.main, 0.7), "metal")
    k.rod((0, k.h * 0.55, z + r * 0.95), (0, k.h * 0.9, k.z - 0.01), 0.012, "dark", kind="capsule")
    contents(k, k.h * 0.14, r * 0.75, r * 0.75, z=z)
    well(k, r * 0.85, r * 0.85, k.h * 0.12, z=z)
    return k.shape()


def pot(k: Kit) -> Shape:
    """Build a cooking pot with two handles along x."""
    r = min(k.w * 0.74, k.d) / 2
    k.add("pot", (-r, r), (0, k.h), (-r, r))
    k.add("ring_flat", (-r * 1.03, r * 1.03), (k.h * 0.95, k.h), (-r * 1.03, r * 1.03))
    for side in (-1, 1):
        span = sorted((side * r * 0.96, side * k.x))
        k.add(
            "handle",
            (span[0], span[1]),
            (k.h * 0.66, k.h * 0.76),
            (-0.045, 0.045),
            "dark",
            turn=(0, 0 if side > 0 else 180, 0),
        )
    contents(k, k.h * 0.7, r * 0.93, r * 0.93)
    well(k, r * 0.9, r * 0.9, k.h * 0.06)
    return k.shape()


def kettle(k: Kit) -> Shape:
    """Build a stove kettle: spout towards +x, an arched handle over the lid."""
    r = min(k.w * 0.74, k.d) / 2
    x = -k.x + r
    body = k.h * 0.68
    k.add("kettle", (x - r, x + r), (0, body), (-r, r), material="glossy")
    k.rod((x + r * 0.7, body * 0.45, 0), (k.x - 0.012, body * 0.85, 0), 0.014, kind="frustum")
    k.add(
        "ellipsoid_small",
        (x - 0.014, x + 0.014),
        (body * 0.95, body * 0.95 + 0.028),
        (-0.014, 0.014),
        "dark",
    )
    k.add("arch", (x - r * 0.8, x + r * 0.8), (body * 0.6, k.h), (-0.011, 0.011), "dark")
    return k.shape()


def bottle(mesh: str, k: Kit) -> Shape:
    """Build a bottle: `mesh` names its outline; with a label and, for wine, a capsule."""
    k.add(mesh, (-k.x, k.x), (0, k.h), (-k.z, k.z), material="glossy")
    label = "#e9dfc6" if mesh == "wine_bottle" else "#f3efe4"
    k.add(
        "cylinder",
        (-k.x * 1.0, k.x * 1.0),
        (k.h * 0.16, k.h * 0.46),
        (-k.z * 1.0, k.z * 1.0),
        label,
        "label",
    )
    top = "#7a2530" if mesh == "wine_bottle" else "#c9ccce"
    neck = 0.48 if mesh == "wine_bottle" else 0.46
    k.add(
        "cylinder_small",
        (-k.x * neck, k.x * neck),
        (k.h * 0.9, k.h),
        (-k.z * neck, k.z * neck),
        top,
    )
    return k.shape()


def shaker(k: Kit) -> Shape:
    """Build a salt or pepper shaker: glass below, a domed metal cap with holes above."""
    k.add("shaker", (-k.x, k.x), (0, k.h * 0.72), (-k.z, k.z), material="glossy")
    k.add("dome", (-k.x * 0.8, k.x * 0.8), (k.h * 0.7, k.h), (-k.z * 0.8, k.z * 0.8), "steel")
    dot = "#303034"
    for dx in (-0.25, 0.0, 0.25):
        k.add(
            "cylinder_small",
            (k.x * (dx - 0.08), k.x * (dx + 0.08)),
            (k.h * 0.96 - abs(dx) * 0.1 * k.h, k.h * 0.99 - abs(dx) * 0.1 * k.h),
            (-k.z * 0.08, k.z * 0.08),
            dot,
            solid=False,
        )
    return k.shape()


SHAPES = {
    "Bowl": bowl,
    "Cup": cup,
    "Mug": mug,
    "Plate": plate,
    "Pan": pan,
    "Pot": pot,
    "Kettle": kettle,
    "Glassbottle": partial(bottle, "bottle"),
    "WineBottle": partial(bottle, "wine_bottle"),
    "PepperShaker": shaker,
    "SaltShaker": shaker,
}
