"""From deeds to subgoals: fetch before placing, cut before bringing slices, free the hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import (
    ANOTHER,
    DEVICE_OF,
    KNIFE,
    KNIFE_RESTS_ON,
    KNIVES,
    OFF,
    ON,
    SLICED,
)
from planners.parsed.abilities import Abilities
from planners.parsed.meaning import Deed, Item
from planners.parsed.refusals import Question, Refused
from planners.supports import where_is

ORDER_OF_CHANGES = ("clean", "heat", "cool")
TURN_DEG = {"left": 90.0, "right": 90.0, "around": 180.0}
TURN_A_LITTLE_DEG = 30.0
TILT_DEG = 30.0
TILT_A_LITTLE_DEG = 15.0
STEP_M = 0.25
LITTLE = ("a bit", "a little", "slightly", "bit", "little")


@dataclass
class Hand:
    """What is believed as the plan is written."""

    held: Item | None = None
    type: str = ""
    cut: dict[str, bool] = field(default_factory=dict)
    changed: set[tuple[str, str]] = field(default_factory=set)
    handled: dict[str, int] = field(default_factory=dict)


class Lowering:
    """Writes the subgoals of deeds.

    Args:
        abilities: What may be done with what.
    """

    def __init__(self, abilities: Abilities) -> None:
        self._can = abilities
        self._hand = Hand()
        self._steps: list[Subgoal] = []
        self._meant: dict[tuple[str, ...], str] = {}
        self.choices: dict[str, tuple[str, ...]] = {}

    def subgoals(self, deeds: Sequence[Deed]) -> tuple[Subgoal, ...]:
        """Return the plan.

        Raises:
            Refused: If a skill is missing, or things do not go together.
            Question: If it is not said what is meant.
        """
        deeds = _joined(_each_to_its_end(deeds), self._can)
        for deed in deeds:
            times = max((item.count for item in deed.items), default=deed.times)
            for turn in range(times):
                self._do(deed, again=turn > 0)
        return tuple(self._steps)

    def _do(self, deed: Deed, *, again: bool) -> None:
        items = [replace(self._same(item), other=item.other or again) for item in deed.items]
        item = items[0] if items else None
        if deed.kind in ("turn", "tilt", "move"):
            self._move(deed)
        elif deed.kind == "hold" and item:
            self._fetch(item)
        elif deed.kind == "place":
            self._place(item, deed.places[0])
        elif deed.kind in DEVICE_OF and item:
            self._fetch(replace(item, states=_with(item.states, deed.kind)))
        elif deed.kind == "slice" and item:
            self._slice(item, deed.places)
        elif deed.kind == "look" and item:
            self._look(item, deed.places[0])
        elif deed.kind in ("gaze", "goto") and item:
            self._add("goto", object=self._reference("goto", item))
        elif item:
            thing = self._reference(deed.kind, item)
            if deed.kind == "toggle" and deed.direction:
                others = (word for word in thing.attributes if word not in (ON, OFF))
                thing = replace(thing, attributes=(*others, deed.direction))
            self._add(deed.kind, object=thing)

    def _same(self, item: Item) -> Item:
        """What a word was taken for it stays: a cup that goes onto a plate is a mug ever after."""
        meant = self._meant.get(item.types)
        return item if meant is None else replace(item, types=(meant, *item.types))

    # --- getting hold of things

    def _fetch(self, item: Item) -> str:
        """Bring it about that the item is in the hand, in the states that were asked for."""
        hand = self._hand
        name = self._type("pick", item)
        if "slice" in item.states and not hand.cut.get(name):
            self._slice(
                replace(item, states=(), other=False), ()
            )  # another slice, not another loaf
        elif hand.cut.get(name) and not item.other:
            item = replace(item, states=_with(item.states, "slice"))  # there is no whole one left
        held = (
            hand.held is not None
            and hand.type == name
            and not item.other
            and ("slice" in hand.held.states) == ("slice" in item.states)
        )
        if not held:
            self._free_hand()
            if item.contents is not None:
                self._load(item)
            self._add("pick", object=self._reference("pick", item, name))
            hand.held, hand.type = item, name
            if item.other:  # what was heated before was the other one
                hand.changed -= {(skill, name) for skill in ORDER_OF_CHANGES}
        for skill in ORDER_OF_CHANGES:
            if skill in item.states and (skill, name) not in hand.changed:
                self._change(skill, item, name)
        return name

    def _load(self, vessel: Item) -> None:
        """Put into a vessel what is said to be in it."""
        assert vessel.contents is not None
        self._place(vessel.contents, replace(vessel, contents=None))

    def _change(self, skill: str, item: Item, name: str) -> None:
        device = DEVICE_OF[skill]
        if not self._can.fits(skill, name, device):
            raise self._can.refuse_pair(skill, name, device)
        thing = self._reference(skill, item, name)
        self._add(skill, object=thing, receptacle=ObjectRef(device))
        if not item.other:
            self._hand.changed.add((skill, name))

    def _free_hand(self) -> None:
        """Lay down what is held: a knife after cutting, or what is in the way."""
        hand = self._hand
        if hand.held is None:
            return
        thing = self._reference("place", hand.held, hand.type)
        self._add("place", object=thing, receptacle=ObjectRef(KNIFE_RESTS_ON))
        hand.held, hand.type = None, ""

    # --- the deeds

    def _place(self, item: Item | None, place: Item) -> None:
        hand = self._hand
        if item is None:
            if hand.held is None:
                receptacle = self._receptacle(place.types)
                self._add("place", object=ObjectRef(""), receptacle=receptacle)
                return
            item = replace(hand.held, types=(hand.type,))
        pair = self._pair(item, place)
        self._meant[item.types] = pair[0]
        vessel = place.contents
        if vessel is not None:
            self._place(vessel, replace(place, contents=None))
        name = self._fetch(replace(item, types=(pair[0], *item.types)))
        relation = ""
        if place.beside is not None:
            relation = where_is(self._can.say(self._type("goto", place.beside)))
        receptacle = ObjectRef(pair[1], _described(place), relation, place.phrase)
        self.choices.setdefault(pair[1], place.types)
        thing = hand.held or item
        self._add("place", object=self._reference("place", thing, name), receptacle=receptacle)
        hand.held, hand.type = None, ""

    def _pair(self, item: Item, place: Item) -> tuple[str, str]:
        sliced = "slice" in item.states
        pair = self._can.choose_pair("place", item.types, place.types, sliced=sliced)
        if pair is None:
            self._type("pick", item)
            if self._can.choose("place", "receptacle", place.types) is None:
                name = place.types[0] if place.types else place.phrase
                raise Refused(
                    f"Nothing can be put into or onto a {self._can.say(name)}.",
                    alternative="Name a piece of furniture, an appliance or a vessel.",
                )
            raise self._can.refuse_pair("place", item.types[0], place.types[0])
        return pair

    def _receptacle(self, types: Sequence[str]) -> ObjectRef:
        name = self._can.choose("place", "receptacle", types)
        if name is None:
            raise self._can.refuse_thing("place", types[0], argument="receptacle")
        return ObjectRef(name)

    def _slice(self, item: Item, tools: Sequence[Item]) -> None:
        hand = self._hand
        name = self._type("slice", item)
        knives = [t for tool in tools for t in tool.types if t in KNIVES]
        if tools and not knives:
            raise Refused(f"I cannot cut with a {self._can.say(tools[0].types[0])}.",
                          alternative="I cut with a knife.")  # fmt: skip
        if hand.type not in KNIVES:
            self._free_hand()
            told = next((tool for tool in tools if knives), None)
            knife = Item((knives[0] if knives else KNIFE,), told.phrase if told else "")
            self._fetch(knife)
        self._add("slice", object=self._reference("slice", replace(item, states=()), name))
        hand.cut[name] = True

    def _look(self, item: Item, lamp: Item) -> None:
        name = self._fetch(item)
        thing = self._reference("look", item, name)
        self._add("look", object=thing, lamp=self._reference("look", lamp, argument="lamp"))

    def _move(self, deed: Deed) -> None:
        self._can.need(deed.kind)
        allowed = self._can.allowed(deed.kind, "direction")
        if allowed is not None and deed.direction not in allowed:
            raise Question(f"Which way: {', '.join(sorted(allowed))}?")
        if deed.kind == "move":
            distance = STEP_M if deed.amount is None else deed.amount
            self._add("move", direction=deed.direction, distance_m=distance)
            return
        little = any(word in deed.text for word in LITTLE)
        turns = deed.direction in TURN_DEG
        if little:
            usual = TURN_A_LITTLE_DEG if turns else TILT_A_LITTLE_DEG
        else:
            usual = TURN_DEG.get(deed.direction, TILT_DEG)
        angle = usual if deed.amount is None else deed.amount
        self._add(deed.kind, direction=deed.direction, angle_deg=angle)

    # --- references

    def _type(self, skill: str, item: Item, argument: str = "object") -> str:
        name = self._can.choose(skill, argument, item.types)
        if name is None:
            if not item.types:
                raise Question(f"What is meant by {item.phrase!r}?")
            raise self._can.refuse_thing(skill, item.types[0], argument=argument)
        return name

    def _reference(
        self, skill: str, item: Item, name: str = "", *, argument: str = "object"
    ) -> ObjectRef:
        name = name or self._type(skill, item, argument)
        attributes = list(_described(item))
        if "slice" in item.states:
            attributes.append(SLICED)
        if item.other:
            attributes.append(ANOTHER)
        self.choices.setdefault(name, item.types)
        return ObjectRef(name, tuple(attributes), phrase=item.phrase)

    def _add(self, skill: str, **arguments: ObjectRef | float | str) -> None:
        self._can.need(skill)
        self._steps.append(Subgoal(skill, arguments))


def _with(states: tuple[str, ...], state: str) -> tuple[str, ...]:
    return states if state in states else (*states, state)


def _described(item: Item) -> tuple[str, ...]:
    return tuple(item.attributes)


def _each_to_its_end(deeds: Sequence[Deed]) -> list[Deed]:
    """Put what is heated, cooled or rinsed where it goes before the next thing is taken up.

    "Wash the mug and the plate and put them on the shelf" is said of both, and done one by one.
    """
    found = list(deeds)
    for at in range(len(found)):
        deed = found[at]
        if deed.kind not in DEVICE_OF or not deed.items:
            continue
        for later in range(at + 1, len(found)):
            each = found[later]
            if _shared(deed, each):
                if each.kind == "place":
                    found.insert(at + 1, found.pop(later))
                break
            types = {name for place in each.places for name in place.types}
            if each.kind not in (*DEVICE_OF, "place") or types & set(deed.items[0].types):
                break
    return found


def _joined(deeds: Sequence[Deed], abilities: Abilities) -> list[Deed]:
    """Drop what a later deed does anyway: finding what is taken then, lighting to look by."""
    found: list[Deed] = []
    deeds = list(deeds)
    for index, deed in enumerate(deeds):
        rest = deeds[index + 1 :]
        follower = rest[0] if rest else None
        if deed.kind == "goto" and deed.found and follower and _shared(deed, follower):
            continue
        if deed.kind == "hold" and any(_shared(deed, each) for each in rest):
            several = sum(d.kind == "hold" and not _shared(d, deed) for d in deeds) > 0
            again = next(each for each in rest if _shared(deed, each))
            if deed.items[0].count > 1 or (several and again.kind == "place"):
                deeds[index + 1 :] = _counted(rest, deed)
                continue
        each_changed = deed.kind in DEVICE_OF and deed.items and deed.items[0].count > 1
        if each_changed and any(each.kind == "place" and _shared(deed, each) for each in rest):
            # "heat two potatoes and put them on the counter": each is heated, then put there
            deeds[index + 1 :] = _counted(rest, deed)
            continue
        if deed.kind == "toggle" and follower and follower.kind in ("look", "gaze"):
            lamp = abilities.choose("look", "lamp", deed.items[0].types)
            if lamp and (follower.kind == "gaze" or _lamps_agree(deed, follower)):
                looked = replace(follower, kind="look", places=(deed.items[0],))
                return [*found, *_joined([looked, *rest[1:]], abilities)]
        found.append(deed)
    return found


def _shared(one: Deed, other: Deed) -> bool:
    return bool(
        one.items and other.items and set(one.items[0].types) & set(other.items[0].types)
        and not other.items[0].other
    )  # fmt: skip


def _counted(rest: Sequence[Deed], deed: Deed) -> list[Deed]:
    """Carry over how many were asked for, and how changed, to the deed that speaks of `them`."""
    first = deed.items[0]
    states = _with(first.states, deed.kind) if deed.kind in DEVICE_OF else first.states
    others = [each.items[0].count for each in rest if _of_the_others(deed, each)]
    # "two forks: put one here and the other there": what goes elsewhere is not counted here
    count = max(1, first.count - sum(others))
    changed, done = [], first.count == 1
    for each in rest:
        them, other = not done and _shared(deed, each), _of_the_others(deed, each)
        if them or other:
            items = (
                replace(i, count=count if them else i.count, states=(*i.states, *states))
                for i in each.items
            )
            each = replace(each, items=tuple(items))
            done = done or them
        changed.append(each)
    return changed


def _of_the_others(deed: Deed, each: Deed) -> bool:
    """Whether a deed is done to another one of several that are spoken of."""
    first = deed.items[0]
    same = bool(each.items) and bool(set(each.items[0].types) & set(first.types))
    return first.count > 1 and same and each.items[0].other


def _lamps_agree(deed: Deed, look: Deed) -> bool:
    return bool(set(deed.items[0].types) & set(look.places[0].types))
