"""The skills, one small class each: what must hold, what to do, how the effect is checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from embodied.core.plan import Cause, ObjectRef, Outcome
from embodied.mapping.instances import Instance
from embodied.mapping.pose import HIGHEST_HORIZON_DEG, LOWEST_HORIZON_DEG, GridPose
from policies.skills.body import Body, Run, failed
from policies.skills.grounding import ANOTHER, to_take, to_use, types_of
from policies.skills.search import Search
from policies.skills.types import CLOSED_RECEPTACLES, MAYBE_CLOSED, SURFACES
from policies.skills.viewpoints import HORIZONS_DEG, Aim

MOST_PUTS = 2
"""Refusals of putting something on one thing: where there is no room, no other pose helps."""
FIXED = frozenset(["Faucet", "StoveKnob", "SinkBasin", "StoveBurner", "LightSwitch", "Toaster"])
"""What stands on things and cannot be taken away."""


@dataclass
class Tools:
    """What every skill works with.

    Attributes:
        body: Moves, handles, knows the map.
        search: Finds.
        placed: What was put into or onto what, by type of thing and receptacle, last.
    """

    body: Body
    search: Search
    placed: dict[tuple[str, str], Instance] = field(default_factory=dict)


class Skill(Protocol):
    """Carries out one kind of subgoal."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """Yield actions; return why it failed, None where it did not."""


def holds(tools: Tools, reference: ObjectRef) -> bool:
    """Whether the hand holds what a reference means."""
    return tools.body.map.hand.category in types_of(reference)


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


def not_found(reference: ObjectRef) -> Outcome:
    """Outcome of a search in vain."""
    return failed(Cause.NOT_FOUND, f"found no {reference}")


class GoTo:
    """Walk to where something is in view and in reach."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference = arguments["object"]
        target = yield from tools.search.find(reference, lambda: to_use(tools.body, reference))
        if target is None:
            return not_found(reference)
        return (yield from tools.body.approach(Aim(target)))


class Pick:
    """Take something into the hand; open what it is in before, and close that again."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["object"], tools.body
        hand = body.map.hand
        if hand.instance is not None:
            if holds(tools, reference) and not (
                ANOTHER in reference.attributes and hand.instance.is_("placed")
            ):
                return None
            outcome = yield from LayAside().run(tools, {})
            if outcome is not None:
                return failed(Cause.HAND_FULL, f"the hand holds {hand.instance}")
        outcome = None
        for _ in range(body.tries):
            target = yield from tools.search.find(reference, lambda: to_take(body, reference))
            if target is None:
                return outcome or not_found(reference)
            body.doing = f"pick {target}"
            outcome = yield from self._take(body, target)
            if outcome is None:
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
        outcome = None
        tried: set[Instance] = set()
        for _ in range(body.tries):
            target = yield from tools.search.find(
                reference, lambda: to_use(body, reference, rather=before)
            )
            if target is None:
                return outcome or not_found(reference)
            body.doing = f"place {thing} on {target}"
            outcome = yield from put(body, target)
            if outcome is not None and outcome.cause is Cause.REFUSED and target in tried:
                outcome = yield from make_room(tools, target)
            tried.add(target)
            if outcome is None:
                tools.placed[key] = target
                return None
            if body.map.hand.instance is not thing:
                return failed(Cause.HAND_EMPTY, f"{thing} was laid aside and not fetched again")
        return outcome


def put(body: Body, target: Instance, *, keep_open: bool = False) -> Run:
    """Put what is held into or onto an instance."""
    shut = body.shut_in(target)
    for door in (shut, target if target.category in CLOSED_RECEPTACLES else None):
        if door is not None and not door.is_("open"):
            outcome = yield from body.open(door)
            if outcome is not None:
                body.refusals[target] += 1
                return outcome
    outcome = yield from body.interact("PutObject", Aim(target), most=MOST_PUTS)
    if outcome is not None and target.category in MAYBE_CLOSED and not target.is_("open"):
        stuck = yield from body.interact("OpenObject", Aim(target, opens=True), most=1)
        if stuck is None:
            body.opened.append(target.itself)  # with its flaps up it would hide the view
            outcome = yield from body.interact("PutObject", Aim(target), most=MOST_PUTS)
    if not keep_open:
        yield from body.close_up()
    return outcome


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
    """

    def __init__(self, but: Instance | None = None) -> None:
        self._but = but

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        body = tools.body
        outcome = failed(Cause.NOT_FOUND, "found no surface to lay anything on")
        for surface in SURFACES:
            target = to_use(body, ObjectRef(surface))
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


class Open:
    """Open a door, drawer or box."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["object"], tools.body
        target = yield from tools.search.find(reference, lambda: to_use(body, reference))
        if target is None:
            return not_found(reference)
        outcome = yield from body.open(target)
        body.opened.clear()
        return outcome


class Close:
    """Close what is open."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["object"], tools.body
        open_ones = [e for e in body.map.of_type(*types_of(reference)) if e.is_("open")]
        if not open_ones:
            return None
        return (yield from body.interact("CloseObject", Aim(open_ones[0])))


class Toggle:
    """Switch something on, or off where it is on."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["object"], tools.body
        target = yield from tools.search.find(reference, lambda: to_use(body, reference))
        if target is None:
            return not_found(reference)
        return (yield from switch(body, target, on=not target.is_("on")))


def switch(body: Body, target: Instance, *, on: bool) -> Run:
    """Switch something, unless it is believed to be so already."""
    if target.is_("on") == on:
        return None
    return (yield from body.interact(f"ToggleObject{'On' if on else 'Off'}", Aim(target)))


class Slice:
    """Cut something with the knife in the hand."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["object"], tools.body
        if "Knife" not in body.map.hand.category:
            return failed(Cause.HAND_EMPTY, "cutting needs a knife in the hand")
        outcome = None
        for _ in range(body.tries):
            target = yield from tools.search.find(reference, lambda: to_take(body, reference))
            if target is None:
                return outcome or not_found(reference)
            body.doing = f"slice {target}"
            shut = body.shut_in(target)
            outcome = (yield from body.open(shut)) if shut is not None else None
            outcome = outcome or (yield from body.interact("SliceObject", Aim(target)))
            if outcome is None:
                # A fridge is left open: the slices are wanted next.
                body.opened.clear()
                return None
        return outcome


class Heat:
    """Put what is held into the microwave, run it, take it out again."""

    DEVICE = "Microwave"
    RUN = True

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        body = tools.body
        outcome = yield from held_again(tools, arguments["object"])
        thing = body.map.hand.instance
        if outcome is not None or thing is None:
            return outcome
        reference = arguments.get("receptacle", ObjectRef(self.DEVICE))
        outcome = None
        for _ in range(body.tries):
            device = yield from tools.search.find(reference, lambda: to_use(body, reference))
            if device is None:
                return outcome or not_found(reference)
            body.doing = f"{type(self).__name__.lower()} {thing} in {device}"
            if body.map.hand.instance is thing:
                if device.is_("on"):
                    outcome = yield from switch(body, device, on=False)
                outcome = yield from put(body, device, keep_open=True)
                if outcome is not None and outcome.cause is Cause.REFUSED:
                    outcome = yield from make_room(tools, device, keep_open=True)
                if body.map.hand.instance is not thing and thing.inside is not device:
                    return failed(Cause.HAND_EMPTY, f"{thing} was laid aside and not fetched")
                if outcome is not None:
                    continue
            return (yield from self._changed(body, thing, device))
        return outcome

    def _changed(self, body: Body, thing: Instance, device: Instance) -> Run:
        body.opened.clear()
        outcome = yield from body.interact("CloseObject", Aim(device))
        if self.RUN:
            for on in (True, False):
                outcome = outcome or (yield from switch(body, device, on=on))
        outcome = outcome or (yield from body.interact("OpenObject", Aim(device, opens=True)))
        outcome = outcome or (yield from take_back(body, thing, device))
        body.opened.append(device)
        yield from body.close_up()
        return outcome


def take_back(body: Body, thing: Instance, device: Instance) -> Run:
    """Take something out of where it was just put; look for it there where it does not show."""

    def shown() -> Instance | None:
        same = [e for e in body.map.of_type(thing.category) if body.sees(e, least_px=2.0)]
        near = [e for e in same if e is thing or e in body.map.contents(device)]
        return min(near, key=lambda e: e is not thing, default=None)

    tried: set[GridPose] = set()
    outcome: Outcome | None = failed(Cause.NOT_VISIBLE, f"{thing} does not show in {device}")
    for _ in range(body.tries):
        level = body.map.pose.horizon_deg
        for horizon_deg in (level, level + 15, level - 15, level + 30, level - 30):
            if not LOWEST_HORIZON_DEG <= horizon_deg <= HIGHEST_HORIZON_DEG:
                continue
            yield from body.tilt(horizon_deg, until=lambda: shown() is not None)
            target = shown()
            if target is not None:
                outcome = yield from body.interact("PickupObject", Aim(target))
                if outcome is None:
                    target.states |= thing.states
                    return None
        tried |= {replace(body.map.pose, horizon_deg=int(tilt)) for tilt in HORIZONS_DEG}
        yield from body.approach(Aim(device, inside=True), tried)
    return outcome


class Cool(Heat):
    """Put what is held into the fridge, close it, take it out again."""

    DEVICE = "Fridge"
    RUN = False


class Clean:
    """Put what is held into the sink, let the tap run, take it out again."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        body = tools.body
        outcome = yield from held_again(tools, arguments["object"])
        thing = body.map.hand.instance
        if outcome is not None or thing is None:
            return outcome
        reference = arguments.get("receptacle", ObjectRef("SinkBasin"))
        outcome = None
        for _ in range(body.tries):
            basin = yield from tools.search.find(reference, lambda: to_use(body, reference))
            if basin is None:
                return outcome or not_found(reference)
            tap = yield from self._tap(tools, basin)
            if tap is None:
                return not_found(ObjectRef("Faucet"))
            body.doing = f"clean {thing} in {basin} under {tap}"
            if body.map.hand.instance is thing:
                outcome = yield from body.interact("PutObject", Aim(basin))
                if outcome is not None:
                    continue
            for action in ("ToggleObjectOn", "ToggleObjectOff"):
                outcome = outcome or (yield from body.interact(action, Aim(tap, also=(basin,))))
            return outcome or (yield from take_back(body, thing, basin))
        return outcome

    def _tap(self, tools: Tools, basin: Instance):
        body = tools.body

        def nearest() -> Instance | None:
            taps = body.map.of_type("Faucet")
            return min(
                taps,
                key=lambda tap: float(((tap.centre_m - basin.centre_m) ** 2).sum()),
                default=None,
            )

        return (yield from tools.search.find(ObjectRef("Faucet"), nearest))


class Look:
    """Switch a lamp on and keep it in view, with the object in the hand."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["lamp"], tools.body
        outcome = yield from held_again(tools, arguments["object"])
        if outcome is not None:
            return outcome
        for _ in range(body.tries):
            lamp = yield from tools.search.find(reference, lambda: to_use(body, reference))
            if lamp is None:
                return outcome or not_found(reference)
            body.doing = f"look under {lamp}"
            if lamp.is_("on"):
                return (yield from body.approach(Aim(lamp)))
            outcome = yield from body.interact("ToggleObjectOn", Aim(lamp))
            if outcome is None:
                return None
        return outcome


SKILLS: Mapping[str, Skill] = {
    "goto": GoTo(),
    "pick": Pick(),
    "place": Place(),
    "open": Open(),
    "close": Close(),
    "toggle": Toggle(),
    "slice": Slice(),
    "heat": Heat(),
    "cool": Cool(),
    "clean": Clean(),
    "look": Look(),
}
"""Skill name, as embodiments declare it, to what carries it out."""
