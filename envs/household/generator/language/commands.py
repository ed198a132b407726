"""Single commands in words: "close the fridge", "turn off the lamp", "pick up a mug"."""

import re

from embodied.core.plan import ObjectRef, Subgoal
from envs.household.generator.language.goals import ARTICLE, POLITE
from envs.household.generator.language.nouns import noun_pattern, types_by_noun

VERBS = {
    "goto": "go to|walk to|head to|move to|go over to",
    "pick": "pick up|grab|get|take",
    "open": "open",
    "close": "close|shut",
    "toggle": "turn on|switch on|turn off|switch off",
}
"""Skill to the words for it."""
LEAD = re.compile(r"^(?:(?:and|also|then|afterwards|after that|when you are done)[\s,]+)+", re.I)


def parse_command(text: str) -> list[Subgoal] | None:
    """Read a command for one object; None where it is none."""
    words = re.sub(r"\s+", " ", text).strip().rstrip(".!?").strip()
    words = LEAD.sub("", POLITE.sub("", LEAD.sub("", words)))
    words = re.sub(r",? (?:too|as well|afterwards|again|please)$", "", words, flags=re.I)
    for skill, verbs in VERBS.items():
        pattern = f"(?:{verbs}) {ARTICLE}(?P<noun>{noun_pattern()})"
        match = re.fullmatch(pattern, words, flags=re.IGNORECASE)
        if match:
            type_name, sliced = types_by_noun()[match["noun"].lower()]
            reference = ObjectRef(type_name, ("sliced",) if sliced else (), phrase=match["noun"])
            return [Subgoal(skill, {"object": reference}, f"{words[0].upper()}{words[1:]}.")]
    return None
