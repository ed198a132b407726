"""What each version of AI2-THOR takes and refuses."""

import pytest

from embodied.core.errors import UnknownNameError
from envs.household.rules import Reason
from envs.thor.dialect import WORLD_CODES, CallError, Code, dialect, dialects

# action, arguments, what 5.0.0 says of them (None: taken), as its dispatcher's source has it
AT = {"x": 0, "y": 0.9, "z": 0, "rotation": {"y": 90}, "horizon": 0}
CALLS = [
    ("MoveAhead", {}, None),
    ("MoveAhead", {"moveMagnitude": 0.25, "forceAction": True}, None),
    ("MoveAhead", {"moveMagnitude": "0.25"}, None),
    ("MoveAhead", {"distance": 0.25}, Code.INVALID_ARGUMENT),
    ("MoveAhead", {"moveMagnitude": "far"}, Code.INVALID_ARGUMENT),
    ("MoveAhead", {"moveMagnitude": [1]}, Code.INVALID_ARGUMENT),
    ("MoveAhead", {"moveMagnitude": True}, Code.INVALID_ARGUMENT),
    ("MoveAhead", {"forceAction": "perhaps"}, Code.INVALID_ARGUMENT),
    ("MoveForward", {}, Code.INVALID_ACTION),
    ("moveahead", {}, Code.INVALID_ACTION),
    (None, {}, Code.INVALID_ACTION),
    (["MoveAhead"], {}, Code.INVALID_ACTION),
    ("RotateRight", {"degrees": 45, "whatever": 1}, None),
    ("LookDown", {"degrees": 30}, None),
    ("TeleportFull", AT, Code.MISSING_ARGUMENTS),
    ("TeleportFull", {**AT, "standing": True}, None),
    ("TeleportFull", {**AT, "standing": True, "rotateOnTeleport": True}, Code.INVALID_ARGUMENT),
    ("TeleportFull", {"position": {}, "rotation": {}, "horizon": 0, "standing": True}, None),
    ("Teleport", {"position": {"x": 0, "y": 1, "z": 0}}, None),
    ("Teleport", {"x": 0, "y": 1, "z": 0, "rotation": {"y": 90}}, None),
    ("Teleport", {"x": 0, "z": 0}, Code.MISSING_ARGUMENTS),
    ("Teleport", {"position": 3}, Code.INVALID_ARGUMENT),
    ("PickupObject", {"objectId": "Mug|1"}, None),
    ("PickupObject", {}, Code.MISSING_ARGUMENTS),
    ("PickupObject", {"objectId": {"id": "Mug|1"}}, Code.INVALID_ARGUMENT),
    ("PickupObject", {"x": 0.5, "y": 0.5}, None),
    ("PickupObject", {"object_id": "Mug|1"}, Code.INVALID_ARGUMENT),
    ("PutObject", {"objectId": "Sink|1"}, None),
    ("PutObject", {"objectId": "Mug|1", "receptacleObjectId": "Sink|1"}, Code.INVALID_ARGUMENT),
    ("OpenObject", {"objectId": "Fridge|1", "openness": 0.5}, None),
    ("OpenObject", {"objectId": "Fridge|1", "openPercent": 0.5}, Code.INVALID_ARGUMENT),
    ("CloseObject", {"objectId": "Fridge|1", "openness": 0}, Code.INVALID_ARGUMENT),
    ("FillObjectWithLiquid", {"objectId": "Mug|1"}, Code.MISSING_ARGUMENTS),
    ("FillObjectWithLiquid", {"objectId": "Mug|1", "fillLiquid": "water"}, None),
    ("Pass", {}, None),
    ("Pass", {"long": True}, Code.INVALID_ARGUMENT),
    ("GetInteractablePoses", {}, Code.MISSING_ARGUMENTS),
    ("GetInteractablePoses", {"objectId": "Mug|1", "positions": 7}, Code.INVALID_ARGUMENT),
    ("ChangeResolution", {"x": 300}, Code.MISSING_ARGUMENTS),
    ("ChangeResolution", {"x": 300, "y": 2.5}, Code.INVALID_ARGUMENT),
    ("AddThirdPartyCamera", {"position": {"x": 0, "y": 2, "z": 0}}, Code.MISSING_ARGUMENTS),
    ("InitialRandomSpawn", {"randomSeed": 3}, None),
    ("InitialRandomSpawn", {"seed": 3}, Code.INVALID_ARGUMENT),
    ("Initialize", {"gridSize": 0.25, "anything": "goes"}, None),
    ("SetObjectPoses", {"objectPoses": []}, None),
]  # fmt: skip


def said(version: str, name: object, arguments: dict) -> Code | None:
    try:
        dialect(version).action(name).arguments({"action": name, "sequenceId": 1, **arguments})
    except CallError as error:
        return error.code
    return None


@pytest.mark.parametrize(("name", "arguments", "code"), CALLS)
def test_five_refuses_what_its_dispatcher_refuses(
    name: object, arguments: dict, code: Code | None
) -> None:
    assert said("5.0.0", name, arguments) == code


@pytest.mark.parametrize(("name", "arguments", "code"), CALLS)
def test_two_refuses_only_names_that_it_does_not_have(
    name: object, arguments: dict, code: Code | None
) -> None:
    new = name in ("Teleport", "GetInteractablePoses", "AddThirdPartyCamera") and (
        name not in dialect("2.1.0").actions
    )
    assert said("2.1.0", name, arguments) == (
        Code.INVALID_ACTION if new or code is Code.INVALID_ACTION else None
    )


def test_a_mistyped_name_is_answered_with_the_closest() -> None:
    with pytest.raises(CallError, match="Did you mean PickupObject"):
        dialect("5.0.0").action("PickUpObject")


def test_a_version_that_is_not_spoken_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"2\.1\.0"):
        dialect("2.1")


def test_every_action_is_done_or_says_why_it_cannot_be() -> None:
    from envs.thor.handlers import HANDLERS

    for spoken in dialects().values():
        for action in spoken.actions.values():
            assert (action.does in HANDLERS) != bool(action.cannot), action.name


def test_codes_are_given_for_reasons_that_there_are() -> None:
    assert set(WORLD_CODES) <= {reason.value for reason in Reason}
