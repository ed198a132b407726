"""What each clause asks for: a table from the verb's intent to what is done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from embodied.core.task_plans import OFF, ON
from planners.parsed.abilities import Abilities
from planners.parsed.clauses import AS_IT_IS, BELONGS, LINKS, STANDS, Clause, Ref
from planners.parsed.meaning import (
    BRINGING,
    NEAR,
    TO,
    Deed,
    Item,
    Resolver,
    item_of,
    unknown,
)
from planners.parsed.motions import MOTIONS, motion, step, tilt
from planners.parsed.ordering import in_order
from planners.parsed.putting import NO_FURNITURE, Putting, is_room
from planners.parsed.refusals import UNABLE, Question, Refused
from planners.parsed.tagging import Thing
from planners.parsed.words import load

GARBAGE, COUNTER = Item(("GarbageCan",), "the bin"), Item(("CounterTop",), "the counter")
THROWING = ("throw", "toss", "chuck", "dump")
"""What is done to things that go away for good."""
UNABLE_TO = {"upside": "turn things over"}
"""What a word of no skill means, where it is no verb."""
FLIPPING = ("flip", "toggle", "press")
"""What is done to a switch whichever way it is."""
OWN_PARTS = ("camera", "head", "view", "gaze", "eyes", "face", "body", "yourself", "robot", "it")
"""What can be turned up without being a thing."""
LEAVING = ("leave", "keep")
RESTING = ("sit", "rest", "lay", "stand")
"""What people do themselves where nothing was named to do it with."""
MANY = {"every", "all", "each", "whatever"}


class Deeds:
    """Turns clauses into deeds, in the order of the words, then puts them in order of doing.

    Args:
        abilities: What may be done with what.
    """

    def __init__(self, abilities: Abilities) -> None:
        self._abilities = abilities
        self._resolve = Resolver(abilities)
        self._put_down = Putting(self._resolve)
        self._by_intent: Mapping[str, Callable[[Clause], list[Deed]]] = {
            "take": self._take,
            "put": self._put,
            "trash": self._trash,
            "open": lambda clause: self._simple("open", clause),
            "close": lambda clause: self._simple("close", clause),
            "on": self._toggle,
            "off": self._toggle,
            "slice": self._change,
            "heat": self._change,
            "cool": self._change,
            "clean": self._change,
            "look": self._look,
            "go": self._go,
            "find": self._go,
            "turn": self._turn,
            "gaze": self._gaze,
            "tilt": tilt,
            "step": self._step,
            "": self._unsaid,
        }

    def of(self, clauses: Sequence[Clause]) -> list[Deed]:
        """Return what is to be done, in the order of doing.

        Raises:
            Refused: If something cannot be meant or done.
            Question: If something has to be known first.
        """
        for clause in clauses:
            if clause.intent == "none":
                plain = load().no_action.at(clause.verb.split(), 0)  # "drying" is to dry
                verb = plain[1] if plain else clause.verb
                raise self._unable(clause, UNABLE_TO.get(clause.verb, verb))
        found: list[list[Deed]] = []
        for clause in _left_as(clauses):
            if not clause.intent and clause is not clauses[-1] and set(clause.particles) & STANDS:
                self._resolve.items(clause.objects, "goto", quiet=True)  # how things stand
                clause.unknown = [word for word in clause.unknown if word not in AS_IT_IS]
                found.append([])
                continue
            deeds = self._by_intent[clause.intent](clause)
            found.append([replace(deed, text=clause.text) for deed in deeds])
        return in_order(found, clauses)

    # --- fetching and carrying

    def _take(self, clause: Clause) -> list[Deed]:
        if not clause.objects:
            if clause.direction or clause.amount:
                return self._step(clause)
            if clause.goals and any(ref.thing for ref in clause.goals):
                return self._go(clause)
            return self._hold(self._resolve.items([Ref(None, True)], "pick"))
        if set(clause.particles) & {"on", "off"} and self._only_switched(clause):
            return self._toggle(clause)
        sources = self._resolve.items(clause.sources, "goto", quiet=True)
        items = self._items(clause, "pick")
        for name in (name for item in items for name in item.types if sources):
            self._resolve.mentions.placed.setdefault(name, sources[:1])
        goals = clause.goals
        if lamps := [ref for ref in goals if ref.led_by not in TO and self._resolve.is_lamp(ref)]:
            lamp = self._resolve.items(lamps, "look", "lamp")
            return [Deed("look", (item,), lamp[:1]) for item in items]
        if clause.verb == "move" and not goals and (clause.amount or clause.direction):
            raise Refused(
                "I do not shift things by so much.",
                alternative="Name a place to put it.",
                kind=UNABLE,
            )
        bringing = clause.verb.startswith(BRINGING)
        whereto = [ref for ref in goals if ref.led_by in TO or bringing or ref.thing is None]
        if whereto and not clause.here:
            return self._put_down.place(items, whereto, clause)
        self._resolve.items(goals, "goto", quiet=True)
        return self._hold(items)

    def _only_switched(self, clause: Clause) -> bool:
        """Whether things are named that are switched and not carried: "I need the light off"."""
        named = [ref.thing.types for ref in clause.objects if ref.thing]
        return bool(named) and all(
            self._abilities.choose("toggle", "object", types) is not None
            and self._abilities.choose("pick", "object", types) is None
            for types in named
        )

    def _hold(self, items: tuple[Item, ...]) -> list[Deed]:
        self._put_down.taken(items)
        return [Deed("hold", (item,)) for item in items]

    def _put(self, clause: Clause) -> list[Deed]:
        particles = set(clause.particles)
        if not clause.objects and not clause.goals:
            if particles & {"on"}:
                return self._toggle(clause)
            raise Question("What should I put down, and where?")
        if not clause.goals and particles & {ON} and self._only_switched(clause):
            return self._toggle(clause)
        items = self._items(clause, "pick") if clause.objects else ()
        away = "away" in clause.text.split()
        if away and clause.verb.startswith(THROWING):
            return self._trash(clause)
        if away and not clause.goals:
            raise Question("Where should I put it away?")
        if "out" in particles and not clause.goals:
            return self._put_down.deposit(items, (GARBAGE,))
        if not clause.objects:
            items = self._resolve.items([Ref(None, True)], "pick", quiet=True)
            if not items and clause.verb.startswith(RESTING):
                raise self._unable(clause, clause.verb.split()[0])  # oneself
            if not items and clause.unknown:
                raise unknown(Thing((), clause.unknown[0], clause.unknown[0]))
        if clause.goals:
            return self._put_down.place(items, clause.goals, clause)
        if clause.direction == "down" and {"floor", "ground"} & set(clause.text.split()):
            raise Refused("I do not put things on the floor.",
                          alternative="Name a piece of furniture.", kind=UNABLE)  # fmt: skip
        if particles & {"in", "inside", "into", "on"}:
            return self._put_down.place(items, [Ref(None, True, "in")], clause)
        if "down" in (clause.direction, *particles) or clause.verb.endswith(" down"):
            return self._put_down.deposit(items, (COUNTER,))
        if (
            back := [
                self._resolve.mentions.placed.get(each.types[0]) for each in items if each.types
            ]
        ) and back[0]:
            return self._put_down.deposit(items, back[0])
        if "back" in clause.text.split() or clause.verb == "return":
            raise Question("Where should I put it back?", certain=True)
        raise Question("Where should I put it?", known=True)

    def _trash(self, clause: Clause) -> list[Deed]:
        refs = clause.objects
        if not refs and self._resolve.mentions.groups:
            refs = [Ref(None, True)]  # "throw it away": what was talked about, not what is held
        items = self._items(replace(clause, objects=refs), "pick")
        return self._put_down.deposit(items, (GARBAGE,))

    # --- doing something to a thing

    def _items(self, clause: Clause, skill: str) -> tuple[Item, ...]:
        for ref in clause.objects:
            if ref.thing and (MANY & set(ref.thing.phrase.split())) and not ref.pronoun:
                raise Question(
                    f"Which ones do you mean by {ref.thing.phrase!r}, and how many?", certain=True
                )
        return self._resolve.items(clause.objects, skill)

    def _simple(self, skill: str, clause: Clause) -> list[Deed]:
        refs = clause.objects or clause.goals or [Ref(None, True)]
        return [Deed(skill, (item,)) for item in self._items(replace(clause, objects=refs), skill)]

    def _toggle(self, clause: Clause) -> list[Deed]:
        held = [] if clause.tool is None else [clause.tool]
        lit = self._simple("toggle", replace(clause, goals=[]))
        lit = [replace(deed, direction=_switched(clause)) for deed in lit]
        return [*self._hold(self._resolve.items(held, "pick")), *(lit * clause.times)]

    def _change(self, clause: Clause) -> list[Deed]:
        skill = clause.intent
        if clause.verb.startswith("fill") and not _water(clause):
            raise self._unable(clause, "fill things with anything but water")
        if skill == "clean" and clause.tool is not None and not _water(clause):
            raise Question("I rinse things in the sink, without a tool. Should I do that?")
        refs = clause.objects or [Ref(None, True)]
        items = self._items(replace(clause, objects=refs), "pick")
        for item in items:
            if item.types and self._abilities.choose(skill, "object", item.types) is None:
                raise self._abilities.refuse_thing(skill, item.types[0])
        tool = clause.tool.thing if clause.tool else None
        knife = (item_of(tool),) if tool is not None and tool.types else ()
        deeds = [Deed(skill, (item,), knife) for item in items]
        if skill == "slice":
            for item in items:
                self._resolve.mentions.note(replace(item, states=(*item.states, "slice")))
            return deeds
        device = self._abilities.allowed(skill, "receptacle") or frozenset()
        places = [
            ref for ref in clause.goals
            if not (ref.thing and set(ref.thing.types) & device) and ref.led_by in TO
        ]  # fmt: skip
        if places and any(ref.thing and ref.thing.types for ref in places):
            return [*deeds, *self._put_down.place(items, places, clause)]
        return deeds

    def _look(self, clause: Clause) -> list[Deed]:
        lamps = [
            ref for ref in [*clause.goals, *([clause.tool] if clause.tool else [])]
            if self._resolve.is_lamp(ref)
        ]  # fmt: skip
        items = self._items(clause, "goto")
        found = self._resolve.items(lamps, "look", "lamp") if lamps else ()
        if found:
            return [Deed("look", (item,), found[:1]) for item in items]
        return [Deed("gaze", (item,)) for item in items] or self._gaze(clause)

    # --- going and looking about

    def _go(self, clause: Clause) -> list[Deed]:
        refs = [ref for ref in [*clause.objects, *clause.goals] if ref.thing]
        if clause.objects and clause.intent == "go" and clause.goals and not clause.verb.startswith(
            ("go", "walk", "head", "come", "stop", "run", "travel", "navigate", "approach")
        ):  # fmt: skip
            return self._put(clause)
        if (clause.particles and "in" in clause.particles) and clause.objects:
            return self._put(clause)
        if clause.objects and clause.goals and clause.verb in ("go", "goes", "going"):
            return self._put(clause)
        if not refs:
            if clause.direction or clause.amount:
                return self._step(clause)
            raise Question("Where should I go?")
        for ref in refs:
            if ref.thing and not ref.thing.types and not ref.pronoun and ref.thing.head == "place":
                raise Question("Where should I put it?")
        if all(map(is_room, refs)):
            return []  # of rooms there is one, and that is where it is
        items = self._resolve.items(refs[:1], "goto")
        return [Deed("goto", (item,), found=clause.intent == "find") for item in items]

    def _turn(self, clause: Clause) -> list[Deed]:
        if clause.verb == "do a" and clause.objects:
            # of all that can be done, only turns are
            raise self._unable(clause, clause.text)
        if set(clause.particles) & {"on", "off"} and (clause.objects or not clause.direction):
            return self._toggle(clause)
        if clause.direction == "down" and clause.objects:
            return self._toggle(clause)
        for thing in [ref.thing for ref in clause.objects if ref.thing and not ref.pronoun]:
            if clause.direction == "up" and not thing.types and thing.head not in OWN_PARTS:
                raise unknown(thing)  # "turn up the volume"
        if {"half", "around"} & set(clause.verb.split()):
            clause.direction = clause.direction or "around"
        if clause.amount and clause.amount[0] == 180.0 and not clause.direction:
            clause.direction = "around"
        if not clause.direction:
            if clause.objects or clause.goals:
                if "upside" in clause.unknown:
                    raise Refused("I can not turn things over.")
                return self._go(clause)
            raise Question("Which way should I turn?")
        return motion(clause, MOTIONS.get(clause.direction, "turn"))

    def _gaze(self, clause: Clause) -> list[Deed]:
        refs = [ref for ref in [*clause.objects, *clause.goals] if ref.thing]
        if refs and all(ref.led_by == "around" and ref.thing.head in NO_FURNITURE for ref in refs):
            return motion(replace(clause, direction="around"), "turn")
        known = [ref for ref in refs if ref.thing.types]
        if known and not (set(clause.direction.split()) & set(MOTIONS)):
            under = [ref for ref in clause.goals if ref.led_by in NEAR or ref.led_by == "in"]
            if under and not self._resolve.is_lamp(under[0]) and not clause.objects:
                raise Question("What am I to look for there?")
            objects = [ref for ref in known if not (ref in under and self._resolve.is_lamp(ref))][
                :1
            ]
            lamps = [ref for ref in known if ref not in objects]
            return self._look(replace(clause, objects=objects, goals=lamps))
        if clause.direction not in MOTIONS:
            raise Question("Where should I look?")
        return motion(replace(clause, objects=[]), MOTIONS[clause.direction])

    def _step(self, clause: Clause) -> list[Deed]:
        if any(ref.thing for ref in clause.goals) or clause.objects:
            return self._go(clause)
        return step(clause)

    # --- what cannot be

    def _unable(self, clause: Clause, what: str) -> Refused:
        return Refused(
            f"I have no skill to {what}.",
            alternative="I can fetch, put, open, close, switch, cut, heat, cool, rinse and look.",
            raw=clause.text,
            kind=UNABLE,
        )

    def _unsaid(self, clause: Clause) -> list[Deed]:
        """Without a verb: what is wished for is said by its states or its place."""
        if not clause.objects:
            raise Question(f"What should I do: {clause.text!r}?")
        if set(clause.particles) & LINKS and set(clause.particles) & {"on", "off"}:
            return self._toggle(clause)
        if set(clause.particles) & STANDS and (state := set(clause.unknown) & {"open", "closed"}):
            # "make sure that the drawer is open"
            clause.unknown = [word for word in clause.unknown if word not in state]
            return self._simple("open" if "open" in state else "close", clause)
        if clause.goals:
            return self._put(replace(clause, verb="put"))
        if set(clause.particles) & BELONGS:
            raise Question("Where does it belong?")
        items = self._resolve.items(clause.objects, "pick")
        if any(item.states for item in items):
            return self._hold(items)
        raise Question(f"What should I do with {clause.text!r}?", known=True)


def _left_as(clauses: Sequence[Clause]) -> list[Clause]:
    """Read `leave the fridge open`, where two verbs stand, as one deed."""
    found: list[Clause] = []
    for clause in clauses:
        last = found[-1] if found else None
        bare = clause.intent in ("open", "close") and not clause.objects and not clause.goals
        if last is not None and bare and last.verb in LEAVING and last.objects and not last.goals:
            found[-1] = replace(last, intent=clause.intent, verb=clause.verb)
        else:
            found.append(clause)
    return found


def _switched(clause: Clause) -> str:
    """How something is to be that is switched; nothing where it is only to be switched."""
    particles = set(clause.particles)
    if clause.intent == OFF or particles & {OFF, "out"}:
        return OFF
    return "" if clause.verb in FLIPPING and ON not in particles else ON


def _water(clause: Clause) -> bool:
    """Whether what something is filled or rinsed with is water, or not said."""
    thing = clause.tool.thing if clause.tool else None
    return clause.tool is None or (thing is not None and thing.head == "water")
