"""Image messages as plain arrays: pixel encodings in and out, and what camera_info says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.arrays import DepthImage, RgbImage
from embodied.core.errors import DataError
from embodied.core.geometry import Intrinsics


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a pixel are to be read.

    Attributes:
        dtype: numpy type of one channel, little endian.
        channels: Channels a pixel.
        rgb: Which channels are red, green and blue; empty for depth.
        metres: What one unit of depth is in metres; 0 for colour.
    """

    dtype: str
    channels: int
    rgb: tuple[int, ...] = ()
    metres: float = 0.0


ENCODINGS: Mapping[str, Encoding] = {
    "rgb8": Encoding("u1", 3, rgb=(0, 1, 2)),
    "bgr8": Encoding("u1", 3, rgb=(2, 1, 0)),
    "rgba8": Encoding("u1", 4, rgb=(0, 1, 2)),
    "bgra8": Encoding("u1", 4, rgb=(2, 1, 0)),
    "mono8": Encoding("u1", 1, rgb=(0, 0, 0)),
    "8UC1": Encoding("u1", 1, rgb=(0, 0, 0)),
    "8UC3": Encoding("u1", 3, rgb=(2, 1, 0)),
    "16UC1": Encoding("<u2", 1, metres=0.001),
    "mono16": Encoding("<u2", 1, metres=0.001),
    "32FC1": Encoding("<f4", 1, metres=1.0),
}
"""Names of sensor_msgs/image_encodings.hpp that cameras send; depth as REP 118 has it."""


def decode_rgb(data: Any, *, height_px: int, width_px: int, step: int, encoding: str) -> RgbImage:
    """Read a colour image.

    Args:
        data: Its bytes, row by row.
        height_px: Rows.
        width_px: Columns.
        step: Bytes a row, padding included.
        encoding: One of `ENCODINGS`.

    Returns:
        uint8 [H, W, 3], red first; a copy.

    Raises:
        DataError: If the encoding is not one of colour, or the bytes do not make the image.
    """
    form = _known(encoding)
    if not form.rgb:
        raise DataError(f"{encoding} holds depth where a colour image was expected: check topics.")
    pixels = _pixels(data, height_px, width_px, step, form, big_endian=False)
    return np.ascontiguousarray(pixels[:, :, list(form.rgb)])


def decode_depth(
    data: Any,
    *,
    height_px: int,
    width_px: int,
    step: int,
    encoding: str,
    big_endian: bool = False,
) -> DepthImage:
    """Read a depth image; see `decode_rgb` for the arguments.

    Returns:
        float32 [H, W] metres; what was not measured (0 in 16UC1, NaN or inf in 32FC1) is 0.

    Raises:
        DataError: If the encoding is not one of depth, or the bytes do not make the image.
    """
    form = _known(encoding)
    if not form.metres:
        raise DataError(f"{encoding} holds colour where depth was expected: check the topics.")
    pixels = _pixels(data, height_px, width_px, step, form, big_endian=big_endian)[:, :, 0]
    depth_m: DepthImage = pixels.astype(np.float32) * np.float32(form.metres)
    depth_m[~np.isfinite(depth_m)] = 0.0
    return depth_m


def encode_rgb(image: RgbImage) -> tuple[bytes, int]:
    """Return an image's bytes as rgb8, and its step."""
    return np.ascontiguousarray(image, dtype=np.uint8).tobytes(), 3 * image.shape[1]


def encode_depth(depth_m: DepthImage) -> tuple[bytes, int]:
    """Return a depth image's bytes as 32FC1, and its step."""
    return np.ascontiguousarray(depth_m, dtype="<f4").tobytes(), 4 * depth_m.shape[1]


def _known(encoding: str) -> Encoding:
    try:
        return ENCODINGS[encoding]
    except KeyError:
        raise DataError(
            f"Images come as {encoding!r}; these can be read: {', '.join(ENCODINGS)}. "
            "Let the camera driver or image_proc convert them."
        ) from None


def _pixels(
    data: Any, height_px: int, width_px: int, step: int, form: Encoding, *, big_endian: bool
) -> NDArray[Any]:
    raw = np.frombuffer(data, dtype=np.uint8)
    dtype = np.dtype(form.dtype).newbyteorder(">") if big_endian else np.dtype(form.dtype)
    row = width_px * form.channels * dtype.itemsize
    if height_px <= 0 or width_px <= 0 or step < row or raw.size < step * height_px:
        raise DataError(
            f"An image of {width_px}x{height_px} with {step} bytes a row came with {raw.size} "
            f"bytes; {row} a row were expected."
        )
    rows = raw[: step * height_px].reshape(height_px, step)[:, :row]
    shaped = np.ascontiguousarray(rows).view(dtype)
    return shaped.reshape(height_px, width_px, form.channels)


@dataclass(frozen=True)
class CameraModel:
    """What a camera_info says of a camera without distortion.

    Agents know pinhole cameras with their axis through the middle of the picture (`Intrinsics`),
    so pictures are cut down to the largest window around the principal point.

    Attributes:
        intrinsics: The camera of the window.
        height_px: Rows of a whole picture.
        width_px: Columns of a whole picture.
        rows: Rows of the picture that are kept.
        columns: Columns that are kept.
    """

    intrinsics: Intrinsics
    height_px: int
    width_px: int
    rows: slice
    columns: slice

    def cut(self, picture: NDArray[Any]) -> NDArray[Any]:
        """Return the window of a picture [H, W, ...].

        Raises:
            DataError: If the picture has another size than camera_info says.
        """
        if picture.shape[:2] != (self.height_px, self.width_px):
            height_px, width_px = picture.shape[:2]
            raise DataError(
                f"a picture of {width_px}x{height_px} came with a camera_info of "
                f"{self.width_px}x{self.height_px}: let both be of the same "
                "(resized, registered) picture."
            )
        return picture[self.rows, self.columns]


MOST_UNEQUAL = 0.02
"""How far the focal lengths of the two axes may lie apart, as a share."""


def camera_of(
    *, width_px: int, height_px: int, k: Sequence[float], d: Sequence[float] = ()
) -> CameraModel:
    """Read a camera_info.

    Args:
        width_px: Width of its pictures.
        height_px: Height of its pictures.
        k: [9], the camera matrix row by row.
        d: Distortion coefficients.

    Raises:
        DataError: If the camera is not calibrated, is distorted, or has unequal focal lengths.
    """
    fx, fy, cx, cy = float(k[0]), float(k[4]), float(k[2]), float(k[5])
    if fx <= 0 or fy <= 0:
        raise DataError("camera_info has no focal length: the camera is not calibrated.")
    if np.any(np.abs(np.asarray(d, dtype=float)) > 1e-3):
        raise DataError(
            "camera_info says the picture is distorted: subscribe to the rectified topics "
            "(image_rect of image_proc)."
        )
    if abs(fx / fy - 1.0) > MOST_UNEQUAL:
        raise DataError(f"focal lengths {fx:.1f} and {fy:.1f} px differ: rectify the pictures.")
    columns, rows = _around(cx, width_px), _around(cy, height_px)
    intrinsics = Intrinsics(
        width_px=columns.stop - columns.start,
        height_px=rows.stop - rows.start,
        focal_px=(fx + fy) / 2,
    )
    return CameraModel(intrinsics, height_px, width_px, rows, columns)


def _around(middle: float, size: int) -> slice:
    """Return the largest run of pixels whose middle is `middle`, to half a pixel."""
    half = min(middle, size - middle)
    if half < size / 4:
        raise DataError(
            f"the principal point {middle:.0f} lies at the edge of {size} pixels: "
            "check camera_info."
        )
    start, stop = round(middle - half), round(middle + half)
    return slice(max(start, 0), min(stop, size))


def camera_matrix(intrinsics: Intrinsics) -> list[float]:
    """Return the nine numbers of camera_info's `k` for our camera."""
    return [float(value) for value in intrinsics.matrix.ravel()]
