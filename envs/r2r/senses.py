"""What is seen at a viewpoint, by what the user has: objects, features, pictures, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import ConfigError, UnknownNameError
from embodied.core.panorama import Panorama

OBJECTS, FEATURES, PICTURES, NOTHING = "objects", "features", "pictures", "nothing"
OBSERVATIONS = (OBJECTS, FEATURES, PICTURES, NOTHING)
CAMERA = "ego"


class FeatureStore(Protocol):
    """Vectors of the 36 discretised views of viewpoints."""

    @property
    def width(self) -> int:
        """D, numbers a view."""

    def at(self, scan: str, viewpoint: str) -> NDArray[np.float32]:
        """Return float32 [36, D] of a viewpoint."""


class PictureStore(Protocol):
    """Pictures of viewpoints."""

    def view(
        self, scan: str, viewpoint: str, *, heading_rad: float, elevation_rad: float
    ) -> NDArray[np.uint8]:
        """Return uint8 [480, 640, 3], 60 degrees of vertical field of view."""


@dataclass(frozen=True)
class Senses:
    """What an environment shows.

    Attributes:
        objects: Whether named objects are seen.
        features: Features of views, or None.
        pictures: Pictures of views, or None.
    """

    objects: bool = True
    features: FeatureStore | None = None
    pictures: PictureStore | None = None

    def panorama(self, place: Panorama, features: NDArray[np.float32] | None) -> Panorama:
        """Return a place for agents, with its features where there are any."""
        return place if features is None else replace(place, features=features)


def make_senses(
    observation: str | Sequence[str],
    *,
    data_root: str | Path,
    features: str | Path | None = None,
    pictures: str | Path | None = None,
) -> Senses:
    """Make what `observation=` asks for: one of `OBSERVATIONS`, or several joined by `+`.

    Args:
        observation: E.g. `objects` or `objects+features`.
        data_root: Folder of benchmark files.
        features: TSV or HDF5 file of features.
        pictures: Folder of Matterport's scans, `<scan>/matterport_skybox_images` below it.

    Raises:
        UnknownNameError: If there is no such observation.
        ConfigError: If it needs a file that was not named.
        DataError: If that file is missing or of another format.
    """
    asked = observation.split("+") if isinstance(observation, str) else list(observation)
    for name in asked:
        if name not in OBSERVATIONS:
            raise UnknownNameError("observation of R2R", name, OBSERVATIONS)
    for name, given in ((FEATURES, features), (PICTURES, pictures)):
        if name in asked and given is None:
            raise ConfigError(
                f"observation={observation} needs {name}=PATH; docs/r2r.md says where to put "
                "your own, and observation=objects needs none"
            )
    store: FeatureStore | None = None
    album: PictureStore | None = None
    if FEATURES in asked and features is not None:
        from envs.r2r.features import open_features

        store = open_features(features)
    if PICTURES in asked and pictures is not None:
        from envs.r2r.skybox import SkyboxPictures

        album = SkyboxPictures(pictures, data_root=data_root)
    return Senses(objects=OBJECTS in asked, features=store, pictures=album)
