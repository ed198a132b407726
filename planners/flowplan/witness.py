"""What the words themselves name, whatever a model makes of them."""

import re
from dataclasses import dataclass

from embodied.core.instruction import Instruction
from planners.parsed.words import load

_FROM = frozenset(["from", "off"])
_SMALL = frozenset(["the", "a", "an", "of", "out", "one", "top", "inside", "this", "that", "its"])
_BACK = re.compile(r"\bback\b(?! of)")
"""What goes back goes to where it was taken from."""
_TWO = re.compile(r"\b(?:two|2|both|pair of|couple of|another)\b")


@dataclass(frozen=True)
class Witness:
    """What the words name.

    Attributes:
        types: Every type that some noun may mean.
        sources: Those that are only said as where something comes from, and not put back to.
        plural: Those that are said in the plural.
        two: Whether the number two is said.
    """

    types: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    plural: frozenset[str] = frozenset()
    two: bool = False


def witness_of(instruction: Instruction) -> Witness:
    """Read the nouns of goal and steps, the longest first, by the parser's table of names."""
    nouns = load().nouns
    said: set[str] = set()
    sources: set[str] = set()
    plural: set[str] = set()
    texts = [
        re.findall(r"[a-z0-9']+", text.lower()) for text in (instruction.text, *instruction.steps)
    ]
    for words in texts:
        at, before = 0, ""
        while at < len(words):
            match = nouns.at(words, at)
            if match is None:
                before = before if words[at] in _SMALL else words[at]
                at += 1
                continue
            length, (types, many) = match
            (sources if before in _FROM else said).update(types)
            plural.update(types if many else ())
            at, before = at + length, ""
    two = bool(_TWO.search(" ".join(texts[0])))
    back = any(_BACK.search(" ".join(words)) for words in texts)
    left = frozenset() if back else frozenset(sources - said)
    return Witness(frozenset(said | sources), left, frozenset(plural), two)
