"""Plans: what is to be done, in order, and how each part ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from embodied.core.instruction import Instruction


@dataclass(frozen=True)
class ObjectRef:
    """A reference to an object in words, not by simulator id.

    Attributes:
        category: Type name, e.g. `Mug`.
        attributes: Colours, sizes, states: `red`, `sliced`.
        relation: Where it stands, e.g. `left of the sink`.
        phrase: The words it came from.
    """

    category: str
    attributes: tuple[str, ...] = ()
    relation: str = ""
    phrase: str = ""

    def __str__(self) -> str:
        words = [*self.attributes, self.category] + ([self.relation] if self.relation else [])
        return " ".join(words)


Argument: TypeAlias = ObjectRef | float | str


@dataclass(frozen=True)
class Subgoal:
    """One step of a plan.

    Attributes:
        skill: Name of a declared skill.
        arguments: By argument name: references to objects, numbers or directions.
        text: The step in words; it conditions learned policies and is what people see.
    """

    skill: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    text: str = ""

    def __str__(self) -> str:
        listed = ", ".join(str(value) for value in self.arguments.values())
        return self.text or f"{self.skill}({listed})"


@dataclass(frozen=True)
class Plan:
    """Subgoals in order; a newer plan for the same instruction has a higher revision."""

    instruction: Instruction
    revision: int
    subgoals: tuple[Subgoal, ...]


class Status(StrEnum):
    """How a subgoal stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    IMPOSSIBLE = "impossible"


class Cause(StrEnum):
    """Why an outcome is what it is; a closed list, so that recoveries can be a table."""

    NONE = "none"
    NOT_FOUND = "not_found"
    NOT_VISIBLE = "not_visible"
    NOT_REACHABLE = "not_reachable"
    BLOCKED = "blocked"
    REFUSED = "refused"
    NO_EFFECT = "no_effect"
    HAND_FULL = "hand_full"
    HAND_EMPTY = "hand_empty"
    CLOSED = "closed"
    NO_SPACE = "no_space"
    BUDGET = "budget"
    CANCELLED = "cancelled"
    NOT_UNDERSTOOD = "not_understood"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class Outcome:
    """How a subgoal stands after a step, with a cause and what was seen as evidence.

    Attributes:
        status: How it stands.
        cause: Why, where it is not simply running or done.
        evidence: What was seen of it, in words.
        question: What the policy would ask a person before it goes on, one sentence. Where nobody
            is asked, it goes on with its best guess.
    """

    status: Status
    cause: Cause = Cause.NONE
    evidence: str = ""
    question: str = ""


RUNNING = Outcome(Status.RUNNING)
DONE = Outcome(Status.DONE)
