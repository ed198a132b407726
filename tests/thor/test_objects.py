"""Objects that are kept from step to step are those that would be written anew, byte for byte."""

import msgpack
from builds import build_of
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.thor import fifo
from envs.thor.dialect import dialect
from envs.thor.objects import ObjectWriter
from envs.thor.simulator import Reply, Simulator

BUILDS: dict[str, Simulator] = {}
NAMES = st.sampled_from(
    ["MoveAhead", "MoveBack", "RotateRight", "RotateLeft", "LookDown", "LookUp", "OpenObject",
     "OpenObject", "CloseObject", "PickupObject", "PickupObject", "PutObject", "ToggleObjectOn",
     "ToggleObjectOff", "SliceObject", "CleanObject", "FillObjectWithLiquid", "visit", "strew"]
)  # fmt: skip
STEPS = st.lists(st.tuples(NAMES, st.integers(0, 10**6)), min_size=1, max_size=25)


def anew(build: Simulator, reply: Reply) -> dict:
    """The same message with every object written anew."""
    (agent,) = reply.metadata["agents"]
    writer = ObjectWriter(build.dialect)
    objects = writer.write(build.controller.last_event, build.controller.household.world)
    return {**reply.metadata, "agents": [{**agent, "objects": list(objects)}]}


def act(build: Simulator, name: str, which: int) -> Reply:
    event = build.controller.last_event
    seen = [each for each in event.metadata["objects"] if each["visible"]]
    pool = seen or event.metadata["objects"]
    target = pool[which % len(pool)]["objectId"]
    if name == "strew":
        return build.answer({"action": "InitialRandomSpawn", "randomSeed": which % 5})
    if name == "visit":
        places = build.answer({"action": "GetReachablePositions"}).metadata["agents"][0]
        place = places["actionReturn"][which % len(places["actionReturn"])]
        turn = {"x": 0.0, "y": float(which % 4 * 90), "z": 0.0}
        words = {**place, "rotation": turn, "horizon": 30.0, "standing": True}
        return build.answer({"action": "TeleportFull", **words})
    if name.endswith(("Object", "Liquid", "On", "Off")):
        more = {"fillLiquid": "water"} if name.endswith("Liquid") else {}
        return build.answer({"action": name, "objectId": target, **more})
    return build.answer({"action": name})


@settings(max_examples=40, deadline=None)
@given(version=st.sampled_from(["5.0.0", "2.1.0"]), steps=STEPS)
def test_kept_objects_are_those_written_anew(version: str, steps: list[tuple[str, int]]) -> None:
    build = BUILDS.setdefault(version, build_of(version))
    for name, which in steps:
        reply = act(build, name, which)
        fresh = anew(build, reply)
        assert reply.metadata == fresh
        assert fifo.pack(reply.metadata) == msgpack.packb(fresh)


def test_what_is_carried_goes_along_and_earlier_messages_stay_true(strict: Simulator) -> None:
    def carried(reply: Reply) -> dict:
        (agent,) = reply.metadata["agents"]
        return next(o for o in agent["objects"] if o["objectId"] == target)

    poses, target = [], ""
    for entry in strict.controller.last_event.metadata["objects"]:
        if entry["pickupable"] and not poses:
            target = entry["objectId"]
            ask = {"action": "GetInteractablePoses", "objectId": target, "maxPoses": 1}
            poses = strict.answer(ask).metadata["agents"][0]["actionReturn"]
    pose = {**poses[0], "rotation": {"y": poses[0]["rotation"]}}
    strict.answer({"action": "TeleportFull", **pose})
    before = strict.answer({"action": "Pass"})
    written = fifo.pack(before.metadata)
    held = strict.answer({"action": "PickupObject", "objectId": target})
    assert carried(held)["isPickedUp"]
    turned = strict.answer({"action": "RotateRight"})
    boxes = [carried(each)["axisAlignedBoundingBox"] for each in (before, held, turned)]
    assert boxes[0] != boxes[1] != boxes[2]
    assert fifo.pack(before.metadata) == written


def test_another_room_has_its_own_objects() -> None:
    build = build_of("5.0.0")
    writer = ObjectWriter(dialect("5.0.0"))
    first = writer.write(build.controller.last_event, build.controller.household.world)
    build.put_up(build.rooms.names[0])
    event, world = build.controller.last_event, build.controller.household.world
    again = writer.write(event, world)
    assert again == first
    assert again[0]["position"] is event.metadata["objects"][0]["position"]
    build.close()
