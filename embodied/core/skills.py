"""What an embodiment can do: planners see only what is declared here."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SkillSpec:
    """One skill as a planner sees it.

    Grammar, validation and prompts are derived from these declarations, so a skill that is not
    declared can neither be asked for nor be planned.

    Attributes:
        name: Verb in snake case, e.g. `pick`.
        arguments: Argument name to kind: `object`, `receptacle`, `number`, `direction`, `text`.
        description: One sentence for people and prompts.
        preconditions: What must hold before, one short sentence each.
        effects: What holds after, one short sentence each.
    """

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    preconditions: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
