"""Our interfaces: read by ROS's own tooling where it is, and the same bytes from two CDR makers."""

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from ros_wire import ACTION, MESSAGES, ROS, default, fields_of, typestore

from embodied.runtime.robot.goals import Why

pytest.importorskip("rosbags", reason='needs rosbags: pip install "embodied[wire]"')

FILES = sorted([*(MESSAGES / "msg").glob("*.msg"), *(MESSAGES / "action").glob("*.action")])
OURS = sorted(
    [f"embodied_msgs/msg/{path.stem}" for path in FILES if path.suffix == ".msg"]
    + [f"{ACTION}_{part}" for part in ("Goal", "Result", "Feedback", "SendGoal_Request")]
    + [f"{ACTION}_{part}" for part in ("GetResult_Response", "FeedbackMessage")]
)


def python_with_rosidl():
    """A Python that has rosidl: ours where ROS is sourced, or Debian's; None without either."""
    for python in (sys.executable, shutil.which("python3", path="/usr/bin")):
        code = "import rosidl_adapter.action, rosidl_parser.parser"
        if python and not subprocess.run([python, "-c", code], capture_output=True).returncode:
            return python
    return None


def test_rosidl_itself_reads_every_file(tmp_path):
    python = python_with_rosidl()
    if python is None:
        pytest.skip(
            "no rosidl here: apt-get install python3-rosidl python3-empy, or run where ROS is"
        )
    code = """
import pathlib, sys
from rosidl_adapter import convert_to_idl
from rosidl_parser.definition import IdlLocator
from rosidl_parser.parser import parse_idl_file
root, out = map(pathlib.Path, sys.argv[1:3])
for name in sys.argv[3:]:
    idl = convert_to_idl(root, "embodied_msgs", pathlib.Path(name), out / pathlib.Path(name).parent)
    parsed = parse_idl_file(IdlLocator(out, idl.relative_to(out)))
    print(name, len(parsed.content.elements))
"""
    names = [str(path.relative_to(MESSAGES)) for path in FILES]
    done = subprocess.run(
        [python, "-c", code, MESSAGES, tmp_path, *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    read = dict(line.split() for line in done.stdout.splitlines() if line.count(" ") == 1)
    assert set(read) == set(names)
    assert all(int(count) > 0 for count in read.values())


def test_what_is_built_is_what_lies_there():
    listed = (MESSAGES / "CMakeLists.txt").read_text()
    for path in FILES:
        assert f'"{path.relative_to(MESSAGES)}"' in listed


def test_every_package_that_a_message_names_is_declared():
    root = ET.parse(MESSAGES / "package.xml").getroot()
    declared = {each.text for each in root.findall("depend")} | {"embodied_msgs"}
    used = {
        argument.split("/")[0]
        for name in OURS
        for _, (kind, argument) in fields_of(name)
        if kind.name == "NAME"
    }
    assert used - {"unique_identifier_msgs"} <= declared  # which rosidl brings for actions


@pytest.mark.parametrize("name", OURS)
def test_both_makers_of_cdr_agree_on_every_message(name):
    pytest.importorskip("cyclonedds")
    message = filled(default(name), np.random.default_rng(7))
    store = typestore()
    read = store.deserialize_cdr(message.serialize(), name)
    assert plain(read) == plain(message)
    again = store.serialize_cdr(read, name)
    assert plain(type(message).deserialize(again)) == plain(message)


def filled(message, rng):
    """A message with something in every field."""
    for field, value in vars(message).items():
        match value:
            case bool():
                new = True
            case int():
                new = int(rng.integers(1, 100))
            case float():
                new = float(rng.integers(1, 100)) / 4
            case str():
                new = f"{field} é"
            case [0, *_]:
                new = [int(item) for item in rng.integers(0, 256, len(value))]
            case list():
                new = None
            case _:
                new = filled(value, rng)
        if new is not None:
            setattr(message, field, new)
    if hasattr(message, "steps"):
        message.steps = ["first", "second"]
    if hasattr(message, "attributes"):
        message.attributes, message.states_true = ["red"], ["open"]
    return message


def plain(message):
    """A message of either library as nested dicts."""
    if isinstance(message, (bytes, list, tuple, np.ndarray)):
        return [plain(item) for item in message]
    if hasattr(message, "__dict__") or hasattr(message, "__dataclass_fields__"):
        names = getattr(message, "__dataclass_fields__", None) or vars(message)
        constants = {each.value.upper() for each in Why} | {"__msgtype__"}
        return {name: plain(getattr(message, name)) for name in names if name not in constants}
    return message.item() if isinstance(message, np.generic) else message


def test_the_reasons_of_a_result_are_those_that_goals_end_for():
    constants = {name: value for name, _, value in typestore().fielddefs[f"{ACTION}_Result"][0]}
    assert constants == {each.name: each.value for each in Why}


@pytest.mark.parametrize("package", ["embodied_msgs", "embodied_ros", "embodied_bringup"])
def test_every_package_manifest_is_valid(package):
    catkin = pytest.importorskip("catkin_pkg.package")
    warnings = []
    found = catkin.parse_package(str(ROS / package / "package.xml"), warnings=warnings)
    found.validate(warnings=warnings)
    assert found.name == package
    assert not warnings
