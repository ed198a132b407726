"""Motion corrections: direction words x frame x amount, in the words the robot uses itself."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.motion import DIRECTIONS, STILL, Frame, Motion, MotionKind, describe
from embodied.language.motions import Unclear, read_motion

MOVE, ROTATE, TILT = MotionKind.MOVE, MotionKind.ROTATE, MotionKind.TILT
LEFT = Motion(MOVE, "left", amount=0.04)

READ = {
    "left": Motion(MOVE, "left"),
    "a bit to the left": Motion(MOVE, "left", amount=0.03),
    "no, a little further to the right": Motion(MOVE, "right", amount=0.03),
    "move your arm down a lot": Motion(MOVE, "down", amount=0.10),
    "2 cm higher, please": Motion(MOVE, "up", amount=0.02),
    "lower the gripper by three centimetres": Motion(MOVE, "down", amount=0.03),
    "half a centimetre back": Motion(MOVE, "back", amount=0.005),
    "to my left": Motion(MOVE, "left", Frame.SPEAKER),
    "move the gripper 2 cm to your left": Motion(MOVE, "left", amount=0.02),
    "keep going right until I say": Motion(MOVE, "right", holds=True),
    "rotate the gripper 30 degrees clockwise": Motion(ROTATE, "right", amount=math.pi / 6),
    "turn it left": Motion(ROTATE, "left"),
    "tilt it forward": Motion(TILT, "forward"),
    "tilt your hand up": Motion(TILT, "back"),
    "open the gripper": Motion(MotionKind.GRIPPER, "open", amount=1.0),
    "open your gripper more": Motion(MotionKind.GRIPPER, "open", amount=1.0),
    "let go": Motion(MotionKind.GRIPPER, "open", amount=1.0),
    "close your hand a little": Motion(MotionKind.GRIPPER, "close", amount=0.5),
    "slower": Motion(MotionKind.SPEED, "slower", amount=0.5, holds=True),
    "not so fast!": Motion(MotionKind.SPEED, "slower", amount=0.5, holds=True),
    "careful with the cup": Motion(MotionKind.SPEED, "slower", amount=0.5, holds=True),
    "speed up": Motion(MotionKind.SPEED, "faster", amount=1.5, holds=True),
}
NO_MOTIONS = [
    "the left one",
    "the one on the left",
    "no, the red one",
    "turn the microwave off",
    "put it in the bowl",
    "lift the block",
    "go to the kitchen",
    "open the drawer",
    "also close the door",
    "in the drawer",
]


@pytest.mark.parametrize(("text", "motion"), READ.items())
def test_words_are_read_as_the_motion_they_name(text: str, motion: Motion) -> None:
    found = read_motion(text, last=LEFT)
    assert isinstance(found, Motion)
    assert found.amount == pytest.approx(motion.amount)
    assert (found.kind, found.direction, found.frame, found.holds) == (
        motion.kind,
        motion.direction,
        motion.frame,
        motion.holds,
    )


@pytest.mark.parametrize("text", NO_MOTIONS)
def test_words_about_things_are_no_motions(text: str) -> None:
    assert read_motion(text, last=LEFT) is None


def test_an_objects_frame_is_named_by_the_object() -> None:
    for text, direction in {
        "away from the bowl": "away",
        "closer to the bowl": "towards",
        "move to the left of the bowl": "left",
    }.items():
        found = read_motion(text)
        assert isinstance(found, Motion)
        assert found.about is not None
        assert (found.direction, found.frame, found.about.phrase) == (
            direction,
            Frame.OBJECT,
            "the bowl",
        )


def test_more_and_the_other_way_mean_what_was_said_before() -> None:
    assert read_motion("more", last=LEFT) == LEFT
    assert read_motion("the other way", last=LEFT) == Motion(MOVE, "right", amount=0.04)
    assert read_motion("too far", last=LEFT) == Motion(MOVE, "right", amount=0.02)


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("too high", "down"),
        ("you're too low", "up"),
        ("a bit too far left", "right"),
        ("that's too far to the right", "left"),
        ("too far forward", "back"),
        ("not so high", "down"),
    ],
)
def test_too_much_of_a_way_is_the_other_one(text: str, direction: str) -> None:
    motion = read_motion(text)
    assert isinstance(motion, Motion)
    assert (motion.kind, motion.direction) == (MOVE, direction)


@pytest.mark.parametrize("text", ["more", "move", "a bit", "the other way", "move 3 cm"])
def test_a_motion_without_a_direction_is_asked_back(text: str) -> None:
    found = read_motion(text)
    assert isinstance(found, Unclear)
    assert found.question.endswith("?")


@pytest.mark.parametrize(
    ("kind", "direction"), [(kind, name) for kind, names in DIRECTIONS.items() for name in names]
)
def test_what_the_robot_reports_can_be_said_to_it(kind: MotionKind, direction: str) -> None:
    velocity = tuple(0.2 * part for part in DIRECTIONS[kind][direction])
    still = (0.0, 0.0, 0.0)
    words = describe(*((velocity, still) if kind is MOVE else (still, velocity)))
    assert read_motion(words) == Motion(kind, direction)


def test_standing_still_is_called_so() -> None:
    assert describe((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)) == STILL
    assert describe((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), gripper="open") == "open gripper"


@given(st.text(max_size=60))
def test_any_text_is_read_as_something_or_nothing(text: str) -> None:
    found = read_motion(text)
    assert found is None or isinstance(found, Motion | Unclear)
