"""One task after another in one world, and words while one is being carried out."""

import threading
from typing import Any

import pytest

from embodied.core.action import STOP, Action, DiscreteAction
from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.protocols import Step
from embodied.runtime.conversation import Conversation
from embodied.runtime.episode import Limits

PATIENCE_S = 30.0


class World:
    """Counts what was done in it, and is set up once."""

    skills = ()

    def __init__(self, *, ends_after: int = 10**9) -> None:
        self.done: list[str] = []
        self.resets = 0
        self._ends_after = ends_after

    @property
    def unwrapped(self) -> "World":
        return self

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        self.resets += 1
        assert options is not None
        return 0, {"instruction": Instruction.from_text(options["instruction"])}

    def step(self, action: str) -> Any:
        self.done.append(action)
        return len(self.done), 0.0, False, len(self.done) >= self._ends_after, {}

    def decode_observation(self, raw: int) -> Observation:
        return Observation(stamp_s=float(raw))

    def encode_action(self, action: Action) -> str:
        assert isinstance(action, DiscreteAction)
        return action.name

    def outcome(self) -> dict[str, Any]:
        return {"steps": len(self.done)}


class Speller:
    """Spells every task, a letter a step; asks before the letter `q`; cannot do `vague`."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, str]] = []
        self.heard: list[str] = []
        self.asked = ""
        self.left: list[str] = []
        self.at_step = threading.Event()
        self.hold: threading.Event | None = None

    def begin(self, instruction: Instruction, *, skills: Any = ()) -> None:
        self._start("begin", instruction)

    def follow(self, instruction: Instruction, *, skills: Any = ()) -> None:
        self._start("follow", instruction)

    def _start(self, how: str, instruction: Instruction) -> None:
        self.begun.append((how, instruction.text))
        self.left = list(instruction.text)

    def step(self, observation: Observation, now_s: float) -> Action:
        self.at_step.set()
        if self.hold is not None:
            assert self.hold.wait(PATIENCE_S)
        if "".join(self.left) == "vague":
            self.left = []
            raise PlanningError("What is vague?")
        if self.left and self.left[0] == "q" and not self.asked:
            self.asked = "Really q?"
            return DiscreteAction("wait")
        return DiscreteAction(self.left.pop(0)) if self.left else STOP

    def correct(self, text: str) -> None:
        self.heard.append(text)
        if text == "stop":
            self.left = []
        if self.asked:
            self.asked = "answered"

    def report(self) -> dict[str, Any]:
        asks = self.asked if self.asked not in ("", "answered") else ""
        return {"question": asks, "end_reason": "" if self.left else "spelled"}


class Watcher:
    """Writes down what subscribers are told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.record: EpisodeRecord | None = None

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        self.told.append(f"begin {instruction.text}")

    def on_step(self, step: Step) -> None:
        assert isinstance(step.action, DiscreteAction)
        self.told.append(step.action.name)

    def on_end(self, record: EpisodeRecord) -> None:
        self.told.append("end")
        self.record = record


def conversation(world: World, agent: Speller, **settings: Any) -> Conversation:
    return Conversation(world, agent, EpisodeSpec("room/0", "room", "train"), **settings)


def test_tasks_follow_one_another_in_one_world_and_one_long_episode() -> None:
    world, agent, watcher, rests = World(), Speller(), Watcher(), []
    talk = conversation(world, agent, subscribers=[watcher], rest=rests.append)
    for line in ("cd", "  ", "e", "bye", "never"):
        talk.hear(line, task=True)
    record = talk.run("ab")
    assert world.done == list("abcde")
    assert world.resets == 1
    assert agent.begun == [("begin", "ab"), ("follow", "cd"), ("follow", "e")]
    stop = STOP.name
    assert watcher.told == ["begin ab", "a", "b", stop, "c", "d", stop, "e", stop, "end"]
    assert [each["end_reason"] for each in rests] == ["spelled"] * 3
    assert (record.steps, record.status) == (5, EpisodeStatus.FAILURE)
    assert record is watcher.record


def test_words_said_meanwhile_are_corrections_and_words_said_at_rest_are_tasks() -> None:
    world, agent = World(), Speller()
    agent.hold = threading.Event()
    resting = threading.Event()
    talk = conversation(world, agent, rest=lambda report: resting.set())
    thread = threading.Thread(target=talk.run, args=("ab",))
    thread.start()
    assert agent.at_step.wait(PATIENCE_S)
    talk.hear("faster")
    agent.hold.set()
    assert resting.wait(PATIENCE_S)
    talk.hear("cd")
    talk.close()
    thread.join(PATIENCE_S)
    assert agent.heard[:1] == ["faster"]
    assert [text for _, text in agent.begun] == ["ab", "cd"]


def test_a_question_waits_for_its_answer_and_nothing_moves_meanwhile() -> None:
    world, agent, asked = World(), Speller(), []
    talk = conversation(world, agent, asks=asked.append)
    talk.hear("yes", task=True)
    talk.hear("c", task=True)
    talk.close()
    talk.run("aq")
    assert asked == ["Really q?"]
    assert agent.heard == ["yes"]
    assert world.done == ["a", "wait", "q", "c"]


def test_a_question_that_nobody_is_there_to_answer_leaves_the_task_off() -> None:
    world, agent = World(), Speller()
    talk = conversation(world, agent)
    talk.close()
    talk.run("aqb")
    assert agent.heard == ["stop"]
    assert world.done == ["a", "wait"]


def test_words_that_cannot_be_planned_for_are_told_and_the_next_ones_taken() -> None:
    world, agent, rests = World(), Speller(), []
    talk = conversation(world, agent, rest=rests.append)
    talk.hear("a", task=True)
    talk.close()
    talk.run("vague")
    assert [each["end_reason"] for each in rests] == ["plan: What is vague?", "spelled"]
    assert world.done == ["a"]


@pytest.mark.parametrize("said", ["watch out!", "stop", "wait!", "don't move"])
def test_to_halt_while_nothing_moves_is_no_task(said: str) -> None:
    world, agent, rests = World(), Speller(), []
    talk = conversation(world, agent, rest=rests.append)
    talk.hear(said, task=True)
    talk.close()
    talk.run("a")
    assert [text for _, text in agent.begun] == ["a"]
    assert rests[-1]["end_reason"] == "standing still"


@pytest.mark.parametrize("said", ["thanks!", "well done", "what are you doing?"])
def test_thanks_and_questions_while_nothing_is_done_are_no_task(said: str) -> None:
    agent, rests = Speller(), []
    talk = conversation(World(), agent, rest=rests.append)
    talk.hear(said, task=True)
    talk.close()
    talk.run("a")
    assert [text for _, text in agent.begun] == ["a"]
    assert rests[-1]["end_reason"] == "nothing is being done; say what to do"


def test_limits_end_it_and_so_does_a_world_that_ends() -> None:
    record = conversation(World(), Speller(), limits=Limits(max_steps=2)).run("abc")
    assert (record.steps, record.end_reason) == (2, "limit of 2 steps")
    record = conversation(World(ends_after=1), Speller()).run("abc")
    assert (record.steps, record.end_reason) == (1, "a limit of the environment ran out")


def test_what_is_recorded_is_closed_when_the_person_leaves_with_ctrl_c() -> None:
    class Leaves(Speller):
        def step(self, observation: Observation, now_s: float) -> Action:
            if len(self.left) == 1:
                raise KeyboardInterrupt
            return super().step(observation, now_s)

    watcher = Watcher()
    with pytest.raises(KeyboardInterrupt):
        conversation(World(), Leaves(), subscribers=[watcher]).run("abc")
    assert watcher.told == ["begin abc", "a", "b", "end"]


def test_a_stop_said_while_a_task_is_about_to_begin_keeps_it_from_beginning() -> None:
    world, agent, rests = World(), Speller(), []
    talk = conversation(world, agent, rest=rests.append)
    talk.hear("ab", task=True)
    talk.hear("stop")
    talk.hear("cd", task=True)
    talk.close()
    talk.run("e")
    assert agent.begun == [("begin", "cd")]
    assert world.done == ["c", "d"]
