"""What an embodiment can do: planners see only what is declared here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Term: TypeAlias = str | tuple[str, ...]
"""The name of one of the skill's arguments, or types of which any will do, the likeliest first."""


@dataclass(frozen=True)
class Condition:
    """A fact about the world that a skill needs or brings about.

    Attributes:
        predicate: Name of the fact, e.g. `holding`; two skills that say the same mean the same.
        terms: What the fact is about: names of the skill's arguments, or types.
        holds: Whether the fact must hold, or must not.
    """

    predicate: str
    terms: tuple[Term, ...] = ()
    holds: bool = True


@dataclass(frozen=True)
class SkillSpec:
    """One skill as a planner sees it.

    Grammar, validation and prompts are derived from these declarations, so a skill that is not
    declared can neither be asked for nor be planned. The sentences are for people and prompts; the
    typed conditions say the same to whoever checks plans. What the skill sees to by itself, such as
    opening what it puts things into, stands in the sentences alone.

    Attributes:
        name: Verb in snake case, e.g. `pick`.
        arguments: Argument name to kind: `object`, `receptacle`, `number`, `direction`, `text`.
        description: One sentence for people and prompts.
        preconditions: What must hold before, one short sentence each.
        effects: What holds after, one short sentence each.
        requires: What must hold before, formally.
        causes: What changes, formally; facts not named stay as they are.
        categories: Argument name to the types it may name; an argument not listed may be anything.
        fits: Type of `receptacle` to the types of `object` that go with it; empty where any does.
    """

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    preconditions: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    requires: tuple[Condition, ...] = ()
    causes: tuple[Condition, ...] = ()
    categories: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fits: Mapping[str, frozenset[str]] = field(default_factory=dict)
