"""Changing what is held: hot, cold, clean; and looking at it under a light."""

from collections.abc import Mapping
from dataclasses import replace

from embodied.core.plan import Cause, ObjectRef, Outcome
from embodied.mapping.instances import Instance
from embodied.mapping.pose import HIGHEST_HORIZON_DEG, LOWEST_HORIZON_DEG, GridPose
from policies.skills.body import Body, Run, failed
from policies.skills.cues import gap_m
from policies.skills.grounding import to_use
from policies.skills.handling import fetch_astray, held_again, make_room, outside, put
from policies.skills.search import Found
from policies.skills.tools import Tools, not_found
from policies.skills.viewpoints import HORIZONS_DEG, Aim

OVER_BASIN_M = 0.15
"""A tap is no farther from its basin, seen from above."""


def switch(body: Body, target: Instance, *, on: bool) -> Run:
    """Switch something, unless it is believed to be so already."""
    if target.is_("on") == on:
        return None
    return (yield from body.interact(f"ToggleObject{'On' if on else 'Off'}", Aim(target)))


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
                return outcome or not_found(tools.body, reference)
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
            outcome = yield from self._changed(body, thing, device)
            if outcome is None or outcome.cause is not Cause.NO_EFFECT:
                return outcome
        return outcome

    def _changed(self, body: Body, thing: Instance, device: Instance) -> Run:
        body.opened.clear()
        outcome = yield from body.interact("CloseObject", Aim(device))
        outcome = outcome or (yield from fetch_astray(body, thing, device))
        if outcome is not None and outcome.cause is Cause.NO_EFFECT:
            return outcome
        if self.RUN:
            for on in (True, False):
                outcome = outcome or (yield from switch(body, device, on=on))
        outcome = outcome or (yield from body.interact("OpenObject", Aim(device, opens=True)))
        outcome = outcome or (yield from take_back(body, thing, device))
        if outcome is not None and outcome.cause is Cause.NO_EFFECT:
            thing.states.pop("hot", None)
            thing.states.pop("cold", None)
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
                beside = body.map.rough and outside(target, device)
                outcome = yield from body.interact("PickupObject", Aim(target))
                if outcome is None and beside:
                    body.note(f"{thing} was beside {device} and not in it")
                    return failed(Cause.NO_EFFECT, f"{thing} went beside {device}")
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
                return outcome or not_found(tools.body, reference)
            tap = yield from self._tap(tools, basin)
            if tap is None:
                return not_found(tools.body, ObjectRef("Faucet"))
            body.doing = f"clean {thing} in {basin} under {tap}"
            if body.map.hand.instance is thing:
                outcome = yield from body.interact("PutObject", Aim(basin))
                if outcome is None and body.map.rough and outside(thing, basin):
                    body.note(f"{thing} went beside {basin}")
                    outcome = yield from body.interact("PickupObject", Aim(thing))
                    outcome = outcome or failed(Cause.NO_EFFECT, f"{thing} went beside {basin}")
                if outcome is not None:
                    continue
            running = ("ToggleObjectOff",) if tap.is_("on") else ()
            for action in (*running, "ToggleObjectOn", "ToggleObjectOff"):
                outcome = outcome or (yield from body.interact(action, Aim(tap, also=(basin,))))
            return outcome or (yield from take_back(body, thing, basin))
        return outcome

    def _tap(self, tools: Tools, basin: Instance) -> Found:
        """Find the tap over a basin; any tap where none shows there."""
        body = tools.body

        def over_it() -> Instance | None:
            taps = [tap for tap in body.map.of_type("Faucet") if gap_m(tap, basin) < OVER_BASIN_M]
            return min(taps, key=lambda tap: gap_m(tap, basin), default=None)

        found = yield from tools.search.find(ObjectRef("Faucet"), over_it)
        taps = body.map.of_type("Faucet")
        return found or min(taps, key=lambda tap: gap_m(tap, basin), default=None)


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
                return outcome or not_found(tools.body, reference)
            body.doing = f"look under {lamp}"
            if lamp.is_("on"):
                return (yield from body.approach(Aim(lamp)))
            outcome = yield from body.interact("ToggleObjectOn", Aim(lamp))
            if outcome is None:
                return None
        return outcome
