"""Steps in words read back as subgoals, where they are said plainly enough."""

import re
from collections.abc import Mapping, Sequence

from embodied.core.plan import ObjectRef, Subgoal
from planners.corrections.nouns import read_thing

_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "pick": re.compile(r"(?:take|pick up|grab|get) (?P<object>.+)"),
    "heat": re.compile(r"heat (?P<object>.+?) in (?P<receptacle>.+)"),
    "cool": re.compile(r"(?:cool|chill) (?P<object>.+?) in (?P<receptacle>.+)"),
    "clean": re.compile(r"(?:clean|wash|rinse) (?P<object>.+?) in (?P<receptacle>.+)"),
    "place": re.compile(
        r"(?:put|place|set|lay) (?P<object>.+?) (?:in|on|into|onto) (?P<receptacle>.+)"
    ),
    "look": re.compile(r"look at (?P<object>.+?) (?:under|in the light of|by) (?P<lamp>.+)"),
    "slice": re.compile(r"(?:slice|cut) (?P<object>.+)"),
    "open": re.compile(r"open (?P<object>.+)"),
    "close": re.compile(r"close (?P<object>.+)"),
    "toggle": re.compile(r"(?:switch|turn) (?:on |off )?(?P<object>.+)"),
    "goto": re.compile(r"go to (?P<object>.+)"),
}


def read_steps(steps: Sequence[str], types: frozenset[str]) -> tuple[Subgoal, ...] | None:
    """Return the subgoals that steps in words say, or None if one of them cannot be read.

    Args:
        steps: Short sentences, as `in_words` writes them.
        types: Types that things may have.
    """
    found = [_read(step.lower().strip(" ."), types) for step in steps]
    subgoals = tuple(subgoal for subgoal in found if subgoal is not None)
    return subgoals if len(subgoals) == len(found) else None


def _read(step: str, types: frozenset[str]) -> Subgoal | None:
    for skill, pattern in _PATTERNS.items():
        match = pattern.fullmatch(step)
        if match is None:
            continue
        things = {name: read_thing(words, types) for name, words in match.groupdict().items()}
        named = {
            name: ObjectRef(thing.category, thing.attributes, thing.relation)
            for name, thing in things.items()
            if thing is not None
        }
        return Subgoal(skill, named) if len(named) == len(things) else None
    return None
