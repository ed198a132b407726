"""What a language model is shown before it is asked: right, and possible for the body."""

from typing import Any

import pytest

from embodied.core.instruction import Instruction
from embodied.core.protocols import PlanContext
from embodied.core.skills import SkillSpec
from embodied.core.task import TASK_TYPES
from embodied.core.task_plans import task_of
from envs.household.skills import SKILLS
from planners.demonstrations import DEMONSTRATIONS, one_of_each
from planners.flowplan.prompts import Information, reason, retrieve, write
from planners.flowplan.prompts import reconsider as ask_again
from planners.llm.plan_once.prompt import plans_shown, system
from planners.symbolic import check

CONTEXT = PlanContext(Instruction.from_text("put a mug away"), SKILLS)


@pytest.mark.parametrize("shown", DEMONSTRATIONS, ids=lambda shown: shown.words)
def test_what_is_shown_is_a_plan_without_fault_for_its_task(shown: Any) -> None:
    assert task_of(shown.subgoals) == shown.task
    assert not check(shown.subgoals, SKILLS)


def test_one_of_each_kind_is_shown_and_one_of_slices() -> None:
    kinds = [each.task.task_type for each in one_of_each() if not each.task.sliced]
    assert sorted(kinds) == sorted(TASK_TYPES)
    assert sum(each.task.sliced for each in one_of_each()) == 1


def test_every_question_shows_answers_of_its_own_form() -> None:
    named = Information(task="bring", object="Mug", receptacle="Shelf")
    for messages, piece in (
        ((system(SKILLS),), '{"skill":"heat"'),
        (retrieve(CONTEXT), '{"task":"heat","object":"Potato","receptacle":"DiningTable"}'),
        (reason(CONTEXT), '"heat the potato in the microwave"'),
        (write(CONTEXT, SKILLS, information=named, steps=["take the mug"]), '{"skill":"heat"'),
    ):
        assert piece in messages[0].text
    assert "`receptacle` where it ends" in ask_again(CONTEXT, information=named, doubts={})[0].text


def test_nothing_is_shown_that_the_body_cannot_do() -> None:
    known = {skill.name: skill for skill in SKILLS}
    told = plans_shown([known["pick"], known["place"]])
    assert '"place"' in told
    assert not any(word in told for word in ('"slice"', '"heat"', '"look"'))
    assert plans_shown([SkillSpec("wave", {})]) == ""
    assert '"Potato"' not in plans_shown(SKILLS, ("Mug", "Vase", "Shelf"))
    assert '"Vase"' in plans_shown(SKILLS, ("Mug", "Vase", "Shelf"))
