"""The map of a room of boxes: what it comes to believe, and what it stops believing."""

import sys
from pathlib import Path

import numpy as np
import pytest

from embodied.core.errors import ConfigError
from embodied.core.observation import Observation
from embodied.mapping.scene_map import SceneMap

sys.path.insert(0, str(Path(__file__).parents[1]))
from box_world import BoxWorld, box_at

from embodied.core.action import DiscreteAction


def drive(world: BoxWorld, scene: SceneMap, *names: str) -> None:
    for name in names:
        scene.observe(world.act(DiscreteAction(name)), name)


def mapped(world: BoxWorld, *names: str) -> SceneMap:
    scene = SceneMap()
    scene.observe(world.look())
    drive(world, scene, *names)
    return scene


def table() -> object:
    return box_at("DiningTable", 0.0, 1.5, 0.0, (1.2, 0.6, 0.7))


def test_a_thing_is_where_it_stands_and_as_large() -> None:
    mug = box_at("Mug", 0.2, 1.4, 0.7, (0.1, 0.1, 0.12), solid=False)
    scene = mapped(BoxWorld([table(), mug]), "LookDown")
    (found,) = scene.of_type("Mug")
    assert np.allclose(found.centre_m, [0.2, 1.4, 0.76], atol=0.06)
    assert found.size_m.max() < 0.2
    assert scene.contents(scene.of_type("DiningTable")[0]) == [found]
    assert scene.holders(found) == scene.of_type("DiningTable")
    assert scene.holders(scene.of_type("DiningTable")[0]) == []


def test_views_from_all_sides_are_one_instance() -> None:
    chair = box_at("Chair", 1.0, 1.0, 0.0, (0.4, 0.4, 0.5))
    route = ["MoveAhead"] * 8 + ["RotateRight"] + ["MoveAhead"] * 8 + ["RotateRight", "MoveAhead"]
    scene = mapped(BoxWorld([chair]), *route, "RotateRight", "RotateLeft")
    assert len(scene.of_type("Chair")) == 1


def test_two_alike_in_one_frame_are_two() -> None:
    mugs = [box_at("Mug", x, 1.4, 0.7, (0.1, 0.1, 0.12), solid=False) for x in (-0.12, 0.12)]
    scene = mapped(BoxWorld([table(), *mugs]), "LookDown", "LookUp", "MoveAhead")
    assert len(scene.of_type("Mug")) == 2


def test_free_floor_can_be_walked_and_a_box_cannot() -> None:
    scene = mapped(BoxWorld([table()]), *["RotateRight"] * 4)
    lattice = scene.floor.lattice()
    ahead = lattice.move_clearance_m[0]
    assert ahead[lattice.index((0, 2))] > 0.2
    assert ahead[lattice.index((0, 5))] < 0.05
    assert lattice.unknown[lattice.index((7, 0))] < 0.5


def test_a_refused_move_is_not_tried_again_and_leaves_the_pose() -> None:
    world = BoxWorld([box_at("Wall", 0.0, 0.45, 0.0, (1.0, 0.2, 0.01))])
    scene = SceneMap()
    scene.observe(world.look())
    before = scene.pose
    drive(world, scene, "MoveAhead")
    assert not scene.last_ok
    assert scene.pose == before
    lattice = scene.floor.lattice()
    assert lattice.move_clearance_m[(0, *lattice.index((0, 0)))] == 0.0


def test_what_is_gone_is_no_longer_believed() -> None:
    mug = box_at("Mug", 0.0, 1.4, 0.7, (0.1, 0.1, 0.12), solid=False)
    world = BoxWorld([table(), mug])
    scene = mapped(world)
    assert scene.of_type("Mug")
    world.boxes.remove(mug)
    drive(world, scene, "LookDown", "MoveAhead", "LookUp", "LookUp", "LookDown")
    assert not scene.of_type("Mug")
    assert "Mug" in [each.category for each in scene.withdrawn]


def test_what_is_picked_up_is_held_and_what_is_put_down_is_there() -> None:
    mug = box_at("Mug", 0.0, 1.4, 0.7, (0.1, 0.1, 0.12), solid=False)
    world = BoxWorld([table(), mug])
    scene = mapped(world, "MoveAhead")
    (found,) = scene.of_type("Mug")
    mask = found.sighting.detection.mask
    scene.observe(world.act(DiscreteAction("PickupObject", mask=mask)), "PickupObject", found)
    assert scene.hand.instance is found
    assert not scene.of_type("Mug")
    drive(world, scene, "LookUp", "LookDown")
    assert not scene.of_type("Mug"), "what is in the hand is no second mug on the table"
    (spot,) = scene.of_type("DiningTable")
    mask = spot.sighting.detection.mask
    scene.observe(world.act(DiscreteAction("PutObject", mask=mask)), "PutObject", spot)
    assert scene.of_type("Mug") == [found]
    assert found.inside is spot
    assert found.is_("placed")


def test_the_eye_height_is_corrected_by_the_floor() -> None:
    world = BoxWorld([])
    scene = SceneMap(eye_height_m=1.38)
    scene.observe(world.look())
    drive(world, scene, "RotateRight", "RotateRight")
    assert scene.camera.eye_height_m == pytest.approx(1.575, abs=0.02)


def test_without_depth_it_says_what_to_choose() -> None:
    with pytest.raises(ConfigError, match="perception=privileged"):
        SceneMap().observe(Observation())


def test_a_door_that_was_shut_stands_in_nobodys_way_unseen_as_it_is() -> None:
    world = BoxWorld([box_at("Fridge", 0.0, 1.5, 0.0, (0.8, 0.6, 1.8), hides=True)])
    scene = mapped(world, *["RotateRight"] * 4)
    (fridge,) = scene.of_type("Fridge")
    clear = scene.floor.lattice().clearance_m[scene.floor.lattice().index((-2, 0))]
    swung = np.stack([np.full(41, -0.5), np.linspace(-1.0, 1.0, 41), np.ones(41)], axis=1)
    swung = swung.astype(np.float32)
    scene.floor.add(floor_xy_m=swung[:0, :2], obstacle_xy_m=swung[:, :2])
    fridge.states["open"], fridge.ajar_m = True, swung
    assert scene.floor.lattice().clearance_m[scene.floor.lattice().index((-2, 0))] < 0.1
    scene.observe(world.look(), "CloseObject", fridge)
    assert scene.floor.lattice().clearance_m[scene.floor.lattice().index((-2, 0))] == clear
