"""Watchdogs, the emergency stop, and which goal acts."""

import threading

import pytest

from embodied.core.errors import ConfigError
from embodied.runtime.robot.diagnostics import Health, Level, findings
from embodied.runtime.robot.emergency import EmergencyStop
from embodied.runtime.robot.goals import GoalBook, Why
from embodied.runtime.robot.watching import Watch


class Clock:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


def test_a_source_is_stale_until_it_was_heard_and_again_once_it_is_quiet():
    clock = Clock()
    watch = Watch({"camera": 0.5, "joints": 0.2}, clock=clock)
    assert set(watch.stale()) == {"camera", "joints"}
    watch.saw("camera", 1.0)
    watch.saw("joints", 1.0)
    assert not watch.stale()
    clock.now_s += 0.3
    assert watch.stale() == {"joints": "nothing for 0.3 s"}


def test_a_camera_that_repeats_its_last_picture_is_dead():
    clock = Clock()
    watch = Watch({"camera": 0.5}, clock=clock)
    assert watch.saw("camera", 7.0)
    clock.now_s += 1.0
    assert not watch.saw("camera", 7.0)
    assert "camera" in watch.stale()
    assert watch.saw("camera", 7.1)
    assert not watch.stale()


def test_why_a_source_cannot_be_read_is_told():
    watch = Watch({"camera": 0.5})
    watch.spoiled("camera", "Images come as 'bayer'")
    assert watch.stale() == {"camera": "Images come as 'bayer'"}


def test_a_limit_has_to_be_positive():
    with pytest.raises(ConfigError):
        Watch({"camera": 0.0})


def test_nothing_but_a_person_releases_the_emergency_stop():
    stop = EmergencyStop()
    halts = []
    stop.listen(halts.append)
    stop.button(True)
    stop.button(True)
    assert stop.engaged
    assert len(halts) == 2  # every press halts anew
    assert stop.release() == "e_stop is still pressed"
    stop.button(False)
    assert stop.engaged
    assert stop.release() == ""
    assert not stop.engaged


def test_one_button_let_go_does_not_release_another():
    stop = EmergencyStop()
    stop.button(True, source="panel")
    stop.button(True, source="remote")
    stop.button(False, source="remote")
    assert "panel" in stop.release()


def test_who_has_gone_is_told_no_more_and_the_latch_stays():
    stop, first, second = EmergencyStop(), [], []
    end = stop.listen(first.append)
    stop.engage("test")
    end()
    stop.listen(second.append)
    assert stop.engaged
    stop.engage("again")
    assert (first, second) == (["test"], ["test"])


def test_a_listener_that_fails_keeps_none_from_halting():
    stop = EmergencyStop()
    halted = []

    def broken(reason):
        raise RuntimeError("the radio is off")

    stop.listen(broken)
    stop.listen(halted.append)
    with pytest.raises(RuntimeError):
        stop.engage("test")
    assert halted == ["test"]
    assert stop.engaged


def test_a_newer_goal_takes_over_and_waits_for_the_older_to_rest():
    book = GoalBook()
    book.accept("old")
    assert book.turn_of("old", timeout_s=1)
    assert book.accept("new") == "old"
    assert book.ending("old")[0] is Why.PREEMPTED
    assert not book.turn_of("new", timeout_s=0.01)  # the old one still runs
    threading.Timer(0.02, book.close, ["old"]).start()
    assert book.turn_of("new", timeout_s=5)
    assert book.active == "new"


def test_of_many_waiting_goals_the_newest_runs():
    book = GoalBook()
    for name in ("one", "two", "three"):
        book.accept(name)
    assert not book.turn_of("one", timeout_s=1)
    assert not book.turn_of("two", timeout_s=1)
    assert book.turn_of("three", timeout_s=1)


def test_a_goal_cancelled_before_its_turn_never_runs():
    book = GoalBook()
    book.accept("goal")
    assert book.end("goal", Why.CANCELLED, "no") is False
    assert not book.turn_of("goal", timeout_s=1)


def test_the_first_reason_to_end_counts():
    book = GoalBook()
    book.accept("goal")
    assert book.turn_of("goal", timeout_s=1)
    assert book.end("goal", Why.EMERGENCY, "button") is True
    book.end("goal", Why.CANCELLED, "client")
    assert book.ending("goal") == (Why.EMERGENCY, "button")


def test_where_goals_are_rejected_the_second_waits_for_nobody():
    book = GoalBook(preempt="reject")
    assert book.refusal() == ""
    book.accept("one")
    assert "another goal" in book.refusal()
    book.close("one")
    assert book.refusal() == ""


def test_a_policy_for_goals_that_there_is_not_is_told():
    with pytest.raises(ConfigError, match="replace, reject"):
        GoalBook(preempt="queue")


@pytest.mark.parametrize(
    ("health", "name", "level"),
    [
        (Health(active=True), "state", Level.OK),
        (Health(active=True, emergency="pressed"), "state", Level.ERROR),
        (Health(active=True, stale={"front/image": "nothing for 2.0 s"}), "sensors", Level.STALE),
        (Health(active=False, stale={"front/image": "nothing"}), "sensors", Level.OK),
        (Health(active=True, ticks=200, missed=1), "control", Level.OK),
        (Health(active=True, ticks=200, missed=20), "control", Level.WARN),
        (Health(active=True, dead=1), "control", Level.ERROR),
        (Health(active=True, recording="x.mcap", dropped=3), "recording", Level.WARN),
    ],
)
def test_diagnostics_say_how_bad_it_is(health, name, level):
    found = {each.name: each for each in findings(health)}
    assert found[name].level is level
    assert found[name].message
