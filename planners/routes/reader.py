"""Reading an instruction from left to right: where a step begins and what it demands."""

from collections.abc import Sequence
from dataclasses import dataclass

from planners.routes import lexicon as lex

_LOOK_AHEAD = 6
_RIGHT_AT = ("in", "next", "there", "by", "at", "before", "past", "outside", "inside", "after")
"""After these, `right` means `just`."""


@dataclass(frozen=True)
class Token:
    """A word of the text and where it stands."""

    word: str
    start: int
    end: int
    ends_clause: bool
    ends_sentence: bool


@dataclass
class Draft:
    """A step being read: where it begins, and the word that says what it demands."""

    first: int
    demand: str = ""
    direction: str = ""
    key: int = -1
    condition: bool = False
    sentence: int = 0


class Reader:
    """Reads the words once, from left to right, and opens a step at every new demand.

    Args:
        tokens: The words, at least one.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._drafts = [Draft(0)]
        self._pending: int | None = None
        self._condition = False
        self._mode = ""
        self._sentence = 0
        self._read_to = 0

    def read(self) -> list[Draft]:
        """Return the steps in the order of the text; the first one begins at the first word."""
        for number, token in enumerate(self._tokens):
            if number >= self._read_to:
                self._word(number, token.word)
            if token.ends_clause:
                self._pending = number + 1
            if token.ends_sentence:
                self._mode, self._condition = "", False
                self._sentence += 1
        for draft in self._drafts:
            draft.demand = draft.demand if draft.demand in lex.DEMANDS else lex.GO_TO
        return self._drafts

    def _at(self, number: int) -> str:
        return self._tokens[number].word if 0 <= number < len(self._tokens) else ""

    def _begins_clause(self, number: int) -> bool:
        return number == 0 or self._tokens[number - 1].ends_clause

    def _word(self, number: int, word: str) -> None:
        begins = self._begins_clause(number)
        before = "" if begins else self._at(number - 1)
        if word in lex.OPENERS or word in lex.CONDITIONS:
            if self._pending is None or self._pending > number:
                self._pending = number
            if word in lex.CONDITIONS:
                self._condition = True
                if word in ("until", "till") and self._mode == lex.MOVE:
                    self._open(number, lex.GO_TO, number)
            return
        named = before in lex.DETERMINERS or (
            before in lex.DESCRIPTIONS
            and before not in lex.SIDES
            and word in ("step", "stop", "exit", "turn", "pass", "left", "right")
        )
        if word in ("take", "make", "taking", "making", "hang"):
            if not named and self._take(number):
                return
        elif word in lex.VERBS and not (named or self._is_noun(number, word)):
            self._verb(number, word)
            return
        if word in lex.TURNS:
            self._side(number, word, named)
        elif word in lex.AHEAD and self._drafts[-1].demand in ("", lex.MOVE):
            self._drafts[-1].direction = "straight"
        elif word in ("up", "down") and self._mode in (lex.MOVE, lex.LEAVE, lex.ENTER, lex.PASS):
            self._slope(number, word)
        elif word in lex.PREPOSITIONS:
            self._preposition(number, word)
        elif word == "from" and self._mode == "" and (begins or before in lex.OPENERS):
            self._open(number, lex.LEAVE, number)
        elif word == "in" and self._drafts[-1].demand == lex.MOVE:
            self._open(number, lex.ENTER, number)

    def _is_noun(self, number: int, word: str) -> bool:
        """Whether a word that may be a verb is none here: exit signs, two steps, a walk in."""
        after = self._at(number + 1)
        if word == "exit" and after in ("sign", "signs", "door", "doors"):
            return self._at(number - 1) in lex.PREPOSITIONS or self._at(number - 1) == "an"
        if word == "head" and after == "of":
            return True
        if lex.VERBS[word] == lex.GO_TO:
            begins = self._begins_clause(number) or self._at(number - 1) in lex.OPENERS
            until = self._at(self._drafts[-1].key) in ("until", "till")
            return not (begins or self._condition or until)
        if word in ("start", "step") and after == "of":
            return True
        return word == "face" and self._mode == lex.STOP_AT

    def _verb(self, number: int, word: str) -> None:
        demand = lex.VERBS[word]
        current = self._drafts[-1]
        if current.demand == lex.MOVE and demand == lex.MOVE and current.direction != "straight":
            current.key = number  # "continue walking", "start to go"
        elif current.demand == lex.GO_TO and current.key == number - 2 and demand == lex.GO_TO:
            current.key = number  # "until you reach"
        elif (
            current.sentence == self._sentence
            and current.demand == lex.GO_TO
            and self._at(current.key) in ("until", "till")
        ):
            current.demand, current.key = (lex.GO_TO if demand == lex.MOVE else demand), number
        else:
            self._open(number, demand, number, direction=lex.STANDS_FOR.get(word, ""))
        self._mode = lex.MOVE if demand == lex.GO_TO else demand

    def _take(self, number: int) -> bool:
        """Read `take a left`, `make a U turn`, `take the stairs up`, `take the second door`."""
        ahead = [self._at(number + step) for step in range(1, _LOOK_AHEAD)]
        for step, word in enumerate(ahead[:5]):
            if word in lex.STAIRS and "forward" not in ahead[: step + 2]:
                way = next((w for w in ahead if w in ("up", "down")), "")
                self._open(number, lex.CLIMB, number, direction=way)
                self._mode = lex.MOVE
                return True
            named = step > 0 and ahead[step - 1] in ("the", "your") and ahead[step - 2] == "on"
            if (word in lex.SIDES and not named) or word == "turn":
                around = any(mark in ahead[: step + 1] for mark in ("u", "180", "around"))
                side = "around" if around else lex.SIDES.get(word, "")
                if word == "turn" and not side:
                    side = next((lex.SIDES[w] for w in ahead if w in lex.SIDES), "")
                self._open(number, lex.TURN, number + 1 + step, direction=side)
                self._mode = lex.TURN
                self._read_to = number + 2 + step + (self._at(number + 2 + step) == "turn")
                return True
            if word in ("door", "doors", "doorway", "hallway", "hall", "entrance", "exit"):
                self._open(number, lex.ENTER, number)
                self._mode = lex.MOVE
                return True
            if self._tokens[min(number + 1 + step, len(self._tokens) - 1)].ends_clause:
                break
        return False

    def _side(self, number: int, word: str, named: bool) -> None:
        current, after = self._drafts[-1], self._at(number + 1)
        around = word not in lex.SIDES
        if current.demand == lex.TURN and not current.direction and after != "of":
            if not (word == "around" and after in ("the", "a")):
                current.direction, current.key = lex.TURNS[word], number
        elif around and word == "around":
            self._preposition(number, word)
        elif (
            around
            or named
            or after in ("of", "hand", "side")
            or self._mode == lex.STOP_AT
            or (word == "right" and after in _RIGHT_AT)
        ):
            return
        elif current.demand == lex.MOVE:
            current.demand, current.direction, current.key = lex.TURN, lex.SIDES[word], number
        elif self._pending is not None or self._mode in (lex.MOVE, lex.TURN, lex.CLIMB):
            self._open(number, lex.TURN, number, direction=lex.SIDES[word])

    def _to_side(self, number: int) -> bool:
        """Read `to the left`: a turn after `go` or `and`, else where the last landmark is."""
        ahead = [self._at(number + step) for step in range(1, 4)]
        if ahead[0] not in ("the", "your", "our"):
            return False
        step = 2 if ahead[1] in lex.SIDE_WORDS else 1
        if ahead[step] not in lex.SIDES or self._at(number + step + 2) in ("of", "side"):
            return False
        current = self._drafts[-1]
        side, end = lex.SIDES[ahead[step]], number + step + 1
        if current.demand in (lex.MOVE, lex.TURN) and not current.direction:
            current.demand, current.direction, current.key = lex.TURN, side, end
        elif self._mode == lex.STOP_AT:
            return True
        elif self._pending is not None or current.direction == "straight":
            self._open(number, lex.TURN, end, direction=side)
        self._mode, self._read_to = lex.MOVE, end + 1
        return True

    def _slope(self, number: int, word: str) -> None:
        ahead = []
        for step in range(1, _LOOK_AHEAD):
            if self._tokens[min(number + step - 1, len(self._tokens) - 1)].ends_clause:
                break
            ahead.append(self._at(number + step))
        if any(noun in lex.STAIRS for noun in ahead):
            self._open(number, lex.CLIMB, number, direction=word)
        elif ahead and ahead[0] not in ("to", "and", "until"):
            self._open(number, lex.PASS, number)
        self._mode = lex.MOVE

    def _preposition(self, number: int, word: str) -> None:
        demand = lex.PREPOSITIONS[word]
        current, before = self._drafts[-1], self._at(number - 1)
        if word == "to" and self._to_side(number):
            return
        if word == "to" and self._at(number + 1) in lex.VERBS:
            return
        if current.key == number - 1 and current.demand in (lex.LEAVE, lex.ENTER, lex.GO_TO):
            current.key = number  # "exit through the door", "until you get to the stairs"
        elif demand == lex.CLIMB:
            if self._mode in (lex.MOVE, lex.TURN):
                self._open(number, demand, number, direction=word.removesuffix("stairs"))
        elif self._mode == lex.TURN and word in lex.AFTER_TURN and before not in lex.OPENERS:
            if demand != lex.GO_TO or current.direction:
                self._open(number, demand, number)
                self._mode = lex.MOVE
            else:
                current.key = number
        elif self._mode in (lex.MOVE, lex.PASS) or (
            self._mode in (lex.LEAVE, lex.ENTER, lex.CLIMB) and demand != lex.GO_TO
        ):
            beside = word == "to" and before in ("next", "close", "up", "have", "closest")
            if not beside and not (word in ("by", "over") and self._at(number + 1) == ""):
                self._open(number, demand, number)
                self._mode = lex.MOVE
        elif self._mode == "" and (self._begins_clause(number) or before in lex.OPENERS):
            self._open(number, demand, number)
            self._mode = lex.MOVE

    def _open(self, number: int, demand: str, key: int, *, direction: str = "") -> None:
        """Begin a step here, or at the conjunction before; an empty one is filled instead."""
        current = self._drafts[-1]
        start = number if self._pending is None else min(self._pending, number)
        bare = current.demand == lex.MOVE and current.direction != "straight"
        same = current.sentence == self._sentence
        if not current.demand or (bare and same and demand not in (lex.STOP_AT, lex.TURN)):
            current.demand, current.key = demand, key
            current.direction = direction or current.direction
        elif current.demand == lex.MOVE and demand in lex.DEMANDS and self._pending is None:
            # "walk straight to the table": what is straight ahead is said of this very step.
            current.demand, current.key = demand, key
            current.direction = direction or current.direction
        else:
            self._drafts.append(Draft(start, demand, direction, key))
        self._drafts[-1].condition |= self._condition
        self._drafts[-1].sentence = self._sentence
        self._pending, self._condition = None, False
