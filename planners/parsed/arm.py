"""Commands to an arm: a grammar over the skills that it declares.

An arm's world is small and its words are concrete, so that no learned half is needed: verbs,
relations and degrees are tables, and any word before a known noun is an attribute (a colour), so
that colours nobody listed are understood.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeGuard

from embodied.core.arm_skills import (
    APPROACH,
    BESIDE,
    CARRIED,
    MOVE_HAND,
    OVER_TABLE,
    PUSHED,
    SHIFT,
)
from embodied.core.entity import Entity
from embodied.core.motion import AWAY, TOWARDS, Motion, MotionKind
from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from embodied.core.task_plans import ANOTHER
from embodied.language.motions import Unclear, read_motion
from planners.parsed.arm_plan import Deed, DeedPlanner
from planners.parsed.arm_scene import promised, spelled_out
from planners.parsed.arm_words import any_of, group_of, meaning_of, noun_phrase, tables
from planners.parsed.refusals import UNABLE, UNKNOWN, Question, Refused

_SIDE = (
    r"(?:(?:on|to|at|in) (?:the |your |my )?(?:far )?(?:left|right|front|back)(?: hand)?(?: side)?"
    r"(?! of\b)|(?:that is |that's )?(?:nearest|closest|farthest|furthest)"
    r"(?: to (?:you|the robot))?(?! to\b))"
)
_SIDE_ON = r"(?:on|at|in) (?:the |my |your )?(?:left|right|front|back)(?: side)?"
_SPLIT = re.compile(
    r"\s*(?:[;.!?]+|,?\s*\b(?:and then|after that|afterwards|then|and after that|followed by)\b)\s*"
)
_UNLIFTED = (
    r"(?:,\s*)?\bwithout (?:lifting|picking|raising|grasping|taking)(?: (?:it|them|up))*\b,?"
)
_NEXT_TO = r"next to|beside|near|(?:left|right) of|in front of|behind|on|onto|on top of"
_WAYS = {
    r"closer|nearer": "towards me",
    r"away from (?:you|yourself|the robot)": "forward",
    r"(?:towards?|closer to|nearer to) (?:you|yourself|the robot)": "back",
}
"""Ways that are told by who is there, to what the hand is told."""
_ON_TABLE = re.compile(r"\b(?:back )?(?:on|onto) the (?:table|table ?top|desk|surface)$")
_FIRST = r"\s+(?:first|before that|beforehand)$"
_SPELLED = {"gray": "grey", "colour": "", "color": "", "coloured": "", "colored": ""}


def is_arm(skills: Sequence[SkillSpec]) -> bool:
    """Whether skills are those of an arm at a table, not of a body that walks."""
    names = {skill.name for skill in skills}
    return "push" in names and "goto" not in names


class ArmReader:
    """Reads commands to an arm.

    Args:
        skills: What it declares.
    """

    def __init__(self, skills: Sequence[SkillSpec]) -> None:
        self._skills = {skill.name: skill for skill in skills}
        self._plans = DeedPlanner(skills)
        self._types = frozenset[str]().union(
            *(
                types
                for skill in skills
                for name, types in skill.categories.items()
                if skill.arguments.get(name) in ("object", "receptacle")
            )
        )
        self._nouns: dict[str, str] = {}
        for name, phrases in tables()["nouns"].items():
            for known in self._types:
                if known.lower() == name.lower():
                    for phrase in phrases:
                        self._nouns[phrase] = self._nouns[f"{phrase}s"] = known
        for known in self._types:
            noun = spoken(known)
            self._nouns[noun] = self._nouns[f"{noun}s"] = known
        self._noun = any_of(self._nouns)

    def read(self, text: str, *, entities: Sequence[Entity] = ()) -> tuple[Subgoal, ...]:
        """Return the subgoals that words ask for.

        Args:
            text: The command.
            entities: What is seen: drawers that are open need no opening.

        Raises:
            Refused: If it cannot be meant, or this arm cannot do it.
            Question: If something has to be known first.
        """
        words = " ".join(text.lower().replace("’", "'").replace("-", " ").split())
        words = " ".join(_SPELLED.get(word, word) for word in words.split())
        promised(words, text)
        movable = self._skills["pick"].categories.get("object", frozenset())
        words = spelled_out(words, nouns=self._nouns, movable=movable, entities=entities, text=text)
        deeds: list[Deed] = []
        for clause in self._clauses(words):
            deeds.append(self._deed_or_motion(clause, deeds, text))
        if not deeds:
            raise Question("What should I do?", raw=text)
        return self._plans.plan(deeds, entities, text)

    # --- clauses

    def _clauses(self, words: str) -> list[str]:
        verbs = group_of("verbs")
        found = []
        words = re.sub(r"^[^:]*:\s*", "", words) if ":" in words else words
        without = re.search(_UNLIFTED, words)
        if without:
            # What may not be lifted is pushed.
            words = re.sub(_UNLIFTED, " ", words).strip(" ,")
            words = re.sub(rf"^(?:{group_of('small', 'lead')})[\s,]+", "", words)
            words = re.sub(rf"^(?:{group_of('verbs', 'put')})\b", "push", words)
        for part in _SPLIT.split(words):
            # "and" joins clauses where a verb follows, and things where a thing does.
            pieces = re.split(rf"(?:,\s*(?:and\s+)?|\s+and\s+)(?=(?:{verbs})\b)", part)
            for piece in pieces:
                found += self._apart(self._bare(piece))
        first = [each for each in found if re.search(_FIRST, each)]
        rest = [each for each in found if each and each not in first]
        return [re.sub(_FIRST, "", each) for each in first] + rest

    def _apart(self, clause: str) -> list[str]:
        """Part `put A in B and C on D`, where the second verb is left out."""
        for match in re.finditer(r",?\s+and\s+", clause):
            left, right = clause[: match.start()], clause[match.end() :]
            beside = self._parts(left)[2]
            if beside is not None:
                right = _with_it(right, beside)
            if all(
                self._parts(side)[2] is not None and self._parts(side)[0] for side in (left, right)
            ):
                return [left, *self._apart(right)]
        return [clause]

    def _bare(self, clause: str) -> str:
        lead, before = group_of("small", "lead"), None
        clause = clause.strip(" ,:")
        while clause != before:
            before = clause
            clause = re.sub(rf"^(?:{lead})\b[\s,]*", "", clause).strip(" ,")
            # "fully open it" as "open it fully"
            degrees, slides = group_of("shares"), group_of("verbs", "open", "close")
            clause = re.sub(rf"^((?:{degrees})(?:ly)?)\s+((?:{slides})\b.*)$", r"\2 \1", clause)
            clause = re.sub(r"[\s,]+(?:please|now|for me|carefully|gently|too)$", "", clause)
        return clause

    def _deed_or_motion(self, clause: str, before: Sequence[Deed], text: str) -> Deed:
        """Read a clause as something done to things, or else as a motion of the hand."""
        approach = self._approach(clause) or self._fingers(clause)
        if approach is not None:
            return approach
        try:
            return self._deed(clause, before, text)
        except Refused:
            last = next((each.motion for each in reversed(before) if each.motion), None)
            motion = read_motion(clause, last=last) if MOVE_HAND in self._skills else None
            if before and before[-1].verb == SHIFT and _over_table(motion):
                return replace(before[-1], motion=motion)
            if isinstance(motion, Unclear):
                raise Question(motion.question, raw=text) from None
            if motion is None or motion.about is not None:
                raise
            return Deed(MOVE_HAND, motion=motion)

    def _approach(self, clause: str) -> Deed | None:
        """`move 3 cm towards the red block`: the hand moves, and nothing is moved by it."""
        motion = read_motion(clause) if APPROACH in self._skills else None
        if not isinstance(motion, Motion) or motion.about is None or re.search(r"\bit\b", clause):
            return None
        thing = self._thing(motion.about.phrase) if motion.direction in (TOWARDS, AWAY) else None
        if thing is None or thing.category not in self._skills[APPROACH].categories["object"]:
            return None
        whole = re.search(r"\bover to\b", clause) is not None and motion.amount is None
        return Deed(APPROACH, (thing,), motion=replace(motion, holds=motion.holds or whole))

    def _fingers(self, clause: str) -> Deed | None:
        """`close your hand` is about no drawer."""
        motion = read_motion(clause) if MOVE_HAND in self._skills else None
        if not isinstance(motion, Motion) or motion.kind is not MotionKind.GRIPPER:
            return None
        named = re.search(r"\b(?:gripper|hand|fingers|claw)\b", clause)
        return Deed(MOVE_HAND, motion=motion) if named else None

    def _deed(self, clause: str, before: Sequence[Deed], text: str) -> Deed:
        wished = self._wish(clause)
        if wished is not None:
            return wished
        match = re.match(rf"(?P<verb>{group_of('verbs')})\b\s*(?P<rest>.*)$", clause)
        if match is None:
            things, relation, where = self._parts(clause)
            if things and where is not None:  # "the red block on the blue one": put, or as before
                same = before and before[-1].verb in ("put", "push")
                return Deed(before[-1].verb if same else "put", things, relation, where)
        if match is None:
            raise Refused(
                f"I do not know how to {clause!r}.",
                alternative=f"I can {', '.join(sorted(self._skills))}.",
                raw=text,
                kind=UNABLE,
            )
        verb, rest = meaning_of("verbs", match["verb"]), match["rest"]
        last = next((d.things[-1] for d in reversed(before) if d.things), None)
        slides = group_of("verbs", "open", "close", "push")
        if re.match(
            rf"(?:{group_of('verbs', 'open', 'close')})\s+(?:it|that)\b", clause
        ) or re.match(rf"(?:{slides})\s+(?:it|that)\s+(?:open|shut|closed|out|in)\b", clause):
            # What is opened or closed is what can be: "put it in the drawer and close it".
            places = (p for d in reversed(before) for p in (d.where, *d.things) if p is not None)
            can = self._skills["open"].categories.get("object", frozenset())
            last = next((p for p in places if p.category in can), last)
        place = next((p for d in reversed(before) if (p := self._place_of(d))), None)
        if place is not None:
            rest = self._with_place(rest, place)
        anchor = place or last
        if anchor is not None:
            rest = _with_it(rest, anchor)
        openable = self._skills["open"].categories.get("object", frozenset())
        noun = next((self._nouns[n] for n in self._found_nouns(rest)), "")
        if re.match(r"(?:it|that|them)\b", rest) and last is not None:
            noun = last.category
        to = re.search(rf"\b(?:{group_of('relations')})\b", rest)
        if verb in ("push", "put", "pick", "close", "open") and noun in openable:
            # "push the drawer in", "pull the drawer out", "leave the drawer half open"
            verb = self._slides(verb, clause)
        elif verb in ("open", "close") and to:
            verb = "push"  # "pull the block to the bowl" and "push the block in front of it"
        if verb in ("open", "close"):
            return self._slide(verb, rest, last, text)
        if match["verb"] in ("put", "place", "set") and rest.endswith(" back"):
            raise Question("Where should I put it back?", raw=text)
        manner = {"put": CARRIED, "push": PUSHED}.get(verb)
        shifted = None if manner is None else self._shift(rest, last, manner)
        if shifted is not None:
            held = bool(before) and before[-1].verb == "pick"
            return Deed(MOVE_HAND, motion=shifted.motion) if held else shifted
        return self._handle(verb, match["verb"], rest, last, text)

    def _place_of(self, deed: Deed) -> ObjectRef | None:
        """What `in it` would mean after a clause."""
        if deed.where is not None:
            return deed.where
        vessels = [each for each in deed.things if self._is_vessel(each)]
        return vessels[-1] if vessels else None

    def _with_place(self, rest: str, place: ObjectRef) -> str:
        """Spell out `in it`, `inside`, `there`."""
        name = f"the {noun_phrase(replace(place, relation=''))}"
        rest = re.sub(r"\b(in|into|inside|on|onto)\s+(?:it|that|there)$", rf"\1 {name}", rest)
        return re.sub(r"\b(?:inside|in there|in|there)$", f"in {name}", rest)

    def _slides(self, verb: str, clause: str) -> str:
        """Whether a drawer is to be opened or closed: by the verb, unless other words say so."""
        shut = re.search(r"\b(?:closed|shut|in|back)\b", clause)
        wide = re.search(r"\b(?:open|out|opened|ajar)\b", clause)
        if verb in ("push", "close"):
            return "open" if wide and not shut and verb == "push" else "close"
        return "close" if shut and not wide else "open"

    def _found_nouns(self, words: str) -> list[str]:
        return re.findall(rf"\b({self._noun})\b", words)

    def _wish(self, clause: str) -> Deed | None:
        """`the red block should be in the bowl`, `make sure the drawer is half open`."""
        states, links = group_of("small", "states"), group_of("small", "links")
        state = re.match(rf"(?:{states})\s+(?=(?:the|my|that|a)\b)", clause)
        link = re.search(rf"\s(?:{links})\s", clause)
        if not state and not (link and re.match(r"(?:the|my|that|a)\b", clause)):
            return None
        drawer = re.search(r"\b(?P<shut>closed|shut)\b|\b(?:open|opened|ajar)\b", clause)
        share = self._share(clause)
        nouns = [self._nouns[each] for each in self._found_nouns(clause)]
        openable = self._skills["open"].categories.get("object", frozenset())
        if drawer and nouns and nouns[0] in openable:
            thing = self._thing(clause[: drawer.start()] or clause)
            closes = bool(drawer["shut"])
            if thing is None:
                return None
            if share is None:
                share = 0.0 if closes else 1.0
            elif closes:
                share = 1.0 - share
            return Deed("close" if closes else "open", (thing,), share=share)
        if state and state[0].strip() in ("get", "leave", "keep") and not link:
            return None
        body = re.sub(rf"^(?:{states})\s+", "", clause)
        body = re.sub(rf"\s+(?:{links})\s+", " ", body, count=1)
        things, relation, where = self._parts(body)
        return Deed("put", things, relation, where) if where is not None else None

    def _slide(self, verb: str, rest: str, last: ObjectRef | None, text: str) -> Deed:
        share = self._share(rest)
        openable = self._skills["open"].categories.get("object", frozenset())
        thing = self._thing(rest)
        if thing is None and last is not None and last.category in openable:
            thing = last
        if thing is None and not re.search(r"\b(?:a|the|my)\b", rest):
            thing = ObjectRef(next(iter(sorted(openable)), ""))
        if thing is None:
            raise self._unknown(rest, text)
        absolute = re.search(r"\b(?:to|until)\b.*(?:percent|%|open|quarter|third|half)", rest)
        if verb == "close":
            share = 0.0 if share is None else share if absolute else 1.0 - share
        return Deed(verb, (thing,), share=1.0 if share is None else share)

    def _share(self, words: str) -> float | None:
        number = re.search(r"(?P<number>\d+(?:\.\d+)?)\s*(?:%|percent|per cent)", words)
        if number:
            return min(1.0, float(number["number"]) / 100.0)
        found = re.search(rf"\b(?:{group_of('shares')})\b", words)
        return float(meaning_of("shares", found[0])) if found else None

    def _shift(self, rest: str, last: ObjectRef | None, manner: str) -> Deed | None:
        """Read `the red block 5 cm to the left`, which names no place but a way."""
        named = re.match(
            rf"(?:(?P<it>it|that)|(?:.*?\b(?:{self._noun})(?:\s+{_SIDE_ON})?)"
            rf"(?:(?:,| and)+ the [a-z ]*?\b(?:{self._noun}))*)\b",
            rest,
        )
        if SHIFT not in self._skills or named is None:
            return None
        things = (last,) if named["it"] else self._things(named[0])
        way = rest[named.end() :]
        for said, meant in _WAYS.items():
            way = re.sub(rf"\b(?:{said})$", meant, way)
        motion = read_motion(f"move {way}")
        known = tuple(thing for thing in things if thing is not None)
        return Deed(SHIFT, known, manner, motion=motion) if known and _over_table(motion) else None

    def _handle(self, verb: str, said: str, rest: str, last: ObjectRef | None, text: str) -> Deed:
        down = re.match(r"(?:it|that|them)(?:\s+(?:back\s+)?down)?$", rest)
        if verb == "put" and (down or said.endswith(" down")) and not self._relates(rest):
            thing = last if down else self._thing(rest)
            return Deed("down", (thing,) if thing else ())
        table = None if "table" in self._types else _ON_TABLE.search(rest)
        if table:
            rest = rest[: table.start()]
        things, relation, where = self._parts(rest)
        if not things and re.match(r"(?:it|that|them)\b", rest) and last is not None:
            things = (last,)
        if not things:
            raise self._unknown(rest, text)
        if table and where is None:
            return Deed("lay", things)
        if where is None:
            if verb == "pick" or (verb == "put" and said in ("get", "bring", "move")):
                return Deed("pick", things)
            if re.search(r"\bdown$", rest):
                return Deed("down", things)
            if self._relates(rest):
                raise self._unknown(rest, text)
            raise Question(f"Where should I {said} the {noun_phrase(things[0])}?", raw=text)
        if verb == "pick":
            if relation == "on" and re.search(r"\b(?:off|from|out of)\b", rest):
                return Deed("pick", things)
            verb = "put"  # "get the red block into the bowl"
        if verb == "push" and re.search(r"\b(?:into|inside|onto|on top of)\b", rest):
            verb = "put"  # what is pushed stays on the table
        if verb == "push":
            relation = relation if relation in BESIDE else "next to"
        return Deed(verb, things, relation, where)

    def _relates(self, rest: str) -> bool:
        return (
            re.search(rf"\b(?:{group_of('relations')})\s+(?:the|a|an|my|that|it)\b", rest)
            is not None
        )

    def _parts(self, words: str) -> tuple[tuple[ObjectRef, ...], str, ObjectRef | None]:
        """Part words into things, relation and where to: the last relation that names a thing."""
        words = re.sub(
            r"\b(?:down|back|over|right|away|up)\s+(?=(?:in|on|onto|into|next)\b)", "", words
        )
        origin = re.search(r"\b(?:from|off of|off|out of)\s+(?:the|a|an|my)\b[^,]*", words)
        if origin:
            rest = re.search(rf"\s(?:{group_of('relations')})\s+(?:the|a|an|my)\b.*", origin[0])
            words = words[: origin.start()] + (rest[0] if rest else "")
        for match in reversed(list(re.finditer(rf"\b(?:{group_of('relations')})\b", words))):
            if re.match(_SIDE, words[match.start() :]):
                continue
            things = self._things(words[: match.start()])
            named = words[match.end() :]
            if things and re.search(r"\bones?\b", named) and self._thing(named) is None:
                named = re.sub(r"\bones?\b", spoken(things[-1].category), named)
            where = self._thing(named)
            pronoun = re.match(rf"\s*(?:{group_of('small', 'pronouns')})\b", words[: match.start()])
            if where is not None and (things or pronoun):
                relation = meaning_of("relations", match[0])
                if match[0] == "to" and not self._is_vessel(where):
                    relation = "next to"
                return things, relation, where
        return self._things(words), "", None

    def _is_vessel(self, where: ObjectRef) -> bool:
        return where.category.lower() in ("bowl", "drawer", "box", "table")

    def _things(self, words: str) -> tuple[ObjectRef, ...]:
        """Return every thing of a list: `the red block and the blue one`, `red and blue blocks`."""
        parts = re.split(r"\s*(?:,|\band\b)\s*", words)
        found: list[ObjectRef] = []
        for part in reversed(parts):
            thing = self._thing(part)
            if thing is None and found and part.strip():
                bare = re.sub(r"\bone\b", "", part)
                thing = self._thing(f"{bare} {spoken(found[-1].category)}")
            if thing is not None:
                found.append(thing)
        return tuple(reversed(found))

    def _thing(self, words: str) -> ObjectRef | None:
        """Read a noun phrase: attributes, noun, and where it stands."""
        match = re.search(rf"(?P<before>.*?)\b(?P<noun>{self._noun})\b(?P<after>.*)$", words)
        if match is None:
            return None
        determiners = set(tables()["small"]["determiners"])
        attributes = []
        # What comes before an article is not about the thing.
        words_before = re.split(r"\b(?:the|a|an|my|your|that|this)\b", match["before"])[-1]
        for word in re.findall(r"[a-z']+", words_before):
            if word in ("other", "another", "second"):
                attributes.append(ANOTHER)
            elif word not in determiners and word not in _NO_ATTRIBUTES:
                attributes.append(word)
        side = re.search(_SIDE, match["after"])
        relation = side[0] if side else ""
        if not side:
            beside = re.match(
                rf"\s+(?:that is |that's |which is )?(?P<how>{group_of('relations')})\s+"
                rf"(?P<rest>(?:the|a|an|my)\s.+)$",
                match["after"],
            )
            if beside and self._thing(beside["rest"]) is not None:
                how = meaning_of("relations", beside["how"])
                relation = f"{how} {beside['rest'].strip()}"
        category = self._nouns[match["noun"]]
        return ObjectRef(category, tuple(attributes), relation, words.strip())

    def _unknown(self, words: str, text: str) -> Refused:
        known = ", ".join(sorted(map(spoken, self._types)))
        return Refused(
            f"I do not know what {words!r} means.",
            alternative=f"There may be: {known}.",
            raw=text,
            kind=UNKNOWN,
        )


def _over_table(motion: object) -> TypeGuard[Motion]:
    """Whether a motion is one by which a thing may be shifted."""
    return (
        isinstance(motion, Motion)
        and motion.kind is MotionKind.MOVE
        and motion.direction in OVER_TABLE
        and motion.about is None
    )


def _with_it(words: str, anchor: ObjectRef) -> str:
    """Spell out what `next to it` is next to."""
    name = f"the {noun_phrase(replace(anchor, relation=''))}"
    return re.sub(rf"\b({_NEXT_TO})\s+(?:it|that)$", rf"\1 {name}", words)


_NO_ATTRIBUTES = frozenset(
    [
        *("to", "in", "on", "of", "up", "out", "over", "down", "all", "from", "it", "and", "is"),
        *("be", "with", "at", "for", "into", "make", "sure", "leave", "both"),
    ]
)
