"""The arm's skills: they go where things are now, check what came of it, and try again."""

import numpy as np
import pytest
from arm_standin import DT_S, Standin, block, bowl, drawer

from embodied.core.errors import ConfigError, UnknownNameError
from embodied.core.observation import Observation
from embodied.core.plan import Cause, ObjectRef, Outcome, Status, Subgoal
from policies.arm.policy import ArmSkillPolicy

RED, BLUE = ObjectRef("block", ("red",)), ObjectRef("block", ("blue",))
BOWL, DRAWER = ObjectRef("bowl"), ObjectRef("drawer")


def place(thing: ObjectRef, where: ObjectRef, relation: str) -> Subgoal:
    return Subgoal("place", {"object": thing, "receptacle": where, "relation": relation})


def pick(thing: ObjectRef) -> Subgoal:
    return Subgoal("pick", {"object": thing})


def carry_out(
    world: Standin, policy: ArmSkillPolicy, subgoal: Subgoal, *, meanwhile=None, most: int = 1200
) -> Outcome:
    policy.begin(subgoal)
    for step in range(most):
        if meanwhile is not None:
            meanwhile(step)
        action, outcome = policy.act(world.observation())
        if outcome.status is not Status.RUNNING:
            return outcome
        world.step(action)
    raise AssertionError(f"{subgoal} did not end")


def test_it_picks_a_block_up() -> None:
    world, policy = Standin([block("red", 0.5, 0.1, yaw=0.4), block("blue", 0.4, -0.1)]), None
    policy = ArmSkillPolicy()
    assert carry_out(world, policy, pick(RED)).status is Status.DONE
    assert world.held is world.item("red block")
    assert world.held.place[2] > 0.08
    assert policy.report()["held"] == "red block"


@pytest.mark.parametrize("relation", ["next to", "left of", "right of", "behind", "in front of"])
def test_it_puts_a_block_beside_another(relation: str) -> None:
    world, policy = Standin([block("red", 0.4, 0.2), block("blue", 0.5, 0.0)]), ArmSkillPolicy()
    carry_out(world, policy, pick(RED))
    assert carry_out(world, policy, place(RED, BLUE, relation)).status is Status.DONE
    gap = world.item("red block").place - world.item("blue block").place
    assert world.held is None
    assert gap[2] == pytest.approx(0.0, abs=0.005)
    assert 0.04 < np.linalg.norm(gap[:2]) < 0.1
    axis = {"left of": (1, 1), "right of": (1, -1), "behind": (0, 1), "in front of": (0, -1)}
    if relation in axis:
        which, sign = axis[relation]
        assert sign * gap[which] > 0.9 * np.linalg.norm(gap[:2])
    assert world.dropped_from_m < 0.02


def test_it_stacks_and_fills() -> None:
    world = Standin([block("red", 0.4, 0.2), block("blue", 0.5, 0.0), bowl("white", 0.5, -0.25)])
    policy = ArmSkillPolicy()
    carry_out(world, policy, pick(RED))
    assert carry_out(world, policy, place(RED, BLUE, "on")).status is Status.DONE
    assert world.item("red block").place[2] == pytest.approx(0.06, abs=0.003)
    carry_out(world, policy, pick(RED))
    assert carry_out(world, policy, place(RED, BOWL, "in")).status is Status.DONE
    assert np.linalg.norm((world.item("red block").place - world.item("bowl").place)[:2]) < 0.02


@pytest.mark.parametrize(
    ("skill", "before", "share"),
    [("open", 0.0, 1.0), ("open", 0.0, 0.5), ("close", 1.0, 0.0), ("close", 1.0, 0.25)],
)
def test_a_drawer_is_moved_to_a_degree(skill: str, before: float, share: float) -> None:
    world = Standin([drawer(openness=before)])
    outcome = carry_out(world, ArmSkillPolicy(), Subgoal(skill, {"object": DRAWER, "share": share}))
    assert outcome.status is Status.DONE
    assert world.item("drawer").openness == pytest.approx(share, abs=0.05)
    assert world.held is None


def test_a_shut_drawer_is_opened_before_something_is_put_in() -> None:
    world, policy = Standin([block("red", 0.4, 0.2), drawer()]), ArmSkillPolicy()
    carry_out(world, policy, pick(RED))
    carry_out(world, policy, place(RED, DRAWER, "in"))
    assert world.item("drawer").openness > 0.9
    gap = world.item("red block").place - world.item("drawer").place
    assert 0.0 < gap[0] < 0.2
    assert abs(gap[1]) < 0.1


def test_it_pushes_without_lifting() -> None:
    world, policy = Standin([block("red", 0.45, 0.2), block("blue", 0.45, 0.0)]), ArmSkillPolicy()
    highest = []
    outcome = carry_out(
        world,
        policy,
        Subgoal("push", {"object": RED, "receptacle": BLUE, "relation": "next to"}),
        meanwhile=lambda step: highest.append(world.item("red block").place[2]),
    )
    assert outcome.status is Status.DONE
    assert max(highest) == pytest.approx(0.02)
    gap = np.linalg.norm((world.item("red block").place - world.item("blue block").place)[:2])
    assert gap < 0.1


def shift(thing: ObjectRef, direction: str, amount: float, manner: str) -> Subgoal:
    way = {"direction": direction, "amount": amount, "frame": "robot", "manner": manner}
    return Subgoal("shift", {"object": thing, **way})


@pytest.mark.parametrize("manner", ["carried", "pushed"])
@pytest.mark.parametrize(
    ("direction", "unit"), [("left", (0, 1)), ("right", (0, -1)), ("back", (-1, 0))]
)
def test_a_thing_is_shifted_as_far_as_was_said(
    manner: str, direction: str, unit: tuple[int, int]
) -> None:
    world, highest = Standin([block("red", 0.5, 0.0), block("blue", 0.3, -0.2)]), []
    subgoal = shift(RED, direction, 0.08, manner)
    outcome = carry_out(
        world,
        ArmSkillPolicy(),
        subgoal,
        meanwhile=lambda step: highest.append(world.item("red block").place[2]),
    )
    assert outcome.status is Status.DONE
    wanted = np.array([0.5, 0.0]) + 0.08 * np.array(unit)
    assert world.item("red block").place[:2] == pytest.approx(wanted, abs=0.015)
    assert (max(highest) > 0.03) == (manner == "carried")


@pytest.mark.parametrize(
    ("direction", "amount", "cause", "why"),
    [
        ("forward", 0.3, Cause.NOT_REACHABLE, "reach"),
        ("left", 0.1, Cause.NO_SPACE, "blue block is in the way"),
    ],
)
def test_why_a_thing_cannot_be_shifted_is_said(
    direction: str, amount: float, cause: Cause, why: str
) -> None:
    world = Standin([block("red", 0.5, 0.0), block("blue", 0.5, 0.07)])
    outcome = carry_out(world, ArmSkillPolicy(), shift(RED, direction, amount, "pushed"))
    assert (outcome.status, outcome.cause) == (Status.FAILED, cause)
    assert why in outcome.evidence
    assert world.item("red block").place[:2] == pytest.approx([0.5, 0.0])


def test_what_is_held_is_carried_on() -> None:
    world, policy = Standin([block("red", 0.5, 0.0)]), ArmSkillPolicy()
    carry_out(world, policy, pick(RED))
    before = world.hand.copy()
    assert carry_out(world, policy, shift(RED, "left", 0.06, "carried")).status is Status.DONE
    assert world.hand - before == pytest.approx([0.0, 0.06, 0.0], abs=0.012)
    assert policy.report()["held"] == "red block"


def test_a_block_that_is_moved_on_the_way_is_followed() -> None:
    world, policy = Standin([block("red", 0.5, 0.1)]), ArmSkillPolicy()

    def take_away(step: int) -> None:
        if step == 15:
            world.item("red block").place[:2] = (0.4, -0.2)

    assert carry_out(world, policy, pick(RED), meanwhile=take_away).status is Status.DONE
    assert world.held is world.item("red block")


def test_what_was_lost_on_the_way_is_fetched_again() -> None:
    world = Standin([block("red", 0.4, 0.2), bowl("white", 0.5, -0.2)])
    policy = ArmSkillPolicy()
    carry_out(world, policy, pick(RED))

    def slip(step: int) -> None:
        if step == 10:
            world.held = None
            world.item("red block").place = np.array([0.45, 0.1, 0.02])

    assert carry_out(world, policy, place(RED, BOWL, "in"), meanwhile=slip).status is Status.DONE
    assert np.linalg.norm((world.item("red block").place - world.item("bowl").place)[:2]) < 0.02


def test_what_is_in_the_hand_is_put_down_before_something_else_is_picked() -> None:
    world, policy = Standin([block("red", 0.4, 0.2), block("blue", 0.5, 0.0)]), ArmSkillPolicy()
    carry_out(world, policy, pick(RED))
    assert carry_out(world, policy, pick(BLUE)).status is Status.DONE
    assert world.held is world.item("blue block")
    assert world.item("red block").place[2] == pytest.approx(0.02)
    assert world.dropped_from_m < 0.02


def test_what_is_not_there_is_not_found() -> None:
    world, policy = Standin([block("red", 0.4, 0.2)]), ArmSkillPolicy()
    outcome = carry_out(world, policy, pick(ObjectRef("block", ("green",))))
    assert (outcome.status, outcome.cause) == (Status.FAILED, Cause.NOT_FOUND)


def test_a_thing_out_of_view_is_remembered() -> None:
    world, policy = Standin([block("red", 0.4, 0.2), block("blue", 0.5, 0.0)]), ArmSkillPolicy()
    carry_out(world, policy, pick(RED))
    hidden = world.items.pop(1)
    policy.begin(place(RED, BLUE, "on"))
    for _ in range(30):
        action, outcome = policy.act(world.observation())
        assert outcome.status is Status.RUNNING
        world.step(action)
    assert any(thing.name == "blue block" for thing in policy.body.things)
    world.items.append(hidden)


def test_things_alike_raise_a_question_and_the_nearest_is_the_best_guess() -> None:
    world = Standin([block("red", 0.4, 0.2), block("red", 0.4, -0.05)])
    policy = ArmSkillPolicy()
    policy.begin(pick(RED))
    _, outcome = policy.act(world.observation())
    assert outcome.question == "Which red block do you mean: the left one or the right one?"
    assert carry_out(world, policy, pick(RED)).status is Status.DONE
    assert world.held is world.items[1]


@pytest.mark.parametrize(
    ("reference", "index"),
    [
        (ObjectRef("block", ("red",), "on the left"), 0),
        (ObjectRef("block", ("right",)), 1),
        (ObjectRef("block", relation="next to the bowl"), 2),
    ],
)
def test_words_of_place_tell_things_apart(reference: ObjectRef, index: int) -> None:
    items = [block("red", 0.4, 0.2), block("red", 0.4, -0.2), block("blue", 0.6, 0.1)]
    world, policy = Standin([*items, bowl("white", 0.6, 0.0)]), ArmSkillPolicy()
    policy.begin(pick(reference))
    _, outcome = policy.act(world.observation())
    assert not outcome.question
    carry_out(world, policy, pick(reference))
    assert world.held is items[index]


def test_holding_still_keeps_hold_of_what_is_held() -> None:
    world, policy = Standin([block("red", 0.4, 0.2)]), ArmSkillPolicy()
    carry_out(world, policy, pick(RED))
    for _ in range(20):
        world.step(policy.hold(world.observation()))
    assert world.held is world.item("red block")


def test_a_task_is_ended_by_putting_down_what_is_held() -> None:
    world, policy = Standin([block("red", 0.4, 0.2)]), ArmSkillPolicy()
    assert policy.settling(world.observation()) == ()
    carry_out(world, policy, pick(RED))
    (first,) = policy.settling(world.observation())
    assert carry_out(world, policy, first).status is Status.DONE
    assert world.held is None
    assert world.item("red block").place[2] == pytest.approx(0.02)
    assert world.dropped_from_m < 0.02


def test_a_new_episode_does_not_drop_what_the_last_one_left_in_the_hand() -> None:
    world, policy = Standin([block("red", 0.4, 0.2), block("blue", 0.5, 0.0)]), ArmSkillPolicy()
    carry_out(world, policy, pick(RED))
    policy.reset()
    assert carry_out(world, policy, pick(BLUE)).status is Status.DONE
    assert world.item("red block").place[2] == pytest.approx(0.02)
    assert world.dropped_from_m < 0.02


def test_errors_say_what_is_missing() -> None:
    policy = ArmSkillPolicy()
    with pytest.raises(UnknownNameError, match="skill"):
        policy.begin(Subgoal("heat", {}))
    policy.begin(pick(RED))
    with pytest.raises(ConfigError, match="arm's state"):
        policy.act(Observation())


def test_the_actions_are_velocities_in_the_base_frame() -> None:
    world, policy = Standin([block("red", 0.6, 0.2)]), ArmSkillPolicy()
    policy.begin(pick(RED))
    action, _ = policy.act(world.observation())
    assert (action.space, action.frame, action.rate_hz) == ("ee_velocity", "base", 20.0)
    assert action.values.shape == (7,)
    assert np.linalg.norm(action.values[:3]) * DT_S < 0.02


@pytest.mark.parametrize("share", [float("nan"), float("inf")])
def test_a_share_that_is_no_number_moves_nothing_to_nowhere(share: float) -> None:
    world, policy = Standin([drawer()]), ArmSkillPolicy()
    opened = Subgoal("open", {"object": ObjectRef("drawer"), "share": share})
    assert carry_out(world, policy, opened).status is Status.DONE
    assert world.item("drawer").openness == pytest.approx(1.0, abs=0.1)
