import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.household.footprints import Footprints
from envs.household.frames import rotation_matrix


def one_box(x=0.0, z=0.0, *, width=1.0, depth=0.5, yaw=0.0, height=1.0) -> Footprints:
    return Footprints.of_boxes(
        np.array([[x, height / 2, z]]),
        np.array([[width, height, depth]]) / 2,
        rotation_matrix((0.0, yaw, 0.0))[None],
    )


lengths = st.floats(0.05, 2.0)
places = st.floats(-3.0, 3.0)
angles = st.floats(0.0, 360.0)


def sampled(box: Footprints, count: int = 60) -> np.ndarray:
    """Points all over a rectangle, its border included."""
    share = np.linspace(-1.0, 1.0, count)
    local = np.stack(np.meshgrid(share, share), axis=-1).reshape(-1, 2) * box.half_m[0]
    axis = box.axis_xz[0]
    across = np.array([-axis[1], axis[0]])
    return box.centre_xz_m[0] + local[:, :1] * axis + local[:, 1:] * across


@settings(deadline=None)
@given(places, places, lengths, lengths, angles, places, places)
def test_distance_to_a_box_is_that_to_its_nearest_point(x, z, width, depth, yaw, px, pz):
    box = one_box(x, z, width=width, depth=depth, yaw=yaw)
    point = np.array([px, pz])
    nearest = np.hypot(*(sampled(box) - point).T).min()
    grain = np.hypot(*box.half_m[0]) / 59
    assert box.distance_m(point[None])[0, 0] == pytest.approx(nearest, abs=grain + 1e-9)


@settings(deadline=None)
@given(places, places, lengths, lengths, angles, places, places, places, places)
def test_distance_of_a_move_is_the_least_on_its_way(x, z, width, depth, yaw, ax, az, bx, bz):
    box = one_box(x, z, width=width, depth=depth, yaw=yaw)
    start, end = np.array([[ax, az]]), np.array([[bx, bz]])
    on_the_way = start + np.linspace(0.0, 1.0, 400)[:, None] * (end - start)
    least = box.distance_m(on_the_way).min()
    grain = np.hypot(*(end - start)[0]) / 399
    assert box.swept_distance_m(start, end)[0, 0] == pytest.approx(least, abs=grain + 1e-9)


@settings(deadline=None)
@given(places, places, lengths, lengths, angles, lengths, lengths, angles)
def test_boxes_overlap_exactly_where_they_share_points(x, z, w1, d1, yaw1, w2, d2, yaw2):
    one = one_box(width=w1, depth=d1, yaw=yaw1)
    other = one_box(x, z, width=w2, depth=d2, yaw=yaw2)
    shared = (other.distance_m(sampled(one)) == 0.0).any()
    assert one.overlaps(other)[0, 0] == other.overlaps(one)[0, 0]
    if shared:
        assert one.overlaps(other, margin_m=-1e-9)[0, 0]
    if one.overlaps(other, margin_m=0.15)[0, 0]:
        assert shared


def test_a_tilted_box_is_bounded_seen_from_above():
    tilted = Footprints.of_boxes(
        np.array([[0.0, 1.0, 0.0]]),
        np.array([[0.1, 0.5, 0.1]]),
        rotation_matrix((90.0, 0.0, 0.0))[None],
    )
    assert sorted(tilted.half_m[0]) == pytest.approx([0.1, 0.5])
    assert (tilted.low_m[0], tilted.high_m[0]) == pytest.approx((0.9, 1.1))
