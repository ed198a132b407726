"""Lamps, switches, plants."""

from envs.household.palette import shade
from envs.household.shape import Shape
from envs.household.shapes.kit import Kit

GLOW = "#ffe3a3"


def lamp_shade(k: Kit, mesh: str, y0: float, y1: float) -> None:
    """Add a shade that glows when on, and the bulb in it."""
    span = ((-k.x, k.x), (y0, y1), (-k.z, k.z))
    k.add(mesh, *span, shows="off")
    k.add(mesh, *span, GLOW, "glow", shows="on")
    r = k.w * 0.12
    middle = (y0 + y1) / 2
    for state, colour, material in (("off", "#f4efe2", "plain"), ("on", "#fff3cf", "glow")):
        k.add(
            "ellipsoid_small",
            (-r, r),
            (middle - r, middle + r),
            (-r, r),
            colour,
            material,
            shows=state,
        )


def table_lamp(k: Kit) -> Shape:
    """Build a lamp: a turned ceramic foot, a short stem and a shade."""
    neck = k.h * 0.58
    foot = k.tone("ceramic") if k.rng.random() < 0.6 else k.tone("bronze")
    k.add(
        "cylinder",
        (-k.x * 0.5, k.x * 0.5),
        (0, k.h * 0.04),
        (-k.z * 0.5, k.z * 0.5),
        shade(foot, 0.7),
        "plain",
    )
    k.add(
        "vase2",
        (-k.x * 0.45, k.x * 0.45),
        (k.h * 0.04, k.h * 0.46),
        (-k.z * 0.45, k.z * 0.45),
        foot,
        "glossy",
    )
    k.rod((0, k.h * 0.4, 0), (0, neck + k.h * 0.2, 0), 0.008, "bronze")
    lamp_shade(k, "shade", neck, k.h)
    return k.shape()


def desk_lamp(k: Kit) -> Shape:
    """Build a reading lamp: round foot, thin pole, a shade at the top."""
    k.add(
        "cylinder", (-k.x * 0.62, k.x * 0.62), (0, k.h * 0.05), (-k.z * 0.62, k.z * 0.62), "bronze"
    )
    k.rod((0, 0.01, 0), (0, k.h * 0.85, 0), 0.009, "bronze")
    lamp_shade(k, "shade", k.h * 0.62, k.h)
    return k.shape()


def floor_lamp(k: Kit) -> Shape:
    """Build a standing lamp: a heavy foot, a tall pole, a drum shade."""
    k.add("cylinder", (-k.x * 0.68, k.x * 0.68), (0, 0.03), (-k.z * 0.68, k.z * 0.68), "bronze")
    k.rod((0, 0.02, 0), (0, k.h * 0.95, 0), 0.014, "bronze")
    lamp_shade(k, "shade_drum", k.h * 0.8, k.h)
    return k.shape()


def light_switch(k: Kit) -> Shape:
    """Build a wall plate with a rocker that tips when on."""
    k.add("block", (-k.x, k.x), (0, k.h), (-k.z, k.z * 0.2), material="plain")
    k.box(
        (-k.x * 0.45, k.x * 0.45), (k.h * 0.22, k.h * 0.78), (-k.z, k.z * 0.35), "#d9d4c8", "plain"
    )
    for state, low in (("off", 0.24), ("on", 0.5)):
        k.box(
            (-k.x * 0.38, k.x * 0.38),
            (k.h * low, k.h * (low + 0.26)),
            (0, k.z),
            "#fbfaf6",
            "plain",
            shows=state,
        )
    return k.shape()


def house_plant(k: Kit) -> Shape:
    """Build a plant in a pot; style `variant` or its seed picks one of three habits."""
    variant = int(float(k.spec.style.get("variant", int(k.rng.integers(3))))) % 3
    pot = min(k.h * 0.4, k.w * 0.75)
    r = min(k.x, k.z) * 0.62
    colour = k.tone("ceramic") if variant else (0.48, 0.2, 0.11)
    k.add("plant_pot", (-r, r), (0, pot), (-r, r), colour, "plain")
    k.add(
        "cylinder",
        (-r * 0.9, r * 0.9),
        (pot * 0.82, pot * 0.88),
        (-r * 0.9, r * 0.9),
        (0.07, 0.045, 0.03),
        "foliage",
    )
    for i in range(2 if variant == 1 else 3):
        x = (i - 1) * 0.015
        k.rod(
            (x, pot * 0.8, 0),
            (x * 2, pot + (k.h - pot) * 0.45, 0.01 * i),
            0.006,
            (0.16, 0.2, 0.06),
            "plain",
        )
    k.add(f"foliage{variant}", (-k.x, k.x), (pot * 0.85, k.h), (-k.z, k.z), material="foliage")
    return k.shape()


SHAPES = {
    "Lamp": table_lamp,
    "DeskLamp": desk_lamp,
    "FloorLamp": floor_lamp,
    "LightSwitch": light_switch,
    "HousePlant": house_plant,
}
