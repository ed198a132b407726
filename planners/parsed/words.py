"""The tables of words that commands are read with, ready for looking up."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


def _listed(text: str) -> list[str]:
    return [phrase.strip() for phrase in text.split(";")]


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.files("planners.parsed").joinpath(name).read_text("utf-8"))


def plurals_of(noun: str) -> list[str]:
    """Return the plural forms that a noun may have; the last word, or the one before `of`."""
    head, of, rest = noun.partition(" of ")
    forms = [f"{head}s"]
    if re.search(r"(s|x|z|ch|sh|o)$", head):
        forms.append(f"{head}es")
    if re.search(r"[^aeiou]y$", head):
        forms.append(f"{head[:-1]}ies")
    if re.search(r"fe?$", head):
        forms.append(re.sub(r"fe?$", "ves", head))
    return [f"{form}{of}{rest}" for form in forms]


def forms_of(verb: str) -> list[str]:
    """Return a verb phrase with its first word as it is, in -ing, in -s and in -ed."""
    first, space, rest = verb.partition(" ")
    stem = first.removesuffix("e")
    forms = {first, f"{stem}ing", f"{first}s", f"{stem}ed"}
    if re.search(r"[^aeiou][aeiou][bdgmnpt]$", first):
        forms |= {f"{first}{first[-1]}ing", f"{first}{first[-1]}ed"}
    return [f"{form}{space}{rest}" for form in forms]


class Phrases:
    """Finds the longest phrase of a table at a place in a sentence.

    Args:
        table: Phrase to its meaning.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = {tuple(phrase.split()): meaning for phrase, meaning in table.items()}
        self._longest = max((len(words) for words in self.table), default=0)

    def at(self, words: list[str], start: int) -> tuple[int, Any] | None:
        """Return how many words match from `start` on, and their meaning; or None."""
        for length in range(min(self._longest, len(words) - start), 0, -1):
            meaning = self.table.get(tuple(words[start : start + length]))
            if meaning is not None:
                return length, meaning
        return None


def _phrases(groups: Iterable[tuple[str, Iterable[str]]]) -> Phrases:
    return Phrases({phrase: name for name, phrases in groups for phrase in phrases})


@dataclass(frozen=True)
class Words:
    """Every table.

    Attributes:
        nouns: Name to (types, the likeliest first; whether it is a plural).
        verbs: Verb to what it asks for.
        states: Adjective to the skill that brings it about.
        adjectives: Adjectives that only describe.
        pieces: Words for a piece of what follows.
        small: Sort of small word to its phrases.
        directions: Word to direction.
        numbers: Word to number.
        units: Word to unit.
        often: Word to how often.
        questions: Words of a wish too vague to act on, to what is asked then.
        kinds: Words for a kind of thing.
        no_action: Verbs that no skill does.
        names: Type to what it is called.
    """

    nouns: Phrases
    verbs: Phrases
    states: Phrases
    adjectives: frozenset[str]
    pieces: Phrases
    small: Mapping[str, Phrases]
    directions: Phrases
    numbers: Mapping[str, float]
    units: Mapping[str, str]
    often: Mapping[str, float]
    questions: Mapping[str, str]
    kinds: frozenset[str]
    no_action: Phrases
    names: Mapping[str, str]

    def corrected(self, word: str) -> str:
        """Return the word of a known noun that is spelled nearly like this one, else the word."""
        if len(word) < 4 or word in self.kinds:
            return word
        close = difflib.get_close_matches(word, self._noun_words(), n=1, cutoff=0.84)
        return close[0] if close else word

    def with_verbs_corrected(self, text: str) -> str:
        """Return a text in which a word is a verb that stands where one does and is nearly one.

        Only a word that is in no table, and has two letters of a verb changed over or all but one
        of them: `opne the fridge and tkae the egg`.
        """

        def corrected(match: re.Match[str]) -> str:
            word = match["word"].lower()
            if len(word) < 4 or self._is_known(word):
                return match[0]
            return match["before"] + self._verb_like(word)

        return _VERB_PLACE.sub(corrected, text)

    def _is_known(self, word: str) -> bool:
        tables = (self.nouns, self.verbs, self.states, self.directions, self.no_action)
        small = any(phrases.at([word], 0) for phrases in self.small.values())
        return small or word in _known_words() or any(table.at([word], 0) for table in tables)

    def _verb_like(self, word: str) -> str:
        verbs = _verb_words()
        swaps = {f"{word[:k]}{word[k + 1]}{word[k]}{word[k + 2 :]}" for k in range(len(word) - 1)}
        close = sorted(swaps & set(verbs)) or difflib.get_close_matches(
            word, verbs, n=1, cutoff=0.86
        )
        return close[0] if close else word

    def asks_for(self, text: str, skill: str) -> bool:
        """Return whether any verb or adjective of a text asks for a skill: `wash`, `hot`."""
        said = re.findall(r"[a-z]+", text.lower())
        tables = (self.verbs, self.states)
        found = (table.at(said, at) for table in tables for at in range(len(said)))
        return any(match is not None and match[1] == skill for match in found)

    def says(self, text: str, type_name: str, *, by_any_name: bool = False) -> bool:
        """Return whether a text names a type: by its own name, or by any that may mean it.

        Args:
            text: Words.
            type_name: The type.
            by_any_name: Whether names that it shares with other types count.
        """
        plain = " ".join(re.findall(r"[a-z]+", text.lower()))
        own = self.names.get(type_name, "")
        names = [own] if own else []
        if by_any_name:
            known = self.nouns.table.items()
            names += [" ".join(noun) for noun, (types, _) in known if type_name in types]
        forms = {form for name in names for form in (name, *plurals_of(name))}
        return any(f" {form} " in f" {plain} " for form in forms)

    def says_several(self, text: str, type_name: str) -> bool:
        """Return whether a text names several things of a type: any of its names in the plural."""
        plain = " ".join(re.findall(r"[a-z]+", text.lower()))
        known = self.nouns.table.items()
        names = {" ".join(noun) for noun, (types, _) in known if type_name in types}
        forms = {form for name in names for form in plurals_of(name)}
        return any(f" {form} " in f" {plain} " for form in forms)

    def _noun_words(self) -> tuple[str, ...]:
        return _noun_words()


_VERB_PLACE = re.compile(
    r"(?P<before>(?:^|,|\b(?:and|then|to|you)\b)\s*(?:(?:please|now|just|then|hey|ok)\b[\s,]*)*)"
    r"(?P<word>[A-Za-z]+)(?=\s+\w)",
    re.IGNORECASE,
)
"""Where a verb stands, if anything that asks for something does."""


@cache
def _verb_words() -> tuple[str, ...]:
    return tuple(sorted({phrase[0] for phrase in load().verbs.table if len(phrase[0]) > 3}))


@cache
def _known_words() -> frozenset[str]:
    """Every word of every table, alone or in a phrase."""
    words = load()
    tables = (words.nouns, words.verbs, words.states, words.directions, words.no_action)
    phrases = [phrase for table in (*tables, *words.small.values()) for phrase in table.table]
    others = {*words.adjectives, *words.numbers, *words.units, *words.often, *words.kinds}
    return frozenset({word for phrase in phrases for word in phrase} | others)


@cache
def _noun_words() -> tuple[str, ...]:
    found = {word for phrase in load().nouns.table for word in phrase if len(word) > 3}
    return tuple(sorted(found))


@cache
def load() -> Words:
    """Read the tables."""
    lexicon, grammar = _read("lexicon.toml"), _read("grammar.toml")
    named: dict[str, list[str]] = {}
    for type_name, text in lexicon["names"].items():
        for noun in _listed(text):
            named.setdefault(noun, []).append(type_name)
    for noun, types in lexicon["shared"].items():
        named[noun] = types.split()
    for type_name, text in lexicon["names"].items():
        named.setdefault(_listed(text)[0].replace(" ", ""), [type_name])  # as text games write it
    nouns: dict[str, tuple[tuple[str, ...], bool]] = {}
    for noun, types in named.items():
        for many in plurals_of(noun):
            nouns.setdefault(many, (tuple(types), True))
    nouns |= {noun: (tuple(types), False) for noun, types in named.items()}
    kinds = frozenset(_listed(lexicon["kinds"]["words"]))
    nouns = {noun: meant for noun, meant in nouns.items() if noun not in kinds}
    verbs: dict[str, str] = {}
    for meaning, text in grammar["verbs"].items():
        for verb in _listed(text):
            for form in forms_of(verb):
                verbs.setdefault(form, meaning)
            verbs[verb] = meaning
    adjectives = dict(grammar["adjectives"])
    colours = frozenset(_listed(adjectives.pop("colours")))
    pieces = _phrases([("piece", _listed(adjectives.pop("pieces")))])
    adjectives.pop("vessels")
    directions = [(name, _listed(text)) for name, text in grammar["directions"].items()]
    return Words(
        nouns=Phrases(nouns),
        verbs=Phrases(verbs),
        states=_phrases((skill, _listed(text)) for skill, text in adjectives.items()),
        adjectives=colours,
        pieces=pieces,
        small={name: _phrases([(name, _listed(text))]) for name, text in grammar["small"].items()},
        directions=_phrases(reversed(directions)),
        numbers=grammar["numbers"],
        units={word: unit for unit, text in grammar["units"].items() for word in _listed(text)},
        often=grammar["often"],
        questions=grammar["ask"],
        kinds=kinds,
        no_action=Phrases(
            {
                form: verb
                for verb in _listed(lexicon["no_action"]["verbs"])
                for form in forms_of(verb)
            }
        ),
        names={name: _listed(text)[0] for name, text in lexicon["names"].items()},
    )
