"""Pixels of every encoding that cameras send, and what camera_info makes of a camera."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.errors import DataError
from embodied.core.geometry import Intrinsics
from embodied.runtime.robot.images import (
    camera_matrix,
    camera_of,
    decode_depth,
    decode_rgb,
    encode_depth,
    encode_rgb,
)

RED_THEN_BLUE = np.array([[[255, 0, 0], [0, 0, 255]]], dtype=np.uint8)


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("rgb8", bytes([255, 0, 0, 0, 0, 255])),
        ("bgr8", bytes([0, 0, 255, 255, 0, 0])),
        ("rgba8", bytes([255, 0, 0, 9, 0, 0, 255, 9])),
        ("bgra8", bytes([0, 0, 255, 9, 255, 0, 0, 9])),
    ],
)
def test_red_is_first_whatever_order_the_camera_sends(encoding, data):
    image = decode_rgb(data, height_px=1, width_px=2, step=len(data), encoding=encoding)
    np.testing.assert_array_equal(image, RED_THEN_BLUE)


def test_a_grey_camera_gives_three_equal_channels():
    image = decode_rgb(bytes([7, 200]), height_px=1, width_px=2, step=2, encoding="mono8")
    np.testing.assert_array_equal(image, [[[7] * 3, [200] * 3]])


def test_padding_at_the_end_of_rows_is_left_out():
    data = bytes([1, 2, 3, 99, 99, 4, 5, 6, 99, 99])
    image = decode_rgb(data, height_px=2, width_px=1, step=5, encoding="rgb8")
    np.testing.assert_array_equal(image, [[[1, 2, 3]], [[4, 5, 6]]])


def test_sixteen_bit_depth_is_in_millimetres_and_zero_stays_unknown():
    data = np.array([[1500, 0]], dtype="<u2").tobytes()
    depth_m = decode_depth(data, height_px=1, width_px=2, step=4, encoding="16UC1")
    np.testing.assert_allclose(depth_m, [[1.5, 0.0]])
    assert depth_m.dtype == np.float32


def test_big_endian_depth_is_turned_round():
    data = np.array([[1500]], dtype=">u2").tobytes()
    depth_m = decode_depth(data, height_px=1, width_px=1, step=2, encoding="16UC1", big_endian=True)
    assert depth_m[0, 0] == pytest.approx(1.5)


def test_depth_that_was_not_measured_is_zero():
    data = np.array([[np.nan, np.inf, 0.4]], dtype="<f4").tobytes()
    depth_m = decode_depth(data, height_px=1, width_px=3, step=12, encoding="32FC1")
    np.testing.assert_allclose(depth_m, [[0.0, 0.0, 0.4]])


@given(height=st.integers(1, 6), width=st.integers(1, 6), seed=st.integers(0, 99))
def test_what_we_publish_reads_back_as_it_was(height, width, seed):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    depth_m = rng.uniform(0.1, 5.0, (height, width)).astype(np.float32)
    size = {"height_px": height, "width_px": width}
    data, step = encode_rgb(image)
    np.testing.assert_array_equal(decode_rgb(data, **size, step=step, encoding="rgb8"), image)
    data, step = encode_depth(depth_m)
    np.testing.assert_array_equal(decode_depth(data, **size, step=step, encoding="32FC1"), depth_m)


@pytest.mark.parametrize(
    ("encoding", "size", "says"),
    [
        ("bayer_rggb8", 12, "can be read"),
        ("32FC1", 12, "colour image was expected"),
        ("rgb8", 11, "bytes"),
    ],
)
def test_a_picture_that_cannot_be_read_says_what_to_do(encoding, size, says):
    with pytest.raises(DataError, match=says):
        decode_rgb(bytes(size), height_px=2, width_px=2, step=6, encoding=encoding)


def test_colour_on_the_depth_topic_is_told():
    with pytest.raises(DataError, match="depth was expected"):
        decode_depth(bytes(12), height_px=2, width_px=2, step=6, encoding="rgb8")


def test_a_centred_camera_keeps_its_whole_picture():
    ours = Intrinsics(width_px=64, height_px=48, focal_px=50.0)
    model = camera_of(width_px=64, height_px=48, k=camera_matrix(ours))
    assert model.intrinsics == ours
    assert model.cut(np.zeros((48, 64, 3))).shape == (48, 64, 3)


def test_a_picture_of_another_size_than_camera_info_says_is_refused():
    ours = Intrinsics(width_px=64, height_px=48, focal_px=50.0)
    model = camera_of(width_px=64, height_px=48, k=camera_matrix(ours))
    with pytest.raises(DataError, match="32x24 came with a camera_info of 64x48"):
        model.cut(np.zeros((24, 32, 3)))


def test_an_axis_off_the_middle_costs_the_pixels_of_one_side():
    k = [50.0, 0, 36.0, 0, 50.0, 20.0, 0, 0, 1]
    model = camera_of(width_px=64, height_px=48, k=k)
    window = model.cut(np.indices((48, 64)).transpose(1, 2, 0))
    assert window.shape[:2] == (model.intrinsics.height_px, model.intrinsics.width_px) == (40, 56)
    middle = window[20, 28]  # where the optical axis meets the window's middle
    assert tuple(middle) == (20, 36)


@pytest.mark.parametrize(
    ("k", "d", "says"),
    [
        ([0.0] * 9, [], "not calibrated"),
        ([50.0, 0, 32, 0, 50.0, 24, 0, 0, 1], [0.1, 0, 0, 0, 0], "rectified"),
        ([50.0, 0, 32, 0, 70.0, 24, 0, 0, 1], [], "rectify"),
        ([50.0, 0, 3, 0, 50.0, 24, 0, 0, 1], [], "principal point"),
    ],
)
def test_a_camera_that_is_no_pinhole_is_refused(k, d, says):
    with pytest.raises(DataError, match=says):
        camera_of(width_px=64, height_px=48, k=k, d=d)
