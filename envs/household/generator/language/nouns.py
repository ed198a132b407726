"""Noun phrases for object types: articles, plurals, prepositions, and back to types."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from envs.household.catalog import object_types

VOWEL_SOUND = re.compile(r"[aeiou]", re.IGNORECASE)
ALWAYS_A = ("one", "use", "uni")
"""Begin with a vowel letter but not with a vowel's sound."""
SIBILANT = ("s", "x", "z", "sh", "ch")


@cache
def _table() -> Mapping[str, Any]:
    text = resources.files("envs.household.generator.language").joinpath("nouns.toml")
    return tomllib.loads(text.read_text("utf-8"))


def split_camel_case(name: str) -> str:
    """`LaundryHamperLid` as words, for types nobody gave a noun."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def nouns(type_name: str, *, sliced: bool = False) -> tuple[str, ...]:
    """Return what a type is called, the plain noun first.

    Args:
        type_name: Its name in the catalogue; `AppleSliced` is an apple's slice.
        sliced: Whether a slice of it is meant.
    """
    if type_name.endswith("Sliced"):
        type_name, sliced = type_name.removesuffix("Sliced"), True
    known = _table()["slices" if sliced else "nouns"].get(type_name)
    if known:
        return tuple(known)
    plain = split_camel_case(type_name)
    return (f"slice of {plain}" if sliced else plain,)


def with_article(phrase: str) -> str:
    """Put "a" or "an" before a phrase."""
    vowel = VOWEL_SOUND.match(phrase) and not phrase.lower().startswith(ALWAYS_A)
    return f"{'an' if vowel else 'a'} {phrase}"


def plural(noun: str) -> str:
    """Return a noun's plural: "loaves of bread", "alarm clocks"."""
    head, of, rest = noun.partition(" of ")
    before, space, word = head.rpartition(" ")
    irregular: Mapping[str, str] = _table()["plurals"]
    if word in irregular:
        many = irregular[word]
    elif word.endswith(SIBILANT):
        many = f"{word}es"
    else:
        many = f"{word}s"
    return f"{before}{space}{many}{of}{rest}"


def preposition(type_name: str) -> str:
    """Return how things lie in or on a receptacle: `in` or `on`."""
    return "in" if type_name in _table()["prepositions"]["in"].split() else "on"


@cache
def types_by_noun() -> Mapping[str, tuple[str, bool]]:
    """Noun, singular or plural, in lower case, to (type, whether a slice is meant)."""
    table: dict[str, tuple[str, bool]] = {}
    for sliced in (False, True):
        for type_name, info in object_types().items():
            if type_name.endswith("Sliced") or (sliced and not info.slices):
                continue
            for noun in nouns(type_name, sliced=sliced):
                table[noun.lower()] = table[plural(noun).lower()] = (type_name, sliced)
    return table


@cache
def noun_pattern() -> str:
    """Regular expression that matches any noun, the longest first."""
    longest_first = sorted(types_by_noun(), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(noun) for noun in longest_first) + ")"
