"""`embodied talk`: one room, one task after another."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from embodied.commands.talk import Lines, begun, listed
from embodied.core.errors import PlanningError

TASKS = "put a mug in the sink\nput it on the table\nfly to the moon\nopen the fridge\nclose it\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_lines_of_a_file_are_tasks_in_one_room(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "embodied", "talk", f"output_dir={tmp_path}", "record=steps"],
        input=TASKS,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert said.returncode == 0, said.stderr
    lines = said.stdout.splitlines()
    answers = [line for line in lines if line.startswith("= ")]
    assert answers[:2] == ["= done", "= done"]
    assert answers[2].startswith("= I ")
    assert answers[3:] == ["= done", "= done"]
    assert "- Put the mug in the sink." in lines
    assert "- Close the fridge." in lines
    assert any(line.startswith("things: ") and "mug" in line for line in lines)


def test_where_nothing_can_be_made_of_the_first_words_a_person_says_others() -> None:
    told = io.StringIO()
    lines = Lines(Terminal("fly\n\nput a mug in the sink\n"), told)

    def room(words: str) -> tuple[str, str]:
        if "mug" not in words:
            raise PlanningError("I can not fly.")
        return "kitchen", words

    assert begun(None, lines, room) == ("kitchen", "put a mug in the sink")
    assert "I can not fly." in told.getvalue()


def test_a_file_whose_first_words_mean_nothing_ends_it() -> None:
    def room(words: str) -> tuple[str, str]:
        raise PlanningError("I can not fly.")

    with pytest.raises(PlanningError):
        begun(None, Lines(io.StringIO("fly\n"), io.StringIO()), room)
    assert begun(None, Lines(io.StringIO(""), io.StringIO()), room) is None


def test_a_world_that_does_not_tell_what_is_there_lists_nothing() -> None:
    assert listed(object(), "room") == {}


def test_who_asked_where_something_is_is_told() -> None:
    told = io.StringIO()
    found = {"end_reason": "the plan is carried out", "found": "the apple is in the fridge"}
    Lines(io.StringIO(), told).rest(found)
    assert told.getvalue() == "= the apple is in the fridge\n"


def test_how_a_task_ended_is_said_as_a_person_would() -> None:
    told = io.StringIO()
    lines = Lines(io.StringIO(), told)
    for reason in ("the plan is carried out", "a person said stop", "plan: I know no elephant.",
                   "gave up after 2 new plans; last failure: found no SideTable"):  # fmt: skip
        lines.rest({"end_reason": reason})
    assert told.getvalue().splitlines() == [
        "= done",
        "= stopped; say 'go on', or something else to do",
        "= I know no elephant.",
        "= gave up after 2 new plans; last failure: found no side table",
    ]
