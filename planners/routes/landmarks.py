"""The landmark of a step: the noun phrase after the word that says what is demanded."""

from collections.abc import Sequence

from embodied.core.plan import ObjectRef
from planners.routes import lexicon as lex
from planners.routes.reader import Token


def landmark_of(
    words: Sequence[str], key: int, last: int, tokens: Sequence[Token]
) -> ObjectRef | None:
    """Return the first thing named after the word that says what is demanded."""
    position = key + 1
    while position < last:
        phrase, after = _phrase(words, position, last, tokens)
        if after < last and words[after : after + 1] == ["of"] and phrase:
            inner, beyond = _phrase(words, after + 1, last, tokens)
            if phrase[-1] in lex.PLACES_OF or not inner:
                phrase, after = inner, beyond
        names = [word for word in phrase if word not in lex.DESCRIPTIONS]
        if names and names[-1] not in lex.TURNS and not _is_filler(names):
            described = tuple(word for word in phrase if word in lex.DESCRIPTIONS)
            return ObjectRef(
                " ".join(names), described, _relation(words, key, last), " ".join(phrase)
            )
        position = max(after, position) + 1
    return None


def _phrase(
    words: Sequence[str], start: int, last: int, tokens: Sequence[Token]
) -> tuple[list[str], int]:
    """Return the words of a noun phrase from here, and where it ends."""
    position = start
    while position < last and words[position] in lex.DETERMINERS:
        position += 1
    found: list[str] = []
    while position < last:
        word = words[position]
        if word in lex.PHRASE_ENDS or word == "of" or word in lex.DETERMINERS:
            break
        if word in lex.VERBS and not found:
            break
        found.append(word)
        position += 1
        if tokens[position - 1].ends_clause:
            break
    return found, position


def _is_filler(names: Sequence[str]) -> bool:
    return all(name in lex.FILLERS or name.isdigit() for name in names)


def _relation(words: Sequence[str], key: int, last: int) -> str:
    """Return `on the left` or `on the right` where the step says so of its landmark."""
    for position in range(max(key, 0), last - 2):
        if words[position] == "with":
            break
        if words[position] in ("on", "to", "at") and words[position + 1] in ("the", "your", "our"):
            side = lex.SIDES.get(words[position + 2])
            if side:
                return f"on the {side}"
    return ""
