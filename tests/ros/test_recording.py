"""Recordings: what was said is in the file, readable by others' tools."""

import time

import pytest
from ros_wire import MESSAGES, default

from embodied.core.errors import ConfigError
from embodied.runtime.robot.recording import McapRecorder, full_definition

pytest.importorskip("mcap", reason='needs mcap: pip install "embodied[ros]"')

TEXTS = {
    "embodied_msgs/msg/Correction": (MESSAGES / "msg" / "Correction.msg").read_text(),
    "embodied_msgs/msg/Entities": (MESSAGES / "msg" / "Entities.msg").read_text(),
    "embodied_msgs/msg/Entity": (MESSAGES / "msg" / "Entity.msg").read_text(),
    "std_msgs/msg/Header": "builtin_interfaces/Time stamp\nstring frame_id",
    "builtin_interfaces/msg/Time": "int32 sec\nuint32 nanosec",
    "geometry_msgs/msg/Pose": "Point position\nQuaternion orientation",
    "geometry_msgs/msg/Point": "float64 x\nfloat64 y\nfloat64 z",
    "geometry_msgs/msg/Quaternion": "float64 x\nfloat64 y\nfloat64 z\nfloat64 w",
    "geometry_msgs/msg/Vector3": "float64 x\nfloat64 y\nfloat64 z",
}
CORRECTION = "embodied_msgs/msg/Correction"


def definition(name):
    return full_definition(name, TEXTS.__getitem__)


def test_a_definition_brings_along_all_that_it_is_made_of():
    text = definition("embodied_msgs/msg/Entities")
    parts = text.split("=" * 80 + "\n")
    heads = [part.splitlines()[0] for part in parts[1:]]
    assert heads == [
        "MSG: std_msgs/Header",
        "MSG: embodied_msgs/Entity",
        "MSG: builtin_interfaces/Time",
        "MSG: geometry_msgs/Pose",
        "MSG: geometry_msgs/Vector3",
        "MSG: geometry_msgs/Point",
        "MSG: geometry_msgs/Quaternion",
    ]


def correction(text):
    pytest.importorskip("cyclonedds")
    message = default(CORRECTION)
    message.text = text
    return message.serialize()


def test_what_was_recorded_is_read_by_the_mcap_tools(tmp_path):
    reader = pytest.importorskip("mcap_ros2.reader")
    path = tmp_path / "run" / "one.mcap"
    recorder = McapRecorder(path, definition=definition)
    for number, words in enumerate(("a bit left", "stop")):
        assert recorder.write("correction", CORRECTION, correction(words), 1000 + number)
    recorder.close()
    recorder.close()
    read = list(reader.read_ros2_messages(str(path)))
    assert [(each.channel.topic, each.ros_msg.text, each.log_time_ns) for each in read] == [
        ("correction", "a bit left", 1000),
        ("correction", "stop", 1001),
    ]
    assert recorder.written == 2


def test_what_was_recorded_is_read_by_rosbags(tmp_path):
    store = pytest.importorskip("rosbags.typesys")
    path = tmp_path / "one.mcap"
    recorder = McapRecorder(path, definition=definition)
    recorder.write("correction", CORRECTION, correction("a bit left"), 1000)
    recorder.close()
    from rosbags.highlevel import AnyReader

    with AnyReader([path], default_typestore=store.get_typestore(store.Stores.EMPTY)) as reader:
        ((connection, _, raw),) = list(reader.messages())
        assert reader.deserialize(raw, connection.msgtype).text == "a bit left"


def test_a_disk_that_does_not_keep_up_costs_messages_and_not_time(tmp_path):
    asked = []

    def slow(name):
        asked.append(name)
        time.sleep(0.2)
        return definition(name)

    recorder = McapRecorder(tmp_path / "one.mcap", definition=slow, most_waiting=3)
    taken = [recorder.write("correction", CORRECTION, b"\x00\x01\x00\x00", n) for n in range(50)]
    recorder.close()
    assert taken[0]
    assert recorder.dropped == taken.count(False) > 0
    assert recorder.written == taken.count(True)


def test_a_recording_that_fails_says_so_when_it_is_closed(tmp_path):
    recorder = McapRecorder(tmp_path / "one.mcap", definition={}.__getitem__)
    recorder.write("correction", CORRECTION, b"\x00\x01\x00\x00", 1)
    with pytest.raises(KeyError):
        recorder.close()


def test_a_recording_is_not_written_over(tmp_path):
    path = tmp_path / "one.mcap"
    McapRecorder(path, definition=definition).close()
    with pytest.raises(ConfigError, match="not overwritten"):
        McapRecorder(path, definition=definition)
