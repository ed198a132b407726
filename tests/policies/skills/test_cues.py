"""Which of several is meant, by what is said of where it stands."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from embodied.core.action import DiscreteAction
from embodied.core.plan import ObjectRef, Status, Subgoal
from embodied.mapping.scene_map import SceneMap
from policies.skills.cues import Cue, cue_of, fitting, types_called
from policies.skills.policy import SkillPolicy

sys.path.insert(0, str(Path(__file__).parents[2]))
from box_world import Box, BoxWorld, box_at


def thing(kind: str, x: float, y: float = 1.6, z: float = 0.7) -> Box:
    return box_at(kind, x, y, z, (0.1, 0.1, 0.12), solid=False)


def table(x: float = 0.0, y: float = 1.7) -> Box:
    return box_at("DiningTable", x, y, 0.0, (1.6, 0.6, 0.7))


def seen(boxes: Sequence[Box], *names: str) -> SceneMap:
    world, scene = BoxWorld(list(boxes)), SceneMap()
    scene.observe(world.look())
    for name in names:
        scene.observe(world.act(DiscreteAction(name)), name)
    return scene


def meant(scene: SceneMap, relation: str, *attributes: str, kind: str = "Mug") -> list[float]:
    """The x of those of a type that the words fit."""
    cue = cue_of(ObjectRef(kind, attributes, relation))
    assert cue is not None
    found = fitting(cue, scene.of_type(kind), scene, used=lambda each: each.is_("placed"))
    return sorted(round(float(each.centre_m[0]), 1) for each in found)


@pytest.mark.parametrize(
    ("relation", "cue"),
    [
        ("left of the sink", Cue("left", ("SinkBasin", "Sink"))),
        ("on the left of the sink", Cue("left", ("SinkBasin", "Sink"))),
        ("to the right side of the coffee machine", Cue("right", ("CoffeeMachine",))),
        ("in the fridge", Cue("held", ("Fridge",))),
        ("on top of the side table", Cue("held", ("SideTable",))),
        ("next to the toaster", Cue("near", ("Toaster",))),
        ("where the toaster is", Cue("with", ("Toaster",))),
        ("behind the plates", Cue("behind", ("Plate",))),
        ("under the microwave", Cue("below", ("Microwave",))),
        ("on the left", Cue("left")),
    ],
)
def test_relations_are_read(relation: str, cue: Cue) -> None:
    assert cue_of(ObjectRef("Mug", (), relation)) == cue


def test_what_names_nothing_known_is_no_cue() -> None:
    assert cue_of(ObjectRef("Mug")) is None
    assert cue_of(ObjectRef("Mug", (), "near the flux capacitor")) is None
    assert types_called("the shiny espresso thing") == ()


def test_left_and_right_are_those_of_who_looks() -> None:
    boxes = [table(), thing("Mug", -0.5), thing("Toaster", 0.0), thing("Mug", 0.5)]
    scene = seen(boxes, "LookDown")
    assert meant(scene, "left of the toaster") == [-0.5]
    assert meant(scene, "on the right of the toaster") == [0.5]
    assert meant(scene, "on the left") == [-0.5]
    assert meant(scene, "", "right") == [0.5]


def test_sides_turn_with_the_eye() -> None:
    there = [thing("Mug", -0.5, -1.6), thing("Toaster", 0.0, -1.6), thing("Mug", 0.5, -1.6)]
    scene = seen([table(y=-1.7), *there], "RotateRight", "RotateRight", "LookDown")
    assert meant(scene, "left of the toaster") == [0.5]


def test_in_on_and_near() -> None:
    shelf = box_at("SideTable", 1.6, 0.3, 0.0, (0.5, 0.5, 0.6))
    boxes = [table(), thing("Mug", -0.5), shelf, thing("Mug", 1.6, 0.3, 0.6)]
    scene = seen([*boxes, thing("Toaster", -0.7)], "LookDown", "RotateRight", "RotateLeft")
    assert meant(scene, "on the side table") == [1.6]
    assert meant(scene, "on the dining table") == [-0.5]
    assert meant(scene, "near the toaster") == [-0.5]


def test_the_other_is_what_was_not_put_anywhere_yet() -> None:
    scene = seen([table(), thing("Mug", -0.5), thing("Mug", 0.5)], "LookDown")
    one = min(scene.of_type("Mug"), key=lambda each: float(each.centre_m[0]))
    one.states["placed"] = True
    assert meant(scene, "", "other") == [0.5]


@pytest.mark.parametrize(("side", "number"), [("left", 0), ("right", 1)])
def test_the_mug_on_the_side_that_was_said_is_taken(side: str, number: int) -> None:
    mugs = [thing("Mug", -0.4), thing("Mug", 0.4)]
    world, policy = BoxWorld([table(), *mugs, thing("Toaster", 0.0)]), SkillPolicy()
    policy.begin(Subgoal("pick", {"object": ObjectRef("Mug", (), f"{side} of the toaster")}))
    observation = world.look()
    while True:
        action, outcome = policy.act(observation)
        if action is None:
            break
        assert world.steps < 60, world.log
        observation = world.act(action)
    assert outcome.status is Status.DONE
    assert world.held is mugs[number]


def test_what_it_stands_by_is_looked_for_first() -> None:
    near, far = thing("Mug", 0.0), thing("Mug", 0.3, -1.6)
    world = BoxWorld([table(), near, table(y=-1.7), far, thing("Toaster", 0.0, -1.6)])
    policy = SkillPolicy()
    policy.begin(Subgoal("pick", {"object": ObjectRef("Mug", (), "next to the toaster")}))
    observation = world.look()
    for _ in range(80):
        action, outcome = policy.act(observation)
        if action is None:
            break
        observation = world.act(action)
    assert outcome.status is Status.DONE
    assert world.held is far
