"""Skills in a room of boxes: what is asked for is done, refusals are recovered from."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from embodied.core.errors import UnknownNameError
from embodied.core.plan import Cause, ObjectRef, Outcome, Status, Subgoal
from embodied.mapping.scene_map import SceneMap
from policies.skills.policy import SkillPolicy
from policies.skills.report import blame
from policies.skills.tools import not_found

sys.path.insert(0, str(Path(__file__).parents[2]))
from box_world import Box, BoxWorld, box_at

MOST_STEPS = 150


def table(x: float = 0.0, y: float = 1.5) -> Box:
    return box_at("DiningTable", x, y, 0.0, (1.2, 0.6, 0.7))


def mug(x: float = 0.0, y: float = 1.4, z: float = 0.7) -> Box:
    return box_at("Mug", x, y, z, (0.1, 0.1, 0.12), solid=False)


def microwave() -> Box:
    return box_at("Microwave", 1.5, 1.5, 0.9, (0.5, 0.5, 0.35), hides=True)


def counter() -> Box:
    return box_at("CounterTop", 1.5, 1.6, 0.0, (1.4, 0.7, 0.9))


def of(category: str, *attributes: str) -> ObjectRef:
    return ObjectRef(category, attributes)


def carry_out(
    world: BoxWorld, subgoals: Sequence[Subgoal], policy: SkillPolicy | None = None
) -> tuple[Outcome, SkillPolicy]:
    """Do subgoals one after the other until one fails; return the last outcome."""
    policy = policy or SkillPolicy()
    observation = world.look()
    outcome = Outcome(Status.DONE)
    for subgoal in subgoals:
        policy.begin(subgoal)
        while True:
            action, outcome = policy.act(observation)
            if action is None:
                break
            assert world.steps < MOST_STEPS, world.log
            observation = world.act(action)
        if outcome.status is not Status.DONE:
            break
    return outcome, policy


PICK = Subgoal("pick", {"object": of("Mug")})


def test_a_thing_in_view_is_gone_to_and_taken() -> None:
    thing = mug()
    world = BoxWorld([table(), thing])
    outcome, policy = carry_out(world, [PICK])
    assert outcome.status is Status.DONE
    assert world.held is thing
    assert policy.body.map.hand.category == "Mug"


def test_a_thing_behind_the_agent_is_found() -> None:
    thing = mug(y=-1.6)
    world = BoxWorld([table(y=-1.5), thing])
    outcome, _ = carry_out(world, [PICK])
    assert outcome.status is Status.DONE
    assert world.held is thing


def test_what_is_taken_is_put_where_it_belongs() -> None:
    thing, place = mug(), counter()
    world = BoxWorld([table(x=-0.6), thing, place])
    thing.low, thing.high = (-0.7, 1.3, 0.7), (-0.6, 1.4, 0.82)
    put = Subgoal("place", {"object": of("Mug"), "receptacle": of("CounterTop")})
    outcome, _ = carry_out(world, [PICK, put])
    assert outcome.status is Status.DONE
    assert thing.inside is place


@pytest.mark.parametrize("kind", ["DiningTable", "Desk"])
def test_what_goes_next_to_something_goes_onto_what_that_stands_on(kind: str) -> None:
    near, far = table(), table(y=-1.6)
    thing = mug()
    laptop = box_at("Laptop", 0.2, -1.5, 0.7, (0.3, 0.2, 0.05), solid=False)
    world = BoxWorld([near, thing, far, laptop])
    where = ObjectRef(kind, (), "where the laptop is")
    put = Subgoal("place", {"object": of("Mug"), "receptacle": where})
    outcome, _ = carry_out(world, [PICK, put])
    assert outcome.status is Status.DONE
    assert thing.inside is far


def test_what_something_should_go_next_to_is_missed_by_its_name() -> None:
    where = ObjectRef("DiningTable", (), "where the laptop is")
    put = Subgoal("place", {"object": of("Mug"), "receptacle": where})
    outcome, _ = carry_out(BoxWorld([table(), mug()]), [PICK, put])
    assert outcome.cause is Cause.NOT_FOUND
    assert "Laptop" in outcome.evidence


def test_a_closed_receptacle_is_opened_used_and_closed_again() -> None:
    thing, oven = mug(x=-0.8), microwave()
    world = BoxWorld([table(x=-0.8), thing, counter(), oven])
    put = Subgoal("place", {"object": of("Mug"), "receptacle": of("Microwave")})
    outcome, _ = carry_out(world, [PICK, put])
    assert outcome.status is Status.DONE
    assert thing.inside is oven
    assert not oven.open


def test_heating_heats_and_brings_the_thing_back() -> None:
    thing, oven = mug(x=-0.8), microwave()
    world = BoxWorld([table(x=-0.8), thing, counter(), oven])
    heat = Subgoal("heat", {"object": of("Mug"), "receptacle": of("Microwave")})
    outcome, policy = carry_out(world, [PICK, heat])
    assert outcome.status is Status.DONE
    assert "heated" in thing.changes
    assert world.held is thing
    assert policy.body.map.hand.instance.is_("hot")


def test_a_thing_in_a_closed_container_is_found_by_opening_it() -> None:
    oven = microwave()
    thing = mug(1.5, 1.5, 0.95)
    thing.inside = oven
    world = BoxWorld([counter(), oven, thing])
    outcome, _ = carry_out(world, [PICK])
    assert outcome.status is Status.DONE
    assert world.held is thing


def test_two_of_a_kind_go_to_the_same_place() -> None:
    mugs, place = [mug(-0.8), mug(-0.4)], counter()
    world = BoxWorld([table(x=-0.6), *mugs, place])
    put = Subgoal("place", {"object": of("Mug"), "receptacle": of("CounterTop")})
    second = of("Mug", "another")
    more = [
        Subgoal("pick", {"object": second}),
        Subgoal("place", {"object": second, "receptacle": of("CounterTop")}),
    ]
    outcome, _ = carry_out(world, [PICK, put, *more])
    assert outcome.status is Status.DONE
    assert [each.inside for each in mugs] == [place, place]


def test_what_is_not_there_is_given_up_in_words() -> None:
    outcome, _ = carry_out(BoxWorld([table()]), [PICK])
    assert outcome.status is Status.FAILED
    assert outcome.cause is Cause.NOT_FOUND
    assert "Mug" in outcome.evidence


def test_placing_with_an_empty_hand_says_so() -> None:
    put = Subgoal("place", {"object": of("Mug"), "receptacle": of("DiningTable")})
    outcome, _ = carry_out(BoxWorld([table()]), [put])
    assert outcome.cause is Cause.HAND_EMPTY


def test_a_full_hand_is_emptied_before_something_else_is_taken() -> None:
    spoon = box_at("Spoon", 0.3, 1.4, 0.7, (0.12, 0.03, 0.03), solid=False)
    thing = mug(-0.2)
    world = BoxWorld([table(), thing, spoon])
    outcome, _ = carry_out(world, [PICK, Subgoal("pick", {"object": of("Spoon")})])
    assert outcome.status is Status.DONE
    assert world.held is spoon
    assert thing.inside is not None


def test_an_unknown_skill_is_refused_by_name() -> None:
    with pytest.raises(UnknownNameError, match="pick"):
        SkillPolicy().begin(Subgoal("pik", {}))


def test_the_state_fits_on_one_screen_and_names_what_is_held() -> None:
    _, policy = carry_out(BoxWorld([table(), mug()]), [PICK])
    text = policy.state_text()
    assert "hand Mug#" in text
    assert len(text.splitlines()) < 50


def test_what_is_to_blame_is_told_while_it_goes_on() -> None:
    world, policy = BoxWorld([table(), mug()]), SkillPolicy()
    outcome, _ = carry_out(world, [PICK], policy)
    assert outcome.status is Status.DONE
    assert policy.report()["cause"] == "plan", "all was done that was asked for"
    policy.begin(Subgoal("pick", {"object": of("Apple")}))
    policy.act(world.look())
    assert policy.report()["cause"] == "budget", "it was still at it"
    policy.body.failures, policy.body.bumps = 9, 7
    assert policy.report()["cause"] == "navigation"
    policy.body.bumps = 2
    assert policy.report()["cause"] == "refused"


class Slippery(BoxWorld):
    """What is first put into the microwave ends up beside it, as with a mask that is wrong."""

    slips = 1

    def _put(self, box: Box) -> bool:
        if box.kind == "Microwave" and self.slips and self.held is not None:
            self.slips -= 1
            thing, place = self.held, next(each for each in self.boxes if each.kind == "CounterTop")
            done = super()._put(place)
            thing.low, thing.high = (0.9, 1.3, 0.9), (1.0, 1.4, 1.02)
            return done
        return super()._put(box)


def test_what_went_beside_the_microwave_is_put_in_again_before_it_counts_as_hot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SceneMap, "rough", property(lambda scene: True))
    thing, oven = mug(x=-0.8), microwave()
    world = Slippery([table(x=-0.8), thing, counter(), oven])
    heat = Subgoal("heat", {"object": of("Mug"), "receptacle": of("Microwave")})
    outcome, policy = carry_out(world, [PICK, heat])
    assert outcome.status is Status.DONE, policy.body.log
    assert not world.slips
    assert "heated" in thing.changes
    assert world.held is thing


def test_what_is_seen_and_not_got_at_is_told_from_what_is_not_there() -> None:
    outcome, policy = carry_out(BoxWorld([table()]), [PICK])
    assert outcome.cause is Cause.NOT_FOUND
    policy = SkillPolicy()
    policy.body.map.observe(BoxWorld([table(), mug()]).look())
    assert not_found(policy.body, of("Mug")).cause is Cause.NOT_VISIBLE
    assert not_found(policy.body, of("Cup")).cause is Cause.NOT_FOUND


@pytest.mark.parametrize(("apart", "cause"), [(False, "plan"), (True, "wrong instance")])
def test_two_that_were_brought_to_two_places_are_told_as_such(apart: bool, cause: str) -> None:
    policy = SkillPolicy()
    policy.body.map.observe(BoxWorld([table()]).look())
    assert blame(policy.body, over=True, apart=apart) == cause


def test_the_body_turns_tilts_and_steps_as_it_is_told() -> None:
    told = [
        Subgoal("move", {"direction": "forward", "distance_m": 0.5}),
        Subgoal("turn", {"direction": "left", "angle_deg": 30.0}),
        Subgoal("turn", {"direction": "around", "angle_deg": 180.0}),
        Subgoal("tilt", {"direction": "up", "angle_deg": 30.0}),
        Subgoal("move", {"direction": "back", "distance_m": 0.25}),
    ]
    outcome, policy = carry_out(BoxWorld([table(y=4.0)]), told)
    assert outcome.status is Status.DONE
    pose = policy.body.map.pose
    assert (pose.x, pose.y, pose.heading, pose.horizon_deg) == (-1, 2, 1, 0)


def test_a_step_into_a_table_says_what_is_in_the_way() -> None:
    step = Subgoal("move", {"direction": "forward", "distance_m": 3.0})
    outcome, policy = carry_out(BoxWorld([table()]), [step])
    assert (outcome.status, outcome.cause) == (Status.FAILED, Cause.BLOCKED)
    assert "in the way after" in outcome.evidence
    assert policy.body.map.pose.y >= 1


def test_everything_that_a_home_declares_is_carried_out() -> None:
    from envs.household.skills import SKILLS as DECLARED
    from policies.skills.skills import SKILLS

    assert {skill.name for skill in DECLARED} <= set(SKILLS)


ANOTHER = Subgoal("pick", {"object": of("Mug", "another")})


def test_another_one_than_what_is_in_the_hand_is_taken_and_that_goes_back() -> None:
    """What a person says while the thing is in the hand: the plan begins with taking another."""
    near, far = mug(), mug(x=-1.6, y=1.4)
    stood, counters = table(), counter()
    world, policy = BoxWorld([stood, near, table(x=-1.6), far, counters]), SkillPolicy()
    carry_out(world, [PICK], policy)
    assert world.held is near
    outcome, _ = carry_out(world, [ANOTHER], policy)
    assert outcome.status is Status.DONE, policy.body.log
    assert world.held is far
    assert near.inside is stood


def test_another_one_than_what_was_gone_for_is_taken() -> None:
    near, far = mug(y=2.9), mug(x=-1.6, y=2.9)
    world = BoxWorld([table(y=3.0), near, table(x=-1.6, y=3.0), far])
    policy = SkillPolicy()
    policy.begin(PICK)
    observation = world.look()
    while policy.tools.taken is None:
        action, _ = policy.act(observation)
        assert action is not None
        observation = world.act(action)
    assert world.held is None
    outcome, _ = carry_out(world, [ANOTHER], policy)
    assert outcome.status is Status.DONE, policy.body.log
    assert world.held is far


def test_the_second_of_two_that_are_brought_rejects_nothing() -> None:
    first, second, place = mug(), mug(x=0.4), counter()
    world, policy = BoxWorld([table(), first, second, place]), SkillPolicy()
    put = Subgoal("place", {"object": of("Mug"), "receptacle": of("CounterTop")})
    outcome, _ = carry_out(world, [PICK, put, ANOTHER], policy)
    assert outcome.status is Status.DONE, policy.body.log
    assert not policy.body.rejected
    assert (first.inside is place) != (second.inside is place)


def test_another_one_in_the_next_task_is_not_the_one_in_the_hand_nor_the_one_brought() -> None:
    near, far, place = mug(), mug(x=-1.6, y=2.9), counter()
    world, policy = BoxWorld([table(), near, table(x=-1.6, y=3.0), far, place]), SkillPolicy()
    carry_out(world, [PICK], policy)
    assert world.held is near
    policy.next_task()
    outcome, _ = carry_out(world, [ANOTHER], policy)
    assert outcome.status is Status.DONE, policy.body.log
    assert world.held is far
    put = Subgoal("place", {"object": of("Mug"), "receptacle": of("CounterTop")})
    carry_out(world, [put], policy)
    assert far.inside is place
    policy.next_task()
    carry_out(world, [ANOTHER], policy)
    assert world.held is near


def test_what_was_looked_for_in_vain_is_found_for_the_next_task_once_it_is_there() -> None:
    world = BoxWorld([table()])
    outcome, policy = carry_out(world, [PICK])
    assert outcome.cause is Cause.NOT_FOUND
    thing = mug()
    world.boxes.append(thing)
    world.steps = 0
    policy.next_task()
    outcome, _ = carry_out(world, [PICK], policy)
    assert outcome.status is Status.DONE
    assert world.held is thing


def test_the_map_and_what_is_held_outlast_a_task_and_what_was_put_down_may_be_meant_again() -> None:
    world = BoxWorld([table(), mug(), counter()])
    place = Subgoal("place", {"object": of("Mug"), "receptacle": of("CounterTop")})
    _, policy = carry_out(world, [PICK])
    policy.next_task()
    assert policy.body.map.hand.category == "Mug"
    outcome, _ = carry_out(world, [place], policy)
    assert outcome.status is Status.DONE
    known = len(policy.body.map.instances)
    policy.next_task()
    assert len(policy.body.map.instances) == known
    assert not any(each.is_("placed") for each in policy.body.map.instances)
    outcome, _ = carry_out(world, [PICK], policy)
    assert outcome.status is Status.DONE


def test_what_was_shut_away_is_gone_to_by_opening_and_told() -> None:
    world = BoxWorld([table(), mug(), counter(), microwave()])
    goto, put = Subgoal("goto", {"object": of("Mug")}), of("Microwave")
    place = Subgoal("place", {"object": of("Mug"), "receptacle": put})
    _, policy = carry_out(world, [PICK, goto])
    assert policy.report()["found"] == "the mug is in the hand"
    outcome, _ = carry_out(world, [place], policy)
    assert outcome.status is Status.DONE, policy.body.log
    assert policy.report()["found"] == ""
    outcome, _ = carry_out(world, [goto], policy)
    assert outcome.status is Status.DONE, policy.body.log
    assert policy.report()["found"] == "the mug is in the microwave"


def test_what_may_stand_open_is_gone_to_and_closed_though_nobody_saw_it_open() -> None:
    laptop = box_at("Laptop", 0.0, 1.4, 0.7, (0.3, 0.2, 0.2), hides=True, solid=False)
    laptop.open = True
    world, closing = BoxWorld([table(), laptop]), Subgoal("close", {"object": of("Laptop")})
    outcome, policy = carry_out(world, [closing])
    assert (outcome.status, laptop.open) == (Status.DONE, False)
    steps = world.steps
    outcome, _ = carry_out(world, [closing], policy)
    assert (outcome.status, world.steps) == (Status.DONE, steps)


def test_who_is_shut_in_by_an_open_door_closes_it_first() -> None:
    fridge = box_at("Fridge", 0.0, 1.5, 0.0, (0.8, 0.6, 1.8), hides=True)
    world = BoxWorld([fridge, table(y=-2.5), mug(y=-2.4)])
    opening, goto = (Subgoal(skill, {"object": of("Fridge")}) for skill in ("open", "goto"))
    _, policy = carry_out(world, [opening, goto])
    assert fridge.open
    _, policy = carry_out(world, [goto], policy)
    assert fridge.open, "who can go where they like leaves it as it is"
    here = np.array(policy.body.map.pose.xy_m)
    round_it = np.linspace(0.0, 2.0 * np.pi, 60)
    ring = here + 0.5 * np.stack([np.sin(round_it), np.cos(round_it)], axis=1)
    policy.body.map.floor.add(
        floor_xy_m=np.zeros((0, 2), np.float32), obstacle_xy_m=ring.astype(np.float32)
    )
    policy.begin(PICK)
    observation = world.look()
    while fridge.open:
        action, _ = policy.act(observation)
        assert action is not None
        observation = world.act(action)
    assert any("in the way" in line for line in policy.body.log)


def switch(kind: str, *state: str) -> Subgoal:
    return Subgoal("toggle", {"object": of(kind, *state)})


def test_what_is_asked_to_be_off_is_not_switched_on() -> None:
    lamp = box_at("DeskLamp", 0.0, 1.4, 0.7, (0.2, 0.2, 0.4), solid=False)
    world = BoxWorld([table(), lamp])
    outcome, policy = carry_out(world, [switch("DeskLamp", "off")])
    assert (outcome.status, lamp.on) == (Status.DONE, False)
    for wish, on in (("on", True), ("on", True), ("off", False)):
        carry_out(world, [switch("DeskLamp", wish)], policy)
        assert lamp.on is on
    carry_out(world, [switch("DeskLamp")], policy)
    assert lamp.on, "without a word it is the other way"


def test_of_two_lamps_the_one_that_is_on_is_switched_off() -> None:
    left, right = (
        box_at("DeskLamp", x, 1.4, 0.7, (0.15, 0.15, 0.4), solid=False) for x in (-0.35, 0.35)
    )
    world = BoxWorld([table(), left, right])
    _, policy = carry_out(world, [switch("DeskLamp", "on")])
    assert left.on is not right.on
    carry_out(world, [switch("DeskLamp", "off")], policy)
    assert (left.on, right.on) == (False, False)


def test_a_burner_is_switched_by_its_knob() -> None:
    burner = box_at("StoveBurner", 0.0, 1.5, 0.7, (0.3, 0.3, 0.04), solid=False)
    knob = box_at("StoveKnob", 0.0, 1.22, 0.72, (0.1, 0.06, 0.1), solid=False)
    world = BoxWorld([table(), burner, knob])
    outcome, _ = carry_out(world, [switch("StoveBurner", "on")])
    assert (outcome.status, knob.on, burner.on) == (Status.DONE, True, False)
