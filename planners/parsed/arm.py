"""Commands to an arm: a grammar over the skills that it declares.

An arm's world is small and its words are concrete, so that no learned half is needed: verbs,
relations and degrees are tables, and any word before a known noun is an attribute (a colour), so
that colours nobody listed are understood.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from embodied.core.arm_skills import BESIDE
from embodied.core.entity import Entity
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from embodied.core.task_plans import ANOTHER
from planners.parsed.refusals import UNABLE, UNKNOWN, Question, Refused

OPEN_ENOUGH = 0.45
"""A drawer that is open so far needs no opening before something is put in."""
_SIDE = (
    r"(?:(?:on|to|at|in) (?:the |your |my )?(?:far )?(?:left|right|front|back)(?: hand)?(?: side)?"
    r"(?! of\b)|(?:that is |that's )?(?:nearest|closest|farthest|furthest)"
    r"(?: to (?:you|the robot))?)"
)
_SPLIT = re.compile(
    r"\s*(?:[;.!?]+|,?\s*\b(?:and then|after that|afterwards|then|and after that|followed by)\b)\s*"
)
_UNLIFTED = (
    r"(?:,\s*)?\bwithout (?:lifting|picking|raising|grasping|taking)(?: (?:it|them|up))*\b,?"
)
_FIRST = r"\s+(?:first|before that|beforehand)$"
_SPELLED = {"gray": "grey", "colour": "", "color": "", "coloured": "", "colored": ""}


def is_arm(skills: Sequence[SkillSpec]) -> bool:
    """Whether skills are those of an arm at a table, not of a body that walks."""
    names = {skill.name for skill in skills}
    return "push" in names and "goto" not in names


@cache
def _tables() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    text = resources.files("planners.parsed").joinpath("arm.toml").read_text("utf-8")
    return {
        group: {
            name: tuple(sorted((p.strip() for p in phrases.split(";")), key=len, reverse=True))
            for name, phrases in _flat(rows)
        }
        for group, rows in tomllib.loads(text).items()
    }


def _flat(rows: Mapping[str, object], prefix: str = "") -> Iterable[tuple[str, str]]:
    """TOML reads `0.5 = ...` as a table in a table."""
    for name, value in rows.items():
        if isinstance(value, str):
            yield f"{prefix}{name}", value
        elif isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")


def _any(phrases: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))


def _group(group: str, *names: str) -> str:
    rows = _tables()[group]
    return _any(phrase for name in (names or tuple(rows)) for phrase in rows[name])


def _meaning(group: str, phrase: str) -> str:
    return next(name for name, phrases in _tables()[group].items() if phrase in phrases)


@dataclass(frozen=True)
class _Deed:
    """One clause: what to do with what, and where to."""

    verb: str
    things: tuple[ObjectRef, ...] = ()
    relation: str = ""
    where: ObjectRef | None = None
    share: float | None = None


class ArmReader:
    """Reads commands to an arm.

    Args:
        skills: What it declares.
    """

    def __init__(self, skills: Sequence[SkillSpec]) -> None:
        self._skills = {skill.name: skill for skill in skills}
        self._types = frozenset[str]().union(
            *(
                types
                for skill in skills
                for name, types in skill.categories.items()
                if skill.arguments.get(name) in ("object", "receptacle")
            )
        )
        self._nouns: dict[str, str] = {}
        for name, phrases in _tables()["nouns"].items():
            for known in self._types:
                if known.lower() == name.lower():
                    for phrase in phrases:
                        self._nouns[phrase] = self._nouns[f"{phrase}s"] = known
        for known in self._types:
            spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", known).lower()
            self._nouns[spoken] = self._nouns[f"{spoken}s"] = known
        self._noun = _any(self._nouns)

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
        deeds: list[_Deed] = []
        for clause in self._clauses(words):
            deeds.append(self._deed(clause, deeds, text))
        if not deeds:
            raise Question("What should I do?", raw=text)
        return self._plan(deeds, entities, text)

    # --- clauses

    def _clauses(self, words: str) -> list[str]:
        verbs = _group("verbs")
        found = []
        words = re.sub(r"^[^:]*:\s*", "", words) if ":" in words else words
        without = re.search(_UNLIFTED, words)
        if without:
            # What may not be lifted is pushed.
            words = re.sub(_UNLIFTED, " ", words).strip(" ,")
            words = re.sub(rf"^(?:{_group('small', 'lead')})[\s,]+", "", words)
            words = re.sub(rf"^(?:{_group('verbs', 'put')})\b", "push", words)
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
            if all(
                self._parts(side)[2] is not None and self._parts(side)[0] for side in (left, right)
            ):
                return [left, *self._apart(right)]
        return [clause]

    def _bare(self, clause: str) -> str:
        lead, before = _group("small", "lead"), None
        clause = clause.strip(" ,:")
        while clause != before:
            before = clause
            clause = re.sub(rf"^(?:{lead})\b[\s,]*", "", clause).strip(" ,")
            # "fully open it" as "open it fully"
            degrees, slides = _group("shares"), _group("verbs", "open", "close")
            clause = re.sub(rf"^((?:{degrees})(?:ly)?)\s+((?:{slides})\b.*)$", r"\2 \1", clause)
            clause = re.sub(r"[\s,]+(?:please|now|for me|carefully|gently|too)$", "", clause)
        return clause

    def _deed(self, clause: str, before: Sequence[_Deed], text: str) -> _Deed:
        wished = self._wish(clause)
        if wished is not None:
            return wished
        match = re.match(rf"(?P<verb>{_group('verbs')})\b\s*(?P<rest>.*)$", clause)
        if match is None:
            things, relation, where = self._parts(clause)
            if things and where is not None:  # "the red block on the blue one": put, or as before
                same = before and before[-1].verb in ("put", "push")
                return _Deed(before[-1].verb if same else "put", things, relation, where)
        if match is None:
            raise Refused(
                f"I do not know how to {clause!r}.",
                alternative=f"I can {', '.join(sorted(self._skills))}.",
                raw=text,
                kind=UNABLE,
            )
        verb, rest = _meaning("verbs", match["verb"]), match["rest"]
        last = next((d.things[-1] for d in reversed(before) if d.things), None)
        slides = _group("verbs", "open", "close", "push")
        if re.match(rf"(?:{_group('verbs', 'open', 'close')})\s+(?:it|that)\b", clause) or re.match(
            rf"(?:{slides})\s+(?:it|that)\s+(?:open|shut|closed|out|in)\b", clause
        ):
            # What is opened or closed is what can be: "put it in the drawer and close it".
            places = (p for d in reversed(before) for p in (d.where, *d.things) if p is not None)
            can = self._skills["open"].categories.get("object", frozenset())
            last = next((p for p in places if p.category in can), last)
        place = next((p for d in reversed(before) if (p := self._place_of(d))), None)
        if place is not None:
            rest = self._with_place(rest, place)
        openable = self._skills["open"].categories.get("object", frozenset())
        noun = next((self._nouns[n] for n in self._found_nouns(rest)), "")
        if re.match(r"(?:it|that|them)\b", rest) and last is not None:
            noun = last.category
        to = re.search(rf"\b(?:{_group('relations')})\b", rest)
        if verb in ("push", "put", "pick", "close", "open") and noun in openable:
            # "push the drawer in", "pull the drawer out", "leave the drawer half open"
            verb = self._slides(verb, clause)
        elif verb in ("open", "close") and to:
            verb = "push"  # "pull the block to the bowl" and "push the block in front of it"
        if verb in ("open", "close"):
            return self._slide(verb, rest, last, text)
        return self._handle(verb, match["verb"], rest, last, text)

    def _place_of(self, deed: _Deed) -> ObjectRef | None:
        """What `in it` would mean after a clause."""
        if deed.where is not None:
            return deed.where
        vessels = [each for each in deed.things if self._is_vessel(each)]
        return vessels[-1] if vessels else None

    def _with_place(self, rest: str, place: ObjectRef) -> str:
        """Spell out `in it`, `inside`, `there`."""
        name = f"the {_noun_phrase(replace(place, relation=''))}"
        rest = re.sub(
            r"\b(in|into|inside|on|onto|next to|beside)\s+(?:it|that|there)$", rf"\1 {name}", rest
        )
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

    def _wish(self, clause: str) -> _Deed | None:
        """`the red block should be in the bowl`, `make sure the drawer is half open`."""
        states, links = _group("small", "states"), _group("small", "links")
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
            return _Deed("close" if closes else "open", (thing,), share=share)
        if state and state[0].strip() in ("get", "leave", "keep") and not link:
            return None
        body = re.sub(rf"^(?:{states})\s+", "", clause)
        body = re.sub(rf"\s+(?:{links})\s+", " ", body, count=1)
        things, relation, where = self._parts(body)
        return _Deed("put", things, relation, where) if where is not None else None

    def _slide(self, verb: str, rest: str, last: ObjectRef | None, text: str) -> _Deed:
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
        return _Deed(verb, (thing,), share=1.0 if share is None else share)

    def _share(self, words: str) -> float | None:
        number = re.search(r"(?P<number>\d+(?:\.\d+)?)\s*(?:%|percent|per cent)", words)
        if number:
            return min(1.0, float(number["number"]) / 100.0)
        found = re.search(rf"\b(?:{_group('shares')})\b", words)
        return float(_meaning("shares", found[0])) if found else None

    def _handle(self, verb: str, said: str, rest: str, last: ObjectRef | None, text: str) -> _Deed:
        down = re.match(r"(?:it|that|them)(?:\s+(?:back\s+)?down)?$", rest)
        if verb == "put" and (down or said.endswith(" down")) and not self._relates(rest):
            thing = last if down else self._thing(rest)
            return _Deed("down", (thing,) if thing else ())
        things, relation, where = self._parts(rest)
        if not things and re.match(r"(?:it|that|them)\b", rest) and last is not None:
            things = (last,)
        if not things:
            raise self._unknown(rest, text)
        if where is None:
            if verb == "pick" or (verb == "put" and said in ("get", "bring", "move")):
                return _Deed("pick", things)
            if re.search(r"\bdown$", rest):
                return _Deed("down", things)
            if self._relates(rest):
                raise self._unknown(rest, text)
            raise Question(f"Where should I {said} the {_noun_phrase(things[0])}?", raw=text)
        if verb == "pick":
            if relation == "on" and re.search(r"\b(?:off|from|out of)\b", rest):
                return _Deed("pick", things)
            verb = "put"  # "get the red block into the bowl"
        if verb == "push":
            relation = relation if relation in BESIDE else "next to"
        return _Deed(verb, things, relation, where)

    def _relates(self, rest: str) -> bool:
        return (
            re.search(rf"\b(?:{_group('relations')})\s+(?:the|a|an|my|that|it)\b", rest) is not None
        )

    def _parts(self, words: str) -> tuple[tuple[ObjectRef, ...], str, ObjectRef | None]:
        """Part words into things, relation and where to: the last relation that names a thing."""
        words = re.sub(
            r"\b(?:down|back|over|right|away|up)\s+(?=(?:in|on|onto|into|next)\b)", "", words
        )
        origin = re.search(r"\b(?:from|off of|off|out of)\s+(?:the|a|an|my)\b[^,]*", words)
        if origin:
            rest = re.search(rf"\s(?:{_group('relations')})\s+(?:the|a|an|my)\b.*", origin[0])
            words = words[: origin.start()] + (rest[0] if rest else "")
        for match in reversed(list(re.finditer(rf"\b(?:{_group('relations')})\b", words))):
            if re.match(_SIDE, words[match.start() :]):
                continue
            things = self._things(words[: match.start()])
            named = words[match.end() :]
            if things and re.search(r"\bones?\b", named) and self._thing(named) is None:
                named = re.sub(r"\bones?\b", self._spoken(things[-1].category), named)
            where = self._thing(named)
            pronoun = re.match(rf"\s*(?:{_group('small', 'pronouns')})\b", words[: match.start()])
            if where is not None and (things or pronoun):
                relation = _meaning("relations", match[0])
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
                thing = self._thing(f"{bare} {self._spoken(found[-1].category)}")
            if thing is not None:
                found.append(thing)
        return tuple(reversed(found))

    def _spoken(self, category: str) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", category).lower()

    def _thing(self, words: str) -> ObjectRef | None:
        """Read a noun phrase: attributes, noun, and where it stands."""
        match = re.search(rf"(?P<before>.*?)\b(?P<noun>{self._noun})\b(?P<after>.*)$", words)
        if match is None:
            return None
        determiners = set(_tables()["small"]["determiners"])
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
                rf"\s+(?:that is |that's |which is )?(?P<how>{_group('relations')})\s+"
                rf"(?P<rest>(?:the|a|an|my)\s.+)$",
                match["after"],
            )
            if beside and self._thing(beside["rest"]) is not None:
                how = _meaning("relations", beside["how"])
                relation = f"{how} {beside['rest'].strip()}"
        category = self._nouns[match["noun"]]
        return ObjectRef(category, tuple(attributes), relation, words.strip())

    # --- plan

    def _plan(
        self, deeds: Sequence[_Deed], entities: Sequence[Entity], text: str
    ) -> tuple[Subgoal, ...]:
        plan: list[Subgoal] = []
        held: ObjectRef | None = None
        for deed in deeds:
            if deed.verb in ("open", "close"):
                plan.append(
                    self._subgoal(deed.verb, object=deed.things[0], share=deed.share or 0.0)
                )
            elif deed.verb == "down":
                plan.append(self._subgoal("put_down"))
                held = None
            else:
                for thing in deed.things:
                    held = self._bring(plan, deed, thing, held, entities, text)
        return tuple(plan)

    def _bring(
        self,
        plan: list[Subgoal],
        deed: _Deed,
        thing: ObjectRef,
        held: ObjectRef | None,
        entities: Sequence[Entity],
        text: str,
    ) -> ObjectRef | None:
        self._need("push" if deed.verb == "push" else "pick", thing, text)
        where = deed.where
        if deed.verb == "push" and where is not None:
            plan.append(
                self._subgoal("push", object=thing, receptacle=where, relation=deed.relation)
            )
            return held
        openable = self._skills["open"].categories.get("object", frozenset())
        if where is not None and where.category in openable and deed.relation == "in":
            # The hand has to be free to open it: first of all, unless it is open.
            opened = any(s.skill == "open" for s in plan) or _is_open(where, entities)
            if not opened:
                at = len(plan) - (held is not None)
                plan.insert(at, self._subgoal("open", object=where, share=1.0))
        if held is None or (held.category, held.attributes) != (thing.category, thing.attributes):
            plan.append(self._subgoal("pick", object=thing))
        if where is None:
            return thing
        plan.append(self._subgoal("place", object=thing, receptacle=where, relation=deed.relation))
        return None

    def _need(self, skill: str, thing: ObjectRef, text: str) -> None:
        allowed = self._skills[skill].categories.get("object")
        if allowed is not None and thing.category not in allowed:
            raise Refused(
                f"I cannot {skill} a {self._spoken(thing.category)}.",
                alternative=f"I can {skill}: {', '.join(map(self._spoken, sorted(allowed)))}.",
                raw=text,
                skill=skill,
            )

    def _subgoal(self, skill: str, **arguments: ObjectRef | str | float) -> Subgoal:
        if skill not in self._skills:
            raise Refused(f"This arm has no skill to {skill}.", kind=UNABLE)
        return Subgoal(skill, arguments, _said(skill, arguments))

    def _unknown(self, words: str, text: str) -> Refused:
        known = ", ".join(sorted(map(self._spoken, self._types)))
        return Refused(
            f"I do not know what {words!r} means.",
            alternative=f"There may be: {known}.",
            raw=text,
            kind=UNKNOWN,
        )


_NO_ATTRIBUTES = frozenset(
    [
        *("to", "in", "on", "of", "up", "out", "over", "down", "all", "from", "it", "and", "is"),
        *("be", "with", "at", "for", "into", "make", "sure", "leave", "both"),
    ]
)
FORMS = {
    "pick": "Pick up {object}.",
    "place": "Put {object} {relation} {receptacle}.",
    "push": "Push {object} {relation} {receptacle}.",
    "open": "Open {object} to {share:.0%}.",
    "close": "Close {object} to {share:.0%}.",
    "put_down": "Put down what is held.",
}


def _said(skill: str, arguments: Mapping[str, ObjectRef | str | float]) -> str:
    words = {
        name: f"the {_noun_phrase(value)}" if isinstance(value, ObjectRef) else value
        for name, value in arguments.items()
    }
    return FORMS[skill].format(**words)


def _noun_phrase(reference: ObjectRef) -> str:
    spoken = replace(
        reference, category=re.sub(r"(?<=[a-z])(?=[A-Z])", " ", reference.category).lower()
    )
    return str(spoken)


def _is_open(where: ObjectRef, entities: Sequence[Entity]) -> bool:
    return any(
        each.category == where.category
        and each.openness is not None
        and each.openness >= OPEN_ENOUGH
        for each in entities
    )
