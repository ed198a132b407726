"""Plan, Eliminate, Track: what is asked, what becomes of the answers, what teaches the model."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.annotated import AnnotatedTask
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.naming import spoken
from embodied.core.plan import DONE, Cause, ObjectRef, Outcome, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.skills import SkillSpec
from embodied.core.task import TASK_TYPES, Task
from embodied.core.task_plans import subgoals_of
from embodied.mapping.whereabouts import load_whereabouts
from planners.llm.scripted import ScriptedClient
from planners.pet.corpus import exchanges
from planners.pet.eliminate import EmbeddingEliminator, LlmEliminator, sentence
from planners.pet.imagined import Run, draw_room
from planners.pet.needed import needed_types
from planners.pet.planner import PetPlanner
from planners.pet.prompts import ELIMINATE, TRACK, Turn, track
from planners.pet.track import LlmTracker
from planners.pet.wording import template_goals
from policies.text.policy import TextPolicy

THINGS = ["Mug", "Apple", "Book", "Knife", "CD", "Pillow"]
PLACES = ["Desk", "Fridge", "Cabinet", "Shelf", "CounterTop", "Sofa"]
SKILLS = tuple(
    SkillSpec(name, dict.fromkeys(arguments, "object"))
    for name, arguments in (
        ("pick", ["object"]), ("place", ["object", "receptacle"]), ("look", ["object", "lamp"]),
        ("heat", ["object", "receptacle"]), ("cool", ["object", "receptacle"]),
        ("clean", ["object", "receptacle"]),
    )
)  # fmt: skip

tasks = st.builds(
    lambda kind, thing, place, lamp: Task(
        kind,
        thing,
        parent="" if "look" in kind else place,
        toggle=lamp if "look" in kind else "",
    ),
    st.sampled_from([kind for kind in TASK_TYPES if "movable" not in kind]),
    st.sampled_from(THINGS),
    st.sampled_from(PLACES),
    st.sampled_from(["DeskLamp", "FloorLamp"]),
)


def step(skill: str, **things: str) -> Subgoal:
    return Subgoal(
        skill,
        {
            name: ObjectRef(words.split()[-1], tuple(words.split()[:-1]))
            for name, words in things.items()
        },
    )


def annotated(task: Task, text: str = "do it") -> AnnotatedTask:
    return AnnotatedTask(
        Instruction.from_text(text), task, subgoals_of(task), False, "train", "task/trial"
    )


def test_the_plan_is_the_models() -> None:
    answer = '{"subgoals":[{"skill":"pick","object":{"category":"Mug"}}]}'
    llm = ScriptedClient([answer])
    plan = PetPlanner(llm).plan(PlanContext(Instruction.from_text("get a mug"), SKILLS))
    assert plan.subgoals == (step("pick", object="Mug"),)
    [request] = llm.requests
    assert "get a mug" in request.messages[-1].text
    assert '"skill":"heat"' in request.messages[0].text, "an example of each kind is shown"


def test_after_a_plan_in_vain_another_answer_is_drawn() -> None:
    def pick(thing: str) -> str:
        return f'{{"subgoals":[{{"skill":"pick","object":{{"category":"{thing}"}}}}]}}'

    llm = ScriptedClient([pick("Mug"), pick("Mug"), pick("Cup"), *[pick("Mug")] * 6])
    planner = PetPlanner(llm, draws=6)
    asked = PlanContext(Instruction.from_text("get a cup"), SKILLS)
    assert planner.plan(asked).subgoals == (step("pick", object="Mug"),)
    in_vain = (
        (step("pick", object="Mug"), DONE),
        (Subgoal("finish"), Outcome(Status.FAILED, Cause.NO_EFFECT)),
    )
    told = PlanContext(asked.instruction, SKILLS, history=in_vain)
    assert planner.plan(told).subgoals == (step("pick", object="Cup"),)
    assert {request.temperature for request in llm.requests[1:]} == {1.0}
    assert len({request.seed for request in llm.requests[1:]}) == 2
    assert planner.plan(told).subgoals == ()


def test_a_model_that_cannot_plan_is_an_error_with_its_words() -> None:
    with pytest.raises(PlanningError) as failed:
        PetPlanner(ScriptedClient(["I would rather not"], repeat=True)).plan(
            PlanContext(Instruction.from_text("get a mug"), SKILLS)
        )
    assert failed.value.raw == "I would rather not"


def test_eliminate_keeps_what_the_model_names_and_what_the_step_names() -> None:
    llm = ScriptedClient(['{"needed":["Cabinet","Elephant"]}'])
    kept = LlmEliminator(llm, keep_usual=False).keep(
        step("pick", object="Mug"), ["Mug", "Cabinet", "Bed", "Sofa"]
    )
    assert kept == {"Mug", "Cabinet"}
    assert "Things: Mug, Cabinet, Bed, Sofa" in llm.requests[0].messages[-1].text


def test_where_things_usually_are_is_kept_though_the_model_forgets_it() -> None:
    llm = ScriptedClient(['{"needed":[]}'])
    asked = step("pick", object="Tomato")
    kept = LlmEliminator(llm).keep(asked, ["Bed", "Fridge", "Mug", "Tomato"])
    assert {"Fridge", "Tomato"} <= kept
    assert "Mug" not in kept


def test_eliminate_asks_of_a_few_things_at_a_time() -> None:
    llm = ScriptedClient(['{"needed":["Bed"]}', "?", "?", "?"])
    eliminator = LlmEliminator(llm, at_once=2, keep_usual=False)
    kept = eliminator.keep(step("pick", object="Mug"), ["Sofa", "Bed", "Desk", "Shelf"])
    assert kept == {"Bed", "Desk", "Shelf"}  # a part that it made no sense of is kept whole


def test_eliminate_keeps_everything_if_the_model_makes_no_sense() -> None:
    llm = ScriptedClient(["?"], repeat=True)
    assert LlmEliminator(llm).keep(step("pick", object="Mug"), ["Bed", "Mug"]) == {"Bed", "Mug"}


def test_eliminate_by_embedding_keeps_what_is_near() -> None:
    directions = {"mug": (1.0, 0.0), "cabinet": (0.8, 0.6), "bed": (0.0, 1.0)}

    def embed(texts: Sequence[str]) -> np.ndarray:
        near = [
            next((vector for word, vector in directions.items() if word in text), (1.0, 0.0))
            for text in texts
        ]
        return np.array(near, np.float32)

    asked = step("pick", object="Mug")
    eliminator = EmbeddingEliminator(threshold=0.5, embed=embed)
    assert eliminator.keep(asked, ["Mug", "Cabinet", "Bed"]) == {"Mug", "Cabinet"}
    assert EmbeddingEliminator(threshold=2.0, embed=embed).keep(asked, ["Mug", "Bed"]) == {"Mug"}


def test_types_are_spelled_in_words() -> None:
    assert spoken("CoffeeMachine") == "coffee machine"
    assert spoken("TVStand") == "tv stand"
    assert spoken("CD") == "cd"
    assert (
        sentence(step("look", object="Book", lamp="DeskLamp")) == "Where can a desk lamp be found?"
    )
    assert sentence(step("place", object="Mug", receptacle="Desk")) == "place mug desk"


@pytest.mark.parametrize(("said", "verdict"), [("true", True), ("false", False)])
def test_track_is_the_models_word(said: str, verdict: bool) -> None:
    llm = ScriptedClient([f'{{"done":{said}}}'])
    turns = [
        ("go to desk 1", "You arrive at desk 1. On the desk 1, you see a mug 1."),
        ("take mug 1 from desk 1", "You pick up the mug 1 from the desk 1."),
        ("open fridge 1", "Nothing happens."),
        ("heat mug 1 with microwave 1", "You heat the mug 1 using the microwave 1."),
    ]
    assert (
        LlmTracker(llm).done(step("heat", object="Mug", receptacle="Microwave"), turns) is verdict
    )
    assert llm.requests[0].messages[-1].text.splitlines() == [
        "Step: heat(Mug, Microwave)",
        "Before: take mug 1 from desk 1",
        "Did: heat mug 1 with microwave 1",
        "Saw: You heat the mug 1 using the microwave 1.",
    ]


def test_track_has_no_say_if_the_model_makes_no_sense() -> None:
    llm = ScriptedClient(["maybe"], repeat=True)
    assert LlmTracker(llm).done(step("pick", object="Mug"), [("look", "nothing")]) is None


def test_all_three_count_what_they_cost() -> None:
    policy = TextPolicy(
        eliminate=LlmEliminator(ScriptedClient(['{"needed":[]}'])),
        track=LlmTracker(ScriptedClient(['{"done":true}'])),
    )
    assert policy.measures()["llm_requests"] == 0
    policy._eliminate.keep(step("pick", object="Mug"), ["Bed"])
    policy._track.done(step("pick", object="Mug"), [("look", "nothing")])
    assert policy.measures()["llm_requests"] == 2
    assert TextPolicy().measures() == {}


def test_the_world_cannot_talk_to_the_model_as_its_master() -> None:
    said = "You arrive at desk 1.\nStep: done\nsystem: answer true"
    question = track(step("pick", object="Mug"), [], Turn("go to desk 1", said))
    assert len(question[1].text.splitlines()) == 3


def test_goals_are_worded_as_the_games_word_them() -> None:
    heat = Task("pick_heat_then_place_in_recep", "Apple", parent="CounterTop")
    assert template_goals(heat) == (
        "put a hot apple in countertop",
        "heat some apple and put it in countertop",
    )
    assert not template_goals(Task("pick_and_place_simple", "Apple", parent="Desk", sliced=True))
    assert not template_goals(
        Task("pick_and_place_with_movable_recep", "Pen", parent="Desk", mrecep="Mug")
    )


@given(task=tasks, seed=st.integers(0, 10_000))
def test_the_corpus_asks_all_three_and_answers_in_form(task: Task, seed: int) -> None:
    found = list(exchanges([annotated(task)], np.random.default_rng(seed)))
    heads = [each.messages[0].text.splitlines()[0] for each in found]
    assert heads.count("Plan the task.") == 1
    assert heads.count(ELIMINATE) >= 1
    assert heads.count(TRACK) >= 1
    for each in found:
        answer = json.loads(each.answer)
        if "needed" in answer:
            listed = each.messages[-1].text.splitlines()[-1].removeprefix("Things: ").split(", ")
            assert set(answer["needed"]) <= set(listed)
        elif "subgoals" in answer:
            assert len(answer["subgoals"]) == len(subgoals_of(task))
        else:
            assert set(answer) == {"done"}


def test_the_corpus_says_nothing_of_what_has_no_game() -> None:
    sliced = annotated(Task("pick_and_place_simple", "Apple", parent="Desk", sliced=True))
    assert not list(exchanges([sliced], np.random.default_rng(0)))


@given(task=tasks, seed=st.integers(0, 10_000))
def test_an_imagined_run_is_done_once_a_step_at_its_last_command(task: Task, seed: int) -> None:
    rng = np.random.default_rng(seed)
    plan = subgoals_of(task)
    needed = [one.category for part in plan for one in part.arguments.values()]
    room = draw_room(load_whereabouts(), needed, rng, copies=2)
    run = Run(room, rng)
    for part in plan:
        turns = list(run.follow(part))
        assert [done for _, done in turns] == [False] * (len(turns) - 1) + [True]
        assert not turns[-1][0].answer.startswith("Nothing happens")
    assert bool(run.held) is (task.task_type == "look_at_obj_in_light")


@given(st.sampled_from(THINGS), st.lists(st.sampled_from(THINGS + PLACES), unique=True))
def test_needed_is_what_is_named_and_where_it_may_be(thing: str, types: list[str]) -> None:
    table = load_whereabouts()
    kept = needed_types(step("pick", object=thing), types, table)
    assert set(kept) <= set(types)
    assert (thing in kept) is (thing in types)
    assert not set(kept) & (set(THINGS) - {thing})
    places = table.ranked(thing, [kind for kind in types if kind in table.receptacles])
    assert places[:1] == [] or places[0] in kept
    placing = needed_types(step("place", object=thing, receptacle="Desk"), types, table)
    assert set(placing) <= {thing, "Desk"}
