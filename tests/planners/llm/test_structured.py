"""Answers of a declared form, and plans as one."""

import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_loopback import LoopbackServer, says
from pydantic import BaseModel, ValidationError

from embodied.core.errors import PlanningError
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from planners.llm.openai_client import OpenAiClient
from planners.llm.plan_schema import (
    describe_skills,
    from_subgoals,
    plan_model,
    to_subgoals,
    types_of,
)
from planners.llm.schemas import portable, strict
from planners.llm.scripted import ScriptedClient
from planners.llm.structured import answer_text, ask, ask_many
from planners.llm.types import LlmRequest, Message

SKILLS = (
    SkillSpec("pick", {"object": "object"}, "Take it.", ("the hand is empty",), ("it is held",)),
    SkillSpec("place", {"object": "object", "receptacle": "receptacle"}),
    SkillSpec("turn", {"angle_deg": "number"}),
    SkillSpec("say", {"words": "text"}),
    SkillSpec("stop"),
)
TYPES = ("Mug", "Apple", "Desk", "Fridge")


class Colour(BaseModel):
    name: Literal["red", "green"]
    shade: int = 0


ASKED = [Message.user("Which colour?")]


def test_the_first_right_answer_counts() -> None:
    llm = ScriptedClient(['{"name": "red"}'])
    assert ask(llm, ASKED, Colour) == Colour(name="red")
    assert llm.requests[0].schema == Colour.model_json_schema()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("red, I think", "Invalid JSON"),
        ('{"name": "blue"}', "name: Input should be 'red' or 'green'"),
        ('{"shade": 1}', "name: Field required"),
        ('{"name": "red"', "Invalid JSON"),
        ("", "Invalid JSON"),
    ],
)
def test_a_wrong_answer_is_sent_back_with_what_is_wrong(wrong: str, told: str) -> None:
    llm = ScriptedClient([wrong, '{"name": "green"}'])
    assert ask(llm, ASKED, Colour).name == "green"
    *_, answered, sent_back = llm.requests[1].messages
    assert answered == Message.assistant(wrong)
    assert told in sent_back.text


def test_what_the_check_finds_is_sent_back_too() -> None:
    def check(colour: Colour) -> list[str]:
        return [] if colour.shade > 2 else [f"shade {colour.shade} is too pale"]

    llm = ScriptedClient(['{"name":"red"}', '{"name":"red","shade":3}'])
    assert ask(llm, ASKED, Colour, check=check).shade == 3
    assert "shade 0 is too pale" in llm.requests[1].messages[-1].text


def test_after_two_repairs_it_is_an_error_that_keeps_the_answer() -> None:
    llm = ScriptedClient(["one", "two", "three", '{"name": "red"}'])
    with pytest.raises(PlanningError, match="in 3 attempts") as caught:
        ask(llm, ASKED, Colour)
    assert caught.value.raw == "three"
    assert len(llm.requests) == 3


def test_json_in_a_markdown_fence_is_json() -> None:
    assert ask(ScriptedClient(['```json\n{"name": "red"}\n```']), ASKED, Colour).name == "red"


def test_many_are_asked_together_and_only_wrong_ones_again() -> None:
    llm = ScriptedClient(['{"name":"red"}', "x", '{"name":"green"}', "y", "z"])
    one, two, three = ask_many(llm, [ASKED] * 3, Colour)
    assert (one, three) == (Colour(name="red"), Colour(name="green"))
    assert isinstance(two, PlanningError)
    assert two.raw == "z"


def test_a_question_that_cannot_be_answered_fails_alone() -> None:
    def answer(request: LlmRequest) -> str:
        if request.messages == (Message.user("too long"),):
            raise PlanningError("The question is too long.")
        return '{"name":"red"}'

    asked = [ASKED, [Message.user("too long")], ASKED]
    one, two, three = ask_many(ScriptedClient(answer), asked, Colour)
    assert one == three == Colour(name="red")
    assert isinstance(two, PlanningError)


def test_an_answer_cut_by_its_length_is_said_to_be_too_long(server: LoopbackServer) -> None:
    server.behaviours = [says('{"name":"red"}', finish="length"), says('{"name":"red"}')]
    ask(OpenAiClient("m", base_url=server.url), ASKED, Colour)
    assert "too long" in server.bodies[1]["messages"][-1]["content"]


def test_wrong_forms_over_the_wire(server: LoopbackServer) -> None:
    server.behaviours = [
        says("Sure! Here is the plan."),
        says('{"subgoals": [{"skill": "fly", "object": {"category": "Mug"}}]}'),
        says('{"subgoals": [{"skill": "pick", "object": {"category": "Unicorn"}}]}'),
    ]
    model = plan_model(SKILLS, categories=TYPES)
    with pytest.raises(PlanningError, match="Input should be 'Apple'") as caught:
        ask(OpenAiClient("m", base_url=server.url), ASKED, model)
    assert "Unicorn" in str(caught.value.raw)
    assert "'pick', 'place', 'turn', 'say', 'stop'" in server.bodies[2]["messages"][-1]["content"]


references = st.builds(
    ObjectRef,
    category=st.sampled_from(TYPES),
    attributes=st.lists(st.text(max_size=8), max_size=2).map(tuple),
    relation=st.text(max_size=8),
)
subgoals = st.one_of(
    st.builds(lambda one: Subgoal("pick", {"object": one}), references),
    st.builds(
        lambda one, two: Subgoal("place", {"object": one, "receptacle": two}),
        references,
        references,
    ),
    st.builds(
        lambda angle: Subgoal("turn", {"angle_deg": angle}),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    st.builds(lambda words: Subgoal("say", {"words": words}), st.text(max_size=12)),
    st.just(Subgoal("stop")),
)


@given(st.lists(subgoals, min_size=1, max_size=6).map(tuple))
def test_every_plan_over_the_skills_can_be_said_and_read(plan: tuple[Subgoal, ...]) -> None:
    model = plan_model(SKILLS, categories=TYPES)
    text = answer_text(from_subgoals(plan, model))
    assert to_subgoals(model.model_validate_json(text)) == plan


@pytest.mark.parametrize(
    "step",
    [
        {"skill": "fly"},
        {"skill": "pick"},
        {"skill": "pick", "object": {"category": "Unicorn"}},
        {"skill": "pick", "object": {"category": "Mug", "colour": "red"}},
        {"skill": "pick", "object": {"category": "Mug"}, "receptacle": {"category": "Desk"}},
        {"skill": "turn", "angle_deg": "left"},
    ],
    ids=["skill", "missing", "type", "field", "argument", "kind"],
)
def test_what_the_skills_do_not_know_cannot_be_said(step: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        plan_model(SKILLS, categories=TYPES).model_validate({"subgoals": [step]})


def test_receptacles_may_have_types_of_their_own() -> None:
    model = plan_model(SKILLS, categories=("Mug",), receptacles=("Desk",))
    step = {"skill": "place", "object": {"category": "Mug"}, "receptacle": {"category": "Desk"}}
    model.model_validate({"subgoals": [step]})
    with pytest.raises(ValidationError):
        model.model_validate({"subgoals": [step | {"receptacle": {"category": "Mug"}}]})


def test_directions_that_a_skill_declares_are_part_of_the_form() -> None:
    ways = {"direction": frozenset({"left", "right"})}
    skills = (SkillSpec("turn", {"direction": "direction"}, categories=ways),)
    model = plan_model(skills, categories=TYPES)
    step = {"skill": "turn", "direction": "left"}
    assert to_subgoals(model.model_validate({"subgoals": [step]}))[0].arguments == {
        "direction": "left"
    }
    with pytest.raises(ValidationError):
        model.model_validate({"subgoals": [step | {"direction": "north"}]})


def test_types_that_a_skill_declares_are_part_of_the_form() -> None:
    skills = (
        SkillSpec("slice", {"object": "object"}, categories={"object": frozenset({"Apple"})}),
        SkillSpec("pick", {"object": "object"}, categories={"object": frozenset({"Apple", "Mug"})}),
    )
    model = plan_model(skills)
    plan = [{"skill": "pick", "object": {"category": "Mug"}}]
    model.model_validate({"subgoals": plan})
    with pytest.raises(ValidationError):
        model.model_validate({"subgoals": [{"skill": "slice", "object": {"category": "Mug"}}]})
    with pytest.raises(ValidationError):
        plan_model(skills, categories=("Apple",)).model_validate({"subgoals": plan})
    assert types_of(skills) == ("Apple", "Mug")


def test_without_skills_there_is_nothing_to_plan_with() -> None:
    with pytest.raises(PlanningError, match="No skill"):
        plan_model(())


def test_a_single_skill_needs_no_union() -> None:
    model = plan_model(SKILLS[:1])
    step = {"skill": "pick", "object": {"category": "anything"}}
    assert to_subgoals(model.model_validate({"subgoals": [step]}))[0].skill == "pick"


def test_skills_are_described_with_what_they_need_and_do() -> None:
    first, *_ = describe_skills(SKILLS).splitlines()
    assert first == "- pick(object): Take it. Needs: the hand is empty. Then: it is held."


def test_schemas_for_servers_keep_fields_that_are_called_like_keywords() -> None:
    class Odd(BaseModel):
        title: str = "x"
        default: int = 0

    for rewritten in (portable(Odd.model_json_schema()), strict(Odd.model_json_schema())):
        assert rewritten["properties"] == {
            "title": {"type": "string"},
            "default": {"type": "integer"},
        }
    assert strict(Odd.model_json_schema())["required"] == ["title", "default"]


def test_unions_become_what_every_server_knows() -> None:
    text = json.dumps(portable(plan_model(SKILLS).model_json_schema()))
    assert "anyOf" in text
    assert not any(word in text for word in ("oneOf", "discriminator", '"default"'))
