"""Plans as programs: run in the sandbox, revised with what went wrong, saved when they worked."""

import json

import numpy as np
import pytest

from embodied.core.annotated import AnnotatedTask
from embodied.core.entity import Entity
from embodied.core.errors import DataError, PlanningError
from embodied.core.instruction import Instruction
from embodied.core.plan import DONE, Cause, Outcome, Status
from embodied.core.protocols import PlanContext
from embodied.core.task import PICK_AND_PLACE, PICK_HEAT, PICK_TWO, Task
from embodied.core.task_plans import subgoals_of, task_of
from envs.household.skills import SKILLS
from planners.llm.scripted import ScriptedClient
from planners.program.corpus import exchanges, program_of
from planners.program.library import SkillLibrary
from planners.program.planner import ProgramPlanner
from planners.program.prompts import Program
from planners.program.sandbox import run

CONTEXT = PlanContext(Instruction.from_text("put the mug on the shelf", id="a/0"), SKILLS)
BRING = 'pick("Mug")\nplace("Mug", "Shelf")'


def model(*programs: str) -> ScriptedClient:
    return ScriptedClient([json.dumps({"program": program}) for program in programs])


def words(planner: ProgramPlanner, context: PlanContext = CONTEXT) -> list[str]:
    return [str(step) for step in planner.plan(context).subgoals]


def test_the_calls_of_a_program_are_the_plan():
    assert words(ProgramPlanner(model(BRING))) == ["pick(Mug)", "place(Mug, Shelf)"]


def test_an_exception_goes_back_and_the_program_is_revised():
    client = model('pick("Mug")\nplace("Mug")', BRING)
    assert words(ProgramPlanner(client)) == ["pick(Mug)", "place(Mug, Shelf)"]
    assert "line 2: place: takes object, receptacle" in client.requests[1].messages[-1].text


def test_a_plan_at_fault_goes_back_too():
    client = model('place("Mug", "Shelf")', BRING)
    assert words(ProgramPlanner(client)) == ["pick(Mug)", "place(Mug, Shelf)"]
    said = client.requests[1].messages[-1].text
    assert "step 1 of the plan: place(Mug, Shelf) needs holding(Mug); the hand is empty." in said


def test_revisions_are_bounded():
    client = model(*["import os"] * 9)
    with pytest.raises(PlanningError, match="Import is not part of the language"):
        ProgramPlanner(client, max_revisions=2).plan(CONTEXT)
    assert len(client.requests) == 3


def test_a_program_that_does_nothing_is_no_plan():
    with pytest.raises(PlanningError, match="calls no skill"):
        ProgramPlanner(model("x = 1"), max_revisions=0).plan(CONTEXT)


def test_a_program_may_give_up_with_a_reason():
    client = model('give_up("there is no elephant here")')
    with pytest.raises(PlanningError, match="there is no elephant here"):
        ProgramPlanner(client).plan(CONTEXT)


def test_programs_ask_what_was_seen():
    source = 'pick("Mug" if seen("Mug") else "Cup")\nplace("Cup", "Shelf")'
    seen = PlanContext(CONTEXT.instruction, SKILLS, entities=(Entity("Cup"),))
    assert words(ProgramPlanner(model(source)), seen) == ["pick(Cup)", "place(Cup, Shelf)"]


def carried_out(planner: ProgramPlanner) -> PlanContext:
    steps = planner.plan(CONTEXT).subgoals
    history = tuple((step, DONE) for step in steps)
    return PlanContext(CONTEXT.instruction, SKILLS, history=history)


def test_a_program_that_worked_becomes_a_skill_that_later_programs_call(tmp_path):
    planner = ProgramPlanner(model(BRING), library=tmp_path)
    planner.save_skill(
        carried_out(planner), name="shelve", description="Puts a thing away.",
        parameters={"what": "Mug"},
    )  # fmt: skip
    client = model('shelve("Mug")\nshelve(thing("Mug", "another"))')
    again = ProgramPlanner(client, library=tmp_path)
    both = PlanContext(Instruction.from_text("put two mugs on the shelf"), SKILLS)
    assert task_of(again.plan(both).subgoals) == Task(PICK_TWO, "Mug", "Shelf")
    assert "- shelve(what): Puts a thing away." in client.requests[0].messages[0].text


def test_lines_are_told_of_the_program_not_of_what_is_saved_before_it(tmp_path):
    planner = ProgramPlanner(model(BRING), library=tmp_path)
    planner.save_skill(carried_out(planner), name="shelve", parameters={"what": "Mug"})
    client = model('x = 1\nshelve("Mug", 2)', 'shelve("Mug")')
    words(ProgramPlanner(client, library=tmp_path))
    assert "line 2: shelve takes what" in client.requests[1].messages[-1].text


def test_only_what_worked_is_saved():
    planner = ProgramPlanner(model(BRING))
    steps = planner.plan(CONTEXT).subgoals
    failed = Outcome(Status.FAILED, Cause.NOT_FOUND)
    with pytest.raises(PlanningError, match="nothing was carried out"):
        planner.save_skill(CONTEXT, name="shelve")
    history = ((steps[0], failed),)
    with pytest.raises(PlanningError, match=r"pick\(Mug\) failed"):
        planner.save_skill(PlanContext(CONTEXT.instruction, SKILLS, history=history), name="a")
    other = PlanContext(Instruction.from_text("else", id="b/0"), SKILLS)
    with pytest.raises(PlanningError, match="no program for 'else'"):
        planner.save_skill(other, name="shelve")


@pytest.mark.parametrize("name", ["import", "_x", "two words", "a.b", ""])
def test_a_saved_skill_has_a_plain_name(name):
    with pytest.raises(PlanningError, match="is no name"):
        SkillLibrary().save(BRING, name=name, description="")


def test_a_saved_program_keeps_its_own_functions():
    source = 'def get(x):\n    pick(x)\nget("Mug")\nplace("Mug", "Shelf")'
    library = SkillLibrary()
    library.save(source, name="shelve", description="", parameters={"what": "Mug"})
    result = run(f'{library.source}\nshelve("Cup")', SKILLS)
    assert [str(step) for step in result.subgoals] == ["pick(Cup)", "place(Cup, Shelf)"]


def test_a_file_that_was_tampered_with_is_not_loaded(tmp_path):
    SkillLibrary(tmp_path).save(BRING, name="shelve", description="")
    path = tmp_path / "shelve.json"
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | {"source": "import os"}))
    with pytest.raises(DataError, match=r"shelve\.json"):
        SkillLibrary(tmp_path)


@pytest.mark.parametrize(
    "task",
    [
        Task(PICK_AND_PLACE, "Mug", "Shelf"),
        Task(PICK_HEAT, "Apple", "Fridge", sliced=True),
        Task(PICK_TWO, "CD", "Desk"),
    ],
    ids=str,
)
def test_the_corpus_teaches_programs_that_run(task):
    annotated = AnnotatedTask(CONTEXT.instruction, task, (), False, "train", "a")
    [exchange] = exchanges([annotated], np.random.default_rng(0))
    program = Program.model_validate_json(exchange.answer).program
    assert program == program_of(subgoals_of(task))
    assert task_of(run(program, SKILLS).subgoals) == task
