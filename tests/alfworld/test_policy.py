"""Subgoals carried out in a small text game."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tiny_text_games import GAMES, step

from embodied.core.action import TextAction
from embodied.core.plan import Cause, ObjectRef, Outcome, Plan, Status, Subgoal
from embodied.core.task_plans import subgoals_of
from embodied.mapping.whereabouts import Whereabouts
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.episode import run_episode
from envs.alfworld.env import AlfWorldEnv
from envs.alfworld.games import task_of_name
from policies.text.policy import TextPolicy

MUG = "pick_and_place_simple-Mug-None-DiningTable-1/trial_T1"


@pytest.fixture(scope="module")
def env(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> AlfWorldEnv:
    return AlfWorldEnv(data_root=data_root, cache_dir=tmp_path_factory.mktemp("cache"))


class Hands:
    """Drives a policy in a game, one subgoal after another."""

    def __init__(self, env: AlfWorldEnv, policy: TextPolicy, episode: str = MUG) -> None:
        self.env, self.policy = env, policy
        self.raw, _ = env.reset(options={"episode_id": episode})
        policy.reset()

    def do(self, subgoal: Subgoal) -> tuple[list[str], Outcome]:
        commands: list[str] = []
        self.policy.begin(subgoal)
        while True:
            action, outcome = self.policy.act(self.env.decode_observation(self.raw))
            if outcome.status is not Status.RUNNING:
                return commands, outcome
            assert isinstance(action, TextAction)
            commands.append(action.text)
            self.raw, *_ = self.env.step(action.text)


@pytest.fixture
def hands(env: AlfWorldEnv) -> Hands:
    return Hands(env, TextPolicy())


@pytest.mark.parametrize("task", GAMES)
def test_the_true_plan_wins_every_kind_of_game(env: AlfWorldEnv, task: str) -> None:
    class Told:
        def plan(self, context):
            return Plan(context.instruction, 0, subgoals_of(task_of_name(task)))

    [spec] = [each for each in env.episodes() if each.episode_id.startswith(task)]
    record = run_episode(env, PlanningAgent(Told(), TextPolicy()), spec)
    assert record.status == "success"
    assert record.failed_actions == 0


def test_it_looks_first_where_such_things_are_kept(env: AlfWorldEnv) -> None:
    for kept_in in ("Drawer", "CounterTop", "SideTable"):
        table = Whereabouts(
            rooms={"Mug": 100}, seen={"Mug": {kept_in: 100}}, held={"Mug": {kept_in: 90}}
        )
        commands, outcome = Hands(env, TextPolicy(whereabouts=table)).do(step("pick", object="Mug"))
        assert commands[0].startswith(f"go to {kept_in.lower()} ")
        assert outcome.status is Status.DONE


def test_what_was_seen_on_the_way_needs_no_search(hands: Hands) -> None:
    hands.do(step("goto", object="DiningTable"))
    hands.do(step("goto", object="SideTable"))
    commands, _ = hands.do(step("pick", object="Book"))
    assert commands == ["go to diningtable 1", "take book 1 from diningtable 1"]


def test_shut_things_are_opened_and_not_opened_twice(hands: Hands) -> None:
    hands.do(step("pick", object="Tomato"))
    commands, _ = hands.do(step("place", object="Tomato", receptacle="Fridge"))
    assert commands == ["move tomato 1 to fridge 1"]


def test_another_is_another(hands: Hands) -> None:
    hands.do(step("pick", object="Mug"))
    hands.do(step("place", object="Mug", receptacle="SideTable"))
    first = set(hands.policy.memory.laid_down)
    hands.do(step("pick", object="another Mug"))
    assert hands.policy.memory.held not in {*first, ""}
    hands.do(step("place", object="another Mug", receptacle="SideTable"))
    _, outcome = hands.do(step("pick", object="another Mug"))
    assert (outcome.status, outcome.cause) == (Status.FAILED, Cause.NOT_FOUND)
    # where any will do, one of those laid down will
    _, outcome = hands.do(step("pick", object="Mug"))
    assert outcome.status is Status.DONE


def test_a_full_hand_is_emptied_first(hands: Hands) -> None:
    hands.do(step("pick", object="Book"))
    _, outcome = hands.do(step("pick", object="Tomato"))
    assert outcome.status is Status.DONE
    assert hands.policy.memory.held == "tomato 1"


@pytest.mark.parametrize(
    ("before", "subgoal", "cause"),
    [
        ([], step("pick", object="Laptop"), Cause.NOT_FOUND),
        ([], step("place", object="Laptop", receptacle="DiningTable"), Cause.NOT_FOUND),
        (["Book"], step("place", object="Book", receptacle="Sofa"), Cause.NOT_FOUND),
        (["Book"], step("place", object="Book", receptacle="SinkBasin"), Cause.REFUSED),
        (["Book"], step("heat", object="Book", receptacle="Microwave"), Cause.REFUSED),
        ([], step("open", object="Safe"), Cause.NOT_FOUND),
        ([], step("slice", object="Apple"), Cause.REFUSED),
        ([], Subgoal("pick"), Cause.NOT_UNDERSTOOD),
    ],
)
def test_failures_have_a_cause_and_say_why(
    hands: Hands, before: Sequence[str], subgoal: Subgoal, cause: Cause
) -> None:
    for thing in before:
        hands.do(step("pick", object=thing))
    _, outcome = hands.do(subgoal)
    assert outcome.status in (Status.FAILED, Status.IMPOSSIBLE)
    assert outcome.cause is cause
    assert len(outcome.evidence.split()) > 3


def test_a_search_looks_everywhere_once(hands: Hands) -> None:
    commands, _ = hands.do(step("pick", object="Laptop"))
    walks = [command for command in commands if command.startswith("go to")]
    assert len(walks) == len(set(walks)) == 10


def test_what_stands_at_the_same_spot_is_looked_at_without_going(env: AlfWorldEnv) -> None:
    table = Whereabouts(rooms={"Pen": 9}, seen={"Pen": {"Drawer": 9}}, held={"Pen": {"Drawer": 9}})
    hands = Hands(env, TextPolicy(whereabouts=table))
    commands, _ = hands.do(step("pick", object="Pen"))
    one, other = commands[0].removeprefix("go to "), commands[2].removeprefix("go to ")
    assert {one, other} == {"drawer 1", "drawer 2"}
    assert commands[:5] == [
        f"go to {one}", f"open {one}", f"go to {other}", f"examine {other}", f"open {other}",
    ]  # fmt: skip
    # and it is remembered: one is in reach of the other
    hands.do(step("goto", object="Drawer"))
    held_in = next(place for _, place in hands.policy.memory.known("Knife") if "drawer" in place)
    assert hands.policy.memory.is_here(held_in)


def test_any_lamp_lights(env: AlfWorldEnv) -> None:
    for lamp in ("DeskLamp", "FloorLamp", "Lamp"):
        hands = Hands(env, TextPolicy(), "look_at_obj_in_light-Book-None-DeskLamp-1/trial_T1")
        hands.do(step("pick", object="Book"))
        _, outcome = hands.do(step("look", object="Book", lamp=lamp))
        assert outcome.status is Status.DONE
        assert hands.env.outcome()["goal_conditions_met"] == 1


def test_what_is_eliminated_is_looked_into_last(env: AlfWorldEnv) -> None:
    class Only:
        asked: list[Sequence[str]]

        def __init__(self) -> None:
            self.asked = []

        def keep(self, step: Subgoal, types: Sequence[str]) -> frozenset[str]:
            self.asked.append(types)
            return frozenset({"Drawer"})

    only = Only()
    commands, outcome = Hands(env, TextPolicy(eliminate=only)).do(step("pick", object="Mug"))
    assert commands[0].startswith("go to drawer")
    assert outcome.status is Status.DONE
    assert len(only.asked) == 1  # of each type it asks once a step


def test_the_tracker_has_the_say(env: AlfWorldEnv) -> None:
    class Says:
        def __init__(self, verdict: bool | None) -> None:
            self.verdict = verdict

        def done(self, step: Subgoal, turns: Sequence[tuple[str, str]]) -> bool | None:
            assert turns[-1][1]
            return self.verdict

    pick = step("pick", object="Book")
    commands, outcome = Hands(env, TextPolicy(track=Says(True))).do(pick)
    assert (len(commands), outcome.status) == (1, Status.DONE)
    commands, outcome = Hands(env, TextPolicy(track=Says(False))).do(pick)
    assert commands[-1] == "take book 1 from diningtable 1"
    assert (outcome.status, outcome.cause) == (Status.FAILED, Cause.NO_EFFECT)
    _, outcome = Hands(env, TextPolicy(track=Says(None))).do(pick)
    assert outcome.status is Status.DONE


def test_out_of_patience_it_reports_and_goes_on_when_asked_again(env: AlfWorldEnv) -> None:
    patient, hasty = (Hands(env, TextPolicy(patience=share)) for share in (1.0, 0.6))
    bread = step("pick", object="Bread")
    hasty.raw, _ = env.reset(options={"episode_id": MUG})
    first, outcome = hasty.do(bread)
    assert (outcome.status, outcome.cause) == (Status.FAILED, Cause.NOT_FOUND)
    second, _ = hasty.do(bread)
    patient.raw, _ = env.reset(options={"episode_id": MUG})
    assert first + second == patient.do(bread)[0]
    assert first
    assert second


def test_what_is_out_of_place_in_such_a_room_is_reported_before_it_is_sought(
    env: AlfWorldEnv,
) -> None:
    hands = Hands(env, TextPolicy(patience=0.95))
    bath_thing = step("pick", object="ToiletPaper")
    commands, outcome = hands.do(bath_thing)
    assert (commands, outcome.cause) == ([], Cause.NOT_FOUND)
    commands, _ = hands.do(bath_thing)
    assert commands


def test_what_the_step_says_where_it_is_is_taken_from_there(hands: Hands) -> None:
    hands.do(step("pick", object="Mug"))
    hands.do(step("place", object="Mug", receptacle="SideTable"))
    again = Subgoal("pick", {"object": ObjectRef("Mug", relation="on the SideTable")})
    commands, _ = hands.do(again)
    assert commands[0].startswith("take mug")
    assert commands[0].endswith("from sidetable 1")


def test_a_tracker_that_ends_the_step_early_takes_no_memory_away(env: AlfWorldEnv) -> None:
    class WhenItChanged:
        def done(self, step: Subgoal, turns: Sequence[tuple[str, str]]) -> bool:
            return turns[-1][0].split()[0] in ("take", "move")

    hands = Hands(env, TextPolicy(track=WhenItChanged()))
    hands.do(step("pick", object="Mug"))
    hands.do(step("place", object="Mug", receptacle="SideTable"))
    commands, _ = hands.do(step("pick", object="another Mug"))
    assert "sidetable" not in commands[-1]


def test_what_is_to_be_handled_and_not_in_the_hand_is_fetched(hands: Hands) -> None:
    commands, outcome = hands.do(step("heat", object="Mug", receptacle="Microwave"))
    assert commands[-1] == f"heat {hands.policy.memory.held} with microwave 1"
    assert outcome.status is Status.DONE


def test_the_next_task_may_be_about_what_was_put_down(env: AlfWorldEnv) -> None:
    hands = Hands(env, TextPolicy())
    hands.do(step("pick", object="Mug"))
    hands.do(step("place", object="Mug", receptacle="SideTable"))
    hands.policy.next_task()
    commands, outcome = hands.do(step("pick", object="Mug"))
    assert outcome.status is Status.DONE
    assert len(commands) == 1, "it is known where it lies, and stands before the agent"


def test_next_to_a_thing_is_where_that_stands(env: AlfWorldEnv) -> None:
    hands = Hands(env, TextPolicy())
    hands.do(step("pick", object="Mug"))
    where = ObjectRef("SideTable", (), "where the apple is")
    _, outcome = hands.do(Subgoal("place", {"object": ObjectRef("Mug"), "receptacle": where}))
    assert outcome.status is Status.DONE
    [(_, with_apple)] = hands.policy.memory.known("Apple")
    assert with_apple in [place for _, place in hands.policy.memory.known("Mug")]
