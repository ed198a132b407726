"""What an action that worked changes in what is believed."""

import numpy as np

from embodied.mapping.effects import CONSEQUENCES, HOLDS_INSIDE, STATE_OF
from embodied.mapping.hand import Hand
from embodied.mapping.instances import Instance, nest
from embodied.mapping.things import Things


def carry_over(
    action: str, target: Instance, *, things: Things, hand: Hand, frame: int
) -> Instance | None:
    """Take in that an action worked.

    Args:
        action: Its name.
        target: What it was done to.
        things: What is believed to be there; changed.
        hand: What is held; changed.
        frame: Number of the frame after it.

    Returns:
        What was let go and is to be found again in that frame, None where nothing was.
    """
    released = None
    if action == "PickupObject":
        _hold(target, things, hand)
    elif action == "PutObject":
        released = _let_go(target, things, hand)
    elif action == "SliceObject":
        things.forget(target)
    elif action in STATE_OF:
        state, value = STATE_OF[action]
        target.states[state] = value
        if action == "CloseObject":
            target.ajar_m = None
        if action == "OpenObject":
            target.searched = 0.0
            target.opened_at = frame
    for rule in CONSEQUENCES:
        if action == rule.action and target.category == rule.to:
            for each in _lying_in(rule.place, things, near=target):
                each.states[rule.state] = True
                each.states.pop(rule.not_, None)
    return released


def _hold(target: Instance, things: Things, hand: Hand) -> None:
    target.held, target.inside = True, None
    for each in things.contents(target):
        nest(each, target)
        each.held = True
    hand.take(target)


def _let_go(receptacle: Instance, things: Things, hand: Hand) -> Instance | None:
    thing = hand.release()
    if thing is None:
        return None
    thing.held = False
    if receptacle in things.contents(thing):
        receptacle.inside = None  # it was believed to lie in what now lies in it
    nest(thing, receptacle)
    thing.states["placed"] = True
    thing.seen_from.clear()
    thing.missed_from.clear()
    thing.range_m, thing.spread = np.inf, None
    # Until it is seen there it is taken to be in the middle of what took it.
    middle = receptacle.centre_m.copy()
    if receptacle.category not in HOLDS_INSIDE:
        middle[2] = receptacle.high_m[2]
    half = (np.minimum(thing.size_m, 0.3) / 2.0).astype(np.float32)
    thing.low_m, thing.high_m = middle - half, middle + half
    thing.points_m = middle[None].astype(np.float32)
    for each in things:
        if each.inside is thing:
            each.held = False
            each.low_m, each.high_m = thing.low_m, thing.high_m
            each.points_m = thing.points_m
            each.range_m, each.spread = np.inf, None
    return thing


def _lying_in(place: str, things: Things, *, near: Instance) -> list[Instance]:
    places = [each for each in things if each.category == place]
    if not places:
        return []
    nearest = min(places, key=lambda p: float(np.linalg.norm(p.centre_m - near.centre_m)))
    return things.contents(nearest)
