"""Standing at a viewpoint of a navigation graph: where one is, and the ways on from there.

Headings count clockwise, elevations upwards, both in radians; those of ways and of entities are
relative to where the agent looks, as the Matterport simulator gives them: 0 is straight ahead,
positive is to the right.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Way:
    """A viewpoint that can be walked to in one step.

    Attributes:
        viewpoint: Its name; `ViewpointAction` takes it.
        heading_rad: Direction relative to the agent's heading, in [-pi, pi).
        elevation_rad: Direction relative to the agent's elevation.
        distance_m: Straight distance.
    """

    viewpoint: str
    heading_rad: float
    elevation_rad: float
    distance_m: float


@dataclass(frozen=True, eq=False)
class Panorama:
    """What is known of the place one stands at.

    Attributes:
        viewpoint: Its name; the same place has the same name when it is seen again.
        heading_rad: Where the agent looks, in the building's frame, clockwise from +y, [0, 2 pi).
        elevation_rad: Likewise above the horizon.
        ways: The ways on, nearest to the line of sight first. With a single view only those in
            view, else all there are.
        features: float32 [36, D] of the surroundings, where there are any: row
            elevation * 12 + heading, elevations -30, 0, +30 degrees, headings 30 degrees apart in
            the building's frame.
    """

    viewpoint: str
    heading_rad: float
    elevation_rad: float
    ways: tuple[Way, ...]
    features: NDArray[np.float32] | None = None
