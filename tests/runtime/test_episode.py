"""One episode: whatever happens, there is a record that says so."""

import numpy as np
import pytest
from tiny_world import TinyWorld

from embodied.core.action import DiscreteAction
from embodied.core.episode import EpisodeSpec, EpisodeStatus
from embodied.core.errors import ConfigError
from embodied.runtime.episode import Limits, run_episode
from embodied.runtime.expert import ExpertAgent
from policies.random_actions import RandomAgent, random_blob


def spec(task: int, number: int = 0) -> EpisodeSpec:
    return EpisodeSpec(f"task-{task}/trial-0/{number}", f"task-{task}/trial-0", "tiny")


class Diary:
    """A subscriber that writes down what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def on_begin(self, spec, instruction) -> None:
        self.lines.append(f"begin {instruction.text}")

    def on_step(self, step) -> None:
        self.lines.append(step.action.name)

    def on_end(self, record) -> None:
        self.lines.append(record.status.value)


def test_an_episode_that_is_solved() -> None:
    diary = Diary()
    record = run_episode(TinyWorld(), ExpertAgent(), spec(1), [diary])
    assert record.status is EpisodeStatus.SUCCESS
    assert (record.goal_conditions_met, record.goal_conditions_total) == (1, 1)
    assert record.steps == record.expert_steps == 2
    assert record.plans == (("walk 2 cells",),)
    assert record.instruction == "walk 2 cells"
    assert diary.lines == ["begin walk 2 cells", "MoveAhead", "MoveAhead", "Stop", "success"]


class Turning(RandomAgent):
    """Turns on the spot and never stops."""

    def __init__(self) -> None:
        super().__init__(actions=["RotateLeft"])


def test_the_environments_limit_truncates() -> None:
    record = run_episode(TinyWorld(), Turning(), spec(1))
    assert record.status is EpisodeStatus.TRUNCATED
    assert record.steps == 20
    assert "limit" in record.end_reason


def test_the_callers_limit_truncates() -> None:
    record = run_episode(TinyWorld(), Turning(), spec(1), limits=Limits(max_steps=3))
    assert (record.status, record.steps) == (EpisodeStatus.TRUNCATED, 3)
    timed = run_episode(TinyWorld(), Turning(), spec(1), limits=Limits(max_duration_s=0.0))
    assert (timed.status, timed.steps) == (EpisodeStatus.TRUNCATED, 0)


def test_what_the_world_raises_is_kept_with_how_far_it_came() -> None:
    diary = Diary()
    world = TinyWorld(raises=["task-3/trial-0/0"])
    record = run_episode(world, ExpertAgent(), spec(3), [diary])
    assert record.status is EpisodeStatus.ERROR
    assert record.steps == 1
    assert record.expert_steps == 4
    assert "the floor of task-3/trial-0/0 gave way" in record.error
    assert record.end_reason.startswith("RuntimeError")
    assert diary.lines[-1] == "error"


def test_an_episode_that_cannot_begin_tells_nothing_of_the_one_before() -> None:
    world, agent = TinyWorld(), ExpertAgent()
    run_episode(world, agent, spec(1))
    record = run_episode(world, agent, spec(99))
    assert record.status is EpisodeStatus.ERROR
    assert "task-99" in record.error
    assert (record.plans, record.instruction, record.expert_steps) == ((), "", 0)


def test_what_the_agent_raises_is_kept_too() -> None:
    class Faulty(RandomAgent):
        def step(self, observation, now_s):
            raise ZeroDivisionError("half a thought")

    record = run_episode(TinyWorld(), Faulty(actions=["Stop"]), spec(1))
    assert record.status is EpisodeStatus.ERROR
    assert "half a thought" in record.error


def test_a_recorder_that_cannot_write_is_no_failure_of_the_agent() -> None:
    class FullDisk(Diary):
        def on_step(self, step) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        run_episode(TinyWorld(), ExpertAgent(), spec(1), [FullDisk()])


def test_a_seed_makes_a_random_agent_repeat_itself() -> None:
    def acts(seed: int) -> list[str]:
        diary = Diary()
        agent = RandomAgent(actions=["MoveAhead", "RotateLeft"])
        run_episode(TinyWorld(), agent, spec(4), [diary], seed=seed, limits=Limits(max_steps=8))
        return diary.lines

    assert acts(1) == acts(1)
    assert acts(1) != acts(2)


def test_a_person_can_stop_a_random_agent() -> None:
    agent = RandomAgent(actions=["RotateLeft"])

    class Person(Diary):
        def on_step(self, step) -> None:
            super().on_step(step)
            if len(self.lines) == 3:
                agent.correct("stop")

    person = Person()
    record = run_episode(TinyWorld(), agent, spec(3), [person])
    assert person.lines[1:] == ["RotateLeft", "RotateLeft", "Stop", "failure"]
    assert record.steps == 2


def test_random_blobs_lie_in_the_picture_and_differ() -> None:
    rng = np.random.default_rng(4)
    masks = [random_blob(rng, 40, 60) for _ in range(50)]
    assert all(mask.shape == (40, 60) and mask.dtype == bool and mask.any() for mask in masks)
    assert max(mask.mean() for mask in masks) < 0.15
    assert len({mask.tobytes() for mask in masks}) > 40


def test_the_expert_can_be_stopped_once_it_acts_and_not_before() -> None:
    agent = ExpertAgent()
    agent.correct("stop")
    assert run_episode(TinyWorld(), agent, spec(3)).status is EpisodeStatus.SUCCESS

    class Person(Diary):
        def on_step(self, step) -> None:
            super().on_step(step)
            agent.correct("stop")

    record = run_episode(TinyWorld(), agent, spec(3), [Person()])
    assert (record.status, record.steps) == (EpisodeStatus.FAILURE, 1)
    assert record.end_reason == "a person said stop"
    assert record.corrections[0]["kind"] == "stop"


def test_the_expert_says_so_when_it_was_given_no_environment() -> None:
    with pytest.raises(ConfigError, match="bind"):
        ExpertAgent().step(None, 0.0)
    with pytest.raises(ConfigError, match=r"expert\.by"):
        ExpertAgent(by="smell")


def test_random_actions_need_a_list_to_draw_from() -> None:
    with pytest.raises(ConfigError, match="at least one"):
        RandomAgent(actions=[])
    assert DiscreteAction("Stop").mask is None
