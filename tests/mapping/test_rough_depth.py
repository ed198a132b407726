"""Depth that is off, masks that are missing, wrong or merged: what the map still knows."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embodied.core.action import DiscreteAction
from embodied.core.observation import Observation
from embodied.mapping.fusing import covariance, registered
from embodied.mapping.instances import Instance, nest
from embodied.mapping.pose import GridPose
from embodied.mapping.scene_map import SceneMap

sys.path.insert(0, str(Path(__file__).parents[1]))
from box_world import BoxWorld, box_at

NOISE = 0.05


class RoughEyes:
    """Spoils what a world shows: each thing's depth by a factor that its pose and type decide."""

    def __init__(self, world: BoxWorld, *, seed: int = 0) -> None:
        self.world, self.seed = world, seed

    def spoil(self, seen: Observation, rename: dict[str, str] | None = None) -> Observation:
        depth = seen.depth_m["ego"].copy()
        room = np.ones(depth.shape, dtype=bool)
        for number, each in enumerate(seen.entities):
            depth[each.mask] *= self._factor(f"{each.category}{number}")
            room &= ~each.mask
        depth[room] *= self._factor("room")
        entities = tuple(
            replace(each, category=(rename or {}).get(each.category, each.category))
            for each in seen.entities
        )
        return replace(seen, depth_m={"ego": depth}, entities=entities)

    def _factor(self, name: str) -> float:
        key = [self.seed, *map(ord, name), *self.world.pose.cell, self.world.pose.heading]
        key = [abs(number) for number in [*key, self.world.pose.horizon_deg]]
        return float(1.0 + NOISE * np.random.default_rng(key).standard_normal())


def mapped(world: BoxWorld, *names: str, seed: int = 0) -> SceneMap:
    eyes, scene = RoughEyes(world, seed=seed), SceneMap()
    scene.observe(eyes.spoil(world.look()))
    for name in names:
        scene.observe(eyes.spoil(world.act(DiscreteAction(name))), name)
    return scene


AROUND = ["MoveAhead"] * 2 + ["RotateRight", "MoveAhead", "MoveAhead", "RotateLeft"]
AROUND += ["MoveAhead", "LookDown", "RotateLeft", "LookUp"]


@pytest.mark.parametrize("seed", range(4))
def test_two_alike_side_by_side_stay_two_and_are_placed_within_a_handbreadth(seed: int) -> None:
    mugs = [box_at("Mug", x, 1.9, 0.7, (0.1, 0.1, 0.12), solid=False) for x in (-0.3, 0.1)]
    table = box_at("DiningTable", 0.0, 2.0, 0.0, (1.2, 0.6, 0.7))
    scene = mapped(BoxWorld([table, *mugs]), *AROUND, seed=seed)
    found = sorted(scene.of_type("Mug"), key=lambda each: float(each.centre_m[0]))
    assert len(found) == 2
    for each, truth in zip(found, (-0.3, 0.1), strict=True):
        assert np.hypot(each.centre_m[0] - truth, each.centre_m[1] - 1.9) < 0.12
    assert len(scene.of_type("DiningTable")) == 1


def test_the_floor_tells_that_depth_is_off_and_puts_floor_and_walls_right() -> None:
    scene = mapped(BoxWorld([]), *["RotateRight"] * 4, *["LookDown"] * 2)
    assert scene.rough
    assert 0.02 < scene.depth.noise < 0.09
    lattice = scene.floor.lattice()
    assert lattice.move_clearance_m[(0, *lattice.index((0, 5)))] > 0.2
    assert not SceneMap().rough


def test_one_wrong_label_makes_no_thing_and_takes_none() -> None:
    world = BoxWorld(
        [
            box_at("DiningTable", 0.0, 1.7, 0.0, (1.2, 0.6, 0.7)),
            box_at("Mug", 0.0, 1.6, 0.7, (0.1, 0.1, 0.12), solid=False),
        ]
    )
    eyes, scene = RoughEyes(world), SceneMap()
    scene.observe(eyes.spoil(world.look()))
    scene.observe(eyes.spoil(world.act(DiscreteAction("LookDown"))), "LookDown")
    (mug,) = scene.of_type("Mug")
    wrong = eyes.spoil(world.act(DiscreteAction("MoveAhead")), rename={"Mug": "Apple"})
    scene.observe(wrong, "MoveAhead")
    assert scene.of_type("Mug") == [mug]
    assert not scene.of_type("Apple")
    assert mug.sighting is not None, "the mask is the mug's whatever it was called"


def test_a_thing_is_called_what_most_views_call_it() -> None:
    world = BoxWorld([box_at("Mug", 0.0, 1.4, 0.3, (0.1, 0.1, 0.12), solid=False)])
    eyes, scene = RoughEyes(world), SceneMap()
    scene.observe(eyes.spoil(world.look(), rename={"Mug": "Apple"}))
    for name in ("LookDown", "MoveAhead"):
        scene.observe(eyes.spoil(world.act(DiscreteAction(name))), name)
    (mug,) = scene.of_type("Mug")
    assert mug.agreed == 2
    assert not scene.of_type("Apple")


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(*[st.floats(-3.0, 3.0)] * 2, st.floats(0.1, 1.4)),
    st.floats(0.01, 0.1),
    st.floats(0.02, 1.0),
)
def test_a_view_is_surer_across_its_line_of_sight_than_along_it(
    middle: tuple[float, float, float], noise: float, size_m: float
) -> None:
    eye = np.array([0.0, 0.0, 1.575])
    place = np.array(middle, dtype=np.float32)
    spread = covariance(place, np.full(3, size_m, dtype=np.float32), eye, noise)
    assert np.all(np.linalg.eigvalsh(spread) > 0.0)
    ray = (place - eye) / np.linalg.norm(place - eye)
    across = np.cross(ray, [1.0, 0.0, 0.0] if abs(ray[0]) < 0.9 else [0.0, 1.0, 0.0])
    across /= np.linalg.norm(across)
    along = float(ray @ spread @ ray)
    if noise >= 0.012:
        assert along >= float(across @ spread @ across) - 1e-9


@pytest.mark.parametrize("factor", [0.93, 1.0, 1.06])
def test_a_view_is_laid_on_what_is_known_by_its_factor(factor: float) -> None:
    eye = np.array([0.0, 0.0, 1.575])
    across, up = np.meshgrid(np.linspace(-0.6, 0.6, 13), np.linspace(0.1, 0.9, 9))
    known = np.stack([across.ravel(), np.full(across.size, 2.0), up.ravel()], axis=1)
    seen = eye + factor * (known - eye)
    scale = registered(seen.astype(np.float32), known.astype(np.float32), eye, NOISE)
    assert scale * factor == pytest.approx(1.0, abs=0.03)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_what_lies_in_what_never_runs_in_a_circle(claims: list[tuple[int, int]]) -> None:
    zero = np.zeros(3, dtype=np.float32)
    things = [Instance(n, "Box", zero, zero, zero[None]) for n in range(5)]
    for inner, outer in claims:
        nest(things[inner], things[outer])
    for each in things:
        steps, outer = 0, each.inside
        while outer is not None:
            steps, outer = steps + 1, outer.inside
            assert steps <= len(things)


def test_a_second_look_from_one_pose_moves_nothing() -> None:
    world = BoxWorld([box_at("Mug", 0.0, 1.4, 0.3, (0.1, 0.1, 0.12), solid=False)])
    eyes, scene = RoughEyes(world), SceneMap()
    scene.observe(eyes.spoil(world.look()))
    scene.observe(eyes.spoil(world.act(DiscreteAction("LookDown"))), "LookDown")
    (mug,) = scene.of_type("Mug")
    before, spread = mug.centre_m.copy(), mug.spread.copy()
    for name in ("LookUp", "LookDown", "LookUp", "LookDown"):
        scene.observe(eyes.spoil(world.act(DiscreteAction(name))), name)
    assert np.allclose(mug.centre_m, before, atol=1e-6)
    assert np.allclose(mug.spread, spread)
    assert scene.pose == GridPose(horizon_deg=45)
