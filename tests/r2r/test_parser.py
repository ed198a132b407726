import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.correction import Correction, CorrectionKind
from embodied.core.errors import ConfigError, DataError, PlanningError
from embodied.core.instruction import Instruction
from embodied.core.plan import DONE, Plan
from embodied.core.protocols import PlanContext
from embodied.core.routes import RouteLeg, read_legs, spell_legs
from embodied.core.skills import SkillSpec
from planners.routes.parser import parse_route, words_of
from planners.routes.planner import RoutePlanner

EXAMPLES = {
    "Walk past the couch, out the door, and turn right.": [
        "pass couch",
        "leave door",
        "turn right",
    ],
    "Go up the stairs and take a left. Stop at the top of the stairs.": [
        "climb up stairs",
        "turn left",
        "stop_at stairs",
    ],
    "Exit the bathroom and pass the washer. Wait by the first chair on the left.": [
        "leave bathroom",
        "pass washer",
        "stop_at first chair (left)",
    ],
    "Walk straight to the table and make a U turn.": ["go_to straight table", "turn around"],
    "Turn around and go into the kitchen through the open door.": [
        "turn around",
        "enter kitchen",
        "enter open door",
    ],
    "Turn left at the lamp and walk down the hallway.": ["turn left lamp", "pass hallway"],
    "Stop once you enter the bedroom.": ["enter bedroom", "stop_at"],
    "Walk forward until you reach the end of the hall, then go downstairs.": [
        "go_to straight",
        "go_to hall",
        "climb down",
    ],
    "Head toward the exit sign and turn to the left.": ["go_to sign", "turn left"],
    "Go left.": ["turn left"],
    "Walk through the door on the right.": ["enter door (right)"],
    "Wait there.": ["stop_at"],
}


def brief(text: str) -> list[str]:
    found = []
    for step in parse_route(text):
        parts = [step.demand, step.direction]
        if step.landmark is not None:
            side = step.landmark.relation.removeprefix("on the ")
            parts += [step.landmark.phrase, f"({side})" if side else ""]
        found.append(" ".join(part for part in parts if part))
    return found


@pytest.mark.parametrize("text", EXAMPLES)
def test_instructions_are_taken_apart_into_demands_and_landmarks(text: str) -> None:
    assert brief(text) == EXAMPLES[text]


SOME_WORDS = """
    walk turn left right the a to of door stairs up down and then stop at once until you past into
    out room table on your take make with end 180 straight , . exit it's don’t
"""
WORDS = st.sampled_from(SOME_WORDS.split())


@given(st.one_of(st.lists(WORDS, max_size=25).map(" ".join), st.text(max_size=60)))
def test_every_word_belongs_to_exactly_one_step_of_a_declared_kind(text: str) -> None:
    steps = parse_route(text)
    spans = sorted((step.first_word, step.last_word) for step in steps)
    assert [word for first, last in spans for word in range(first, last)] == list(
        range(len(words_of(text)))
    )
    assert {step.demand for step in steps} <= {
        "go_to", "pass", "enter", "leave", "turn", "climb", "stop_at"
    }  # fmt: skip
    for step in steps:
        assert words_of(step.text) == words_of(text)[step.first_word : step.last_word]


@given(
    st.lists(
        st.builds(
            RouteLeg,
            st.sampled_from(["turn", "go_to", "stop_at"]),
            st.sampled_from(["", "left", "around"]),
            st.sampled_from(["", "couch", "first door"]),
            st.sampled_from(["", "left", "right"]),
            st.integers(0, 9),
            st.integers(0, 99),
        )
    )
)
def test_legs_are_read_as_they_were_spelled(legs: list[RouteLeg]) -> None:
    assert read_legs(spell_legs(legs)) == tuple(legs)


def test_what_is_no_leg_is_named() -> None:
    assert spell_legs([RouteLeg("pass", "", "odd ] name; x", "", 0, 2)]).count("]") == 1
    with pytest.raises(DataError, match="walk somewhere"):
        read_legs("walk somewhere")


def context(text: str, **more: object) -> PlanContext:
    return PlanContext(Instruction.from_text(text), **more)  # type: ignore[arg-type]


def test_every_subgoal_says_what_comes_after_it() -> None:
    plan = RoutePlanner().plan(context("Turn left and go past the sofa. Stop at the lamp."))
    assert [subgoal.skill for subgoal in plan.subgoals] == ["turn", "pass", "stop_at"]
    assert [str(subgoal) for subgoal in plan.subgoals][1] == "and go past the sofa"
    assert [len(read_legs(str(s.arguments["route"]))) for s in plan.subgoals] == [3, 2, 1]


def test_a_whole_route_is_one_subgoal_with_its_legs() -> None:
    text = "Turn left and stop."
    (subgoal,) = RoutePlanner(subgoals="whole").plan(context(text)).subgoals
    assert (subgoal.skill, subgoal.text) == ("follow", text)
    assert [leg.demand for leg in read_legs(str(subgoal.arguments["route"]))] == ["turn", "stop_at"]


def test_planning_says_why_it_cannot() -> None:
    with pytest.raises(PlanningError, match="no words"):
        RoutePlanner().plan(context(" ... "))
    with pytest.raises(PlanningError, match="'turn'"):
        RoutePlanner().plan(context("Turn left.", skills=(SkillSpec("pick"),)))
    with pytest.raises(ConfigError, match="steps or whole"):
        RoutePlanner(subgoals="some")


def corrected(said: str, kind: CorrectionKind) -> list[str]:
    text = "Turn left and go past the sofa. Stop at the lamp."
    first: Plan = RoutePlanner().plan(context(text))
    plan = RoutePlanner().plan(
        context(
            text,
            current_plan=first,
            history=((first.subgoals[0], DONE),),
            corrections=(Correction(said, 1.0, kind),),
        )
    )
    return [str(subgoal) for subgoal in plan.subgoals]


def test_corrections_are_folded_into_what_is_left_of_the_route() -> None:
    assert corrected("turn right here", CorrectionKind.MOTION) == [
        "turn right here",
        "and go past the sofa",
        "Stop at the lamp",
    ]
    assert corrected("no, the couch", CorrectionKind.TARGET)[0] == "no, the couch"
    assert corrected("also go up the stairs", CorrectionKind.AMEND) == [
        "and go past the sofa",
        "also go up the stairs",
    ]
    with pytest.raises(PlanningError, match="says nothing of a route"):
        corrected("hmm", CorrectionKind.AMEND)
