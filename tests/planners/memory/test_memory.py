"""What was learned in earlier episodes stands in the next question."""

from pathlib import Path

import pytest

from embodied.commands.settings import compose
from embodied.core.action import STOP
from embodied.core.annotated import AnnotatedTask
from embodied.core.correction import Correction, CorrectionKind
from embodied.core.errors import ConfigError, DataError, PlanningError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.plan import DONE, Cause, ObjectRef, Outcome, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task import PICK_AND_PLACE, Task
from embodied.evaluation.configured import make
from embodied.runtime.agent import PlanningAgent
from planners.llm.plan_once.prompt import question
from planners.llm.scripted import ScriptedClient
from planners.memory import Memory, RememberingPlanner, with_memory
from planners.memory.annotated import annotated_memory
from planners.memory.insights import LlmAbstraction, RuleAbstraction
from planners.memory.store import Remembered, words_of
from planners.memory.tree import TaskTree

MUG, DESK, SHELF = ObjectRef("Mug"), ObjectRef("Desk"), ObjectRef("Shelf")
PICK = Subgoal("pick", {"object": MUG})
ON_SHELF = Subgoal("place", {"object": MUG, "receptacle": SHELF})
ON_DESK = Subgoal("place", {"object": MUG, "receptacle": DESK})
REFUSED = Outcome(Status.FAILED, Cause.NO_SPACE)


def episode(goal: str, *history: tuple[Subgoal, Outcome], said: str = "") -> PlanContext:
    corrections = (Correction(said, 0.0, CorrectionKind.AMEND),) if said else ()
    return PlanContext(Instruction.from_text(goal), history=history, corrections=corrections)


TRIED_TWICE = episode(
    "put the mug away", (PICK, DONE), (ON_SHELF, REFUSED), (ON_DESK, DONE), said="hurry up"
)


def test_an_episode_is_a_tree_of_attempts() -> None:
    tree = TaskTree.of(TRIED_TWICE)
    assert [len(attempt.steps) for attempt in tree.attempts] == [2, 1]
    assert tree.succeeded
    assert tree.done() == (PICK, ON_DESK)
    assert tree.text().splitlines() == [
        "goal: put the mug away",
        "  said: hurry up",
        "  attempt 1",
        "    done: pick(Mug)",
        "    failed: place(Mug, Shelf): no space",
        "  attempt 2",
        "    done: place(Mug, Desk)",
    ]


def test_an_episode_that_breaks_off_did_not_succeed() -> None:
    tree = TaskTree.of(episode("x", (PICK, DONE), (ON_SHELF, REFUSED)))
    assert not tree.succeeded
    [(failed, later)] = tree.failures()
    assert (failed.subgoal, later) == (ON_SHELF, ())


def test_rules_say_what_worked_and_what_worked_instead() -> None:
    assert RuleAbstraction().insights(TaskTree.of(TRIED_TWICE)) == (
        '"put the mug away" was done by pick(Mug); place(Mug, Desk)',
        "place(Mug, Shelf) failed: no space; place(Mug, Desk) worked",
    )


def test_a_plan_that_was_in_vain_teaches_nothing_by_itself() -> None:
    finish = Subgoal("finish", {"attempt": 0.0})
    tree = TaskTree.of(episode("x", (PICK, DONE), (finish, REFUSED)))
    assert RuleAbstraction().insights(tree) == ()


def test_a_model_may_say_what_was_learned() -> None:
    llm = ScriptedClient(['{"insights": ["Shelves are\\noften full."]}'])
    found = LlmAbstraction(llm).insights(TaskTree.of(TRIED_TWICE))
    assert found[1:] == ("Shelves are often full.",)
    assert "failed: place(Mug, Shelf): no space" in llm.requests[0].messages[-1].text


def test_a_model_that_says_nonsense_is_replaced_by_the_rules() -> None:
    tree = TaskTree.of(TRIED_TWICE)
    nonsense = LlmAbstraction(ScriptedClient(["?"] * 3))
    assert nonsense.insights(tree) == RuleAbstraction().insights(tree)


def remembers(*goals: str, **settings: object) -> Memory:
    memory = Memory(**settings)  # type: ignore[arg-type]
    for goal in goals:
        memory.remember(Remembered(goal, (f"insight of {goal}",), True))
    return memory


def test_the_episodes_most_like_the_task_come_to_mind_the_best_last() -> None:
    goals = ("heat the egg", "put the red mug on the desk", "put a mug on the shelf")
    memory = remembers(*goals, least_likeness=0.05)
    assert memory.insights("bring the mug to the red desk") == (
        "insight of put a mug on the shelf",
        "insight of put the red mug on the desk",
    )


def test_what_is_like_nothing_brings_nothing_to_mind() -> None:
    memory = remembers("heat the egg", "cool the apple")
    assert memory.insights("vacuum upstairs") == ()
    assert Memory().insights("anything") == ()


def test_of_equals_the_later_one_counts() -> None:
    memory = Memory(shown=1)
    for sentence in ("old", "new"):
        memory.remember(Remembered("heat the egg", (sentence,), True))
    assert memory.insights("heat the egg") == ("new",)


def test_words_without_their_plurals() -> None:
    assert words_of("The Mugs, on a glass 2!") == ["the", "mug", "on", "a", "glass"]


def test_memory_outlives_the_process(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "memory.jsonl"
    Memory(file=file).add(TRIED_TWICE)
    again = Memory(file=file)
    assert len(again) == 1
    assert again.insights("put the mug away")[0].startswith('"put the mug away" was done by')


def test_a_file_that_is_no_memory_says_so(tmp_path: Path) -> None:
    file = tmp_path / "memory.jsonl"
    file.write_text('{"goal": "x"}\n')
    with pytest.raises(DataError, match="line 1"):
        Memory(file=file)
    (tmp_path / "taken").write_text("")
    with pytest.raises(ConfigError, match=r"memory\.file"):
        Memory(file=tmp_path / "taken" / "memory.jsonl")


def test_an_episode_that_was_not_begun_is_not_remembered() -> None:
    memory = Memory()
    memory.add(episode("x"))
    assert len(memory) == 0


class Noting:
    """A planner that plans one pick and notes what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def plan(self, context: PlanContext) -> Plan:
        self.told.append(context.insights)
        return Plan(context.instruction, 0, (PICK,))


class Obliging:
    """A policy whose every step is done at once."""

    def reset(self) -> None: ...

    def begin(self, subgoal: Subgoal) -> None: ...

    def act(self, observation: Observation):
        return None, DONE


def test_an_agent_learns_from_one_episode_for_the_next() -> None:
    planner = Noting()
    agent = PlanningAgent(RememberingPlanner(planner, Memory()), Obliging())
    for _ in range(2):
        agent.begin(Instruction.from_text("fetch the mug"))
        assert agent.step(Observation(), 0.0) == STOP
    assert planner.told == [(), ('"fetch the mug" was done by pick(Mug)',)]


def test_an_episode_that_the_world_ended_is_remembered_too() -> None:
    class Walking(Obliging):
        def act(self, observation: Observation):
            return STOP, DONE

    memory = Memory()
    agent = PlanningAgent(RememberingPlanner(Noting(), memory), Walking())
    agent.begin(Instruction.from_text("fetch the mug"))
    agent.step(Observation(), 0.0)
    assert len(memory) == 0
    agent.begin(Instruction.from_text("another"))
    assert len(memory) == 1


def test_insights_stand_before_the_goal() -> None:
    context = PlanContext(Instruction.from_text("fetch it"), insights=("mugs are on desks",))
    assert question(context).text == "Known: mugs are on desks\nGoal: fetch it"


def test_without_a_memory_the_planner_is_itself() -> None:
    planner = Noting()
    assert with_memory(planner, None) is planner


class Annotated:
    """Two texts of train, one of valid_seen."""

    def annotated(self, *, split: str) -> list[AnnotatedTask]:
        said = {"train": ("Set a cup down on the desk", "Throw the egg away"), "valid_seen": ("x",)}
        task = Task(PICK_AND_PLACE, "Mug", "Desk")
        return [
            AnnotatedTask(Instruction.from_text(text), task, (), False, split, "t/t")
            for text in said.get(split, ())
        ]


def test_annotated_texts_stand_in_the_question_with_their_right_plans() -> None:
    memory = annotated_memory(Annotated(), shown=1)
    asked: list[PlanContext] = []

    class Listens:
        def plan(self, context: PlanContext) -> Plan:
            asked.append(context)
            return Plan(context.instruction, 0, (PICK,))

    with_memory(Listens(), memory).plan(episode("put the cup on my desk"))
    assert question(asked[0]).text.splitlines() == [
        'Known: "Set a cup down on the desk" was done by pick(Mug); place(Mug, Desk)',
        "Goal: put the cup on my desk",
    ]
    with pytest.raises(PlanningError, match="no annotated texts"):
        annotated_memory(Annotated(), split="tests_seen")


def test_embodied_plan_plans_with_the_memory_that_is_chosen(tmp_path: Path) -> None:
    config = compose("plan", ["memory=insights", f"output_dir={tmp_path}"])
    assert isinstance(make(config["planning"], what="planning"), RememberingPlanner)
    assert not isinstance(
        make(compose("plan", [])["planning"], what="planning"), RememberingPlanner
    )
