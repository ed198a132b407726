"""Shared control: the arm moves only while a person drives, along axes the task has shaped."""

import os
import pty
import subprocess
import sys
import termios

import numpy as np
import pytest
from arm_standin import Standin, block

from embodied.core.correction import Correction, CorrectionKind
from embodied.core.errors import ConfigError
from embodied.core.plan import ObjectRef, Status, Subgoal
from embodied.language.motions import read_motion
from embodied.runtime.keyboard import Keyboard
from embodied.runtime.shared import SharedControl, with_control
from policies.arm.policy import ArmSkillPolicy

PICK = Subgoal("pick", {"object": ObjectRef("block", ("red",))})


class Hands:
    """What the person does."""

    now = (0.0, 0.0, 0.0)

    def axes(self) -> tuple[float, float, float]:
        return self.now


def driven() -> tuple[Standin, ArmSkillPolicy, SharedControl, Hands]:
    world, policy, hands = Standin([block("red", 0.5, 0.2)]), ArmSkillPolicy(), Hands()
    shared = SharedControl(policy, keys=hands)
    shared.begin(PICK)
    return world, policy, shared, hands


def drive(world: Standin, shared: SharedControl, steps: int) -> Status:
    for _ in range(steps):
        action, outcome = shared.act(world.observation())
        if outcome.status is not Status.RUNNING:
            return outcome.status
        world.step(action)
    return Status.RUNNING


def test_nothing_moves_until_somebody_drives() -> None:
    world, _, shared, _ = driven()
    before = world.hand.copy()
    assert drive(world, shared, 200) is Status.RUNNING
    assert world.hand == pytest.approx(before)


def test_driving_on_carries_the_task_out() -> None:
    world, _, shared, hands = driven()
    hands.now = (1.0, 0.0, 0.0)
    assert drive(world, shared, 600) is Status.DONE
    assert world.held is world.item("red block")


def test_half_a_push_is_half_as_fast() -> None:
    def speed(on: float) -> float:
        world, _, shared, hands = driven()
        hands.now = (on, 0.0, 0.0)
        action, _ = shared.act(world.observation())
        return float(np.linalg.norm(action.values[:3]))

    assert speed(0.5) == pytest.approx(speed(1.0) / 2)


def test_steering_is_no_faster_than_its_speed_whatever_the_joystick_says() -> None:
    world, _, shared, hands = driven()
    hands.now = (0.0, 50.0, 0.0)
    action, _ = shared.act(world.observation())
    assert np.linalg.norm(action.values[:3]) == pytest.approx(0.12)


def test_steering_goes_along_the_last_correction_and_shifts_the_aim() -> None:
    world, policy, shared, hands = driven()
    hands.now = (1.0, 0.0, 0.0)
    drive(world, shared, 5)
    shared.correct(Correction("up", 0.0, CorrectionKind.MOTION, read_motion("1 mm up")))
    drive(world, shared, 3)
    policy._way_mps = np.array([0.1, 0.0, 0.0])
    hands.now = (0.0, 1.0, 0.0)
    action, _ = shared.act(world.observation())
    assert action.values[2] == pytest.approx(0.12, abs=1e-3)
    assert abs(action.values[0]) < 1e-6
    assert policy.body.offset_m[2] > 0.005


def test_the_axes_are_square_to_each_other() -> None:
    world, policy, shared, hands = driven()
    hands.now = (1.0, 0.0, 0.0)
    drive(world, shared, 10)
    axes = policy.axes()
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-9)


def test_back_goes_back() -> None:
    world, policy, shared, hands = driven()
    hands.now = (1.0, 0.0, 0.0)
    drive(world, shared, 10)
    on = policy.axes()[0]
    hands.now = (-1.0, 0.0, 0.0)
    action, _ = shared.act(world.observation())
    assert action.values[:3] @ on < -0.1


def test_only_what_can_be_steered_is_shared() -> None:
    class Walker:
        def reset(self) -> None: ...

    with pytest.raises(ConfigError, match="steered"):
        SharedControl(Walker())
    with pytest.raises(ConfigError, match="No control"):
        with_control(ArmSkillPolicy(), "joystick")
    policy = ArmSkillPolicy()
    assert with_control(policy, None) is policy


def test_keys_are_axes_for_as_long_as_they_are_held() -> None:
    now = [0.0]
    keys = Keyboard(clock=lambda: now[0])
    keys.press("w")
    keys.press("d")
    assert keys.axes() == (1.0, -1.0, 0.0)
    now[0] = 1.0
    assert keys.axes() == (0.0, 0.0, 0.0)


def test_a_line_after_a_colon_is_words() -> None:
    keys = Keyboard()
    lines = [keys.press(key) for key in ":no, the resd\x7f\x7fd one\n"]
    assert lines[-1] == "no, the red one"
    assert keys.axes() == (0.0, 0.0, 0.0)


def test_space_is_stop_and_lets_go_of_every_key() -> None:
    keys = Keyboard(clock=lambda: 0.0)
    keys.press("w")
    assert keys.press(" ") == "stop"
    assert keys.axes() == (0.0, 0.0, 0.0)


def test_a_space_within_words_is_a_space() -> None:
    keys = Keyboard()
    lines = [keys.press(key) for key in ":a bit left\n"]
    assert lines == [None] * (len(lines) - 1) + ["a bit left"]


@pytest.mark.parametrize(
    ("sent", "axes"),
    [
        ("\x1b[A", (1.0, 0.0, 0.0)),
        ("\x1b[D", (0.0, 1.0, 0.0)),
        ("\x1bOC", (0.0, -1.0, 0.0)),
        ("\x1b[3~", (0.0, 0.0, 0.0)),  # delete
        ("\x1b[1;5D", (0.0, 1.0, 0.0)),  # control and an arrow
        ("\x1b[3~w", (1.0, 0.0, 0.0)),
    ],
)
def test_arrow_keys_steer_and_other_keys_are_not_taken_for_letters(sent, axes) -> None:
    keys = Keyboard(clock=lambda: 0.0)
    assert [keys.press(key) for key in sent] == [None] * len(sent)
    assert keys.axes() == axes


def test_a_terminal_is_as_it_was_once_the_process_has_gone() -> None:
    script = (
        "import sys, time\n"
        "from embodied.runtime.keyboard import Keyboard\n"
        "Keyboard().listen(sys.stdin, print)\n"
        "time.sleep(0.3)\n"
    )
    mine, theirs = pty.openpty()
    try:
        before = termios.tcgetattr(theirs)
        subprocess.run([sys.executable, "-c", script], stdin=theirs, check=True, timeout=60)
        assert termios.tcgetattr(theirs) == before
    finally:
        os.close(mine)
        os.close(theirs)
