"""Picking up and putting down, and what helps where that does not go."""

from collections.abc import Mapping
from itertools import chain

import numpy as np

from embodied.core.plan import Cause, ObjectRef
from embodied.mapping.instances import Instance
from policies.skills.body import Body, Run, failed
from policies.skills.grounding import (
    ANOTHER,
    holder_of,
    landmark_types,
    landmarks,
    to_take,
    to_use,
    types_of,
    where_words,
)
from policies.skills.tools import Taken, Tools, holds, not_found
from policies.skills.types import CLOSED_RECEPTACLES, MAYBE_CLOSED, SURFACES
from policies.skills.viewpoints import Aim

OUTSIDE_M = 0.12
"""What is so far out of a container is not in it."""
MOST_PUTS = 2
"""Refusals of putting something on one thing: where there is no room, no other pose helps."""
FIXED = frozenset(["Faucet", "StoveKnob", "SinkBasin", "StoveBurner", "LightSwitch", "Toaster"])
"""What stands on things and cannot be taken away."""


def held_again(tools: Tools, asked: ObjectRef | None) -> Run:
    """See that the hand holds something; fetch again what it held before, if that was asked for.

    What was never picked up is the plan's mistake and is told as such.
    """
    hand = tools.body.map.hand
    if hand.instance is not None:
        return None
    lost = hand.before
    if asked is None or lost is None or lost.category not in types_of(asked):
        return failed(Cause.HAND_EMPTY, f"{asked or 'nothing'} is not in the hand")
    tools.body.note(f"fetch {lost} again")
    lost.states.pop("placed", None)
    return (yield from Pick().run(tools, {"object": asked}))


class Pick:
    """Take something into the hand; open what it is in before, and close that again."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["object"], tools.body
        hand = body.map.hand
        tools.reject(reference)
        if hand.instance is not None:
            rejected = any(each.itself is hand.instance for each in body.rejected)
            if (
                holds(tools, reference)
                and not rejected
                and not (ANOTHER in reference.attributes and hand.instance.is_("placed"))
            ):
                return None
            stood = tools.taken.stood if rejected and tools.taken else None
            outcome = yield from LayAside(back=stood).run(tools, {})
            if outcome is not None:
                return failed(Cause.HAND_FULL, f"the hand holds {hand.instance}")
        outcome = None
        for _ in range(body.tries):
            target = yield from tools.search.find(reference, lambda: to_take(body, reference))
            if target is None:
                return outcome or not_found(tools.body, reference)
            body.doing = f"pick {target}"
            stood = holder_of(body, target)
            tools.taken = Taken(target, reference, stood)
            where = where_words(body, target)
            outcome = yield from self._take(body, target)
            if outcome is None:
                if stood is not None:
                    tools.homes[target.category] = where
                return None
        return outcome

    def _take(self, body: Body, target: Instance) -> Run:
        shut = body.shut_in(target)
        if shut is not None:
            outcome = yield from body.open(shut)
            if outcome is not None:
                body.refusals[target] += 1
                return outcome
        outcome = yield from body.interact("PickupObject", Aim(target))
        yield from body.close_up()
        return outcome


class Place:
    """Put what is held into or onto something; open that before, and close it again."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["receptacle"], tools.body
        outcome = yield from held_again(tools, arguments.get("object"))
        thing = body.map.hand.instance
        if outcome is not None or thing is None:
            return outcome
        asked = arguments.get("object", ObjectRef(thing.category))
        key = (thing.category, reference.category)
        before = (
            [tools.placed[key].itself]
            if ANOTHER in asked.attributes and key in tools.placed
            else []
        )
        beside: Instance | None = None
        if kinds := landmark_types(reference):
            mark = ObjectRef(kinds[0])
            found = yield from tools.search.find(
                mark, lambda: next(iter(landmarks(body, reference)), None)
            )
            if found is None:
                return not_found(body, mark)
            beside = found
        outcome = None
        tried: set[Instance] = set()
        for _ in range(body.tries):
            target = yield from tools.search.find(
                reference, lambda: to_use(body, reference, rather=before)
            )
            if target is None:
                return outcome or not_found(tools.body, reference)
            body.doing = f"place {thing} on {target}"
            outcome = yield from put(body, target, beside=beside)
            if outcome is not None and outcome.cause is Cause.REFUSED and target in tried:
                outcome = yield from make_room(tools, target)
            tried.add(target)
            if outcome is None:
                outcome = yield from fetch_astray(body, thing, target)
            if outcome is None:
                tools.apart |= bool(before) and target not in before
                tools.placed[key] = target
                return None
            if body.map.hand.instance is not thing:
                return failed(Cause.HAND_EMPTY, f"{thing} was laid aside and not fetched again")
        return outcome


def put(
    body: Body,
    target: Instance,
    *,
    keep_open: bool = False,
    beside: Instance | None = None,
) -> Run:
    """Put what is held into or onto an instance, next to something where that is named."""
    shut = body.shut_in(target)
    for door in (shut, target if target.category in CLOSED_RECEPTACLES else None):
        if door is not None and not door.is_("open"):
            outcome = yield from body.open(door)
            if outcome is not None:
                body.refusals[target] += 1
                return outcome
    outcome = yield from body.interact("PutObject", Aim(target, beside=beside), most=MOST_PUTS)
    if outcome is not None and target.category in MAYBE_CLOSED and not target.is_("open"):
        stuck = yield from body.interact("OpenObject", Aim(target, opens=True), most=1)
        if stuck is None:
            body.opened.append(target.itself)  # with its flaps up it would hide the view
            outcome = yield from body.interact("PutObject", Aim(target), most=MOST_PUTS)
    if not keep_open:
        yield from body.close_up()
    return outcome


def outside(thing: Instance, place: Instance) -> bool:
    """Whether a thing was seen clearly beside something."""
    out = np.maximum(place.low_m - thing.centre_m, thing.centre_m - place.high_m)[:2]
    return thing.sighting is not None and bool(out.max() > OUTSIDE_M)


def fetch_astray(body: Body, thing: Instance, place: Instance) -> Run:
    """See that what was put somewhere is there; take it again where it shows beside that.

    A wrong mask puts things beside what they were meant for, and that works as well.

    Returns:
        None where nothing is wrong; else why, with the thing in the hand again if that went.
    """
    hides = place.category in CLOSED_RECEPTACLES and not place.is_("open")
    astray = outside(thing, place) or (hides and thing.sighting is not None)
    if not (body.map.rough and astray and thing.inside is place):
        return None
    body.note(f"{thing} shows where {place} is not: it went elsewhere")
    thing.inside = None
    thing.states.pop("placed", None)
    outcome = yield from body.interact("PickupObject", Aim(thing))
    return outcome or failed(Cause.NO_EFFECT, f"{thing} went beside {place}")


def make_room(tools: Tools, full: Instance, *, keep_open: bool = False) -> Run:
    """Clear the way and put what is held where it did not fit."""
    outcome = yield from ClearTheWay(full).run(tools, {})
    if outcome is None:
        tools.body.refusals[full] = 0
        outcome = yield from put(tools.body, full, keep_open=keep_open)
    return outcome


class LayAside:
    """Put what is held on the nearest surface.

    Args:
        but: Where it is not to go.
        back: Where it goes rather, because it stood there.
    """

    def __init__(self, but: Instance | None = None, *, back: Instance | None = None) -> None:
        self._but, self._back = but, back

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        body = tools.body
        outcome = failed(Cause.NOT_FOUND, "found no surface to lay anything on")
        back = [] if self._back is None else [self._back.itself]
        for target in chain(back, (to_use(body, ObjectRef(surface)) for surface in SURFACES)):
            if target is not None and target is not self._but:
                held = body.map.hand.instance
                result = yield from put(body, target)
                if result is None:
                    if held is not None:
                        held.states.pop("placed", None)
                    return None
                outcome = result
        return outcome


class ClearTheWay:
    """Take something out of a full receptacle, with what is held laid aside meanwhile.

    Args:
        full: The receptacle.
    """

    def __init__(self, full: Instance) -> None:
        self._full = full

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        body, full = tools.body, self._full
        thing = body.map.hand.instance
        inside = [e for e in body.map.contents(full) if not e.large and not e.is_("placed")]
        movable = [e for e in inside if e.category not in FIXED]
        if thing is None or not movable:
            return failed(Cause.NO_SPACE, f"nothing shows in {full} that could make room")
        body.doing = f"make room in {full} for {thing}"
        outcome = yield from LayAside(full).run(tools, {})
        if outcome is not None:
            return outcome
        largest = max(movable, key=lambda each: float(each.size_m.prod()))
        outcome = yield from body.interact("PickupObject", Aim(largest))
        if outcome is None:
            outcome = yield from LayAside(full).run(tools, {})
        if body.map.hand.instance is None:
            again = yield from body.interact("PickupObject", Aim(thing))
            outcome = outcome or again
        return outcome
