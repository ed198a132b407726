"""From a sentence to tagged pieces: verbs, things, places, directions, amounts, joints."""

import re
from dataclasses import dataclass, field

from planners.parsed.words import Words

_PIECE = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[,;.!?:&]")
_DURATION = re.compile(
    r"\bfor (?:another |about )?(?:an?|one|two|three|five|ten|thirty|\d+|a few|few|some|several|"
    r"a couple of) (?:more )?(?:sec|second|min|minute|hour|moment|while)s?\b"
)
"""How long: nothing here is timed, and the deed is the same."""
_SHORT = re.compile(r"(?<=[a-z])['’](?=[a-z])")
BOTH = {"both", "two", "2", "pair", "couple"}
MOST = 12
"""Things of one kind that a sentence may ask for."""
PIECES = {"slice", "slices", "piece", "pieces", "chunk", "chunks"}
NO_NOUNS = {"bit", "little", "way", "few", "small", "time", "while", "moment", "times", "tad"}
ROOMS = {"kitchen", "bathroom", "bedroom"}
OTHER = {"another", "other", "second", "more"}
STARTS = {"", "joint", "stop", "asking", "earlier", "later", "polite"}
"""Tags after which a verb is a verb and no noun."""


@dataclass(frozen=True)
class Thing:
    """A noun phrase.

    Attributes:
        types: What it may be, the likeliest first; empty where nothing known is called so.
        phrase: Its words.
        head: Its noun.
        count: How many are meant.
        other: Whether it is another one of its kind.
        states: Skills that must have been used on it: `slice`, `heat`, `cool`, `clean`.
        attributes: What describes it.
        definite: Whether a word before it says that a noun comes.
    """

    types: tuple[str, ...]
    phrase: str
    head: str = ""
    count: int = 1
    other: bool = False
    states: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    definite: bool = False


@dataclass(frozen=True)
class Tag:
    """A tagged piece of a sentence.

    Attributes:
        kind: `verb thing goal source pronoun there here direction number unit joint stop earlier
            later times asking polite carrying none` or `word` for what is in no table.
        value: What it means: the verb's intent, the direction, the number, the unit.
        text: Its words.
        thing: The noun phrase of a `thing`.
        inflected: Whether a verb stands in another form than its plain one.
    """

    kind: str
    value: str | float = ""
    text: str = ""
    thing: Thing | None = None
    inflected: bool = False


@dataclass
class Tagger:
    """Tags sentences.

    Attributes:
        words: The tables.
    """

    words: Words
    _pieces: list[str] = field(default_factory=list)

    def tag(self, sentence: str) -> list[Tag]:
        """Return the sentence's tags in order."""
        plain = _SHORT.sub("", _DURATION.sub("", sentence.lower()))
        self._pieces = _PIECE.findall(plain)
        found: list[Tag] = []
        at = 0
        while at < len(self._pieces):
            length, tag = self._next(at, found)
            found.append(tag)
            at += length
        return found

    def _next(self, at: int, before: list[Tag]) -> tuple[int, Tag]:
        pieces, words = self._pieces, self.words
        word = pieces[at]
        last = before[-1].kind if before else ""
        if word in ",;.!?:":
            return 1, Tag("stop", text=word)
        if word == "&":
            return 1, Tag("joint", text="and")
        if last in ("thing", "stop") and (found := self._relative(at)):
            return found
        starting = last in STARTS
        joint = words.small["then"].at(pieces, at)
        if starting:
            for kind in ("asking", "earlier", "later"):
                match = words.small[kind].at(pieces, at)
                verb = kind == "asking" and words.verbs.at(pieces, at) and match and match[0] == 1
                # "carry the knife carefully to the sink": what leads to a place asks for nothing
                verb = verb or (kind == "asking" and word == "to" and self._thing(at + 1))
                if match and not verb and not (joint and joint[0] > match[0]):
                    return match[0], Tag(kind, text=" ".join(pieces[at : at + match[0]]))
        leads = words.small["goals"].at(pieces, at)
        if joint and not (leads and leads[0] > joint[0]):
            return joint[0], Tag("joint", text=" ".join(pieces[at : at + joint[0]]))
        if starting and (tag := self._verb(at)):
            return tag
        match = words.small["politeness"].at(pieces, at)
        if match and not (leads and leads[0] > match[0]):
            return match[0], Tag("polite", text=word)
        if found := self._amount(at):
            return found
        if (match := words.directions.at(pieces, at)) and match[0] > 1:
            return match[0], Tag("direction", match[1], " ".join(pieces[at : at + match[0]]))
        if thing := self._thing(at):
            return thing
        for kind in ("later", "earlier"):
            if match := words.small[kind].at(pieces, at):
                return match[0], Tag(kind, text=" ".join(pieces[at : at + match[0]]))
        return self._rest(at)

    def _relative(self, at: int) -> tuple[int, Tag] | None:
        """Read `that is on`: what leads to where the thing just named stands."""
        pieces, words = self._pieces, self.words
        if not (match := words.small["relative"].at(pieces, at)):
            return None
        after = at + match[0]
        leads = words.small["goals"].at(pieces, after)
        if not leads or not self._thing(after + leads[0]):
            return None
        return match[0] + leads[0], Tag("source", text=" ".join(pieces[at : after + leads[0]]))

    def _rest(self, at: int) -> tuple[int, Tag]:
        pieces, words = self._pieces, self.words
        text = pieces[at]
        best: tuple[int, Tag] | None = None
        for kind, name in (
            ("sources", "source"),
            ("there", "there"),
            ("goals", "goal"),
            ("here", "here"),
            ("pronouns", "pronoun"),
            ("carrying", "carrying"),
        ):
            match = words.small[kind].at(pieces, at)
            if match and (best is None or match[0] > best[0]):
                said = pieces[at : at + match[0]]
                again = kind == "pronouns" and OTHER & set(said)
                thing = Thing((), " ".join(said), "it", other=True) if again else None
                best = match[0], Tag(name, text=" ".join(said), thing=thing)
        if match := words.directions.at(pieces, at):
            after = at + match[0]
            leads = best is not None and best[0] >= match[0] and self._thing(at + best[0])
            if not leads and (best is None or match[0] >= best[0] or not self._thing(after)):
                return match[0], Tag("direction", match[1], " ".join(pieces[at:after]))
        if best and best[1].kind == "there" and (thing := self._thing(at + best[0])):
            # "in the drawer": a place follows, so `in` leads to it.
            del thing
            return best[0], Tag("goal", text=best[1].text)
        if best:
            return best
        if tag := self._verb(at):
            return tag
        return 1, Tag("word", text=text)

    def _verb(self, at: int) -> tuple[int, Tag] | None:
        pieces, words = self._pieces, self.words
        doing = words.verbs.at(pieces, at)
        other = words.no_action.at(pieces, at)
        if other and (not doing or other[0] > doing[0]) and self._is_verb(at):
            text = " ".join(pieces[at : at + other[0]])
            return other[0], Tag("none", other[1], text)
        if not doing:
            return None
        length, intent = doing
        text = " ".join(pieces[at : at + length])
        # Particles may stand apart: "turn the lamp on", "pick it up"; the clause looks after them.
        return length, Tag("verb", intent, text, inflected=pieces[at].endswith(("ing", "ed")))

    def _is_verb(self, at: int) -> bool:
        """Whether a word that may be noun or adjective as well is a verb: `empty the fridge`."""
        pieces, words = self._pieces, self.words
        if pieces[at] not in words.adjectives and not words.nouns.at(pieces, at):
            return True
        kinds = ("determiners", "pronouns")
        return any(words.small[kind].at(pieces, at + 1) for kind in kinds)

    def _amount(self, at: int) -> tuple[int, Tag] | None:
        pieces, words = self._pieces, self.words
        if pieces[at] in words.often:
            return 1, Tag("times", words.often[pieces[at]])
        end, value = at, None
        while end < len(pieces):
            word = pieces[end]
            if word in ("a", "an") and end + 1 < len(pieces) and value is None:
                if pieces[end + 1] in words.units or pieces[end + 1] == "half":
                    value, end = value or 1.0, end + 1
                    continue
                if pieces[end + 1] in ("small", "little", "tiny", "big", "few", "bit"):
                    if end + 2 < len(pieces) and pieces[end + 2] in words.units:
                        return 3, Tag("number", 1.0, "", None)
                    if pieces[end + 1] in ("little", "bit", "tiny"):
                        extra = pieces[end + 1 : end + 3] == ["little", "bit"]
                        if not self._thing(end + 2 + extra, bare=True):
                            return 2 + extra, Tag("little", text="a little")
                return None
            if re.fullmatch(r"\d+(\.\d+)?", word):
                value = float(word)
            elif word in words.numbers:
                number = words.numbers[word]
                value = (
                    number
                    if value in (None, 1.0)
                    else (value + number if value >= 20 and number < 10 else value * number)
                )
            else:
                break
            end += 1
        if value is None:
            return None
        if end < len(pieces) and pieces[end] in ("a", "an", "of"):
            end += 1
        if end < len(pieces) and pieces[end] in words.units:
            unit = words.units[pieces[end]]
            kind = "times" if unit == "times" else "number"
            return end + 1 - at, Tag(kind, value, unit)
        if end > at and self._thing(at):
            return None
        if pieces[at] in ("one", "second") or end == at:
            return None
        return end - at, Tag("number", value, "")

    def _thing(self, at: int, *, bare: bool = False) -> tuple[int, Tag] | None:
        """Read a noun phrase: determiners, adjectives, then a name; or an unknown noun."""
        pieces, words = self._pieces, self.words
        start, definite, count, other = at, False, 1, False
        states: list[str] = []
        described: list[str] = []
        while at < len(pieces):
            if match := words.nouns.at(pieces, at):
                length, (types, plural) = match
                end = at + length
                if end < len(pieces) and pieces[end] in PIECES and "slice" not in states:
                    states.append("slice")
                    end += 1
                if not plural and "both" in pieces[start:at] and pieces[end : end + 1] == ["and"]:
                    count = 1  # "both the spoon and the fork" is one of each
                text = " ".join(pieces[start:end])
                head = " ".join(pieces[at : at + length])
                thing = Thing(types, text, head, count, other, tuple(states), tuple(described),
                              definite or plural)  # fmt: skip
                return end - start, Tag("thing", text=text, thing=thing)
            word = pieces[at]
            if (match := words.pieces.at(pieces, at)) and not described:
                if "slice" not in states:
                    states.append("slice")
                definite = True
                at += match[0]
                if pronoun := words.small["pronouns"].at(pieces, at):
                    return _piece_of_it(at + pronoun[0] - start, other, states, count)
                if not self._noun_ahead(at):
                    return _piece_of_it(at - start, other, states, count)
                continue
            if word in BOTH and not bare:
                count, definite = 2, True
                at += 1
                if word == "both" and not self._named_ahead(at):
                    return at - start, Tag("pronoun", text=word)
                continue
            if not bare and (many := self._several(at)):
                count, definite = many, True
                at += 1
                continue
            if match := words.small["determiners"].at(pieces, at):
                other = other or bool(OTHER & set(pieces[at : at + match[0]]))
                definite = True
                at += match[0]
                continue
            if match := words.states.at(pieces, at):
                states.append(match[1])
                at += match[0]
                continue
            if word in words.adjectives:
                described.append(word)
                at += 1
                continue
            break
        return self._unknown(start, at, definite, count)

    def _several(self, at: int) -> int:
        """Return how many are meant, from three on, where a number stands before a name."""
        word = self._pieces[at]
        value = float(word) if word.isdecimal() else self.words.numbers.get(word, 0.0)
        few = 3 <= value <= MOST and value == int(value)
        return int(value) if few and self._named_ahead(at + 1) else 0

    def _named_ahead(self, at: int) -> bool:
        """Whether a name follows, or pieces of what was named."""
        return self._noun_ahead(at) or self.words.pieces.at(self._pieces, at) is not None

    def _noun_ahead(self, at: int) -> bool:
        """Whether a name follows, whatever describes it."""
        pieces, words = self._pieces, self.words
        while at < len(pieces):
            if words.nouns.at(pieces, at):
                return True
            small = words.small["determiners"].at(pieces, at) or words.states.at(pieces, at)
            small = small or words.pieces.at(pieces, at)
            if not small and pieces[at] not in words.adjectives:
                return False
            at += small[0] if small else 1
        return False

    def _unknown(self, start: int, at: int, definite: bool, count: int) -> tuple[int, Tag] | None:
        """After a determiner stands a noun, even one that nothing here is called."""
        pieces, words = self._pieces, self.words
        if definite and at > start + 1 and pieces[at - 1] in ROOMS:
            text = " ".join(pieces[start:at])
            thing = Thing((), text, pieces[at - 1], count, definite=True)
            return at - start, Tag("thing", text=text, thing=thing)
        if not definite or at >= len(pieces) or not pieces[at].isalpha():
            return None
        corrected = words.corrected(pieces[at])
        if corrected != pieces[at] and (match := words.nouns.at([corrected], 0)):
            thing = Thing(match[1][0], pieces[at], corrected, count, definite=True)
            return at + 1 - start, Tag("thing", text=corrected, thing=thing)
        if any(words.small[kind].at(pieces, at) for kind in ("goals", "pronouns", "then", "there")):
            return None
        if words.directions.at(pieces, at) or pieces[at] in NO_NOUNS or pieces[at] in words.units:
            return None
        end = at + 1
        text = " ".join(pieces[start:end])
        thing = Thing((), text, pieces[at], count, definite=True)
        return end - start, Tag("thing", text=text, thing=thing)


def _piece_of_it(length: int, other: bool, states: list[str], count: int) -> tuple[int, Tag]:
    """A slice of what was talked about, or several."""
    thing = Thing((), "a piece", "it", count, other, tuple(states))
    return length, Tag("pronoun", text="a piece", thing=thing)
