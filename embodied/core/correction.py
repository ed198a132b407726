"""What a person says while the agent moves."""

from dataclasses import dataclass
from enum import StrEnum

from embodied.core.motion import Motion


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
        motion: The motion they ask for, where they ask for one that was understood.
    """

    text: str
    stamp_s: float
    kind: CorrectionKind
    motion: Motion | None = None
