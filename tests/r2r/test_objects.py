import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.errors import DataError
from envs.r2r.objects import box_direction, load_objects, plain_name

FOCAL_PX = 240.0 / math.tan(math.radians(30.0))


def write(tmp_path: Path, content: dict) -> None:
    folder = tmp_path / "r2r" / "object_boxes"
    folder.mkdir(parents=True)
    (folder / "s.json").write_text(json.dumps(content))


def test_a_box_in_the_middle_of_a_view_lies_in_the_view_s_direction(house: Path) -> None:
    objects = load_objects(house, "house")
    seen = objects.around("d")
    assert [objects.names[number] for number in seen.category] == ["sofa"]
    assert seen.heading_rad == pytest.approx([math.pi / 2], abs=1e-6)  # view 15: east, level
    assert seen.elevation_rad == pytest.approx([0.0], abs=1e-6)
    assert seen.size_rad[0] == pytest.approx([2 * math.atan2(20.0, FOCAL_PX)] * 2, abs=1e-3)
    assert objects.names == ("dining table", "sofa")  # what no view shows is left out
    assert len(objects.around("a")) == 0


@given(
    st.integers(0, 35),
    st.floats(-0.6, 0.6),
    st.floats(-0.45, 0.45),
)
def test_a_pixel_s_direction_is_the_ray_through_it(view: int, right: float, up: float) -> None:
    heading, pitch = (view % 12) * math.pi / 6, (view // 12 - 1) * math.pi / 6
    ahead = np.array(
        [math.sin(heading) * math.cos(pitch), math.cos(heading) * math.cos(pitch), math.sin(pitch)]
    )
    side = np.array([math.cos(heading), -math.sin(heading), 0.0])
    above = np.cross(side, ahead)
    ray = ahead + right * side + up * above
    x_px, y_px = 320.0 + right * FOCAL_PX, 240.0 - up * FOCAL_PX
    got = box_direction(np.array([view]), np.array([x_px]), np.array([y_px]))
    wanted = math.atan2(ray[0], ray[1]), math.atan2(ray[2], math.hypot(ray[0], ray[1]))
    turn = (got[0][0] - wanted[0] + math.pi) % (2 * math.pi) - math.pi
    assert turn == pytest.approx(0.0, abs=1e-9)
    assert got[1][0] == pytest.approx(wanted[1], abs=1e-9)


def test_boxes_cut_by_borders_are_put_together(tmp_path: Path) -> None:
    # One thing 60 degrees wide around north, cut in half by two neighbouring views' borders.
    half = [[0, 220, 320, 40], [320, 220, 320, 40]]
    thing = {"name": "long#bench", "visible_pos": [12, 12], "bbox2d": half}
    write(tmp_path, {"v": {"9": thing}})
    seen = load_objects(tmp_path, "s").around("v")
    assert seen.heading_rad[0] % (2 * math.pi) == pytest.approx(0.0, abs=1e-6)
    assert seen.size_rad[0, 0] == pytest.approx(2 * math.atan2(320.0, FOCAL_PX), abs=1e-5)


def test_names_become_plain_words() -> None:
    assert plain_name("bath#cabinet") == "bath cabinet"
    assert plain_name("wall#\\other#room") == "wall other room"


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"v": {"9": {"name": "x"}}})
    with pytest.raises(DataError, match="no file of object boxes"):
        load_objects(tmp_path, "s")


def test_the_published_files_of_single_viewpoints_are_read_too(house: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r2r" / "object_boxes"
    folder.mkdir(parents=True)
    joined = json.loads((house / "r2r" / "object_boxes" / "house.json").read_text())
    for viewpoint, things in joined.items():
        (folder / f"house_{viewpoint}.json").write_text(json.dumps({viewpoint: things}))
    one, other = load_objects(house, "house"), load_objects(tmp_path, "house")
    assert one.names == other.names
    assert other.around("d").heading_rad == pytest.approx(one.around("d").heading_rad)
