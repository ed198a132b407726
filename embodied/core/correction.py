"""What a person says while the agent moves."""

from dataclasses import dataclass
from enum import StrEnum


class CorrectionKind(StrEnum):
    """What the words ask for."""

    STOP = "stop"
    MOTION = "motion"
    TARGET = "target"
    AMEND = "amend"
    REPLACE = "replace"


@dataclass(frozen=True)
class Correction:
    """A correction as it was spoken.

    Attributes:
        text: The words.
        stamp_s: When they were spoken, on the agent's clock.
        kind: What they ask for.
    """

    text: str
    stamp_s: float
    kind: CorrectionKind
