"""FlowPlan: four stages, their disagreements asked again, and what stays wrong mended."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from embodied.core.annotated import AnnotatedTask
from embodied.core.correction import Correction, CorrectionKind
from embodied.core.errors import ConfigError, PlanningError
from embodied.core.instruction import Instruction
from embodied.core.plan import DONE, ObjectRef, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task import (
    LOOK_IN_LIGHT,
    PICK_AND_PLACE,
    PICK_CLEAN,
    PICK_HEAT,
    PICK_TWO,
    PICK_WITH_MOVABLE,
    Task,
)
from embodied.core.task_plans import subgoals_of, task_of
from envs.household.skills import SKILLS
from planners.corrections.nouns import known_types
from planners.flowplan.corpus import exchanges, mistake
from planners.flowplan.evaluation import decide
from planners.flowplan.information import information_model, information_of, task_from
from planners.flowplan.opinion import Opinion, ParsedOpinion, second_opinion
from planners.flowplan.planner import FlowPlanner
from planners.flowplan.prompts import REASON, RECONSIDER, RETRIEVE, WRITE, Steps
from planners.flowplan.reading import read_steps
from planners.flowplan.witness import witness_of
from planners.llm.plan_once.prompt import HEADING
from planners.llm.plan_schema import from_subgoals, plan_model
from planners.llm.scripted import ScriptedClient
from planners.llm.structured import answer_text
from planners.llm.types import LlmRequest
from planners.symbolic import check
from planners.wording import in_words

HEATED = Task(PICK_HEAT, "Potato", "CounterTop", sliced=True)
TASKS = (
    HEATED,
    Task(PICK_AND_PLACE, "SoapBar", "Toilet"),
    Task(PICK_TWO, "CD", "Desk"),
    Task(LOOK_IN_LIGHT, "Book", toggle="DeskLamp"),
    Task(PICK_WITH_MOVABLE, "Knife", "DiningTable", mrecep="Mug"),
)
CONTEXT = PlanContext(Instruction.from_text("warm a slice of the red potato"), SKILLS)


class Model:
    """Answers each stage as if it understood a task; which task may differ from stage to stage."""

    def __init__(self, **meant: Task) -> None:
        self.meant = meant
        self.asked: list[str] = []
        self.client = ScriptedClient(self.answer)

    def answer(self, request: LlmRequest) -> str:
        heading = request.messages[0].text.splitlines()[0]
        self.asked.append(heading)
        return STAGES[heading](self)

    def task(self, stage: str) -> Task:
        return self.meant.get(stage, HEATED)


def _plan_answer(task: Task) -> str:
    return answer_text(from_subgoals(subgoals_of(task), plan_model(SKILLS)))


# Each stage's word counts the same, and all are asked, as in the paper.
ALIKE = {"reason": "always", "weights": {"retrieve": 1.0, "reason": 1.0}, "trust": 0.8}

STAGES: dict[str, Callable[[Model], str]] = {
    HEADING: lambda model: _plan_answer(model.task("write")),
    RETRIEVE: lambda model: answer_text(information_of(model.task("retrieve"))),
    REASON: lambda model: answer_text(Steps(steps=in_words(subgoals_of(model.task("reason"))))),
    WRITE: lambda model: _plan_answer(model.task("write")),
    RECONSIDER: lambda model: answer_text(information_of(model.task("reconsider"))),
}
COLD = Task(PICK_HEAT, "Potato", "Fridge", sliced=True)
TABLE = Task(PICK_HEAT, "Potato", "DiningTable", sliced=True)


def test_stages_that_agree_are_asked_once_each():
    model = Model()
    plan = FlowPlanner(model.client, reason="always").plan(CONTEXT)
    assert task_of(plan.subgoals) == HEATED
    assert model.asked == [RETRIEVE, REASON, WRITE]


def test_the_second_stage_may_be_kept_for_doubts():
    model = Model()
    plan = FlowPlanner(model.client).plan(CONTEXT)
    assert task_of(plan.subgoals) == HEATED
    assert model.asked == [RETRIEVE, HEADING]


def test_in_doubt_the_second_stage_and_then_the_first_are_asked():
    model = Model(retrieve=COLD, reason=HEATED, reconsider=HEATED)
    plan = FlowPlanner(model.client, trust=0.8).plan(CONTEXT)
    assert task_of(plan.subgoals) == HEATED
    assert model.asked[:3] == [RETRIEVE, HEADING, REASON]


@pytest.mark.parametrize("stage", ["retrieve", "reason", "write"])
def test_two_stages_overrule_a_third(stage):
    model = Model(**{stage: COLD})
    assert task_of(FlowPlanner(model.client, **ALIKE).plan(CONTEXT).subgoals) == HEATED


def test_where_all_differ_the_first_stage_is_asked_again_about_just_that():
    model = Model(retrieve=COLD, reason=TABLE, reconsider=HEATED)
    plan = FlowPlanner(model.client, **ALIKE).plan(CONTEXT)
    assert task_of(plan.subgoals) == HEATED
    assert model.asked[-1] == RECONSIDER
    said = model.client.requests[-1].messages[-1].text
    [line] = [line for line in said.splitlines() if line.startswith("receptacle: ")]
    assert set(line.removeprefix("receptacle: ").strip("?").split(" or ")) == {
        "Fridge",
        "DiningTable",
        "CounterTop",
    }
    assert "object:" not in said.split("Names:")[1]


def test_the_question_asked_again_leaves_only_what_was_said_to_choose_from():
    narrowed = information_model(SKILLS, only={"receptacle": ("Fridge", "DiningTable")})
    said = information_of(HEATED).model_dump(mode="json")
    with pytest.raises(ValueError, match="Fridge"):
        narrowed.model_validate(said)
    assert narrowed.model_validate(said | {"receptacle": "Fridge"}).receptacle == "Fridge"


def without_laying_down_the_knife() -> str:
    broken = json.loads(_plan_answer(HEATED))
    del broken["subgoals"][2]
    return json.dumps(broken)


def test_a_plan_at_fault_is_mended_toward_what_the_stages_agree_on():
    model = Model()
    client = ScriptedClient(
        lambda r: without_laying_down_the_knife() if is_plan(r) else model.answer(r)
    )
    plan = FlowPlanner(client).plan(CONTEXT)
    assert check(plan.subgoals, SKILLS, goal=HEATED) == []


def is_plan(request: LlmRequest) -> bool:
    return request.messages[0].text.startswith((WRITE, HEADING))


def test_a_faulty_plan_of_an_unknown_kind_goes_back_with_what_is_wrong():
    answers = [without_laying_down_the_knife(), _plan_answer(HEATED)]
    client = ScriptedClient(
        lambda r: answers.pop(0) if is_plan(r) else '{"task":"other","object":"Potato"}'
    )
    plan = FlowPlanner(client).plan(CONTEXT)
    assert task_of(plan.subgoals) == HEATED
    asked = [r.messages[-1].text for r in client.requests if is_plan(r)]
    assert ["Wrong:" in question for question in asked] == [False, True]
    assert "needs hand_empty; in the hand is Knife" in asked[1]


def test_a_plan_with_a_step_missing_still_speaks_for_the_task_it_was_meant_for():
    named = information_of(Task(PICK_HEAT, "Potato", "SideTable", sliced=True))
    plan = subgoals_of(HEATED)
    for at in range(len(plan) - 1):
        decided, _ = decide([(named, 1.0)], [*plan[:at], *plan[at + 1 :]], margin=0.0, trust=1.5)
        assert task_from(decided) == HEATED


def test_a_thing_that_the_words_do_not_name_gives_way_to_one_they_name():
    named = information_of(Task(PICK_AND_PLACE, "SprayBottle", "Cabinet"))
    said = witness_of(Instruction.from_text("Put a bottle of wine in the cabinet."))
    assert said.types == {"WineBottle", "Cabinet"}
    decided, _ = decide([(named, 1.0)], (), margin=0.0, trust=0.2, witness=said, skills=SKILLS)
    assert decided.object == "WineBottle"
    unsaid, _ = decide([(named, 1.0)], (), margin=0.0, trust=0.2, skills=SKILLS)
    assert unsaid.object == "SprayBottle"


@pytest.mark.parametrize(
    ("text", "named", "meant"),
    [
        (
            "Move the keys from the dresser to the desk.",
            Task(PICK_AND_PLACE, "KeyChain", "Dresser"),
            Task(PICK_AND_PLACE, "KeyChain", "Desk"),
        ),
        (
            "Put the credit cards into the safe.",
            Task(PICK_AND_PLACE, "CreditCard", "Safe"),
            Task(PICK_TWO, "CreditCard", "Safe"),
        ),
        (
            "Wash the spatula from the counter and put it back.",
            Task(PICK_CLEAN, "Spatula", "CounterTop"),
            Task(PICK_CLEAN, "Spatula", "CounterTop"),
        ),
    ],
)
def test_words_speak_against_bringing_things_to_where_they_were_and_just_one_of_several(
    text, named, meant
):
    said = witness_of(Instruction.from_text(text))
    votes = [(information_of(named), 1.0)]
    decided, _ = decide(votes, (), margin=0.0, trust=0.2, witness=said, skills=SKILLS)
    assert task_from(decided) == meant


def test_words_that_say_one_thing_speak_against_two_where_the_stages_differ():
    said = witness_of(Instruction.from_text("Take the cell phone to the sofa chair."))
    two = information_of(Task(PICK_TWO, "CellPhone", "ArmChair"))
    one = information_of(Task(PICK_AND_PLACE, "CellPhone", "ArmChair"))
    votes = [(two, 1.0), (one, 0.6)]
    decided, _ = decide(votes, (), margin=0.0, trust=0.2, witness=said, skills=SKILLS)
    assert decided.task == "bring"
    unsaid, _ = decide(votes, (), margin=0.0, trust=0.2, skills=SKILLS)
    assert unsaid.task == "bring_two"


def test_what_does_not_fit_is_not_what_was_meant():
    pillow = information_of(Task(PICK_AND_PLACE, "Pillow", "Mug"))
    sofa = information_of(Task(PICK_AND_PLACE, "Pillow", "Sofa"))
    votes = [(pillow, 1.0), (sofa, 0.4)]
    decided, _ = decide(votes, (), margin=0.0, trust=0.2, skills=SKILLS)
    assert decided.receptacle == "Sofa"


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_broken_plans_are_mended_with_what_the_words_name(task):
    planner = FlowPlanner(Model(retrieve=task, reason=task, reconsider=task).client)
    plan = subgoals_of(task)
    invented = Subgoal("pick", {"object": ObjectRef("TeddyBear")})
    broken = [[*plan[:at], *plan[at + 1 :]] for at in range(len(plan))]
    broken += [[*plan[:at], invented, *plan[at:]] for at in range(len(plan) + 1)]
    wordless = PlanContext(Instruction.from_text("do it"), SKILLS)
    made = planner.mend_many([wordless] * len(broken), broken)
    assert [task_of(each.subgoals) for each in made] == [task] * len(broken)


def test_an_answer_of_no_valid_form_in_a_later_stage_is_made_up_for():
    model = Model()
    client = ScriptedClient(lambda r: "I cannot" if is_plan(r) else model.answer(r))
    assert task_of(FlowPlanner(client).plan(CONTEXT).subgoals) == HEATED


def test_without_what_the_task_names_there_is_no_plan():
    with pytest.raises(PlanningError, match="no valid answer") as caught:
        FlowPlanner(ScriptedClient(lambda _: "I cannot")).plan(CONTEXT)
    assert caught.value.raw == "I cannot"


def test_a_task_of_another_kind_keeps_the_models_plan_checked():
    steps = {"subgoals": [{"skill": "open", "object": {"category": "Fridge"}}]}
    answers = {
        RETRIEVE: '{"task":"other","object":"Mug"}',
        REASON: '{"steps":["open the fridge"]}',
        HEADING: json.dumps(steps),
    }
    client = ScriptedClient(lambda r: answers[r.messages[0].text.splitlines()[0]])
    plan = FlowPlanner(client).plan(CONTEXT)
    assert [str(step) for step in plan.subgoals] == ["open(Fridge)"]


def test_cues_of_the_words_ride_on_the_references():
    instruction = Instruction.from_text(
        "Warm a slice of the red potato.",
        steps=["Take the potato next to the sink.", "Put it on the wooden counter."],
    )
    plan = FlowPlanner(Model().client).plan(PlanContext(instruction, SKILLS))
    potato = next(s.arguments["object"] for s in plan.subgoals if s.skill == "heat")
    assert set(potato.attributes) == {"sliced", "red"}
    assert potato.relation == "next to the sink"
    assert task_of(plan.subgoals) == HEATED


def test_what_is_done_is_not_planned_again():
    history = tuple((step, DONE) for step in subgoals_of(HEATED)[:4])
    context = PlanContext(CONTEXT.instruction, SKILLS, history=history)
    plan = FlowPlanner(Model().client).plan(context)
    assert [step.skill for step in plan.subgoals] == ["heat", "place"]


def test_many_tasks_go_through_each_stage_together():
    model = Model()
    plans = FlowPlanner(model.client, reason="always").plan_many([CONTEXT] * 3)
    assert len(plans) == 3
    assert model.asked == [RETRIEVE] * 3 + [REASON] * 3 + [WRITE] * 3


def test_the_explanation_tells_what_happened_and_how_far_the_stages_agreed():
    planner = FlowPlanner(Model(retrieve=COLD, reason=TABLE, reconsider=HEATED).client, **ALIKE)
    planner.plan(CONTEXT)
    explanation = planner.explanation
    assert explanation is not None
    assert explanation.reasons[0].startswith("The task names: heat; object sliced Potato; rec")
    assert any(reason.startswith("Asked again") for reason in explanation.reasons)
    assert explanation.confidence == 0.5


class Somebody:
    """Always of one opinion."""

    def __init__(self, task: Task, confidence: float) -> None:
        self.opinion = Opinion(information_of(task), confidence)

    def of(self, context: PlanContext) -> Opinion:
        return self.opinion


def test_a_second_opinion_counts_by_how_sure_it_is():
    wordless = PlanContext(Instruction.from_text("do it"), SKILLS)

    def planned(confidence: float) -> Task | None:
        planner = FlowPlanner(Model().client, second_opinion=Somebody(COLD, confidence))
        subgoals = planner.plan(wordless).subgoals
        assert planner.explanation is not None
        assert any(f"{confidence:.0%} sure" in reason for reason in planner.explanation.reasons)
        return task_of(subgoals)

    assert planned(0.9) == COLD
    assert planned(0.1) == HEATED


def test_the_learned_parser_is_a_second_opinion_on_tasks_alone():
    asked = second_opinion("parsed")
    assert isinstance(asked, ParsedOpinion)

    def of(text: str, **given: object) -> Opinion | None:
        return asked.of(PlanContext(Instruction.from_text(text), SKILLS, **given))

    chilled = of("put a chilled tomato in the microwave")
    assert chilled is not None
    assert (chilled.information.task, chilled.information.object) == ("cool", "Tomato")
    assert chilled.confidence > 0.8
    assert of("put an elephant in the sink") is None
    assert of("open the fridge") is None
    said = Correction("no, the apple", 1.0, CorrectionKind.AMEND)
    assert of("put a chilled tomato in the microwave", corrections=(said,)) is None


def test_nobody_is_asked_beside_the_model_unless_named():
    assert second_opinion(None) is None
    with pytest.raises(ConfigError, match="choose of parsed or null"):
        second_opinion("neighbour")


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_information_and_words_say_the_task(task):
    assert task_from(information_of(task)) == task
    read = read_steps(in_words(subgoals_of(task)), known_types(SKILLS))
    assert read is not None
    assert task_of(read) == task


def test_a_mistake_differs_from_what_is_right():
    rng = np.random.default_rng(0)
    for task in TASKS * 20:
        right = information_of(task)
        assert mistake(right, rng).values() != right.values()


def test_the_corpus_asks_what_the_planner_asks_and_its_answers_fit():
    tasks = [
        AnnotatedTask(Instruction.from_text("do it", id="a/0"), task, (), False, "train", "a")
        for task in TASKS
    ] * 8
    forms = {
        RETRIEVE: information_model(SKILLS),
        RECONSIDER: information_model(SKILLS),
        REASON: Steps,
        WRITE: plan_model(SKILLS),
    }
    made = list(exchanges(tasks, np.random.default_rng(0)))
    headings = [exchange.messages[0].text.splitlines()[0] for exchange in made]
    assert set(headings) == set(forms)
    for heading, exchange in zip(headings, made, strict=True):
        assert answer_text(forms[heading].model_validate_json(exchange.answer)) == exchange.answer
