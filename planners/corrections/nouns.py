"""Nouns in what people say, read as types that the skills know."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef
from embodied.core.skills import SkillSpec
from embodied.core.task_plans import ANOTHER, SLICED

RELATION = (
    r"(?:(?:to|on|at) the (?:left|right|back|front)(?: of [\w ]+| side of [\w ]+)?|"
    r"(?:left|right) of [\w ]+|next to [\w ]+|beside [\w ]+|behind [\w ]+|in front of [\w ]+|"
    r"under(?:neath)? [\w ]+|by [\w ]+|near(?:est)?(?: to)? [\w ]+|closest to [\w ]+|"
    r"across from [\w ]+|over there)"
)
"""Words that say where something stands, as opposed to where it is to go."""
_HELD = re.compile(
    r"^(?P<thing>(?:the|a|an|that|this|my|your) [a-z' -]+?) "
    r"(?P<where>(?:in|on|inside|from|under) (?:the|a|an|that|this|my|your) [a-z' -]+)$"
)
"""A thing told by what it is in or on: `the apple in the fridge`."""
_WORD = r"[a-z][a-z'-]*"


@cache
def _other_nouns() -> dict[str, tuple[str, ...]]:
    text = resources.files("planners.corrections").joinpath("nouns.toml").read_text("utf-8")
    return {noun: tuple(types) for noun, types in tomllib.loads(text).items()}


@cache
def _lexicon(types: frozenset[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for noun, meant in _other_nouns().items():
        known = tuple(name for name in meant if name in types)
        if known:
            found[noun] = known
    for name in sorted(types):
        noun = spoken(name)
        if name not in found.get(noun, ()):  # a sink is the basin first, then what is round it
            found[noun] = (name,)
    for noun in list(found):
        found.setdefault(f"{noun}s", found[noun])
    return found


def known_nouns(types: frozenset[str]) -> tuple[str, ...]:
    """Return every noun that may mean one of these types, longest first."""
    return tuple(sorted(_lexicon(types), key=len, reverse=True))


def nouns_of(type_name: str) -> tuple[str, ...]:
    """Return every noun that may mean a type, longest first."""
    found = [noun for noun, types in _other_nouns().items() if type_name in types]
    return tuple(sorted({spoken(type_name), *found}, key=len, reverse=True))


def also_called(type_name: str) -> tuple[str, ...]:
    """Return what people call a type besides its name: `rag` for a Cloth."""
    nouns = [noun for noun, types in _other_nouns().items() if types[0] == type_name]
    same = {spoken(type_name), type_name.lower()}
    return tuple(noun for noun in nouns if noun not in same)


def known_types(skills: Iterable[SkillSpec]) -> frozenset[str]:
    """Return every type that some skill takes."""
    return frozenset[str]().union(
        *(
            types
            for skill in skills
            for name, types in skill.categories.items()
            if skill.arguments.get(name) in ("object", "receptacle")
        )
    )


def read_thing(
    words: str, types: frozenset[str], *, prefer: Sequence[str] = (), avoid: Sequence[str] = ()
) -> ObjectRef | None:
    """Read a noun phrase: `the blue mug to the left of the sink`.

    Args:
        words: The phrase, in lower case.
        types: Types that are known.
        prefer: Types to choose first where a noun has several, e.g. those of the plan.
        avoid: Types to choose last.

    Returns:
        The reference with its attributes and relation, or None where no noun is known.
    """
    body = words.strip(" .,!?")
    relation = ""
    match = re.search(rf"\s(?:that(?:'s| is) |which is )?(?P<where>{RELATION})$", f" {body}")
    if match:
        relation = match["where"].strip()
        body = f" {body}"[: match.start()].strip()
    if re.search(r"\b(?:is|are|was|were|isn't|has|have|then)\b", body):
        return None  # a sentence, whatever noun it ends with
    if re.search(r"\band (?:the|a|an|my)\b", body):
        return None  # two things
    if not relation and (held := _HELD.match(body)):
        body, relation = held["thing"], held["where"]
    body = re.sub(r"^(?:the|a|an|that|this|some|my|your)\s+", "", body)
    lexicon = _lexicon(types)
    tokens = re.findall(_WORD, body)
    for length in range(len(tokens), 0, -1):
        noun = " ".join(tokens[-length:])
        if noun in lexicon:
            meant = sorted(lexicon[noun], key=lambda name: name in avoid)
            name = next((name for name in meant if name in prefer), meant[0])
            attributes = tuple(_attribute(word) for word in tokens[:-length])
            kept = tuple(word for word in attributes if word)
            return ObjectRef(name, kept, relation, words.strip())
    return None


def _attribute(word: str) -> str:
    if word in ("other", "another", "different", "second"):
        return ANOTHER
    if word in ("slice", "slices", "sliced", "piece"):
        return SLICED
    return "" if word in ("of", "the", "a", "an", "one", "and") else word
