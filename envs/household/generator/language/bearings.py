"""Where things are in words: which way to turn, and what a thing stands next to."""

import numpy as np

from envs.household.generator.language.nouns import nouns
from envs.household.scene import ObjectSpec, Scene

LANDMARKS = (
    "Bathtub",
    "Bed",
    "CoffeeMachine",
    "Dresser",
    "Fridge",
    "GarbageCan",
    "Microwave",
    "Sink",
    "Sofa",
    "Television",
    "Toaster",
    "Toilet",
)
"""What people steer by, where a room has one of it."""
NEAR_M = 1.5
LANDMARK_NOUNS = {"Sink": "sink", "Bathtub": "bathtub"}
STANDING_OFF_M = 0.9


def ground(spec: ObjectSpec) -> np.ndarray:
    """(x, z) of an object."""
    return np.array([spec.position_m[0], spec.position_m[2]])


def front(spec: ObjectSpec) -> np.ndarray:
    """(x, z) unit vector out of an object's front."""
    yaw = np.deg2rad(spec.rotation_deg[1])
    return np.array([np.sin(yaw), np.cos(yaw)])


def turn_towards(at_xz: np.ndarray, facing: np.ndarray, place: ObjectSpec) -> str:
    """Which way to turn to go somewhere: `ahead`, `left`, `right` or `around`."""
    way = ground(place) - at_xz
    ahead = float(way @ facing)
    # Clockwise from the facing, seen from above: its right-hand side.
    right = float(way @ np.array([facing[1], -facing[0]]))
    angle = np.degrees(np.arctan2(right, ahead))
    if abs(angle) <= 40.0:
        return "ahead"
    if abs(angle) >= 130.0:
        return "around"
    return "right" if angle > 0 else "left"


def arrival(place: ObjectSpec, at_xz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where one stands and faces having gone somewhere: before it, or on this side of a table."""
    out = front(place)
    if place.type in ("DiningTable", "CoffeeTable"):
        way = at_xz - ground(place)
        axis = int(np.argmax(np.abs(way)))
        out = np.eye(2)[axis] * np.sign(way[axis] or 1.0)
    return ground(place) + out * STANDING_OFF_M, -out


def neighbour_phrase(scene: Scene, place: ObjectSpec, rng: np.random.Generator) -> str:
    """Say what a place stands next to ("to the left of the fridge"); often nothing."""
    if rng.random() < 0.35:
        return ""
    # As seen by someone who faces the place, its own right is on the left.
    left = np.array([front(place)[1], -front(place)[0]])
    found = []
    for name in LANDMARKS:
        marks = [spec for spec in scene.objects if spec.type == name]
        if len(marks) != 1 or marks[0].object_id in (place.object_id, place.owner):
            continue
        if place.type == name or marks[0].owner == place.object_id:
            continue
        away = ground(marks[0]) - ground(place)
        if np.linalg.norm(away) > NEAR_M:
            continue
        aside = float(away @ left)
        if abs(aside) > 1.5 * abs(float(away @ front(place))):
            # The mark is on the left: the place is to the right of it.
            side = "right" if aside > 0 else "left"
            words = f"to the {side} of the"
        else:
            words = "near the"
        found.append(f" {words} {LANDMARK_NOUNS.get(name, nouns(name)[0])}")
    return found[int(rng.integers(len(found)))] if found else ""
