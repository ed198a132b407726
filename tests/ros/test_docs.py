"""`docs/ros.md` says what the tables in the code say."""

import dataclasses
from pathlib import Path

from embodied.runtime.robot.goals import Why
from embodied.runtime.robot.images import ENCODINGS
from embodied.runtime.robot.parameters import PARAMETERS
from embodied.runtime.robot.sending import SPACES
from embodied.runtime.robot.topics import AGENT_WIRES

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "ros.md").read_text()


def quality(row):
    if row.quality is None:
        return "–"
    reliability, durability, depth = dataclasses.astuple(row.quality)
    return f"{reliability.replace('_', ' ')}, {durability.replace('_', ' ')}, {depth}"


def topic_line(row):
    return f"| `{row.name}` | `{row.type}` | {row.way} | {quality(row)} | {row.reason} |"


def parameter_line(each):
    default = each.default
    shown = ", ".join(default) if isinstance(default, list) else str(default).lower()
    return f"| `{each.name}` | {f'`{shown}`' if shown else 'empty'} | {each.text} |"


def test_every_topic_stands_in_its_table():
    missing = [line for line in map(topic_line, AGENT_WIRES) if line not in TEXT]
    assert not missing, "put these into docs/ros.md:\n" + "\n".join(missing)


def test_every_parameter_stands_in_its_table():
    missing = [line for line in map(parameter_line, PARAMETERS) if line not in TEXT]
    assert not missing, "put these into docs/ros.md:\n" + "\n".join(missing)


def test_every_reason_encoding_and_command_is_named():
    for name in [*Why, *ENCODINGS, *SPACES.split(", ")]:
        assert f"`{name}`" in TEXT
