"""Sentences to an arm, in wordings that no table lists as a whole."""

import pytest

from embodied.core.arm_skills import arm_skills
from embodied.core.entity import Entity
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.motion import LASTING, arguments_of, motion_of
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.protocols import PlanContext
from planners.checked import CheckedPlanner
from planners.parsed.arm import ArmReader, is_arm
from planners.parsed.planner import ParsedPlanner
from planners.parsed.refusals import Question, Refused
from planners.symbolic.check import misfits
from planners.symbolic.domain import Domain

SKILLS = arm_skills(movable=["block"], receptacles=["bowl", "drawer"], openable=["drawer"])


def short(subgoal: Subgoal) -> str:
    """`place(red block, white bowl, in)`."""
    values = [
        f"{value:g}" if isinstance(value, float) else str(value)
        for value in subgoal.arguments.values()
    ]
    return f"{subgoal.skill}({', '.join(values)})"


def read(text: str, **more: object) -> list[str]:
    return [short(each) for each in ArmReader(SKILLS).read(text, **more)]


def bring(thing: str, where: str, relation: str = "in") -> list[str]:
    return [f"pick({thing})", f"place({thing}, {where}, {relation})"]


READ = {
    "put the red block in the bowl": bring("red block", "bowl"),
    "could you grab the teal cube and stick it into the white dish?": bring(
        "teal block", "white bowl"
    ),
    "the red block should end up in the white bowl": bring("red block", "white bowl"),
    "I need the green brick on the blue one": bring("green block", "blue block", "on"),
    "stack the maroon cube on top of the olive cube, please": bring(
        "maroon block", "olive block", "on"
    ),
    "carefully position the red block just to the right of the white bowl": bring(
        "red block", "white bowl", "right of"
    ),
    "get the small red cube and drop it beside the bowl": bring(
        "small red block", "bowl", "next to"
    ),
    "move the block on the left into the bowl": bring("block on the left", "bowl"),
    "put the block that is next to the bowl on the red block": bring(
        "block next to the bowl", "red block", "on"
    ),
    "place the red block in the bowl on the right": bring("red block", "bowl on the right"),
    "take the red block out of the white bowl and set it behind the green block": bring(
        "red block", "green block", "behind"
    ),
    "hand me the red cube": ["pick(red block)"],
    "pick the yellow block up": ["pick(yellow block)"],
    "shove the green block up against the bowl": ["push(green block, bowl, next to)"],
    "slide the lilac block until it sits to the left of the bowl": [
        "push(lilac block, bowl, left of)"
    ],
    "without picking it up, bring the red block in front of the bowl": [
        "push(red block, bowl, in front of)"
    ],
    "open the drawer halfway": ["open(drawer, 0.5)"],
    "pull the drawer out by a third": ["open(drawer, 0.3333)"],
    "the drawer should be three quarters open": ["open(drawer, 0.75)"],
    "open the drawer to 40 %": ["open(drawer, 0.4)"],
    "completely close the drawer": ["close(drawer, 0)"],
    "shut the drawer by a quarter": ["close(drawer, 0.75)"],
    "close the drawer until it is 30 percent open": ["close(drawer, 0.3)"],
    "push the drawer shut": ["close(drawer, 0)"],
    "put the red and the blue cube in the bowl": bring("red block", "bowl")
    + bring("blue block", "bowl"),
    "put the red block in the white bowl and the blue block on the green block": [
        *bring("red block", "white bowl"),
        *bring("blue block", "green block", "on"),
    ],
    "put the red block in the drawer": ["open(drawer, 1)", *bring("red block", "drawer")],
    "open the drawer, lay the red block inside and then close it": [
        "open(drawer, 1)",
        *bring("red block", "drawer"),
        "close(drawer, 0)",
    ],
    "grab the red block; after that put it down": ["pick(red block)", "put_down()"],
}


@pytest.mark.parametrize(("text", "plan"), READ.items())
def test_sentences_are_read(text: str, plan: list[str]) -> None:
    assert read(text) == plan


def test_a_drawer_that_is_open_is_not_opened() -> None:
    seen = (Entity("drawer", openness=0.9),)
    assert read("put the red block in the drawer", entities=seen) == bring("red block", "drawer")


@pytest.mark.parametrize(
    "text", ["heat the potato", "put the mug in the sink", "sort yourself out", "open the bowl"]
)
def test_what_an_arm_cannot_do_is_refused(text: str) -> None:
    with pytest.raises(PlanningError):
        CheckedPlanner(ParsedPlanner()).plan(PlanContext(Instruction.from_text(text), SKILLS))


@pytest.mark.parametrize("text", ["put the red block", "", "please"])
def test_what_is_left_open_is_asked(text: str) -> None:
    with pytest.raises(Question):
        CheckedPlanner(ParsedPlanner()).plan(PlanContext(Instruction.from_text(text), SKILLS))


def test_the_grammar_is_for_arms_alone() -> None:
    assert is_arm(SKILLS)
    assert not is_arm((*SKILLS, SKILLS[0].__class__("goto", {"object": "object"})))


def test_a_plan_goes_through_the_usual_checks() -> None:
    plan = CheckedPlanner(ParsedPlanner()).plan(
        PlanContext(Instruction.from_text("put the red block in the bowl"), SKILLS)
    )
    assert plan.subgoals[0].arguments == {
        "object": ObjectRef("block", ("red",), phrase="the red block")
    }
    assert [each.text for each in plan.subgoals] == [
        "Pick up the red block.",
        "Put the red block in the bowl.",
    ]


@pytest.mark.parametrize(
    "said",
    [
        "don't push the red block, put the blue block in the bowl",
        "put the blue block in the bowl instead of the drawer",
        "put the red block, no, the blue block in the bowl",
        "don't forget to put the blue block in the bowl",
    ],
)
def test_what_is_said_not_to_be_done_is_not_done(said: str) -> None:
    plan = ParsedPlanner().plan(PlanContext(Instruction.from_text(said), SKILLS))
    assert [(step.skill, step.arguments["object"].attributes) for step in plan.subgoals] == [
        ("pick", ("blue",)),
        ("place", ("blue",)),
    ]


def test_where_all_is_forbidden_it_is_asked_what_else() -> None:
    with pytest.raises(PlanningError, match="instead"):
        ParsedPlanner().plan(PlanContext(Instruction.from_text("do not touch anything"), SKILLS))


@pytest.mark.parametrize(
    ("text", "motions"),
    [
        ("move left", ["move left"]),
        ("move up 5 cm and open the gripper", ["move up", "gripper open"]),
        ("pick up the red block, then move up 10 cm", ["pick", "move up"]),
        ("turn left 30 degrees", ["rotate left"]),
        ("move back until I say stop", ["move back"]),
    ],
)
def test_motions_of_the_hand_are_steps_like_any_other(text: str, motions: list[str]) -> None:
    found = ArmReader(SKILLS).read(text)
    told = [f"{step.arguments.get('motion', step.skill)} {step.arguments.get('direction', '')}"
            for step in found]  # fmt: skip
    assert [each.strip() for each in told] == motions
    for step in found:
        if step.skill == "move_hand":
            assert arguments_of(motion_of(step.arguments)) == step.arguments
            assert not misfits(step, Domain(SKILLS))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("move 3 cm towards the red block", ("block", "towards", 0.03)),
        ("go a bit closer to the bowl", ("bowl", "towards", 0.03)),
        ("move the gripper towards the drawer", ("drawer", "towards", 0.0)),
        ("back off", None),
        ("move 10 cm away from the red block", ("block", "away", 0.1)),
        ("move over to the red block", ("block", "towards", LASTING)),
        ("move the red block towards the bowl", None),
        ("pick up the red block and move it towards the bowl", None),
    ],
)
def test_the_hand_may_be_moved_by_where_a_thing_is(
    text: str, told: tuple[str, str, float] | None
) -> None:
    found = [step for step in ArmReader(SKILLS).read(text) if step.skill == "approach"]
    assert len(found) == (told is not None)
    for step in found:
        reference = step.arguments["object"]
        way = step.arguments["direction"], step.arguments["amount"]
        assert (reference.category, *way) == told
        assert reference.attributes == (("red",) if told[0] == "block" else ())
        assert not misfits(step, Domain(SKILLS))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("move the green block to the left", ("green", "left", 0.0, "robot", "carried")),
        ("push the red block 5 cm to the right", ("red", "right", 0.05, "robot", "pushed")),
        ("nudge the red block forward a little", ("red", "forward", 0.025, "robot", "pushed")),
        ("slide the red block 8 cm towards me", ("red", "back", 0.08, "speaker", "pushed")),
        ("shift the block on the left 4 cm back", (None, "back", 0.04, "robot", "carried")),
        ("move the red block left without lifting it", ("red", "left", 0.0, "robot", "pushed")),
    ],
)
def test_a_thing_may_be_moved_some_way(text: str, told: tuple[object, ...]) -> None:
    (step,) = ArmReader(SKILLS).read(text)
    colour, *way = told
    assert step.skill == "shift"
    assert step.arguments["object"].attributes == ((colour,) if colour else ())
    found = [step.arguments[name] for name in ("direction", "amount", "frame", "manner")]
    assert found[1] == pytest.approx(way[1], abs=0.006)
    assert (found[0], *found[2:]) == (way[0], *way[2:])
    assert not misfits(step, Domain(SKILLS))


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("push the red block left, then move it forward 3 cm", ["shift", "shift"]),
        ("move the red block forward 3 cm, then 2 cm left", ["shift", "shift"]),
        ("push the red block and the blue block left", ["shift", "shift"]),
        ("put the red block on the table", ["pick", "put_down"]),
        ("pick up the red block and put it on the table", ["pick", "put_down"]),
        ("pick up the red block, then move it left 5 cm", ["pick", "move_hand"]),
        ("put the green block to the left of the red block", ["pick", "place"]),
        ("put the block on the left in the bowl", ["pick", "place"]),
        ("push the red block to the bowl", ["push"]),
    ],
)
def test_a_way_is_told_from_a_place(text: str, skills: list[str]) -> None:
    assert [step.skill for step in ArmReader(SKILLS).read(text)] == skills


def test_a_motion_that_leaves_its_direction_open_is_asked_about() -> None:
    with pytest.raises(Question, match="Which way"):
        ArmReader(SKILLS).read("rotate 90 degrees")


COLOURS = ("red", "blue", "green")
SEEN = (
    *(Entity("block", attributes=(colour,)) for colour in COLOURS),
    Entity("bowl", attributes=("white",)),
    Entity("drawer", openness=0.0),
)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("put all the blocks in the bowl", "red blue green"),
        ("put everything in the bowl", "red blue green"),
        ("put the three blocks in the bowl", "red blue green"),
        ("put the red and blue blocks in the bowl", "red blue"),
        ("grab the blue one", "blue"),
        ("put the red block left of the bowl and the blue block right of it", "red blue"),
        ("put the blue one in the bowl and the red one in the drawer", "blue red"),
        ("pick up the blue block and put it on the red one", "blue"),
    ],
)
def test_what_is_seen_is_named_one_by_one(text: str, spoken: str) -> None:
    taken = [s for s in ArmReader(SKILLS).read(text, entities=SEEN) if s.skill == "pick"]
    assert " ".join(step.arguments["object"].attributes[0] for step in taken) == spoken


@pytest.mark.parametrize(
    "text",
    [
        "put both blocks in the bowl",  # there are three
        "pick up anything but the red block",
        "put all the blocks except the red one in the bowl",
        "put the red block back",
        "what colour is the bowl?",
        "where is the bowl?",
        "which blocks do you see?",
        "put the red block on the left",
    ],
)
def test_what_is_too_easily_got_wrong_is_asked(text: str) -> None:
    with pytest.raises(Question, match=r"Which ones|Where|no questions|Left of what"):
        ArmReader(SKILLS).read(text, entities=SEEN)


def test_nothing_is_promised_that_cannot_be_kept() -> None:
    said = "put the red block in the bowl without touching the blue one"
    with pytest.raises(Refused, match="without touching the blue one"):
        ArmReader(SKILLS).read(said)
    with pytest.raises(Refused, match="without touching the blue one"):
        ParsedPlanner().plan(PlanContext(Instruction.from_text(said), SKILLS))
    (step,) = ArmReader(SKILLS).read("push the red block to the bowl without lifting it")
    assert step.skill == "push"


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("close your hand", ["move_hand"]),
        ("close the drawer", ["close"]),
        ("leave the drawer half open", ["open"]),
        ("put the drawer down", ["put_down"]),
        ("slide the red block into the bowl", ["pick", "place"]),
        ("push the red block next to the bowl", ["push"]),
        ("push the red block away from you", ["shift"]),
        ("bring the red block closer", ["shift"]),
    ],
)
def test_hands_and_drawers_pushing_and_carrying_are_told_apart(
    text: str, skills: list[str]
) -> None:
    assert [step.skill for step in ArmReader(SKILLS).read(text, entities=SEEN)] == skills


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("open the drawer", "Open the drawer."),
        ("open the drawer halfway", "Open the drawer to 50%."),
        ("close the drawer", "Close the drawer."),
    ],
)
def test_how_far_is_told_where_it_is_neither_wholly_nor_not_at_all(text: str, said: str) -> None:
    (step,) = ArmReader(SKILLS).read(text, entities=SEEN)
    assert step.text == said


def test_which_of_several_stands_closest_is_told_by_what_it_stands_by() -> None:
    steps = ArmReader(SKILLS).read("put the block closest to the bowl in the drawer")
    assert {step.arguments["object"].relation for step in steps if step.skill != "open"} == {
        "next to the bowl"
    }
    (taken,) = ArmReader(SKILLS).read("pick up the closest block")
    assert taken.arguments["object"].attributes == ("closest",)


@pytest.mark.parametrize(("entities", "by_looking"), [((), True), (SEEN, False)])
def test_how_many_there_are_may_be_settled_by_looking(
    entities: tuple[Entity, ...], by_looking: bool
) -> None:
    with pytest.raises(Question, match="both blocks") as asked:
        ArmReader(SKILLS).read("put both blocks in the bowl", entities=entities)
    assert asked.value.by_looking is by_looking
