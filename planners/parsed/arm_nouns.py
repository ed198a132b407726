"""Noun phrases in commands to an arm: what is meant, which one, and where it stands."""

import re
from collections.abc import Sequence
from dataclasses import replace

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef
from embodied.core.skills import SkillSpec
from embodied.core.task_plans import ANOTHER
from planners.parsed.arm_words import any_of, group_of, meaning_of, noun_phrase, tables
from planners.parsed.refusals import UNKNOWN, Refused

_SIDE = (
    r"(?:(?:on|to|at|in) (?:the |your |my )?(?:far )?(?:left|right|front|back)(?: hand)?(?: side)?"
    r"(?! of\b)|(?:that is |that's )?(?:nearest|closest|farthest|furthest)"
    r"(?: to (?:you|the robot))?(?! to\b))"
)
_NEXT_TO = r"next to|beside|near|(?:left|right) of|in front of|behind|on|onto|on top of"
_NO_ATTRIBUTES = frozenset(
    [
        *("to", "in", "on", "of", "up", "out", "over", "down", "all", "from", "it", "and", "is"),
        *("be", "with", "at", "for", "into", "make", "sure", "leave", "both"),
    ]
)


class NounPhrases:
    """Reads what is called by nouns.

    Args:
        skills: What the arm declares: their types are what there may be.

    Attributes:
        types: All types that a skill may name.
        nouns: What they are called, plurals included, to the types.
        noun: A pattern of all nouns.
    """

    def __init__(self, skills: Sequence[SkillSpec]) -> None:
        self.types = frozenset[str]().union(
            *(
                types
                for skill in skills
                for name, types in skill.categories.items()
                if skill.arguments.get(name) in ("object", "receptacle")
            )
        )
        self.nouns: dict[str, str] = {}
        for name, phrases in tables()["nouns"].items():
            for known in self.types:
                if known.lower() == name.lower():
                    for phrase in phrases:
                        self.nouns[phrase] = self.nouns[f"{phrase}s"] = known
        for known in self.types:
            noun = spoken(known)
            self.nouns[noun] = self.nouns[f"{noun}s"] = known
        self.noun = any_of(self.nouns)

    def nouns_in(self, words: str) -> list[str]:
        """Return the nouns of some words, in order."""
        return re.findall(rf"\b({self.noun})\b", words)

    def relates(self, rest: str) -> bool:
        """Whether words say where something is to be, known or not."""
        return (
            re.search(rf"\b(?:{group_of('relations')})\s+(?:the|a|an|my|that|it)\b", rest)
            is not None
        )

    def parts(self, words: str) -> tuple[tuple[ObjectRef, ...], str, ObjectRef | None]:
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
            things = self.things(words[: match.start()])
            named = words[match.end() :]
            if things and re.search(r"\bones?\b", named) and self.thing(named) is None:
                named = re.sub(r"\bones?\b", spoken(things[-1].category), named)
            where = self.thing(named)
            pronoun = re.match(rf"\s*(?:{group_of('small', 'pronouns')})\b", words[: match.start()])
            if where is not None and (things or pronoun):
                relation = meaning_of("relations", match[0])
                if match[0] == "to" and not self.is_vessel(where):
                    relation = "next to"
                return things, relation, where
        return self.things(words), "", None

    def is_vessel(self, where: ObjectRef) -> bool:
        """Whether what is brought to a thing goes into it, or onto it."""
        return where.category.lower() in ("bowl", "drawer", "box", "table")

    def things(self, words: str) -> tuple[ObjectRef, ...]:
        """Return every thing of a list: `the red block and the blue one`, `red and blue blocks`."""
        parts = re.split(r"\s*(?:,|\band\b)\s*", words)
        found: list[ObjectRef] = []
        for part in reversed(parts):
            thing = self.thing(part)
            if thing is None and found and part.strip():
                bare = re.sub(r"\bone\b", "", part)
                thing = self.thing(f"{bare} {spoken(found[-1].category)}")
            if thing is not None:
                found.append(thing)
        return tuple(reversed(found))

    def thing(self, words: str) -> ObjectRef | None:
        """Read a noun phrase: attributes, noun, and where it stands."""
        match = re.search(rf"(?P<before>.*?)\b(?P<noun>{self.noun})\b(?P<after>.*)$", words)
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
            if beside and self.thing(beside["rest"]) is not None:
                how = meaning_of("relations", beside["how"])
                relation = f"{how} {beside['rest'].strip()}"
        category = self.nouns[match["noun"]]
        return ObjectRef(category, tuple(attributes), relation, words.strip())

    def unknown(self, words: str, text: str) -> Refused:
        """Return the refusal that says what there may be."""
        known = ", ".join(sorted(map(spoken, self.types)))
        return Refused(
            f"I do not know what {words!r} means.",
            alternative=f"There may be: {known}.",
            raw=text,
            kind=UNKNOWN,
        )


def with_it(words: str, anchor: ObjectRef) -> str:
    """Spell out what `next to it` is next to."""
    name = f"the {noun_phrase(replace(anchor, relation=''))}"
    return re.sub(rf"\b({_NEXT_TO})\s+(?:it|that)$", rf"\1 {name}", words)
