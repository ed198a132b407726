"""Words about its motion act on the arm's skills at the next step, and for how long they do."""

import numpy as np
import pytest
from arm_standin import Standin, block

from embodied.core.correction import Correction, CorrectionKind
from embodied.core.motion import LASTING, Motion, arguments_of
from embodied.core.observation import Observation
from embodied.core.plan import ObjectRef, Status, Subgoal
from embodied.language.motions import read_motion
from policies.arm.policy import ArmSkillPolicy

RED = ObjectRef("block", ("red",))


def pick(thing: ObjectRef) -> Subgoal:
    return Subgoal("pick", {"object": thing})


def said(text: str) -> Correction:
    return Correction(text, 0.0, CorrectionKind.MOTION, read_motion(text))


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("a bit to the left", (0, 1, 0)),
        ("4 cm higher", (0, 0, 1)),
        ("move arm forward", (1, 0, 0)),
        ("towards the blue block", (1, 0, 0)),
        ("away from the blue block", (-1, 0, 0)),
    ],
)
def test_a_motion_acts_at_the_next_step(text: str, way: tuple[int, int, int]) -> None:
    world = Standin([block("red", 0.4, 0.2), block("blue", 0.6, 0.0)])
    policy = ArmSkillPolicy()
    policy.begin(pick(RED))
    policy.act(world.observation())
    assert policy.correct(said(text))
    action, _ = policy.act(world.observation())
    moved = action.values[:3] / np.linalg.norm(action.values[:3])
    assert moved == pytest.approx(np.array(way), abs=1e-3)


def test_a_speaker_opposite_the_robot_has_another_left() -> None:
    world = Standin([block("red", 0.4, 0.2)])
    policy = ArmSkillPolicy(speaker_yaw_rad=np.pi)
    policy.begin(pick(RED))
    policy.act(world.observation())
    policy.correct(said("to my left"))
    action, _ = policy.act(world.observation())
    assert action.values[1] < -0.1


def test_a_shift_holds_until_the_subgoal_ends_and_is_gone_with_the_next() -> None:
    world, policy = Standin([block("red", 0.4, 0.2)]), ArmSkillPolicy()
    aside = world.item("red block").place.copy()
    seen = aside + np.array([0.0, -0.03, 0.0])

    def as_seen() -> Observation:
        world.item("red block").place = seen
        observation = world.observation()
        world.item("red block").place = aside
        return observation

    policy.begin(pick(RED))
    for _ in range(10):
        action, _ = policy.act(as_seen())
        world.step(action)
    policy.correct(said("3 cm to the left"))
    while world.hand[2] > 0.03:
        action, _ = policy.act(as_seen())
        world.step(action)
    assert world.hand[:2] == pytest.approx(aside[:2], abs=0.008)
    policy.begin(pick(RED))
    policy.act(as_seen())
    assert policy.report()["offset_m"] == [0.0, 0.0, 0.0]


def test_with_a_time_constant_a_shift_is_forgotten() -> None:
    world, policy = Standin([block("red", 0.6, 0.2)]), ArmSkillPolicy(decay_s=0.5)
    policy.begin(pick(RED))
    policy.act(world.observation())
    policy.correct(said("3 cm to the left"))
    shifts = []
    for _ in range(40):
        action, _ = policy.act(world.observation())
        world.step(action)
        shifts.append(policy.report()["offset_m"][1])
    assert max(shifts) == pytest.approx(0.03, abs=0.002)
    assert shifts[-1] < 0.01


def test_slower_makes_every_motion_slower() -> None:
    def length(text: str) -> float:
        world, policy = Standin([block("red", 0.6, 0.3)]), ArmSkillPolicy()
        policy.begin(pick(RED))
        policy.act(world.observation())
        if text:
            policy.correct(said(text))
        return max(
            float(np.linalg.norm(policy.act(world.observation())[0].values[:3])) for _ in range(3)
        )

    assert length("slower") == pytest.approx(length("") / 2, rel=0.05)
    assert length("faster") > length("")


def test_the_hand_turns_tilts_and_opens_as_it_is_told() -> None:
    world, policy = Standin([block("red", 0.4, 0.2)]), ArmSkillPolicy()
    policy.begin(pick(RED))
    policy.act(world.observation())
    before = world.finger_rad
    policy.correct(said("rotate left 30 degrees"))
    for _ in range(16):
        world.step(policy.act(world.observation())[0])
    assert world.finger_rad - before == pytest.approx(np.pi / 6, abs=0.05)
    policy.correct(said("close the gripper"))
    assert policy.act(world.observation())[0].values[6] == 0.0
    policy.correct(said("open the gripper"))
    assert policy.act(world.observation())[0].values[6] == 1.0


def test_it_reports_the_motion_in_words_that_it_understands() -> None:
    world, policy = Standin([block("red", 0.6, 0.2)]), ArmSkillPolicy()
    policy.begin(pick(RED))
    heard = set()
    for _ in range(400):
        action, outcome = policy.act(world.observation())
        if outcome.status is not Status.RUNNING:
            break
        heard.add(policy.report()["motion"])
        world.step(action)
    assert {"move arm down", "move arm up", "close gripper"} <= heard
    for words in heard - {"hold still"}:
        assert read_motion(words) is not None, words


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("move 4 cm to the left", (0.0, 0.04, 0.0)),
        ("5 cm higher", (0.0, 0.0, 0.05)),
        ("go forward", (0.05, 0.0, 0.0)),
    ],
)
def test_a_motion_may_be_all_that_is_asked(text: str, way: tuple[float, float, float]) -> None:
    world, policy = Standin([block("red", 0.4, 0.2)]), ArmSkillPolicy()
    began = world.hand.copy()
    motion = read_motion(text)
    assert isinstance(motion, Motion)
    carry_out(world, policy, Subgoal("move_hand", arguments_of(motion)))
    assert world.hand - began == pytest.approx(np.array(way), abs=2e-3)


@pytest.mark.parametrize(
    ("direction", "amount", "way_m"),
    [("towards", 0.03, 0.03), ("towards", 0.0, 0.05), ("away", 0.04, -0.04)],
)
def test_the_hand_nears_a_thing_or_leaves_it_level(
    direction: str, amount: float, way_m: float
) -> None:
    world, policy = Standin([block("red", 0.4, 0.2)]), ArmSkillPolicy()
    began = world.hand.copy()
    run_approach(world, policy, direction, amount)
    gap = np.array([0.4, 0.2]) - began[:2]
    assert world.hand[:2] - began[:2] == pytest.approx(way_m * gap / np.linalg.norm(gap), abs=2e-3)
    assert world.hand[2] == pytest.approx(began[2], abs=2e-3)


def test_the_hand_goes_no_farther_than_to_above_a_thing() -> None:
    world, policy = Standin([block("red", 0.4, 0.2)]), ArmSkillPolicy()
    run_approach(world, policy, "towards", LASTING)
    assert world.hand[:2] == pytest.approx([0.4, 0.2], abs=4e-3)


def run_approach(world: Standin, policy: ArmSkillPolicy, direction: str, amount: float) -> None:
    told = {"object": ObjectRef("Block", ("red",)), "direction": direction, "amount": amount}
    carry_out(world, policy, Subgoal("approach", told))


def carry_out(world: Standin, policy: ArmSkillPolicy, subgoal: Subgoal) -> None:
    policy.begin(subgoal)
    for _ in range(200):
        action, outcome = policy.act(world.observation())
        if action is None:
            break
        world.step(action)
    assert outcome.status is Status.DONE


def test_a_motion_that_lasts_lasts_until_it_is_left_off() -> None:
    world, policy = Standin([block("red", 0.4, 0.2)]), ArmSkillPolicy()
    motion = read_motion("move left until I say stop")
    assert isinstance(motion, Motion)
    policy.begin(Subgoal("move_hand", arguments_of(motion)))
    for _ in range(100):
        action, outcome = policy.act(world.observation())
        assert outcome.status is Status.RUNNING
        assert action.values[1] > 0.0
    policy.interrupt()
    action = policy.hold(world.observation())
    assert not action.values[:6].any()


def test_what_is_no_motion_fails_in_words() -> None:
    world, policy = Standin([block("red", 0.4, 0.2)]), ArmSkillPolicy()
    wrong = {"motion": "gripper", "direction": "left", "amount": 0.0, "frame": "robot"}
    policy.begin(Subgoal("move_hand", wrong))
    _, outcome = policy.act(world.observation())
    assert outcome.status is Status.FAILED
    assert "gripper left" in outcome.evidence
