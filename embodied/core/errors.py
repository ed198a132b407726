"""Errors with a name: every one says what is wrong and what to do about it."""

import difflib
from collections.abc import Iterable


class EmbodiedError(Exception):
    """Base of every error this project raises on purpose."""


class ConfigError(EmbodiedError):
    """A setting is missing, misspelt or contradicts another."""


class DataError(EmbodiedError):
    """A data file is missing, cut short or malformed; the message names file and field."""


class UnknownNameError(EmbodiedError, KeyError):
    """A name that is not in its table; the message offers the closest match.

    Args:
        kind: What was looked up, in words: "action", "scene", "object type".
        name: What was asked for.
        known: Every name that would have worked.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        few = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
        self.message = f"No {kind} named {name!r}.{hint} Known: {few or 'none'}."
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class PlanningError(EmbodiedError):
    """A planner could not produce a valid plan; `raw` keeps its last answer.

    Args:
        message: Why there is no plan.
        raw: The planner's last raw answer, where it had one.
    """

    def __init__(self, message: str, raw: str | None = None) -> None:
        super().__init__(message)
        self.raw = raw


class UnavailableError(PlanningError):
    """What a planner asks, a language model's server say, gave no answer: no plan was judged."""


class AccessError(ConfigError, UnavailableError):
    """A server refuses the key, the model or the address: a setting to mend, and no plan judged."""
