"""What the words themselves name, whatever a model makes of them."""

import re

from embodied.core.instruction import Instruction
from planners.parsed.words import load


def types_said(instruction: Instruction) -> frozenset[str]:
    """Return every type that some noun of goal and steps may mean.

    Nouns are read the longest first, by the parser's table of names.
    """
    nouns = load().nouns
    found: set[str] = set()
    for text in (instruction.text, *instruction.steps):
        words = re.findall(r"[a-z0-9']+", text.lower())
        at = 0
        while at < len(words):
            match = nouns.at(words, at)
            if match is None:
                at += 1
                continue
            length, (types, _) = match
            found.update(types)
            at += length
    return frozenset(found)
