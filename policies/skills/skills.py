"""The skills, one small class each: what must hold, what to do, how the effect is checked."""

from collections.abc import Mapping
from dataclasses import replace

from embodied.core.naming import spoken
from embodied.core.plan import Cause, ObjectRef
from embodied.core.task_plans import OFF, ON
from embodied.mapping.instances import Instance
from policies.skills.body import Run, failed
from policies.skills.changing import Clean, Cool, Heat, Look, switch
from policies.skills.grounding import ANOTHER, holder_of, to_take, to_use, types_of, where_words
from policies.skills.handling import Pick, Place
from policies.skills.motions import Move, Tilt, Turn
from policies.skills.tools import Skill, Tools, holds, not_found
from policies.skills.types import MAYBE_OPEN
from policies.skills.viewpoints import Aim

SWITCH_OF: Mapping[str, str] = {"StoveBurner": "StoveKnob"}
"""What is switched on by something else than itself."""


class GoTo:
    """Walk to where something is in view and in reach; open what it is in, and leave that open."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["object"], tools.body
        if holds(tools, reference) and ANOTHER not in reference.attributes:
            tools.found = f"the {spoken(reference.category)} is in the hand"
            return None
        target = yield from tools.search.find(reference, lambda: to_use(body, reference))
        if target is None:
            return not_found(body, reference)
        if holder_of(body, target) is not None:
            tools.found = f"the {spoken(target.category)} is {where_words(body, target)}"
        shut = body.shut_in(target)
        if shut is not None:
            outcome = yield from body.open(shut)
            body.opened.clear()
            return outcome
        return (yield from body.approach(Aim(target)))


class Open:
    """Open a door, drawer or box."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["object"], tools.body
        target = yield from tools.search.find(reference, lambda: to_use(body, reference))
        if target is None:
            return not_found(tools.body, reference)
        outcome = yield from body.open(target)
        body.opened.clear()
        return outcome


class Close:
    """Close what is open, or may be: what was never seen shut is gone to and tried."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        reference, body = arguments["object"], tools.body
        open_ones = [e for e in body.map.of_type(*types_of(reference)) if e.is_("open")]
        if open_ones:
            return (yield from body.interact("CloseObject", Aim(open_ones[0])))
        if not MAYBE_OPEN & set(types_of(reference)):
            return None
        target = yield from tools.search.find(reference, lambda: to_use(body, reference))
        if target is None:
            return not_found(body, reference)
        if target.states.get("open") is False:
            return None
        outcome = yield from body.approach(Aim(target))
        if outcome is None:
            yield from body.do("CloseObject", target)  # refused where it is shut
            target.states["open"] = False
        return outcome


class Toggle:
    """Switch something on or off as asked; the other way where neither is."""

    def run(self, tools: Tools, arguments: Mapping[str, ObjectRef]) -> Run:
        """See `Skill`."""
        asked, body = arguments["object"], tools.body
        looks = tuple(word for word in asked.attributes if word not in (ON, OFF))
        kind = SWITCH_OF.get(asked.category, asked.category)
        reference = replace(asked, category=kind, attributes=looks)
        wish = None if looks == asked.attributes else ON in asked.attributes

        def meant() -> Instance | None:
            found = to_use(body, reference)
            if found is None or wish is None or found.is_("on") is not wish:
                return found
            if looks or reference.relation:
                return found
            # of several it is one that is not so yet: the lamp that is on is switched off
            others = body.map.of_type(*types_of(reference))
            return next((each for each in others if each.is_("on") is not wish), found)

        target = yield from tools.search.find(reference, meant)
        if target is None:
            return not_found(tools.body, reference)
        on = not target.is_("on") if wish is None else wish
        return (yield from switch(body, target, on=on))


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
                return outcome or not_found(tools.body, reference)
            body.doing = f"slice {target}"
            shut = body.shut_in(target)
            outcome = (yield from body.open(shut)) if shut is not None else None
            outcome = outcome or (yield from body.interact("SliceObject", Aim(target)))
            if outcome is None:
                # A fridge is left open: the slices are wanted next.
                body.opened.clear()
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
    "turn": Turn(),
    "tilt": Tilt(),
    "move": Move(),
}
"""Skill name, as embodiments declare it, to what carries it out."""
