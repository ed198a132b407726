"""`embodied run "..."`: words in quotes are what the agent is asked."""

from pathlib import Path

import gymnasium
import pytest

from embodied.commands.rooms import suiting, understood
from embodied.commands.settings import compose
from embodied.commands.watch import instruction_and_settings, named_after
from embodied.core.episode import EpisodeSpec
from embodied.core.errors import PlanningError
from embodied.core.plan import Plan, Subgoal
from embodied.core.protocols import PlanContext
from envs.tabletop.tasks import SKILLS as ARM_SKILLS


def test_a_sentence_is_said_and_brings_the_agent_that_can_do_it() -> None:
    said, settings = instruction_and_settings(["benchmark=household", "put a mug in the sink"])
    assert said == "put a mug in the sink"
    assert settings == [
        "benchmark=household",
        "planner=parsed",
        "policy=skills",
        "perception=privileged",
    ]


@pytest.mark.parametrize(
    ("benchmark", "parts"),
    [
        ("alfworld", ["planner=parsed", "policy=text"]),
        ("r2r", ["planner=routes", "policy=routes"]),
        ("tabletop", ["planner=parsed", "policy=skills", "perception=privileged"]),
    ],
)
def test_every_benchmark_has_an_agent_that_does_what_is_said_there(
    benchmark: str, parts: list[str]
) -> None:
    _, settings = instruction_and_settings([f"benchmark={benchmark}", "do as I say"])
    assert settings[: 1 + len(parts)] == [f"benchmark={benchmark}", *parts]
    compose("run", settings)


def test_what_is_chosen_stays_chosen() -> None:
    said, settings = instruction_and_settings(["agent=expert", "put a mug in the sink"])
    assert said is not None
    assert settings == ["agent=expert"]
    _, settings = instruction_and_settings(["planner=ground_truth", "wash a mug"])
    assert settings == ["planner=ground_truth", "policy=skills", "perception=privileged"]


def test_a_sentence_without_quotes_is_said_all_the_same() -> None:
    words = ["put", "a", "mug", "in", "the", "sink", "agent=expert"]
    assert instruction_and_settings(words) == ("put a mug in the sink", ["agent=expert"])
    assert instruction_and_settings(["agent"]) == (None, ["agent"])


def test_settings_alone_are_settings() -> None:
    words = ["agent=random", "limits.max_steps=3"]
    assert instruction_and_settings(words) == (None, words)


def test_other_words_replace_the_episodes_own_and_its_goal_is_not_known() -> None:
    env = gymnasium.make(
        "envs:embodied/Household-v0", split="train", limit=1, disable_env_checker=True
    )
    name = env.unwrapped.episodes()[0].episode_id
    _, info = env.reset(options={"episode_id": name, "instruction": "dust the shelf"})
    assert info["instruction"].text == "dust the shelf"
    assert not info["is_success"]
    assert env.unwrapped.outcome()["goal_conditions_total"] == 0
    env.close()


def test_a_film_is_named_after_the_words_and_not_after_the_rooms_own_task(tmp_path: Path) -> None:
    film = tmp_path / "kitchen-1__pick_heat-2__0.mp4"
    film.write_bytes(b"film")
    named = named_after(film, "Put a clean mug, please, in the coffee machine!")
    assert named == tmp_path / "put-a-clean-mug-please-in-the-coffee-machine.mp4"
    assert named.read_bytes() == b"film"
    assert not film.exists()
    assert named_after(named, None) == named
    assert named_after(named, "?!").name == "said.mp4"


def test_folders_are_read_as_a_shell_or_a_person_writes_them() -> None:
    config = compose("eval", ["data_root=~/my data", "output_dir=/tmp/a folder"])
    assert config["data_root"] == str(Path.home() / "my data")
    assert config["output_dir"] == "/tmp/a folder"


class Wants:
    """A planner that has to be told where."""

    def plan(self, context: PlanContext) -> Plan:
        words = context.instruction.text
        if "sink" not in words:
            error = PlanningError("Where should I put it?")
            error.question = "Where should I put it?"
            raise error
        return Plan(context.instruction, 0, (Subgoal("put", {}, words),))


@pytest.mark.parametrize(
    ("answer", "words"),
    [("the sink", "put a mug away the sink"), ("put it in the sink", "put it in the sink")],
)
def test_what_the_words_leave_open_is_asked_before_a_room_is_chosen(
    answer: str, words: str
) -> None:
    asked = []
    plan, said = understood(Wants(), "put a mug away", (), lambda q: asked.append(q) or answer)
    assert asked == ["Where should I put it? "]
    assert said == words == plan.subgoals[0].text


def test_where_nobody_is_there_to_be_asked_the_question_is_the_error() -> None:
    with pytest.raises(PlanningError, match="Where should I put it"):
        understood(Wants(), "put a mug away", (), None)


class Tables:
    """A world of tables, on each of which everything stands."""

    skills = ARM_SKILLS

    def suits(self, episode_id: str, subgoals: object) -> bool:
        return True


def test_what_a_look_at_the_table_settles_is_not_asked_before() -> None:
    config = {"planner": {"make": {"_target_": "planners.parsed.planner.ParsedPlanner"}}}
    table = EpisodeSpec("0", "0", "train")
    words = "put all the blocks in the bowl"
    assert suiting(config, Tables(), [table], words, ask=None) == (table, words)
    with pytest.raises(PlanningError, match="Where should I put it back"):
        suiting(config, Tables(), [table], "put the red block back", ask=None)
