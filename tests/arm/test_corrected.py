"""A sentence, an arm, and a person who changes their mind: from words to where things end up."""

from dataclasses import replace

import numpy as np
import pytest
from arm_standin import Standin, block, bowl, drawer

from embodied.core.action import DiscreteAction
from embodied.core.arm_skills import arm_skills
from embodied.core.correction import Correction, CorrectionKind
from embodied.core.instruction import Instruction
from embodied.core.plan import DONE
from embodied.core.protocols import PlanContext
from embodied.runtime.agent import PlanningAgent
from planners.checked import CheckedPlanner
from planners.parsed.planner import ParsedPlanner
from policies.arm.policy import ArmSkillPolicy

SKILLS = arm_skills(movable=["block"], receptacles=["bowl", "drawer"], openable=["drawer"])


def table() -> Standin:
    return Standin(
        [
            block("red", 0.40, 0.25),
            block("blue", 0.40, 0.05),
            block("green", 0.60, 0.25),
            bowl("white", 0.45, -0.20),
            bowl("pink", 0.62, 0.0),
        ]
    )


def run(
    world: Standin, words: str, *, say: dict[int, str] | None = None, ask: bool = False
) -> PlanningAgent:
    """Run until the agent is done; `say` maps steps to what is then said."""
    agent = PlanningAgent(CheckedPlanner(ParsedPlanner()), ArmSkillPolicy(), ask=ask)
    agent.begin(Instruction.from_text(words, id="test"), skills=SKILLS)
    for step in range(4000):
        if say and step in say:
            agent.correct(say[step])
        action = agent.step(world.observation(), step * 0.05)
        if isinstance(action, DiscreteAction):
            return agent
        world.step(action)
    raise AssertionError(f"did not end: {agent.state_text()}")


def is_in(world: Standin, thing: str, vessel: str) -> bool:
    gap = (world.item(thing).place - world.item(vessel).place)[:2]
    return bool(np.linalg.norm(gap) < 0.05) and world.held is not world.item(thing)


def on_table(world: Standin, thing: str) -> bool:
    return world.item(thing).place[2] == pytest.approx(0.02, abs=0.003)


def steps_until_held(words: str) -> int:
    world, counted = table(), 0
    agent = PlanningAgent(CheckedPlanner(ParsedPlanner()), ArmSkillPolicy())
    agent.begin(Instruction.from_text(words), skills=SKILLS)
    while not agent.report()["held"]:
        world.step(agent.step(world.observation(), counted * 0.05))
        counted += 1
    return counted


HELD = steps_until_held("put the red block in the white bowl")


def test_without_a_word_it_does_as_it_was_asked() -> None:
    world = table()
    run(world, "put the red block in the white bowl")
    assert is_in(world, "red block", "white bowl")


def test_another_thing_before_it_is_picked_up() -> None:
    world = table()
    agent = run(world, "put the red block in the white bowl", say={10: "no, the blue one"})
    assert is_in(world, "blue block", "white bowl")
    assert world.item("red block").place == pytest.approx([0.40, 0.25, 0.02])
    (said,) = agent.report()["corrections"]
    assert said["kind"] == "target"
    assert said["subgoal"] == "Pick up the red block."
    assert said["effect"].startswith("plan: Take the blue block.")
    assert len(said["state"]) == 22


def test_another_thing_when_the_wrong_one_is_in_the_hand() -> None:
    world = table()
    run(world, "put the red block in the white bowl", say={HELD + 5: "no, the blue one"})
    assert is_in(world, "blue block", "white bowl")
    assert on_table(world, "red block")
    assert world.dropped_from_m < 0.03


@pytest.mark.parametrize("words", ["the other bowl", "no, in the pink bowl", "the pink one"])
def test_another_place_while_the_thing_is_carried(words: str) -> None:
    world = table()
    agent = run(world, "put the red block in the white bowl", say={HELD + 5: words})
    assert is_in(world, "red block", "pink bowl")
    picked = [line for plan in agent.report()["plans"][1:] for line in plan if "Pick" in line]
    assert not picked, "what was done stays done"


def test_the_one_on_the_left() -> None:
    world = table()
    run(world, "put the blue block in the white bowl", say={8: "no, the one on the left"})
    assert is_in(world, "green block", "white bowl") or is_in(world, "red block", "white bowl")


def test_another_relation() -> None:
    world = table()
    run(world, "put the red block in the white bowl", say={HELD + 3: "no, next to the green block"})
    gap = world.item("red block").place - world.item("green block").place
    assert np.linalg.norm(gap[:2]) < 0.1
    assert on_table(world, "red block")


def test_more_to_do() -> None:
    world = table()
    agent = run(
        world,
        "put the red block in the white bowl",
        say={HELD + 5: "and then put the blue block in the pink bowl"},
    )
    assert is_in(world, "red block", "white bowl")
    assert is_in(world, "blue block", "pink bowl")
    done = agent.report()["plans"]
    assert len(done) == 2


def test_another_task_puts_down_what_is_held_first() -> None:
    world = table()
    agent = run(
        world,
        "put the red block in the white bowl",
        say={HELD + 8: "forget it, put the blue block on the green block"},
    )
    assert on_table(world, "red block")
    assert world.item("blue block").place[2] == pytest.approx(0.06, abs=0.004)
    assert world.dropped_from_m < 0.02
    assert agent.report()["instruction"] == "put the blue block on the green block"


def test_another_task_lets_go_of_a_handle() -> None:
    world = Standin([drawer(), block("red", 0.4, 0.2), bowl("white", 0.4, -0.2)])
    run(
        world,
        "open the drawer",
        say={75: "forget it, put the red block in the white bowl"},
    )
    assert is_in(world, "red block", "white bowl")


def test_stop_ends_it_with_the_thing_in_hand() -> None:
    world = table()
    agent = run(world, "put the red block in the white bowl", say={HELD + 5: "stop!"})
    assert world.held is world.item("red block")
    assert agent.report()["end_reason"] == "a person said stop"


def test_a_motion_is_recorded_with_what_it_changed() -> None:
    world = table()
    agent = run(world, "put the red block in the white bowl", say={12: "a bit slower"})
    (said,) = agent.report()["corrections"]
    assert (said["kind"], said["effect"]) == ("motion", "slower")
    assert said["effect_s"] == pytest.approx(12 * 0.05)
    assert is_in(world, "red block", "white bowl")


def test_words_without_sense_leave_the_task_standing() -> None:
    world = table()
    agent = run(world, "put the red block in the white bowl", say={12: "hurdy gurdy whatsit"})
    (said,) = agent.report()["corrections"]
    assert "Not understood" in said["not_understood"]
    assert is_in(world, "red block", "white bowl")


def test_it_asks_which_of_two_and_waits_for_the_answer() -> None:
    world = Standin([block("red", 0.4, 0.2), block("red", 0.4, -0.05), bowl("white", 0.6, 0.1)])
    left = world.items[0]
    agent = PlanningAgent(CheckedPlanner(ParsedPlanner()), ArmSkillPolicy(), ask=True)
    agent.begin(Instruction.from_text("put the red block in the bowl"), skills=SKILLS)
    for step in range(40):
        action = agent.step(world.observation(), step * 0.05)
        world.step(action)
    assert agent.question == "Which red block do you mean: the left one or the right one?"
    assert world.hand == pytest.approx([0.4, 0.0, 0.35]), "it keeps still meanwhile"
    assert agent.answer("the left one")
    for step in range(40, 2000):
        action = agent.step(world.observation(), step * 0.05)
        if isinstance(action, DiscreteAction):
            break
        world.step(action)
    assert np.linalg.norm((left.place - world.item("bowl").place)[:2]) < 0.03
    (asked,) = agent.report()["questions"]
    assert asked["answer"] == "the left one"


def test_where_nobody_is_asked_the_nearest_is_taken() -> None:
    world = Standin([block("red", 0.4, 0.2), block("red", 0.4, -0.05), bowl("white", 0.6, 0.1)])
    agent = run(world, "put the red block in the bowl")
    assert np.linalg.norm((world.items[1].place - world.item("bowl").place)[:2]) < 0.03
    assert agent.report()["questions"] == ()


def test_what_was_done_for_another_task_is_no_part_of_the_new_one() -> None:
    world = table()
    run(
        world,
        "put the red block in the white bowl",
        say={HELD + 8: "forget it, pick up the red block"},
    )
    assert world.held is world.item("red block")


def test_a_second_thing_is_fetched_with_the_first_still_in_the_hand() -> None:
    world = table()
    run(
        world,
        "pick up the red block",
        say={HELD - 4: "and then put the blue block in the white bowl"},
    )
    assert is_in(world, "blue block", "white bowl")
    assert on_table(world, "red block")


def test_an_arm_puts_down_in_its_own_way() -> None:
    planner = CheckedPlanner(ParsedPlanner())
    context = PlanContext(Instruction.from_text("put the blue block in the bowl"), SKILLS)
    now = planner.plan(context)
    said = Correction("put it down, please", 1.0, CorrectionKind.AMEND)
    context = replace(
        context,
        history=((now.subgoals[0], DONE),),
        current_plan=now,
        corrections=(said,),
    )
    assert [step.skill for step in planner.plan(context).subgoals] == ["put_down"]


@pytest.mark.parametrize(("asked", "said", "share"), [
    ("open the drawer", "only halfway", 0.5),
    ("open the drawer halfway", "all the way", 1.0),
])  # fmt: skip
def test_how_far_the_drawer_is_to_be_open_may_be_said_on_the_way(
    asked: str, said: str, share: float
) -> None:
    world = Standin([drawer(), block("red", 0.4, 0.2), bowl("white", 0.4, -0.2)])
    run(world, asked, say={5: said})
    assert world.item("drawer").openness == pytest.approx(share, abs=0.1)


def test_on_another_thing_of_its_kind_is_a_place() -> None:
    world = table()
    run(world, "put the red block in the white bowl", say={HELD + 5: "put it on the green one"})
    red, green = world.item("red block").place, world.item("green block").place
    assert red[:2] == pytest.approx(green[:2], abs=0.02)
    assert red[2] > green[2] + 0.02


@pytest.mark.parametrize("said", ["to the left of the bowl", "left of the pink bowl, I mean"])
def test_a_side_of_something_is_a_place_and_no_motion(said: str) -> None:
    plan = CheckedPlanner(ParsedPlanner()).plan(
        PlanContext(
            Instruction.from_text("put the red block in the pink bowl"),
            SKILLS,
            corrections=(Correction(said, 1.0, CorrectionKind.AMEND),),
        )
    )
    assert plan.subgoals[-1].arguments["relation"] == "left of"
