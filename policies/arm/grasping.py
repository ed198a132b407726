"""Taking things up and letting go of them."""

import numpy as np

from embodied.core.plan import Cause
from policies.arm.body import SLOW_MPS, TRAVEL_M, WIDTH_M, ArmBody, Run, failed
from policies.arm.spots import free_spot, room_m
from policies.arm.things import Thing

MOST_TRIES = 3
OPEN_BY_M = 0.036
"""How much wider than a thing the fingers open around it."""
LEAST_GRIP_M = 0.006
"""Fingers nearer to each other than this hold nothing."""
LOWEST_M = 0.014
"""Lowest that the point between the fingertips goes."""
LIFT_M = 0.10
FINGER_M = 0.055
"""From the middle of a thing to where the fingers come down beside it, at the least."""


def finger_direction(body: ArmBody, thing: Thing) -> float:
    """Choose how the fingers open around a thing: along a side, where there is most room."""
    others = body.others(thing)
    sides = (thing.yaw_rad, thing.yaw_rad + np.pi / 2)

    def cost(angle: float) -> float:
        way = np.array([np.cos(angle), np.sin(angle)])
        ends = thing.position_m[:2] + np.array([[1.0], [-1.0]]) * way * FINGER_M
        clear = min(0.03, float(room_m(ends, 0.01, others).min()))
        turn = abs((angle - body.finger_rad() + np.pi / 2) % np.pi - np.pi / 2)
        return 0.02 * turn - clear

    return min(sides, key=cost)


def take(body: ArmBody, thing: Thing) -> Run:
    """Grasp a thing and lift it; look again where it is before every try."""
    for number in range(1, MOST_TRIES + 1):
        if number > 1:
            body.note(f"try {number} to grasp the {thing.name}")
        thing = body.now(thing)
        outcome = yield from _grasp(body, thing)
        if outcome is not None:
            body.note(f"{thing.name}: {outcome.evidence}")
            yield from body.set_gripper(1.0)
            continue
        if _is_lifted(body, thing):
            body.held = body.now(thing)
            return None
        body.note(f"the {thing.name} did not come up with the hand")
        yield from body.set_gripper(1.0)
    return failed(Cause.NO_EFFECT, f"the {thing.name} could not be grasped")


def _is_lifted(body: ArmBody, thing: Thing) -> bool:
    now = body.now(thing)
    rose = now.position_m[2] - thing.position_m[2] > LIFT_M / 2
    return bool(body.width_m > LEAST_GRIP_M and rose)


def _grasp(body: ArmBody, thing: Thing) -> Run:
    direction = finger_direction(body, thing)
    body.taken_m = thing.position_m.copy()
    opening = min(1.0, (min(thing.size_m[:2]) + OPEN_BY_M) / WIDTH_M)

    def above() -> np.ndarray:
        return body.now(thing).position_m + np.array([0.0, 0.0, 0.10])

    def around() -> np.ndarray:
        place = body.now(thing).position_m
        return np.array([place[0], place[1], max(place[2], LOWEST_M)])

    body.doing = f"reach for the {thing.name}"
    body.gripper = opening
    outcome = yield from body.travel(above, finger=lambda: direction)
    if outcome is not None:
        return outcome
    body.doing = f"come down on the {thing.name}"
    outcome = yield from body.go(around, finger=direction, speed_mps=0.15)
    if outcome is not None:
        return outcome
    body.doing = f"grasp the {thing.name}"
    yield from body.set_gripper(0.0)
    if body.width_m < LEAST_GRIP_M:
        yield from body.set_gripper(opening)
        return failed(Cause.NO_EFFECT, "nothing between the fingers")
    body.grip_m = float(body.hand_m[2] - body.now(thing).position_m[2])
    start = body.hand_m - body.offset_m
    body.doing = f"lift the {thing.name}"
    lifted = start + np.array([0.0, 0.0, LIFT_M])
    return (yield from body.go(lambda: lifted, speed_mps=0.15, near_m=0.015))


def let_go(body: ArmBody, *, wider_m: float = 0.03) -> Run:
    """Open the fingers so far that what they hold is free, and move up."""
    yield from body.set_gripper((body.width_m + wider_m) / WIDTH_M)
    body.held = None
    start = body.hand_m - body.offset_m
    up = start + np.array([0.0, 0.0, 0.10])
    yield from body.go(lambda: up, speed_mps=0.2, near_m=0.02)
    return None


def set_down(body: ArmBody, target_m: np.ndarray, *, finger: float | None = None) -> Run:
    """Carry what is held to above a place, lower it, let go.

    Args:
        body: The arm.
        target_m: Where the held thing's middle is to be.
        finger: Direction in which the fingers open; None leaves it.
    """
    turned = body.finger_rad() if finger is None else finger
    grip = np.array([0.0, 0.0, body.grip_m])
    above = target_m + grip + np.array([0.0, 0.0, 0.08])
    outcome = yield from body.travel(lambda: above, finger=lambda: turned)
    if outcome is not None:
        return outcome
    at = target_m + grip
    at[2] = max(at[2], LOWEST_M)
    outcome = yield from body.go(lambda: at, finger=turned, speed_mps=SLOW_MPS, near_m=0.008)
    if outcome is not None:
        body.note(f"let go a little early: {outcome.evidence}")
    yield from let_go(body)
    return None


def _back(body: ArmBody, held: Thing) -> np.ndarray | None:
    """Return where the held thing stood on the table, if there still is room."""
    taken = body.taken_m
    if taken is None or taken[2] > held.size_m[2]:
        return None
    clear = room_m(taken[None, :2], held.radius_m, body.others(held))[0] > 0.004
    return taken[:2] if clear else None


def put_down(body: ArmBody) -> Run:
    """Lay what is held on the table where there is room; rise where the hand is empty."""
    held = body.held
    if held is None or body.width_m < LEAST_GRIP_M:
        body.doing = "let go"
        yield from let_go(body, wider_m=0.02)
        return None
    held = body.now(held)
    body.doing = f"put the {held.name} down"
    resting = held.position_m[2] - held.size_m[2] / 2.0 < 0.012
    if resting:
        yield from let_go(body)
        return None
    spot = _back(body, held)
    if spot is None:
        spot = free_spot(held.radius_m, body.others(held), near_m=body.hand_m)
    if spot is None:
        return failed(Cause.NO_SPACE, f"there is no room for the {held.name} on the table")
    target = np.array([spot[0], spot[1], held.size_m[2] / 2.0 + 0.003])
    if body.hand_m[2] < TRAVEL_M / 2:
        body.note(f"lift the {held.name} before carrying it away")
    return (yield from set_down(body, target))
