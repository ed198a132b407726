"""Views of Matterport3D's panoramas, for those who have a licence to them.

A panorama is a cube of six pictures. Which picture is which face, and that the simulator looks
against the cube's own axes, follows the Matterport simulator (`NavGraph`, `renderScene`); faces are
sampled as OpenGL samples cube maps (OpenGL 4.6 specification, table 8.19).
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import DataError
from embodied.core.geometry import Intrinsics
from envs.r2r.files import r2r_folder, read_json

CAMERA = Intrinsics.from_vertical_fov(width_px=640, height_px=480, fov_deg=60.0)
FACE_OF_AXIS = np.array([2, 4, 0, 5, 1, 3])
"""Number of the picture on the faces +x, -x, +y, -y, +z, -z of the cube."""

_ACROSS = np.array([[0, 0, -1], [0, 0, 1], [1, 0, 0], [1, 0, 0], [1, 0, 0], [-1, 0, 0]])
_DOWN = np.array([[0, -1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1], [0, -1, 0], [0, -1, 0]])


class SkyboxPictures:
    """The pictures below a folder of scans.

    For each viewpoint either `<viewpoint>_skybox_small.jpg`, six faces side by side as the
    simulator's own script writes them, or the six published `<viewpoint>_skybox<0-5>_sami.jpg`.

    Args:
        folder: Where the scans are; pictures lie in `<scan>/matterport_skybox_images`.
        data_root: Folder of benchmark files, for the cameras' poses.

    Raises:
        DataError: If there is no such folder.
    """

    def __init__(self, folder: str | Path, *, data_root: str | Path) -> None:
        self._folder = Path(folder).expanduser()
        self._data_root = data_root
        if not self._folder.is_dir():
            raise DataError(f"pictures={self._folder}: no such folder")

    def view(
        self, scan: str, viewpoint: str, *, heading_rad: float, elevation_rad: float
    ) -> NDArray[np.uint8]:
        """Return uint8 [480, 640, 3], 60 degrees of vertical field of view.

        Raises:
            DataError: If there is no picture of the viewpoint.
        """
        rotation = camera_rotations(self._data_root, scan)[viewpoint]
        faces = _faces(self._folder / scan / "matterport_skybox_images", viewpoint)
        return sample_view(faces, rotation, heading_rad=heading_rad, elevation_rad=elevation_rad)


@lru_cache(maxsize=128)
def camera_rotations(data_root: str | Path, scan: str) -> dict[str, NDArray[np.float64]]:
    """Return the rotation [3, 3] of every viewpoint's camera, camera to building."""
    path = r2r_folder(data_root) / "connectivity" / f"{scan}_connectivity.json"
    rows = read_json(path, what=f"navigation graph of scan {scan}")
    return {
        row["image_id"]: np.array(row["pose"], dtype=np.float64).reshape(4, 4)[:3, :3]
        for row in rows
    }


@lru_cache(maxsize=64)
def _faces(folder: Path, viewpoint: str) -> NDArray[np.uint8]:
    """Return uint8 [6, S, S, 3], the pictures 0 to 5."""
    from PIL import Image

    joined = folder / f"{viewpoint}_skybox_small.jpg"
    if joined.exists():
        with Image.open(joined) as image:
            strip = np.asarray(image.convert("RGB"))
        return np.stack(np.split(strip, 6, axis=1))
    pictures = []
    for number in range(6):
        path = folder / f"{viewpoint}_skybox{number}_sami.jpg"
        if not path.exists():
            raise DataError(f"No picture of viewpoint {viewpoint}: neither {joined} nor {path}")
        with Image.open(path) as image:
            pictures.append(np.asarray(image.convert("RGB")))
    return np.stack(pictures)


def sample_view(
    faces: NDArray[np.uint8],
    rotation: NDArray[np.float64],
    *,
    heading_rad: float,
    elevation_rad: float,
    camera: Intrinsics = CAMERA,
) -> NDArray[np.uint8]:
    """Look at a cube of pictures, nearest pixel.

    Args:
        faces: uint8 [6, S, S, 3], pictures 0 to 5.
        rotation: float64 [3, 3], camera to building.
        heading_rad: Where to look, clockwise from +y.
        elevation_rad: Where to look, above the horizon.
        camera: Size and focal length of the view.

    Returns:
        uint8 [H, W, 3].
    """
    right = (np.arange(camera.width_px) + 0.5 - camera.width_px / 2.0) / camera.focal_px
    up = (camera.height_px / 2.0 - np.arange(camera.height_px) - 0.5) / camera.focal_px
    right, up = np.meshgrid(right, up)
    sin_e, cos_e = np.sin(elevation_rad), np.cos(elevation_rad)
    ahead, rise = cos_e - up * sin_e, sin_e + up * cos_e
    sin_h, cos_h = np.sin(heading_rad), np.cos(heading_rad)
    world = np.stack([right * cos_h + ahead * sin_h, ahead * cos_h - right * sin_h, rise], axis=-1)
    cube = -world @ rotation  # row vectors: the transpose takes building to camera
    axis = np.abs(cube).argmax(axis=-1)
    depth = np.take_along_axis(cube, axis[..., None], axis=-1)[..., 0]
    face = 2 * axis + (depth < 0.0)
    across = (cube * _ACROSS[face]).sum(axis=-1) / np.abs(depth)
    down = (cube * _DOWN[face]).sum(axis=-1) / np.abs(depth)
    size = faces.shape[1]
    column = np.clip(((across + 1.0) / 2.0 * size).astype(int), 0, size - 1)
    row = np.clip(((down + 1.0) / 2.0 * size).astype(int), 0, size - 1)
    return faces[FACE_OF_AXIS[face], row, column]
