"""Why there is no plan: what cannot be meant or done, and what has to be asked first."""

import re

from embodied.core.errors import PlanningError

NO_ANSWER = "I carry out tasks and answer no questions. What should I do?"
_ASKS = re.compile(
    r"(?:(?:what|who|why|how(?! to\b| about\b)|"
    r"(?:is|are|was|were)(?! there\b| you able\b))\b|(?:will|would|does|has) (?:it|that|this)\b|"
    r"(?:do|does|did) (?:you(?! mind\b)|we|i|it)\b)",
    re.I,
)
UNKNOWN, UNABLE, UNFIT = "unknown", "unable", "unfit"
"""Kinds of refusals."""


class Refused(PlanningError):  # noqa: N818 - a refusal, raised as an error
    """The words ask for something that cannot be meant, or that this body cannot do.

    Args:
        reason: What is wrong with it, a whole sentence.
        alternative: What could be done instead; empty where there is nothing.
        raw: The words.
        kind: `UNKNOWN` where nothing is called so, `UNABLE` where no skill does it, `UNFIT` where
            things do not go together.
        skill: The skill that things are not fit for; empty where it is not about one.
    """

    def __init__(
        self,
        reason: str,
        *,
        alternative: str = "",
        raw: str | None = None,
        kind: str = UNFIT,
        skill: str = "",
    ) -> None:
        super().__init__(f"{reason} {alternative}".strip(), raw=raw)
        self.reason = reason
        self.alternative = alternative
        self.kind = kind
        self.skill = skill


def asks(text: str, *, of_places: bool = False) -> bool:
    """Whether words ask for an answer rather than a deed.

    Args:
        text: The words.
        of_places: Whether "where is the mug" does, or asks to go and see.
    """
    if of_places and re.match(r"(?:where|which)\b|how many\b", text, re.I):
        return True
    return _ASKS.match(text) is not None


class Question(PlanningError):  # noqa: N818
    """The words leave open what has to be known before anything moves.

    Args:
        question: What to ask the person.
        raw: The words.
        known: Whether the wish is one of those known to be too vague, not merely misread.
        certain: Whether it is asked whatever task the words may sound like.
        by_looking: Whether a look at the room may settle it.
    """

    def __init__(
        self,
        question: str,
        *,
        raw: str | None = None,
        known: bool = False,
        certain: bool = False,
        by_looking: bool = False,
    ) -> None:
        super().__init__(question, raw=raw)
        self.question = question
        self.known = known
        self.certain = certain
        self.by_looking = by_looking
