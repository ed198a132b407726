"""Words to an arm that no grammar settles: what is seen (`all the blocks`), what is left open."""

import re
from collections.abc import Mapping, Sequence

from embodied.core.entity import Entity
from embodied.core.naming import spoken
from planners.corrections.colours import COLOURS
from planners.parsed.arm_words import any_of
from planners.parsed.left_open import ask_what_is_left_open
from planners.parsed.refusals import NO_ANSWER, UNABLE, Question, Refused, asks

_EXCEPT = re.compile(
    r"\b(?:anything|everything|all|any|each|every)\b.*"
    r"\b(?:but|except(?: for)?|other than|apart from|besides)\b"
)
_WITHOUT = re.compile(r"\bwithout (?!lifting|picking|raising|grasping|taking)[a-z]+ing\b.*")
_COUNTS: Mapping[str, int] = {"both": 2, "two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4}
_COLOUR = any_of(COLOURS)
_AFTER = r"\s*(?:$|[,.]|\d|(?:and|on|onto|in|into|to|next|left|right|behind|beside|first|then)\b)"
"""What may come after a thing that is called by its colour alone."""
_MANY = (
    r"\b(?P<many>(?:all|each|both)(?: of)?(?: the| these| those)?|every(?: single)?|"
    r"(?:the |these |those )?(?:two|three|four|2|3|4))"
)


def ask_or_refuse(words: str, text: str) -> None:
    """Refuse what cannot be promised, and ask where it is said only what is not meant.

    Args:
        words: The command, in lower case.
        text: The command as it was said.

    Raises:
        Refused: If something is to be done without something else.
        Question: If it is a question, leaves open which of two or when, or if all but some things
            are meant: which those are is too easily got wrong.
    """
    if asks(words, of_places=True):
        raise Question(NO_ANSWER, raw=text)
    refuse_promises(text)
    ask_what_is_left_open(text)
    if _EXCEPT.search(words):
        raise Question("Which ones do you mean? Name each of them.", raw=text, certain=True)


def refuse_promises(text: str) -> None:
    """Refuse what is to be done without something else: it cannot be promised.

    Args:
        text: The command, before what it says is not wanted is left out.

    Raises:
        Refused: If it asks for that.
    """
    if match := _WITHOUT.search(text.lower()):
        raise Refused(
            f"I cannot promise to do it {match[0]!r}.",
            alternative="Leave that out, or say what to move away first.",
            raw=text,
            kind=UNABLE,
        )


def spelled_out(
    words: str,
    *,
    nouns: Mapping[str, str],
    movable: frozenset[str],
    entities: Sequence[Entity],
    text: str,
) -> str:
    """Return a command in which things that are seen are named one by one.

    Args:
        words: The command, in lower case.
        nouns: What types are called, plurals included, to the types.
        movable: Types that can be picked up.
        entities: What is seen.
        text: The command as it was said.

    Raises:
        Question: If it cannot be seen which or how many are meant.
    """

    def named(things: Sequence[Entity], count: int, said: str) -> str:
        if not things or (count and len(things) != count):
            asked = f"Which ones do you mean by {said!r}? Name each of them."
            raise Question(asked, raw=text, by_looking=not entities)
        return _listed(things)

    noun = any_of(nouns)
    words = _ones_of_colours(words, noun)
    words = _ones(words, noun, nouns, movable, entities)
    if re.search(r"\beverything\b(?! (?:out of|from|off|on|that)\b)", words):
        things = [each for each in entities if each.category in movable]
        words = words.replace("everything", named(things, 0, "everything"))

    def each(match: re.Match[str]) -> str:
        looks = match["looks"].split()
        things = [
            seen
            for seen in entities
            if seen.category == nouns[match["noun"]] and set(looks) <= set(seen.attributes)
        ]
        count = next((_COUNTS[word] for word in match["many"].split() if word in _COUNTS), 0)
        return named(things, count, match[0])

    many = rf"{_MANY} (?P<looks>(?:[a-z]+ ){{0,2}}?)(?P<noun>{noun})\b(?! and (?:the|a)\b)"
    return re.sub(many, each, words)


def _ones_of_colours(words: str, noun: str) -> str:
    """Say `the red one` for what is called by its colour alone: `red on blue`, `something red`."""
    words = re.sub(rf"\b(?:some|any|a )thing ({_COLOUR})\b", r"the \1 one", words)
    words = re.sub(rf"\b(?:the|a|an) ({_COLOUR}) (?:thing|object|item)\b", r"the \1 one", words)
    colours = rf"(?:\s*,?\s*(?:and\s+)?(?:{_COLOUR})\b)*"
    bare = rf"(?<!-)\b(?:the )?(?P<look>{_COLOUR})\b(?!{colours}\s+(?:{noun}|ones?)\b)(?={_AFTER})"
    return re.sub(bare, r"the \g<look> one", words)


def _ones(
    words: str,
    noun: str,
    nouns: Mapping[str, str],
    movable: frozenset[str],
    entities: Sequence[Entity],
) -> str:
    """Say what `the blue one` is: what is seen to look so, or else what was named before it."""

    def called(match: re.Match[str]) -> str:
        look = match["look"]
        seen = {each.category for each in entities if look in each.attributes}
        before = [nouns[each] for each in re.findall(rf"\b({noun})\b", words[: match.start()])]
        named = [each for each in before if each in movable]
        types = [*(seen & movable or seen)]
        if len(types) != 1:
            types = named[-1:] or [*movable]
        start = f"the {look}" if look else match[0].removesuffix(" one")
        return f"{start} {spoken(types[0])}" if len(types) == 1 else match[0]

    one = r"\b(?:another|the other|the (?!other)(?P<look>[a-z]+)) one\b"
    return re.sub(one, called, words)


def _listed(things: Sequence[Entity]) -> str:
    names: list[str] = []
    for thing in things:
        name = " ".join((*thing.attributes, spoken(thing.category)))
        names.append(f"{'another' if f'the {name}' in names else 'the'} {name}")
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
