"""A scene as a model: what moves, what opens, what shows; all in THOR's frame."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_kitchen import APPLE, BASIN, BURNER, COUNTER, DRAWER, EGG, FRIDGE, MUG, small_kitchen

from embodied.core.errors import UnknownNameError
from envs.household.catalog import object_type
from envs.household.frames import swap
from envs.household.model import SceneModel
from envs.household.scene import Floor, ObjectSpec, Scene

angle = st.floats(-360, 360)
MOVED = SceneModel(small_kitchen())  # hypothesis wants no fixtures


@pytest.fixture(scope="module")
def model() -> SceneModel:
    return SceneModel(small_kitchen())


@pytest.fixture
def fresh() -> SceneModel:
    return SceneModel(small_kitchen())


def centres(model: SceneModel, object_id: str, *, moves: bool | None = None) -> np.ndarray:
    """Centres of an object's parts as MuJoCo has them, turned back into THOR's frame."""
    rows = model.table.owner == model.index(object_id)
    if moves is not None:
        rows &= model.table.slot_moves[model.table.slot] == moves
    # A mesh geom's own frame lies in its centre of mass; primitives keep the part's.
    rows &= np.array([part.kind in ("box", "ellipsoid") for part in model.table.parts])
    return swap(model.data.geom_xpos[rows])


def test_bodies_are_slots_and_geoms_are_parts(model):
    assert model.mj.ngeom == len(model.table.parts)
    assert model.mj.nbody == len(model.table.slot_owner)
    assert (model.mj.geom_bodyid == model.table.slot).all()


def test_scene_objects_come_first_then_hidden_slices_in_order(model):
    count = len(model.scene.objects)
    assert model.object_ids[:count] == tuple(s.object_id for s in model.scene.objects)
    slices = [f"{APPLE}|AppleSliced_{n}" for n in range(1, object_type("Apple").slices + 1)]
    assert [i for i in model.object_ids if i.startswith(f"{APPLE}|")] == slices
    assert f"{EGG}|EggCracked" in model.object_ids
    drawn = model.drawn[model.table.owner == model.index(slices[0])]
    assert not drawn.any()
    assert model.spec(slices[0]).type == "AppleSliced"


def test_slices_have_the_colour_of_what_was_cut(model):
    skin = model.shape(APPLE).parts[0].colour
    assert model.shape(f"{APPLE}|AppleSliced_1").parts[0].colour == skin


def test_a_bigger_apple_leaves_bigger_slices():
    size = tuple(2 * s for s in object_type("Apple").size_m)
    spec = ObjectSpec("Apple|1", "Apple", (0.0, 0.0, 0.0), size)
    scene = Scene("one", "kitchen", Floor((-1, -1), (1, 1)), (spec,))
    cut = SceneModel(scene).spec("Apple|1|AppleSliced_1")
    assert cut.size_m == pytest.approx(tuple(2 * s for s in object_type("AppleSliced").size_m))


def test_an_empty_room_is_a_model_too():
    model = SceneModel(Scene("empty", "bedroom", Floor((-1, -1), (1, 1)), ()))
    assert model.object_ids == ()
    assert len(model.part_boxes().owners) == 0


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.floats(-2, 2)] * 3), st.tuples(angle, angle, angle))
def test_a_pose_set_is_the_pose_read_and_all_parts_move_rigidly(position, rotation):
    model = MOVED
    model.set_pose(APPLE, position, rotation)
    model.update()
    read_position, read_rotation = model.pose(APPLE)
    assert read_position == pytest.approx(position, abs=1e-9)
    assert read_rotation == pytest.approx(rotation)
    slot = model.slot_position_m[model.table.slot_owner == model.index(APPLE)][0]
    assert slot == pytest.approx(position, abs=1e-9)  # this apple's pivot is its bottom
    body = 1 + int(np.flatnonzero(model.table.slot_owner[1:] == model.index(APPLE))[0])
    assert swap(model.data.xpos[body]) == pytest.approx(position, abs=1e-9)


def test_the_pivot_stays_where_it_was_put_when_the_object_turns():
    spec = ObjectSpec("Mug|1", "Mug", (0.0, 1.0, 0.0), (0.1, 0.1, 0.1), pivot_m=(0.0, 0.05, 0.0))
    model = SceneModel(Scene("one", "kitchen", Floor((-1, -1), (1, 1)), (spec,)))
    model.set_pose("Mug|1", (0.3, 1.2, 0.4), (0.0, 0.0, 180.0))
    bottom = model.slot_position_m  # read after the update below
    model.update()
    slot = int(np.flatnonzero(model.table.slot_owner == 0)[0])
    assert bottom[slot] == pytest.approx([0.3, 1.25, 0.4])  # upside down: the bottom is on top


def test_furniture_does_not_move_and_numbers_must_be_finite(fresh):
    with pytest.raises(ValueError, match="stands fixed"):
        fresh.set_pose(FRIDGE, (0, 0, 0), (0, 0, 0))
    with pytest.raises(ValueError, match="not finite"):
        fresh.set_pose(APPLE, (np.nan, 0, 0), (0, 0, 0))
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        fresh.set_openness(FRIDGE, 1.5)
    with pytest.raises(UnknownNameError, match=r"Mug"):
        fresh.set_shown("Mugg|+00.95|+00.76|-00.60", True)
    with pytest.raises(UnknownNameError, match="dirty"):
        fresh.set_state(MUG, "dirt", True)


def test_opening_the_fridge_swings_its_door_into_the_room_and_leaves_its_body(fresh):
    door, body = centres(fresh, FRIDGE, moves=True), centres(fresh, FRIDGE, moves=False)
    fresh.set_openness(FRIDGE, 1.0)
    fresh.update()
    opened = centres(fresh, FRIDGE, moves=True)
    assert opened[:, 2].min() < door[:, 2].min() - 0.2  # its front looks along -z here
    assert np.allclose(centres(fresh, FRIDGE, moves=False), body)
    fresh.set_openness(FRIDGE, 0.0)
    fresh.update()
    assert np.allclose(centres(fresh, FRIDGE, moves=True), door)


def test_a_drawers_space_slides_out_with_it(fresh):
    (closed,) = fresh.spaces(DRAWER)
    fresh.set_openness(DRAWER, 1.0)
    (opened,) = fresh.spaces(DRAWER)
    travel = fresh.shape(DRAWER).opening.travel
    assert opened.centre_m - closed.centre_m == pytest.approx([travel, 0.0, 0.0], abs=1e-9)


def test_a_fridges_shelves_stay_when_its_door_opens(fresh):
    before = [s.centre_m for s in fresh.spaces(FRIDGE)]
    fresh.set_openness(FRIDGE, 1.0)
    assert np.allclose(before, [s.centre_m for s in fresh.spaces(FRIDGE)])
    assert len(before) >= 3


@pytest.mark.parametrize("state", ["on", "off"])
def test_states_choose_which_parts_are_drawn(fresh, state):
    fresh.set_state(BURNER, "on", state == "on")
    fresh.update()
    rows = (fresh.table.owner == fresh.index(BURNER)) & (fresh.table.shows == "on")
    assert rows.any()
    assert (fresh.drawn[rows] == (state == "on")).all()


def test_start_states_show_from_the_start(model):
    rows = (model.table.owner == model.index(MUG)) & (model.table.shows == "dirty")
    assert model.drawn[rows].all()


def test_part_boxes_follow_what_is_shown_and_where_it_is(fresh):
    apple = fresh.index(APPLE)
    assert apple in fresh.part_boxes().owners
    fresh.set_shown(APPLE, False)
    assert apple not in fresh.part_boxes().owners
    fresh.set_shown(APPLE, True)
    fresh.set_pose(APPLE, (0.5, 1.0, -0.5), (0, 0, 0))
    boxes = fresh.part_boxes()
    mine = boxes.centres_m[boxes.owners == apple]
    assert np.abs(mine - [0.5, 1.04, -0.5]).max() < 0.06
    assert (boxes.half_sizes_m > 0).all()


def test_the_counter_is_cut_for_the_basin_of_the_sink_built_into_it(model):
    """The basin's owner is the sink, the sink's the counter; a ray down through the middle of
    the basin must not meet the counter."""
    import mujoco

    x, _, z = model.spec(BASIN).position_m
    geom = np.array([-1], dtype=np.int32)
    mujoco.mj_ray(
        model.mj, model.data, swap((x + 0.1, 1.3, z)), [0.0, 0.0, -1.0], None, 1, -1, geom
    )
    assert model.object_ids[model.table.owner[geom[0]]] == BASIN
    mujoco.mj_ray(model.mj, model.data, swap((0.35, 1.3, z)), [0.0, 0.0, -1.0], None, 1, -1, geom)
    assert model.object_ids[model.table.owner[geom[0]]] == COUNTER


def test_nothing_is_done_where_nothing_has_changed(fresh):
    before = fresh.revision
    fresh.update()
    assert fresh.revision == before
    fresh.set_state(BURNER, "on", True)
    fresh.update()
    assert fresh.revision == before + 1
