"""Generated rooms: what must hold in every one of them, whatever the seed."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embodied.core import task as tasks
from embodied.core.errors import UnknownNameError
from envs.household.controller import HouseholdController
from envs.household.frames import rotation_matrix
from envs.household.generator.free_floor import REACH_M, walkable_floor
from envs.household.generator.plan import Block, RoomPlan
from envs.household.generator.rooms import KINDS, NEEDED, generate_scene
from envs.household.generator.tasks import KINDS_OF, draw_task, draw_type_and_kind
from envs.household.scene import Floor, ObjectSpec, Scene

room = lru_cache(maxsize=None)(generate_scene)
rooms = st.builds(room, st.sampled_from(KINDS), st.integers(0, 12))
few = settings(max_examples=20, deadline=None)


def box(spec: ObjectSpec) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper corner of an object's box in the room."""
    turn = rotation_matrix(spec.rotation_deg)
    middle = np.array([0.0, spec.size_m[1] / 2, 0.0]) - spec.pivot_m
    centre = np.array(spec.position_m) + turn @ middle
    half = np.abs(turn) @ (np.array(spec.size_m) / 2)
    return centre - half, centre + half


def overlap_m(one: ObjectSpec, other: ObjectSpec) -> float:
    """Least depth by which two boxes overlap; negative where they are apart."""
    (low, high), (low2, high2) = box(one), box(other)
    return float((np.minimum(high, high2) - np.maximum(low, low2)).min())


def belongs(one: ObjectSpec, other: ObjectSpec, scene: Scene) -> bool:
    """Whether one is built into or rests in the other, or both are parts of the same."""

    def above(spec: ObjectSpec) -> set[str]:
        found: set[str] = set()
        link = spec.owner or spec.parent
        while link is not None:
            found.add(link)
            link = scene.object(link).owner or scene.object(link).parent
        return found

    ours, theirs = above(one), above(other)
    shared = one.owner is not None and one.owner == other.owner
    return shared or one.object_id in theirs or other.object_id in ours


@few
@given(rooms)
def test_everything_lies_within_the_walls(scene: Scene) -> None:
    for spec in scene.objects:
        low, high = box(spec)
        assert (low[[0, 2]] >= np.array(scene.floor.min_xz_m) - 0.01).all(), spec.object_id
        assert (high[[0, 2]] <= np.array(scene.floor.max_xz_m) + 0.01).all(), spec.object_id
        assert low[1] >= -1e-3
        assert high[1] <= scene.floor.height_m


@few
@given(rooms)
def test_furniture_does_not_overlap(scene: Scene) -> None:
    fixed = [spec for spec in scene.objects if not spec.info.can("pickupable")]
    for index, one in enumerate(fixed):
        for other in fixed[index + 1 :]:
            if not belongs(one, other, scene):
                assert overlap_m(one, other) < 0.005, (one.object_id, other.object_id)


@few
@given(rooms)
def test_movable_things_touch_nothing_but_what_they_rest_on(scene: Scene) -> None:
    movable = [spec for spec in scene.objects if spec.info.can("pickupable")]
    for index, one in enumerate(movable):
        for other in movable[index + 1 :]:
            if one.parent == other.parent:
                assert overlap_m(one, other) <= 0.0, (one.object_id, other.object_id)


@few
@given(rooms)
def test_each_movable_thing_rests_in_a_receptacle_that_takes_it(scene: Scene) -> None:
    for spec in scene.objects:
        if spec.info.can("pickupable"):
            assert spec.parent is not None, spec.object_id
            assert spec.type in scene.object(spec.parent).info.fits


@few
@given(rooms)
def test_every_receptacle_and_switch_has_free_floor_near_it(scene: Scene) -> None:
    floor_xz = walkable_floor(scene)
    assert len(floor_xz) > 0
    for spec in scene.objects:
        if spec.info.can("receptacle") and not spec.info.can("pickupable"):
            away = np.hypot(*(floor_xz - (spec.position_m[0], spec.position_m[2])).T)
            assert away.min() <= REACH_M, spec.object_id


@few
@given(rooms)
def test_a_room_has_what_its_kind_needs(scene: Scene) -> None:
    assert set(NEEDED[scene.kind]) <= {spec.type for spec in scene.objects}


@pytest.mark.parametrize("kind", KINDS)
def test_the_rules_agree_that_the_free_floor_is_free_and_connected(kind: str) -> None:
    scene = generate_scene(kind, 7)
    controller = HouseholdController(width_px=32, height_px=32)
    try:
        controller.reset(scene)
        floor_xz = np.round(walkable_floor(scene), 2)
        x, z = floor_xz[0]
        pose = {"x": x, "y": 0.9, "z": z, "rotation": 0.0, "horizon": 0.0}
        event = controller.step({"action": "TeleportFull", **pose})
        assert event.metadata["lastActionSuccess"], event.metadata["errorMessage"]
        answer = controller.step({"action": "GetReachablePositions"}).metadata["actionReturn"]
        reached = {(round(p["x"], 2), round(p["z"], 2)) for p in answer}
        assert {(float(x), float(z)) for x, z in floor_xz} <= reached
    finally:
        controller.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_rules_leave_every_movable_thing_where_the_generator_put_it(kind: str) -> None:
    scene = generate_scene(kind, 11)
    controller = HouseholdController(width_px=32, height_px=32)
    try:
        objects = controller.reset(scene).metadata["objects"]
    finally:
        controller.close()
    found = {entry["objectId"]: entry["parentReceptacles"] for entry in objects}
    for spec in scene.objects:
        if spec.info.can("pickupable"):
            assert spec.parent in found[spec.object_id], spec.object_id


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_always_gives_the_same_room(kind: str) -> None:
    assert generate_scene(kind, 3) == generate_scene(kind, 3)
    assert generate_scene(kind, 3).objects != generate_scene(kind, 4).objects


def test_an_unknown_kind_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="kitchen"):
        generate_scene("kitchn", 0)


def test_furniture_against_a_wall_faces_the_room() -> None:
    plan = RoomPlan("bedroom", Floor((-2.0, -2.0), (2.0, 2.0)), np.random.default_rng(0))
    for wall in range(4):
        spec = plan.against_wall("Dresser", walls=[wall])
        assert spec is not None
        ahead = rotation_matrix(spec.rotation_deg) @ [0.0, 0.0, 1.0]
        assert float(np.dot(ahead, spec.position_m)) < 0.0


def test_nothing_is_placed_where_there_is_no_room() -> None:
    plan = RoomPlan("bedroom", Floor((-1.0, -1.0), (1.0, 1.0)), np.random.default_rng(0))
    assert plan.against_wall("Bed", size_m=(2.5, 0.9, 2.0)) is None


def test_blocks_meet_only_where_they_overlap_in_all_directions() -> None:
    one = Block((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), "one")
    assert one.meets(Block((0.5, 0.5, 0.5), (2.0, 2.0, 2.0), "two"))
    assert not one.meets(Block((1.0, 0.0, 0.0), (2.0, 1.0, 1.0), "three"))
    assert not one.meets(Block((0.0, 1.2, 0.0), (1.0, 2.0, 1.0), "four"))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_a_drawn_task_is_possible_and_not_done_already(seed: int) -> None:
    rng = np.random.default_rng(seed)
    task_type, kind = draw_type_and_kind(rng)
    scene = room(kind, seed % 12)
    draw = draw_task(scene, task_type, rng)
    if draw is None:
        return
    task = draw.task
    assert task.task_type == task_type
    for name in draw.named:
        assert name in scene.by_id
    if task.parent:
        carried = task.mrecep or task.target
        assert carried in scene.object(draw.parent).info.fits
        wanted = task.mrecep or task.object
        lying = [s for s in scene.objects if s.parent and task.parent in s.parent]
        assert not any(spec.type == wanted for spec in lying)
    if task.task_type == tasks.PICK_TWO and not task.sliced:
        assert len(set(draw.objects)) == 2
    if task.sliced:
        assert "Knife" in scene.object(draw.knife).type


def test_every_task_type_is_drawn_somewhere() -> None:
    assert set(KINDS_OF) == set(tasks.TASK_TYPES)
    for kinds in KINDS_OF.values():
        assert sum(share for _, share in kinds) == pytest.approx(1.0)
