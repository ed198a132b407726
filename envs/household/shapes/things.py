"""Bigger loose things: toys, decoration, boxes, shoes."""

from envs.household.palette import linear, shade
from envs.household.shape import Opening, Shape
from envs.household.shapes.kit import Kit


def ball(k: Kit) -> Shape:
    """Build a basketball with its seams."""
    k.add(
        "ellipsoid",
        (-k.x * 0.985, k.x * 0.985),
        (k.h * 0.0075, k.h * 0.9925),
        (-k.z * 0.985, k.z * 0.985),
        material="leather",
    )
    seam = linear("#2b2320")
    for turn in ((0, 0, 0), (0, 90, 0), (90, 0, 0)):
        k.add(
            "torus_thin",
            (-k.x, k.x),
            (0, k.h),
            (-0.004, 0.004),
            seam,
            "plain",
            turn=turn,
            solid=False,
        )
    return k.shape()


def boots(k: Kit) -> Shape:
    """Build a pair of boots side by side, toes towards +z."""
    for side in (-1, 1):
        x = side * k.x * 0.5
        k.add("boot", (x - k.x * 0.44, x + k.x * 0.44), (0, k.h), (-k.z, k.z), material="leather")
        k.box(
            (x - k.x * 0.45, x + k.x * 0.45),
            (0, k.h * 0.08),
            (-k.z * 0.98, -k.z * 0.35),
            shade(k.main, 0.5),
            "plain",
        )
    return k.shape()


def carton(k: Kit) -> Shape:
    """Build a cardboard box; its lid turns up about the back edge."""
    wall = 0.008
    k.panels((-k.x, k.x), (0, k.h - wall), (-k.z, k.z), wall, leave="t")
    k.box((-k.x, k.x), (k.h - wall, k.h), (-k.z, k.z), moves=True)
    k.box(
        (-0.025, 0.025),
        (k.h - wall * 1.2, k.h),
        (-k.z * 1.0, k.z * 1.0),
        "#d9c08f",
        "plain",
        moves=True,
        solid=False,
    )
    k.box(
        (-k.x * 0.5, k.x * 0.5),
        (k.h * 0.25, k.h * 0.6),
        (k.z - 0.002, k.z),
        shade(k.main, 0.7),
        "label",
        solid=False,
    )
    k.space((-k.x + wall, k.x - wall), wall, (-k.z + wall, k.z - wall), k.h - 2 * wall, inside=True)
    return k.shape(Opening("hinge", (1.0, 0.0, 0.0), -110.0, (0.0, k.h - wall / 2, -k.z)))


def footstool(k: Kit) -> Shape:
    """Build a low wooden stool."""
    k.legs(k.h - 0.03, 0.035, 0.015)
    k.box((-k.x, k.x), (k.h - 0.035, k.h), (-k.z, k.z))
    for z in (-1, 1):
        k.box(
            (-k.x * 0.8, k.x * 0.8),
            (k.h * 0.35, k.h * 0.45),
            (z * k.z * 0.78 - 0.01, z * k.z * 0.78 + 0.01),
            shade(k.main, 0.8),
            "wood",
        )
    return k.shape()


def pillow(k: Kit) -> Shape:
    """Build a pillow with piping."""
    k.add("pillow", (-k.x, k.x), (0, k.h), (-k.z, k.z), material="fabric")
    return k.shape()


def statue(k: Kit) -> Shape:
    """Build a small bust on a plinth."""
    k.box((-k.x, k.x), (0, k.h * 0.12), (-k.z, k.z), "#4c4842", "stone")
    k.add("statue", (-k.x * 0.85, k.x * 0.85), (k.h * 0.12, k.h), (-k.z * 0.85, k.z * 0.85))
    for side in (-1, 1):
        k.rod(
            (side * k.x * 0.5, k.h * 0.55, 0),
            (side * k.x * 0.25, k.h * 0.38, k.z * 0.6),
            k.w * 0.07,
            kind="capsule",
        )
    return k.shape()


def teddy(k: Kit) -> Shape:
    """Build a sitting teddy bear facing +z."""
    x, h, z = k.x, k.h, k.z
    light = shade(k.main, 1.6)

    def blob(
        cx: float,
        cy: float,
        cz: float,
        rx: float,
        ry: float,
        rz: float,
        colour=None,
        small=True,
        material: str = "plush",
    ) -> None:
        k.add(
            "ellipsoid_small" if small else "ellipsoid",
            ((cx - rx) * x, (cx + rx) * x),
            ((cy - ry) * h, (cy + ry) * h),
            ((cz - rz) * z, (cz + rz) * z),
            colour or k.main,
            material,
        )

    blob(0, 0.30, -0.25, 0.62, 0.29, 0.62, small=False)
    blob(0, 0.28, 0.1, 0.42, 0.2, 0.36, light)
    blob(0, 0.74, -0.2, 0.55, 0.22, 0.55, small=False)
    blob(0, 0.69, 0.28, 0.25, 0.1, 0.22, light)
    blob(0, 0.735, 0.47, 0.09, 0.03, 0.06, linear("#2b2320"), material="plain")
    for s in (-1, 1):
        blob(s * 0.45, 0.91, -0.2, 0.2, 0.09, 0.14)
        blob(s * 0.45, 0.91, -0.08, 0.12, 0.055, 0.08, light)
        blob(s * 0.22, 0.8, 0.27, 0.06, 0.03, 0.06, linear("#1d1815"), material="glossy")
        blob(s * 0.72, 0.42, 0.05, 0.26, 0.13, 0.34)
        blob(s * 0.55, 0.11, 0.55, 0.27, 0.11, 0.45)
        blob(s * 0.55, 0.12, 0.93, 0.17, 0.08, 0.06, light)
    return k.shape()


def vase(k: Kit) -> Shape:
    """Build a vase; style `variant` or its seed picks one of three outlines."""
    variant = int(float(k.spec.style.get("variant", int(k.rng.integers(3))))) % 3
    k.add(f"vase{variant}", (-k.x, k.x), (0, k.h), (-k.z, k.z), material="glossy")
    return k.shape()


def watering_can(k: Kit) -> Shape:
    """Build a watering can: spout with a rose towards +x, handle at the back."""
    r = min(k.w * 0.46, k.d) / 2
    x = -k.x * 0.2
    k.add("bin", (x - r, x + r), (0, k.h * 0.72), (-r, r))
    k.rod((x + r * 0.8, k.h * 0.15, 0), (k.x - 0.03, k.h * 0.86, 0), 0.011)
    k.add(
        "ellipsoid_small",
        (k.x - 0.055, k.x),
        (k.h * 0.78, k.h),
        (-0.025, 0.025),
        shade(k.main, 0.8),
    )
    k.add("handle", (-k.x, x - r * 0.8), (k.h * 0.15, k.h * 0.85), (-0.01, 0.01), turn=(0, 180, 0))
    k.add("arch", (x - r * 0.9, x + r * 0.9), (k.h * 0.6, k.h), (-0.009, 0.009))
    return k.shape()


SHAPES = {
    "BasketBall": ball,
    "Boots": boots,
    "Box": carton,
    "Footstool": footstool,
    "Pillow": pillow,
    "Statue": statue,
    "TeddyBear": teddy,
    "Vase": vase,
    "WateringCan": watering_can,
}
