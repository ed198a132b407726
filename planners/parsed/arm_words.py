"""The words of commands to an arm, ready for looking up."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef
from planners.wording import share_in_words


@cache
def tables() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the tables of `arm.toml`: group, meaning, phrases, the longest first."""
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


def any_of(phrases: Iterable[str]) -> str:
    """Return a pattern that matches any of some phrases, the longest first."""
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))


def group_of(group: str, *names: str) -> str:
    """Return a pattern of a group's phrases; of some meanings alone where they are named."""
    rows = tables()[group]
    return any_of(phrase for name in (names or tuple(rows)) for phrase in rows[name])


def meaning_of(group: str, phrase: str) -> str:
    """Return what a phrase of a group means."""
    return next(name for name, phrases in tables()[group].items() if phrase in phrases)


FORMS: Mapping[str, str] = {
    "pick": "Pick up {object}.",
    "place": "Put {object} {relation} {receptacle}.",
    "push": "Push {object} {relation} {receptacle}.",
    "shift": "{verb} {object} {way}.",
    "open": "Open {object}{share}.",
    "close": "Close {object}{share}.",
    "put_down": "Put down what is held.",
    "approach": "Move the hand {way} {object}.",
}
"""Skill to its sentence."""


def said(skill: str, arguments: Mapping[str, ObjectRef | str | float]) -> str:
    """Return a subgoal as a sentence."""
    words = {
        name: with_article(value) if isinstance(value, ObjectRef) else value
        for name, value in arguments.items()
    }
    if isinstance(share := arguments.get("share"), float):
        words["share"] = share_in_words(share)
    return FORMS[skill].format(**words)


def with_article(reference: ObjectRef) -> str:
    """Return a reference in words: `the red block`, `another block`."""
    phrase = noun_phrase(reference)
    return phrase if phrase.startswith("another ") else f"the {phrase}"


def noun_phrase(reference: ObjectRef) -> str:
    """Return a reference in words, without an article."""
    return str(replace(reference, category=spoken(reference.category)))
