"""What the words say of a thing beside its type: how it looks, where it stands."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from embodied.core.plan import ObjectRef, Subgoal
from embodied.mapping.text_world import type_names
from planners.corrections.nouns import known_nouns, nouns_of

LOOKS = (
    "red green blue yellow white black brown grey gray orange purple pink silver golden gold beige "
    "dark light small large big little tall short long round square wooden metal glass plastic "
    "left right middle top bottom"
)
"""Words before a noun that tell one thing from another; not what is to be made of it: `clean`."""
_LOOKS = frozenset(LOOKS.split())

_SIDE = r"(?:to|on|at) the (?:left|right|back|front)(?: hand)?(?: side)?"
_BY_A_PLACE = (
    rf"(?:{_SIDE} (?:of|from)|(?:left|right) of|next to|beside|behind|in front of|across from|"
    r"under(?:neath)?|near(?:est)?(?: to)?|closest to|by|from|out of|inside(?: of)?|in|"
    r"on(?: top of)?)"
)
_HELD = re.compile(r"(?:inside|in|on)\b(?! the (?:left|right))")
_DEEDS = re.compile(
    r"\b(?:(?P<takes>take|pick|grab|get|fetch|find|remove|collect|lift|retrieve|open|see|is|are)|"
    r"put|place|set|leave|drop|bring|carry|move|store|stick|lay|throw|return|insert|deposit)\b"
)
"""Deeds that take a thing from where it is said to be, and such as bring it there."""
_GOES_ON = re.compile(r",? (?:in|on|into|onto|inside|to|at|under)\b")
_TO_OR_IN = re.compile(
    r"\b(?:in|on|into|onto|inside|to|at|under|on top of|inside of)(?: (?:the|a|an|my|your|that))"
    rf"(?: (?:{'|'.join(LOOKS.split())}))* $"
)
_DETERMINERS = "the|that|my|your|his|her|a|an|another|some|any|one|two"
_ARTICLE = r"(?:the |a |an |his |her |my |your |that )?"


@dataclass(frozen=True)
class Mention:
    """What the words say of the things of a type.

    Attributes:
        about: Type of the thing.
        attributes: Colours, sizes: `red`.
        relation: Where it stands: `left of the sink`.
        phrase: The noun phrase it was first named by, from its article on: `the red mug`; empty
            where no article is said.
    """

    about: str
    attributes: tuple[str, ...] = ()
    relation: str = ""
    phrase: str = ""


def mentions_in(
    sentences: Iterable[str], subgoals: Iterable[Subgoal], *, any_place: bool = True
) -> tuple[Mention, ...]:
    """Find what the words say of the things of a plan: colours, sizes, where they stand.

    A rule that reads noun phrases; of several mentions of a type each adds what it says, the first
    place that is said stands.

    Args:
        sentences: Goal and steps.
        subgoals: The plan.
        any_place: Whether things may go to any place of the type that is named, as in ALFRED's
            tasks; a person means that one: `put it on the counter next to the fridge`.

    Returns:
        One for each type of the plan that the words name, in the plan's order.
    """
    lowered = [each.lower() for each in sentences]
    references = (value for subgoal in subgoals for value in subgoal.arguments.values())
    named = tuple(
        dict.fromkeys(each.category for each in references if isinstance(each, ObjectRef))
    )
    merged = (_merged(name, lowered, named, any_place) for name in named if name)
    return tuple(each for each in merged if each is not None)


def _merged(
    name: str, sentences: Sequence[str], named: Sequence[str], any_place: bool
) -> Mention | None:
    looks: dict[str, None] = {}
    relation = phrase = ""
    for sentence in sentences:
        for match in _pattern(name).finditer(sentence):
            # "light the lamp" says nothing of how it looks
            described = re.split(rf"\b(?:{_DETERMINERS})\b", match["before"])[-1]
            words = [word for word in described.split() if word in _LOOKS]
            looks.update(dict.fromkeys(words))
            where = match["where"] or ""
            # "look at the mug by the lamp" says what to do with it, not where it stands
            goes = _is_goal(match) and (any_place or not _follows_preposition(match))
            relation = relation or ("" if goes or _ends_in(where, named) else where)
            phrase = phrase or _from_article(f"{match['before']}{match['noun']}")
    return Mention(name, tuple(looks), relation, phrase) if looks or relation or phrase else None


def _from_article(words: str) -> str:
    """`put the red mug` as `the red mug`; empty where there is no article."""
    found = re.search(rf"\b(?:{_DETERMINERS}) (?:(?!(?:{_DETERMINERS})\b)\w+ ?)+$", words)
    return found.group() if found else ""


def _ends_in(where: str, types: Iterable[str]) -> bool:
    """Whether a place is said by something that the plan itself is about."""
    return any(where.endswith(f" {noun}") for name in types for noun in nouns_of(name))


def _follows_preposition(match: re.Match[str]) -> bool:
    """Whether something is said to be or go there: `on the counter`, `in the top drawer`."""
    return _TO_OR_IN.search(match.string, 0, match.start("noun")) is not None


def _is_goal(match: re.Match[str]) -> bool:
    """Whether a place is where a thing is to go: `put the book by the lamp`.

    Not so in `put the book by the lamp on the desk`, nor in `the book that is by the lamp`.
    """
    if match["which"]:
        return False
    deeds = list(_DEEDS.finditer(match.string, 0, match.end("noun")))
    if not deeds:
        return _HELD.match(match["where"] or "") is not None
    return deeds[-1]["takes"] is None and not _GOES_ON.match(match.string, match.end())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Noun phrases of a type, with the place that is said after them.

    A place ends with its noun: a pattern without end would swallow the rest of the sentence.
    """
    nouns = "|".join(re.escape(noun) for noun in nouns_of(name))
    landmarks = "|".join(map(re.escape, known_nouns(frozenset(type_names()))))
    place = rf"{_BY_A_PLACE} {_ARTICLE}(?:[a-z]+ )?(?:{landmarks})|{_SIDE}"
    return re.compile(
        rf"\b(?P<before>(?:[a-z]+ ){{0,2}})(?P<noun>{nouns})\b"
        rf"(?:,? (?P<which>(?:that|which) (?:is|are) |that's )?(?P<where>{place})\b)?"
    )


def described(subgoals: Sequence[Subgoal], mentions: Iterable[Mention]) -> tuple[Subgoal, ...]:
    """Return subgoals whose references carry what is said of their types.

    Args:
        subgoals: A plan.
        mentions: What is said of types; of several for one, the first that says where it stands.
    """
    by_type: dict[str, Mention] = {}
    for each in mentions:
        known = by_type.get(each.about, Mention(each.about))
        by_type[each.about] = Mention(
            each.about,
            tuple(dict.fromkeys((*known.attributes, *each.attributes))),
            known.relation or each.relation,
            known.phrase or each.phrase,
        )
    return tuple(_told(subgoal, by_type) for subgoal in subgoals)


def _told(subgoal: Subgoal, by_type: dict[str, Mention]) -> Subgoal:
    arguments = dict(subgoal.arguments)
    for name, value in subgoal.arguments.items():
        if isinstance(value, ObjectRef) and (said := by_type.get(value.category)):
            arguments[name] = replace(
                value,
                attributes=tuple(dict.fromkeys((*value.attributes, *said.attributes))),
                relation=value.relation or said.relation,
                phrase=value.phrase or said.phrase,
            )
    return replace(subgoal, arguments=arguments)
