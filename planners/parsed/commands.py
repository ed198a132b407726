"""Commands in words to subgoals: the grammar's half of the parser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embodied.core.plan import Subgoal
from embodied.core.skills import SkillSpec
from planners.parsed.abilities import Abilities
from planners.parsed.clauses import Clause, clauses_of
from planners.parsed.deeds import Deeds
from planners.parsed.lowering import Lowering
from planners.parsed.refusals import NO_ANSWER, Question, asks
from planners.parsed.tagging import Tag, Tagger
from planners.parsed.words import Words, load

CONDITIONS = frozenset(["if", "unless", "whenever", "whether"])
"""What is said before something that may hold or not."""
ALL = frozenset(["everything", "anything"])
"""Words for more than can be meant by any task."""


@dataclass(frozen=True)
class Command:
    """A sentence read by the grammar.

    Attributes:
        clauses: What it says.
        subgoals: What it asks for.
        unread: Words that no table has.
        choices: Type in the subgoals to all types that its words may mean.
    """

    clauses: tuple[Clause, ...]
    subgoals: tuple[Subgoal, ...]
    unread: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]


class CommandReader:
    """Reads commands by their verbs and noun phrases.

    Args:
        skills: What the body declares.
    """

    def __init__(self, skills: tuple[SkillSpec, ...]) -> None:
        self._words: Words = load()
        self._tagger = Tagger(self._words)
        self.abilities = Abilities(skills, self._words.names)

    def clauses(self, text: str) -> list[Clause]:
        """Return a text's clauses."""
        return clauses_of(self._tagger.tag(text))

    def read(self, text: str) -> Command:
        """Return what a text asks for.

        Raises:
            Refused: If it cannot be meant or done.
            Question: If something has to be known first.
        """
        tags = self._tagger.tag(text)
        _ask_conditions(tags)
        clauses = clauses_of(tags)
        known = [tag for tag in tags if not (tag.thing and tag.thing.types)]
        self._ask(f" {' '.join(tag.text for tag in known)} ", whole=f" {text.lower()} ")
        if not clauses:
            raise Question("What should I do?", raw=text)
        deeds = Deeds(self.abilities).of(clauses)
        lowering = Lowering(self.abilities)
        subgoals = lowering.subgoals(deeds)
        if not subgoals and all(clause.intent == "go" for clause in clauses):
            raise Question("There is one room, and I am in it. What should I do?", certain=True)
        unread = tuple(word for clause in clauses for word in clause.unknown)
        return Command(tuple(clauses), subgoals, unread, lowering.choices)

    def _ask(self, lowered: str, *, whole: str) -> None:
        """Ask where a wish is too vague: `lowered` is without things, `whole` with them."""
        for words, question in self._words.questions.items():
            # a word may be part of a thing's name (coffee table), several are a wish
            if f" {words}" in (whole if " " in words else lowered):
                raise Question(question, raw=lowered.strip(), known=True)
        if asks(whole.strip()):
            raise Question(NO_ANSWER, raw=whole.strip(), known=True)
        for word in lowered.replace(",", " ").replace(".", " ").split():
            if word in self._words.kinds:
                raise Question(
                    f"What do you mean by {word!r}? Name the thing itself, and what to do with it.",
                    raw=lowered.strip(),
                    known=True,
                    certain=word in ALL,
                )


def _ask_conditions(tags: Sequence[Tag]) -> None:
    """Ask what to do as things are, where something is only to be done, or told, if it holds."""
    for tag in tags:
        if tag.kind == "word" and tag.text in CONDITIONS:
            raise Question(
                f"I do not look first whether something holds ({tag.text!r}). What should I do as "
                "things are?",
                certain=True,
            )
