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
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from embodied.language.motions import Unclear, read_motion
from embodied.language.shares import SHARE, SHARES
from planners.parsed.arm_nouns import NounPhrases, with_it
from planners.parsed.arm_plan import Deed, DeedPlanner
from planners.parsed.arm_scene import ask_or_refuse, spelled_out
from planners.parsed.arm_words import group_of, meaning_of, noun_phrase
from planners.parsed.refusals import UNABLE, Question, Refused

_SIDE_ON = r"(?:on|at|in) (?:the |my |your )?(?:left|right|front|back)(?: side)?"
_SPLIT = re.compile(
    r"\s*(?:[;.!?]+|,?\s*\b(?:and then|after that|afterwards|then|and after that|followed by)\b)\s*"
)
_UNLIFTED = (
    r"(?:,\s*)?\bwithout (?:lifting|picking|raising|grasping|taking)(?: (?:it|them|up))*\b,?"
)
_WAYS = {
    r"closer|nearer": "towards me",
    r"away from (?:you|yourself|the robot)": "forward",
    r"(?:towards?|closer to|nearer to) (?:you|yourself|the robot)": "back",
}
"""Ways that are told by who is there, to what the hand is told."""
_SLID = rf"\b(?:open|opened|out|ajar|shut|closed|in|back|{SHARE})\b"
"""Words for how a drawer is left, whatever the verb."""
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
        self._said = NounPhrases(skills)

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
        ask_or_refuse(words, text)
        movable = self._skills["pick"].categories.get("object", frozenset())
        words = spelled_out(
            words, nouns=self._said.nouns, movable=movable, entities=entities, text=text
        )
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
            beside = self._said.parts(left)[2]
            if beside is not None:
                right = with_it(right, beside)
            sides = [self._said.parts(side) for side in (left, right)]
            if all(where is not None and things for things, _, where in sides):
                return [left, *self._apart(right)]
        return [clause]

    def _bare(self, clause: str) -> str:
        lead, before = group_of("small", "lead"), None
        clause = clause.strip(" ,:")
        while clause != before:
            before = clause
            clause = re.sub(rf"^(?:{lead})\b[\s,]*", "", clause).strip(" ,")
            # "fully open it" as "open it fully"
            slides = group_of("verbs", "open", "close")
            clause = re.sub(rf"^((?:{SHARE})(?:ly)?)\s+((?:{slides})\b.*)$", r"\2 \1", clause)
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
        if motion.direction not in (TOWARDS, AWAY):
            return None
        thing = self._said.thing(motion.about.phrase)
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
            things, relation, where = self._said.parts(clause)
            if things and where is not None:  # "the red block on the blue one": put, or as before
                same = before and before[-1].verb in ("put", "push")
                return Deed(before[-1].verb if same else "put", things, relation, where)
        if match is None:
            raise Refused(
                f"I do not know how to {clause!r}.",
                alternative=f"I can {', '.join(sorted(self._skills)).replace('_', ' ')}.",
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
            rest = with_it(rest, anchor)
        openable = self._skills["open"].categories.get("object", frozenset())
        noun = next((self._said.nouns[n] for n in self._said.nouns_in(rest)), "")
        if re.match(r"(?:it|that|them)\b", rest) and last is not None:
            noun = last.category
        to = re.search(rf"\b(?:{group_of('relations')})\b", rest)
        told = verb in ("push", "close", "open") or re.search(_SLID, clause)
        if told and verb in ("push", "put", "pick", "close", "open") and noun in openable:
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
        vessels = [each for each in deed.things if self._said.is_vessel(each)]
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

    def _wish(self, clause: str) -> Deed | None:
        """`the red block should be in the bowl`, `make sure the drawer is half open`."""
        states, links = group_of("small", "states"), group_of("small", "links")
        state = re.match(rf"(?:{states})\s+(?=(?:the|my|that|a)\b)", clause)
        link = re.search(rf"\s(?:{links})\s", clause)
        if not state and not (link and re.match(r"(?:the|my|that|a)\b", clause)):
            return None
        drawer = re.search(r"\b(?P<shut>closed|shut)\b|\b(?:open|opened|ajar)\b", clause)
        share = self._share(clause)
        nouns = [self._said.nouns[each] for each in self._said.nouns_in(clause)]
        openable = self._skills["open"].categories.get("object", frozenset())
        if drawer and nouns and nouns[0] in openable:
            thing = self._said.thing(clause[: drawer.start()] or clause)
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
        things, relation, where = self._said.parts(body)
        return Deed("put", things, relation, where) if where is not None else None

    def _slide(self, verb: str, rest: str, last: ObjectRef | None, text: str) -> Deed:
        share = self._share(rest)
        openable = self._skills["open"].categories.get("object", frozenset())
        thing = self._said.thing(rest)
        if thing is None and last is not None and last.category in openable:
            thing = last
        if thing is None and not re.search(r"\b(?:a|the|my)\b", rest):
            thing = ObjectRef(next(iter(sorted(openable)), ""))
        if thing is None:
            raise self._said.unknown(rest, text)
        absolute = re.search(r"\b(?:to|until)\b.*(?:percent|%|open|quarter|third|half)", rest)
        if verb == "close":
            share = 0.0 if share is None else share if absolute else 1.0 - share
        return Deed(verb, (thing,), share=1.0 if share is None else share)

    def _share(self, words: str) -> float | None:
        number = re.search(r"(?P<number>\d+(?:\.\d+)?)\s*(?:%|percent|per cent)", words)
        if number:
            return min(1.0, float(number["number"]) / 100.0)
        found = re.search(rf"\b(?:{SHARE})\b", words)
        return SHARES[found[0]] if found else None

    def _shift(self, rest: str, last: ObjectRef | None, manner: str) -> Deed | None:
        """Read `the red block 5 cm to the left`, which names no place but a way."""
        named = re.match(
            rf"(?:(?P<it>it|that)|(?:.*?\b(?:{self._said.noun})(?:\s+{_SIDE_ON})?)"
            rf"(?:(?:,| and)+ the [a-z ]*?\b(?:{self._said.noun}))*)\b",
            rest,
        )
        if SHIFT not in self._skills or named is None:
            return None
        things = (last,) if named["it"] else self._said.things(named[0])
        way = rest[named.end() :]
        for said, meant in _WAYS.items():
            way = re.sub(rf"\b(?:{said})$", meant, way)
        motion = read_motion(f"move {way}")
        known = tuple(thing for thing in things if thing is not None)
        return Deed(SHIFT, known, manner, motion=motion) if known and _over_table(motion) else None

    def _handle(self, verb: str, said: str, rest: str, last: ObjectRef | None, text: str) -> Deed:
        down = re.match(r"(?:it|that|them)(?:\s+(?:back\s+)?down)?$", rest)
        if verb == "put" and (down or said.endswith(" down")) and not self._said.relates(rest):
            thing = last if down else self._said.thing(rest)
            return Deed("down", (thing,) if thing else ())
        table = None if "table" in self._said.types else _ON_TABLE.search(rest)
        if table:
            rest = rest[: table.start()]
        things, relation, where = self._said.parts(rest)
        if not things and re.match(r"(?:it|that|them)\b", rest) and last is not None:
            things = (last,)
        if not things:
            raise self._said.unknown(rest, text)
        if table and where is None:
            return Deed("lay", things)
        if where is None:
            if verb == "pick" or (verb == "put" and said in ("get", "bring", "move")):
                return Deed("pick", things)
            if re.search(r"\bdown$", rest):
                return Deed("down", things)
            if side := re.search(r"\b(?:on|to) the (left|right)(?: side)?$", rest):
                raise Question(f"{side[1].capitalize()} of what, or how far?", raw=text)
            if self._said.relates(rest):
                raise self._said.unknown(rest, text)
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


def _over_table(motion: object) -> TypeGuard[Motion]:
    """Whether a motion is one by which a thing may be shifted."""
    return (
        isinstance(motion, Motion)
        and motion.kind is MotionKind.MOVE
        and motion.direction in OVER_TABLE
        and motion.about is None
    )
