"""Pixels to points and back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.geometry import Intrinsics
from embodied.mapping.camera import EYE_HEIGHT_M, PosedCamera
from embodied.mapping.pose import GridPose

POSES = st.builds(
    GridPose,
    x=st.integers(-9, 9),
    y=st.integers(-9, 9),
    heading=st.integers(0, 3),
    horizon_deg=st.sampled_from([-30, -15, 0, 15, 30, 45, 60]),
)


def camera() -> PosedCamera:
    return PosedCamera(Intrinsics.from_vertical_fov(width_px=80, height_px=60, fov_deg=60.0))


@given(POSES, st.floats(0.3, 8.0), st.lists(st.integers(0, 80 * 60 - 1), min_size=1, max_size=20))
def test_what_a_pixel_shows_projects_onto_it(
    pose: GridPose, depth_m: float, pixels: list[int]
) -> None:
    flat = np.array(pixels)
    depth = np.full(len(flat), depth_m, dtype=np.float32)
    points = camera().points_m(flat, depth, pose)
    back, ahead, seen = camera().project(points, pose)
    rows, columns = np.divmod(flat, 80)
    inner = (rows > 0) & (rows < 59) & (columns > 0) & (columns < 79)
    assert seen[inner].all()
    assert np.abs(ahead - depth_m).max() < 1e-3
    again_rows, again_columns = np.divmod(back, 80)
    assert (np.abs(again_rows - rows)[inner] <= 1).all()
    assert (np.abs(again_columns - columns)[inner] <= 1).all()


def test_the_middle_of_a_level_picture_is_at_eye_height_ahead() -> None:
    pose = GridPose(x=2, y=0, heading=1, horizon_deg=0)
    middle = np.array([30 * 80 + 40])
    point = camera().points_m(middle, np.array([2.0], dtype=np.float32), pose)[0]
    assert np.allclose(point, [2.5, 0.0, EYE_HEIGHT_M], atol=0.03)


def test_what_is_behind_is_not_in_view() -> None:
    _, _, seen = camera().project(np.array([[0.0, -1.0, 1.5]], dtype=np.float32), GridPose())
    assert not seen[0]
