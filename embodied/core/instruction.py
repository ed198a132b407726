"""What the agent is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

from embodied.core.arrays import RgbImage


@dataclass(frozen=True)
class TextPart:
    """Words."""

    text: str


@dataclass(frozen=True)
class ImagePart:
    """A picture, such as the object to fetch or the scene as it should be."""

    image: RgbImage


@dataclass(frozen=True)
class SketchPart:
    """A stroke drawn over the agent's view.

    Attributes:
        points_px: (x, y) pixels in drawing order.
        camera: The camera whose image was drawn on.
    """

    points_px: tuple[tuple[float, float], ...]
    camera: str


@dataclass(frozen=True)
class PointPart:
    """A click on the agent's view: (x, y) pixel in the image of `camera`."""

    point_px: tuple[float, float]
    camera: str


Part: TypeAlias = TextPart | ImagePart | SketchPart | PointPart


@dataclass(frozen=True)
class Instruction:
    """A goal, and step-by-step directions where they are given.

    Attributes:
        id: Stable name of this wording, e.g. `trial_T2019.../0`.
        parts: The goal; most instructions have one text.
        steps: One sentence per step, in order; empty when only the goal is given.
        one_task: Whether it is known to ask for one of ALFRED's tasks and nothing else, as every
            text of a benchmark of such tasks does; what a person says may ask for anything.
        familiar: Whether it was said of one of the rooms that training was about, whichever, as the
            name of a benchmark's split tells (ALFRED's seen ones).
    """

    id: str
    parts: tuple[Part, ...]
    steps: tuple[str, ...] = ()
    one_task: bool = False
    familiar: bool = False

    @classmethod
    def from_text(
        cls,
        text: str,
        *,
        id: str = "",
        steps: Sequence[str] = (),
        one_task: bool = False,
        familiar: bool = False,
    ) -> Self:
        """Build the common case: one sentence, perhaps with steps."""
        return cls(id, (TextPart(text),), tuple(steps), one_task, familiar)

    @property
    def text(self) -> str:
        """The goal's words, its text parts joined by spaces."""
        return " ".join(part.text for part in self.parts if isinstance(part, TextPart))
