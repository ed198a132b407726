"""What the hand holds, and where it hides the view."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embodied.core.entity import Detection
from embodied.mapping.camera import Floats, PosedCamera
from embodied.mapping.instances import Instance

OWN_NEAR_M = 0.7
"""The near side of what is held is 0.4 to 0.6 m ahead of the camera."""
STRANGE_NEAR_M, STRANGE_FAR_M = 0.5, 0.85
"""Between these only the hand comes, whatever label it is given."""
LOADED_NEAR_M = 0.9
LEAST_SHARE = 0.5


class Hand:
    """The hand.

    What is held moves with the camera, so it covers the same pixels in every frame; it is told
    from other things by that, by its type and by being nearer than anything else comes.

    Attributes:
        instance: What it holds, None where it is empty.
        before: What it held last.
        in_hand: Numbers of the present frame's detections that are in the hand.
    """

    def __init__(self) -> None:
        self.instance: Instance | None = None
        self.before: Instance | None = None
        self.in_hand: frozenset[int] = frozenset()
        self._region: NDArray[np.bool_] | None = None

    @property
    def category(self) -> str:
        """Type of what is held, empty where nothing is."""
        return "" if self.instance is None else self.instance.category

    def take(self, instance: Instance) -> None:
        """Hold something."""
        self.instance, self._region = instance, None

    def release(self) -> Instance | None:
        """Let go; returns what was held."""
        instance, self.instance, self._region = self.instance, None, None
        self.before = instance
        self.in_hand = frozenset()
        return instance

    def hidden(
        self,
        detections: Sequence[Detection],
        depth_m: Floats,
        camera: PosedCamera,
    ) -> NDArray[np.bool_]:
        """Return the pixels of what is held, bool [H, W], and note its detections.

        Args:
            detections: Of the present frame.
            depth_m: Planar depth, flat [H * W].
            camera: The camera.
        """
        shape = (camera.intrinsics.height_px, camera.intrinsics.width_px)
        if self.instance is None:
            self.in_hand = frozenset()
            return np.zeros(shape, dtype=bool)
        region = np.zeros(shape, dtype=bool) if self._region is None else self._region.copy()
        found = []
        for number, detection in enumerate(detections):
            if detection.mask is None or detection.box_xyxy is None:
                continue
            near, far = np.percentile(depth_m[detection.mask.reshape(-1)], (5, 95))
            low = self._plausible(detection, shape)
            strange = near < STRANGE_NEAR_M and far < STRANGE_FAR_M
            same = detection.category == self.category
            # Something large, such as a box with its flaps up, fills the picture.
            own = same and (near < STRANGE_NEAR_M or (low and near < OWN_NEAR_M))
            own = own or (low and strange)
            load = near < LOADED_NEAR_M and self._within(detection)
            if own or load:
                found.append(number)
                region |= detection.mask
        self.in_hand = frozenset(found)
        if self._region is None and found:
            self._region = region
        near_by = depth_m.reshape(shape) < 1.1
        return region & near_by

    def _plausible(self, detection: Detection, shape: tuple[int, int]) -> bool:
        """Whether a near detection lies where the hand is: low, about the middle."""
        assert detection.box_xyxy is not None
        left, top, right, _ = detection.box_xyxy
        return top > shape[0] * 0.45 and abs((left + right) / 2.0 - shape[1] / 2.0) < shape[1] * 0.2

    def _within(self, detection: Detection) -> bool:
        """Whether a detection lies in the pixels that are known to be the hand's."""
        if self._region is None or detection.mask is None:
            return False
        return bool(self._region[detection.mask].mean() > LEAST_SHARE)
