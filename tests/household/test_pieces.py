"""What a cut leaves of a thing whose pieces are known."""

import numpy as np
import pytest

from envs.household.controller import HouseholdController
from envs.household.model import slice_specs
from envs.household.scene import Floor, ObjectSpec, PieceSpec, Scene

APPLE = "Apple|+00.00|+00.90|+00.40"
HALVES = (
    PieceSpec((0.03, 0.01, -0.01), (0.04, 0.07, 0.06)),
    PieceSpec((-0.03, 0.0, -0.01), (0.05, 0.08, 0.06)),
)


def apple(**fields) -> ObjectSpec:
    spec = {
        "object_id": APPLE,
        "type": "Apple",
        "position_m": (0.0, 0.94, 0.4),
        "size_m": (0.08, 0.08, 0.08),
        "pivot_m": (0.0, 0.04, 0.0),
        "parent": "DiningTable|+00.00|+00.45|+00.50",
    }
    return ObjectSpec(**{**spec, **fields})


def kitchen(what: ObjectSpec) -> Scene:
    table = ObjectSpec(
        object_id="DiningTable|+00.00|+00.45|+00.50",
        type="DiningTable",
        position_m=(0.0, 0.45, 0.7),
        size_m=(1.2, 0.9, 0.8),
        pivot_m=(0.0, 0.45, 0.0),
    )
    knife = ObjectSpec(
        object_id="Knife|+00.30|+00.90|+00.40",
        type="Knife",
        position_m=(0.3, 0.91, 0.45),
        size_m=(0.03, 0.02, 0.25),
        pivot_m=(0.0, 0.01, 0.0),
        parent=table.object_id,
    )
    floor = Floor((-2.0, -2.0), (2.0, 2.0))
    return Scene("Kitchen", "kitchen", floor, (table, what, knife))


def test_there_are_as_many_as_are_known_each_of_its_own_size() -> None:
    assert [spec.size_m for spec in slice_specs(apple(pieces=HALVES))] == [
        piece.size_m for piece in HALVES
    ]
    assert len(slice_specs(apple())) == 8


@pytest.mark.parametrize("yaw_deg", [0.0, 90.0])
def test_they_lie_by_the_whole_as_they_are_known_to(yaw_deg: float) -> None:
    controller = HouseholdController(width_px=64, height_px=64)
    controller.reset(kitchen(apple(pieces=HALVES, rotation_deg=(0.0, yaw_deg, 0.0))))
    world = controller.world
    world.set_agent(position_m=(0.0, 0.9, 0.0), yaw_deg=0.0, horizon_deg=45.0)
    controller.step(action="Pass")
    for action in (
        {"action": "PickupObject", "objectId": "Knife|+00.30|+00.90|+00.40"},
        {"action": "SliceObject", "objectId": APPLE},
    ):
        event = controller.step(action)
        assert event.metadata["lastActionSuccess"], event.metadata["errorMessage"]
    bottoms = [world.extent_m(f"{APPLE}|AppleSliced_{number}")[0][1] for number in (1, 2)]
    assert bottoms == pytest.approx([0.91, 0.90], abs=1e-6)
    middles = np.array([world.box_centre_m(f"{APPLE}|AppleSliced_{n}") for n in (1, 2)])
    across = (middles[0] - middles[1])[[0, 2]]
    expected = (0.06, 0.0) if yaw_deg == 0.0 else (0.0, -0.06)
    assert across == pytest.approx(expected, abs=1e-6)
    controller.close()
