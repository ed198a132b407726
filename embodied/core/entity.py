"""Things that were seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from embodied.core.arrays import Mask


@dataclass(frozen=True)
class Entity:
    """Something seen: an object, a landmark, a line of a text world.

    Attributes:
        category: Type name or open-vocabulary phrase.
        score: Confidence in [0, 1].
        position_m: (x, y, z) in the map frame, an arm's base frame, where it is known.
        direction_rad: (heading, elevation) from the viewer, where that is all there is.
        states: What is believed of it: `open`, `on`, `sliced`.
        size_rad: Apparent (width, height), where only its direction is known.
        attributes: What else is seen of it: colours, sizes.
        extent_m: Size along its own axes (x, y, z), where it is known.
        yaw_rad: How its axes are turned about z, counter-clockwise seen from above.
        openness: 0 closed to 1 open, of what can be opened to a degree.
    """

    category: str
    score: float = 1.0
    position_m: tuple[float, float, float] | None = None
    direction_rad: tuple[float, float] | None = None
    states: Mapping[str, bool] = field(default_factory=dict)
    size_rad: tuple[float, float] | None = None
    attributes: tuple[str, ...] = ()
    extent_m: tuple[float, float, float] | None = None
    yaw_rad: float | None = None
    openness: float | None = None


@dataclass(frozen=True)
class Detection(Entity):
    """An entity with its pixels.

    Attributes:
        mask: bool [H, W].
        box_xyxy: (left, top, right, bottom) pixels, inclusive.
        camera: The camera it was seen in.
    """

    mask: Mask | None = None
    box_xyxy: tuple[int, int, int, int] | None = None
    camera: str = "ego"
