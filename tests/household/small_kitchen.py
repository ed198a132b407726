"""A kitchen of a few things, built by hand, that the tests of rules and controller share.

The room is 4 x 4 m around the origin. Along the far wall (+z): fridge, counter with sink, tap,
burner, microwave. At the left wall a dresser with one drawer. At the right a dining table.
"""

from envs.household.catalog import object_type
from envs.household.scene import Floor, ObjectSpec, Scene

FRIDGE = "Fridge|-01.45|+00.00|+01.60"
COUNTER = "CounterTop|+00.10|+00.00|+01.69"
SINK = "Sink|-00.45|+00.72|+01.66"
BASIN = "SinkBasin|-00.45|+00.74|+01.66"
TAP = "Faucet|-00.45|+00.92|+01.92"
BURNER = "StoveBurner|+00.10|+00.92|+01.60"
KNOB = "StoveKnob|+00.10|+00.85|+01.36"
MICROWAVE = "Microwave|+00.65|+00.92|+01.75"
DRESSER = "Dresser|-01.75|+00.00|-00.30"
DRAWER = "Drawer|-01.72|+00.60|-00.30"
TABLE = "DiningTable|+01.20|+00.00|-00.60"
MUG = "Mug|+00.95|+00.76|-00.60"
APPLE = "Apple|+00.95|+00.76|-00.85"
PLATE = "Plate|+01.00|+00.76|-00.25"
KNIFE = "Knife|+01.20|+00.76|-00.60"
PEN = "Pen|-01.72|+00.64|-00.30"
EGG = "Egg|-01.45|+00.56|+01.60"
LAMP = "FloorLamp|+01.70|+00.00|+01.70"


SIZES_M = {"DiningTable": (1.0, 0.76, 1.1), "Dresser": (1.1, 0.9, 0.5)}


def _spec(object_id: str, **more) -> ObjectSpec:
    kind, *numbers = object_id.split("|")
    x, y, z = map(float, numbers)
    fields = {"position_m": (x, y, z), "size_m": SIZES_M.get(kind, object_type(kind).size_m)}
    return ObjectSpec(object_id=object_id, type=kind, **{**fields, **more})


def small_kitchen(**changes: dict) -> Scene:
    """The kitchen; `changes` replace fields of specs, by the constant's name in lower case."""
    facing_us = {"rotation_deg": (0.0, 180.0, 0.0)}
    facing_right = {"rotation_deg": (0.0, 90.0, 0.0)}
    specs = {
        "fridge": (FRIDGE, facing_us),
        "counter": (COUNTER, facing_us),
        "sink": (SINK, {**facing_us, "owner": COUNTER}),
        "basin": (BASIN, {**facing_us, "owner": SINK}),
        "tap": (TAP, {**facing_us, "owner": COUNTER}),
        "burner": (BURNER, {**facing_us, "owner": COUNTER}),
        "knob": (KNOB, {**facing_us, "owner": COUNTER}),
        "microwave": (MICROWAVE, facing_us),
        "dresser": (DRESSER, facing_right),
        "drawer": (DRAWER, {**facing_right, "owner": DRESSER}),
        "table": (TABLE, {}),
        "lamp": (LAMP, {}),
        "mug": (MUG, {"parent": TABLE, "states": {"dirty": True}}),
        "apple": (APPLE, {"parent": TABLE}),
        "plate": (PLATE, {"parent": TABLE}),
        "knife": (KNIFE, {"parent": TABLE}),
        "pen": (PEN, {"parent": DRAWER}),
        "egg": (EGG, {"parent": FRIDGE}),
    }
    return Scene(
        name="small-kitchen",
        kind="kitchen",
        floor=Floor(min_xz_m=(-2.0, -2.0), max_xz_m=(2.0, 2.0)),
        objects=tuple(
            _spec(object_id, **{**fields, **changes.get(name, {})})
            for name, (object_id, fields) in specs.items()
        ),
    )


def stand(x: float, z: float, *, yaw: float = 0.0, horizon: float = 30.0) -> dict:
    """A TeleportFull."""
    return {
        "action": "TeleportFull",
        "x": x,
        "y": 0.9,
        "z": z,
        "rotation": yaw,
        "horizon": horizon,
        "rotateOnTeleport": True,
    }


AT_TABLE = stand(0.25, -0.6, yaw=90.0)
AT_SINK = stand(-0.5, 1.0)
AT_MICROWAVE = stand(0.75, 0.75)
AT_FRIDGE = stand(-1.25, 0.0)
AT_DRESSER = stand(-0.75, -0.25, yaw=270.0)
