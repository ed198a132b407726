"""From a sentence to words, and from a word to the hashed pieces that stand for its spelling."""

import re
from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

_WORD = re.compile(r"[a-z]+|[0-9]+")
_CURLY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_SHORT = re.compile(r"(?<=[a-z])'(?=[a-z])")
MAX_WORD_LENGTH = 24
MAX_WORDS = 60
"""Words of a sentence beyond these are not read."""


def words_of(sentence: str) -> list[str]:
    """Return the words of a sentence, in lower case, without punctuation."""
    plain = _SHORT.sub("", sentence.translate(_CURLY).lower())
    return [word[:MAX_WORD_LENGTH] for word in _WORD.findall(plain)[:MAX_WORDS]]


@lru_cache(maxsize=1 << 16)
def pieces_of(word: str, buckets: int) -> tuple[int, ...]:
    """Return the hashed character 3- and 4-grams of a word (Bojanowski et al. 2017, section 3.2).

    Words spelled alike share most of them, so that a typing error or an unseen plural is close to
    what was meant.

    Args:
        word: One word in lower case.
        buckets: How many numbers there are to hash to.
    """
    marked = f"<{word}>"
    grams = {marked[i : i + n] for n in (3, 4) for i in range(max(1, len(marked) - n + 1))}
    return tuple(sorted(crc32(gram.encode()) % buckets for gram in grams))


def sentences_of(goal: str, steps: Sequence[str]) -> list[list[str]]:
    """Return the words of goal and steps, a list each; a sentence without words stays empty."""
    return [words_of(goal), *(words_of(step) for step in steps)]
