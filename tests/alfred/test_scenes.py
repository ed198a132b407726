"""Rooms rebuilt from evidence: what is put in comes out again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_alfred import EYE, MUG, MUG_BOX, SHELF, SHELF_BOX, TRAJECTORY, write

from embodied.core.errors import ConfigError, DataError
from envs.alfred.dataset import AlfredData, find_alfred
from envs.alfred.replay import AgentPose
from envs.alfred.scenes.boxfit import Box, Prior, Views, fit_box
from envs.alfred.scenes.camera import Cameras, box_corners, projected_bounds
from envs.alfred.scenes.counters import rectangles
from envs.alfred.scenes.evidence import cell_of
from envs.alfred.scenes.floor import fill_gaps
from envs.alfred.scenes.looks import turned_shape
from envs.alfred.scenes.pieces import levels_of
from envs.alfred.scenes.rebuild import episode_scene, room_kind
from envs.alfred.scenes.shaping import with_surface_at
from envs.alfred.scenes.store import RoomStore, fit_selection
from envs.household.shape import Part, Shape, Space


@pytest.fixture
def data(root):
    return AlfredData(find_alfred(root))


@pytest.fixture
def store(data, tmp_path):
    return RoomStore(data, cache_dir=tmp_path / "cache")


def cameras(*poses):
    return Cameras.of([AgentPose(at, yaw, horizon) for at, yaw, horizon in poses])


def test_a_point_straight_ahead_is_in_the_middle():
    view = cameras(((0.0, 0.9, 0.0), 90.0, 0.0))
    local = view.to_camera(np.array([[2.0, 1.575, 0.0]]))[0, 0]
    assert local == pytest.approx([0.0, 0.0, 2.0], abs=1e-12)


def test_looking_down_moves_things_up_in_the_picture():
    box = box_corners(np.array([-0.1, 0.9, 1.0]), np.array([0.1, 1.1, 1.2]))[None]
    level = projected_bounds(cameras(((0.0, 0.9, 0.0), 0.0, 0.0)), box)[0]
    down = projected_bounds(cameras(((0.0, 0.9, 0.0), 0.0, 30.0)), box)[0]
    assert down[1] < level[1]
    assert down[0] + down[2] == pytest.approx(300.0)


def test_what_is_behind_the_camera_leaves_no_bounds():
    box = box_corners(np.array([-0.1, 0.9, -1.2]), np.array([0.1, 1.1, -1.0]))[None]
    left, top, right, bottom = projected_bounds(cameras(((0.0, 0.9, 0.0), 0.0, 0.0)), box)[0]
    assert left >= right or top >= bottom


@settings(max_examples=25, deadline=None)
@given(
    centre=st.tuples(*[st.floats(-0.25, 0.25)] * 3),
    size=st.tuples(*[st.floats(0.15, 0.6)] * 3),
)
def test_a_box_seen_from_three_sides_is_found(centre, size):
    truth = Box.around(np.add(centre, (0.0, 1.0, 0.0)), np.array(size))
    views = cameras(
        ((0.0, 0.9, -1.3), 0.0, 15.0),
        ((-1.3, 0.9, 0.0), 90.0, 15.0),
        ((1.2, 0.9, 0.2), 270.0, 30.0),
    )
    corners = np.tile(box_corners(np.array(truth.low_m), np.array(truth.high_m)), (3, 1, 1))
    seen = Views.of_fixed(views, projected_bounds(views, corners))
    prior = Prior(Box.around(np.array([0.0, 1.0, 0.0]), np.full(3, 0.3)), weight_px=0.1)
    found = fit_box(seen, prior)
    assert found.low_m == pytest.approx(truth.low_m, abs=0.02)
    assert found.high_m == pytest.approx(truth.high_m, abs=0.02)


def test_a_box_out_of_view_at_first_is_found_all_the_same():
    truth = Box((0.9, 1.6, 1.2), (1.3, 1.9, 1.5))
    view = cameras(((0.9, 0.9, 0.3), 0.0, 0.0))
    corners = box_corners(np.array(truth.low_m), np.array(truth.high_m))[None]
    seen = Views.of_fixed(view, projected_bounds(view, corners))
    prior = Prior(Box.around(np.array([-0.2, 1.7, 1.4]), np.array([0.4, 0.3, 0.3])))
    assert seen.iou(prior.box)[0] == 0.0
    assert seen.iou(fit_box(seen, prior))[0] > 0.8


def test_levels_part_what_rests_at_different_heights():
    levels = levels_of([0.50, 0.51, 0.505, 1.20, 1.21])
    assert len(levels) == 2
    assert levels[0] < 0.51
    assert levels[1] < 1.21


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 6)), max_size=40))
def test_rectangles_cover_every_big_patch_once(cells):
    grid = np.zeros((8, 7), dtype=bool)
    for x, z in cells:
        grid[x, z] = True
    covered = np.zeros(grid.shape, dtype=int)
    for x0, x1, z0, z1 in rectangles(grid):
        covered[x0:x1, z0:z1] += 1
    assert covered.max(initial=0) <= 1
    assert not (covered.astype(bool) & ~grid).any()


def test_gaps_between_known_cells_are_filled_but_not_into_furniture():
    cells = {(0.0, 0.0), (0.5, 0.0), (0.0, 0.5)}
    assert fill_gaps(cells, []) == cells | {(0.25, 0.0), (0.0, 0.25)}
    chair = Box((0.2, 0.0, -0.1), (0.3, 0.9, 0.1))
    assert fill_gaps(cells, [chair]) == cells | {(0.0, 0.25)}


def one_part_shape():
    part = Part("box", (0.4, 0.1, 0.2), (0.1, 0.45, 0.0), (0.5, 0.5, 0.5))
    return Shape((part,), (Space((0.1, 0.5, 0.0), (0.4, 0.2), 0.3),))


def test_a_quarter_turn_swaps_the_sides():
    shape = one_part_shape()
    space = turned_shape(shape, (0.0, 90.0, 0.0), height_m=1.0, was_m=1.0).spaces[0]
    assert space.size_m == (0.2, 0.4)
    assert space.centre_m == pytest.approx((0.0, 0.5, -0.1))


def test_a_surface_is_moved_to_where_things_rest():
    shape = with_surface_at(one_part_shape(), 0.7, of_m=1.0)
    assert shape.spaces[0].centre_m[1] == pytest.approx(0.7)
    part = shape.parts[0]
    assert part.position_m[1] + part.size_m[1] / 2 == pytest.approx(0.7)


def test_the_room_has_what_the_recording_showed(store):
    room = store.room("FloorPlan1")
    assert [spec.object_id for spec in room.furniture] == [SHELF]
    shelf = room.furniture[0]
    x, z = shelf.position_m[0] - shelf.pivot_m[0], shelf.position_m[2] - shelf.pivot_m[2]
    middle = (np.array(SHELF_BOX[0]) + np.array(SHELF_BOX[1])) / 2
    assert (abs(x), abs(z)) == pytest.approx((middle[0], middle[2]), abs=0.15)
    mug = room.movables.of("Mug_1a2b3c4d")
    size = np.array(MUG_BOX[1]) - np.array(MUG_BOX[0])
    assert mug.size_m == pytest.approx(size, abs=0.03)


def test_the_agent_can_stand_where_it_stood(store):
    room = store.room("FloorPlan1")
    assert cell_of((0.25, 0.9, 0.0)) in room.floor.walkable_xz_m
    assert cell_of(tuple(EYE)) in room.floor.walkable_xz_m


def test_an_episode_names_objects_by_their_start(store, data):
    trajectory = data.trajectory("valid_seen", TRAJECTORY)
    scene = episode_scene(trajectory, store.room("FloorPlan1"))
    mug = scene.object(MUG)
    assert mug.name == "Mug_1a2b3c4d"
    assert scene.label == "reconstructed"
    assert scene.kind == "kitchen"


def test_two_copies_in_one_place_are_two_objects(store, data, root, published):
    published["scene"]["object_poses"] *= 2
    write(root, published, split="valid_seen")
    trajectory = data.trajectory("valid_seen", TRAJECTORY)
    scene = episode_scene(trajectory, store.room("FloorPlan1"))
    assert sum(spec.type == "Mug" for spec in scene.objects) == 2


def test_an_object_of_no_known_type_is_named_with_its_episode(store, data, root, published):
    published["scene"]["object_poses"][0]["objectName"] = "Gizmo_1"
    write(root, published, split="valid_seen")
    trajectory = data.trajectory("valid_seen", TRAJECTORY)
    with pytest.raises(DataError, match=r"Gizmo_1"):
        episode_scene(trajectory, store.room("FloorPlan1"))


def test_a_room_without_recordings_cannot_be_rebuilt(store):
    with pytest.raises(DataError, match=r"FloorPlan7 .*scenes.fit=train"):
        store.room("FloorPlan7")
    with pytest.raises(DataError, match="Kitchen1"):
        store.room("Kitchen1")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("FloorPlan30", "kitchen"),
        ("FloorPlan201", "living_room"),
        ("FloorPlan330", "bedroom"),
        ("FloorPlan401", "bathroom"),
    ],
)
def test_kinds_go_by_number(name, kind):
    assert room_kind(name)[0] == kind


def test_a_built_room_is_kept_and_a_damaged_one_built_anew(data, tmp_path):
    first = RoomStore(data, cache_dir=tmp_path / "cache").room("FloorPlan1")
    files = list((tmp_path / "cache").rglob("FloorPlan1.json"))
    assert len(files) == 1
    again = RoomStore(data, cache_dir=tmp_path / "cache").room("FloorPlan1")
    assert again == first
    files[0].write_text("{", "utf-8")
    assert RoomStore(data, cache_dir=tmp_path / "cache").room("FloorPlan1") == first


def test_other_data_gives_another_key(data, root, published, tmp_path):
    RoomStore(data, cache_dir=tmp_path / "cache").room("FloorPlan1")
    write(root, published, name=TRAJECTORY.replace("000001", "000002"))
    fresh = AlfredData(data.folder)
    RoomStore(fresh, cache_dir=tmp_path / "cache").room("FloorPlan1")
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_what_to_fit_from(data, tmp_path):
    assert fit_selection(data, "train") == (("train", TRAJECTORY),)
    assert len(fit_selection(data, "train,valid_seen")) == 2
    lines = tmp_path / "half.txt"
    lines.write_text(f"# half\n\nvalid_seen/{TRAJECTORY}\n{TRAJECTORY}\n", "utf-8")
    assert fit_selection(data, str(lines)) == (("valid_seen", TRAJECTORY), ("train", TRAJECTORY))


def test_a_fit_that_is_neither_is_refused(data, tmp_path):
    with pytest.raises(ConfigError, match=r"scenes\.fit"):
        fit_selection(data, "trian")
    lines = tmp_path / "half.txt"
    lines.write_text(f"{TRAJECTORY}\nnothing/here\n", "utf-8")
    with pytest.raises(DataError, match=r"line 2.*nothing/here"):
        fit_selection(data, str(lines))
