"""What is said not to be done is not done, and what words leave open is not made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken_sentences import matches

from embodied.core.instruction import Instruction
from embodied.core.protocols import PlanContext
from embodied.core.task_plans import switched_to
from envs.household.skills import SKILLS
from planners.parsed.planner import ParsedPlanner
from planners.parsed.refusals import Question, Refused
from planners.wanted import wanted


@pytest.fixture(scope="module")
def planner() -> ParsedPlanner:
    return ParsedPlanner()


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("don't pick up the knife, pick up the fork", "pick up the fork"),
        ("Don’t heat it, just put it in the fridge.", "put it in the fridge."),
        ("put the mug in the sink, but do not turn on the faucet", "put the mug in the sink"),
        ("Put the mug in the sink instead of the table", "put the mug in the sink"),
        ("instead of the fork, bring the spoon", "bring the spoon"),
        ("take the fork rather than the knife and rinse it", "take the fork and rinse it"),
        ("pick up the mug without opening the fridge", "pick up the mug"),
        ("go to the table and don't stop", "go to the table"),
        ("make sure not to drop it", ""),
        ("pick up the cup, no, the mug", "pick up the mug"),
        ("pick up the cup. No wait, the mug and rinse it", "pick up the mug and rinse it"),
        ("go to the sofa, sorry, the bed", "go to the bed"),
        ("do not open the fridge", ""),
    ],
)
def test_what_is_not_wanted_is_left_out(said: str, left: str) -> None:
    assert wanted(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "Don't forget to close the fridge",
        "Put the apple in the fridge, not the counter",
        "put the salt next to the pepper",
        "never fail to close the door",
        "put the mug in the sink, no, the cup",
    ],
)
def test_what_is_wanted_stays(said: str) -> None:
    assert "close" in wanted(said) or wanted(said) == said


@given(st.text())
def test_nothing_is_added(said: str) -> None:
    left = wanted(said)
    assert left == said or len(left) < len(said.lower()) + 1


def test_what_is_forbidden_is_in_no_plan(planner: ParsedPlanner) -> None:
    steps = planner.read("don't pick up the knife, pick up the fork", skills=SKILLS)
    assert matches(steps, "pick Fork")
    assert planner.explanation is not None
    assert "'pick up the fork'" in planner.explanation.reasons[-1]


def test_where_all_is_forbidden_it_is_asked_what_else(planner: ParsedPlanner) -> None:
    said = Instruction.from_text("don't touch the mug")
    with pytest.raises(Question, match="instead"):
        planner.plan(PlanContext(said, SKILLS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wash the mug", "pick Mug; clean Mug SinkBasin"),
        ("fill the mug with water", "pick Mug; clean Mug SinkBasin"),
        ("slice bread and heat it",
         "pick Knife; slice Bread; place Knife CounterTop; pick sliced:Bread; "
         "heat sliced:Bread Microwave"),
        ("throw the egg away", "pick Egg; place Egg GarbageCan"),
        ("once you are done, put the mug in the sink", "pick Mug; place Mug SinkBasin"),
        ("put the mug in the fridge for a few seconds and then on the table",
         "pick Mug; cool Mug Fridge; place Mug DiningTable"),
        ("put a chilled mug with a spoon in it on the table",
         "pick Spoon; place Spoon Mug; pick Mug; cool Mug Fridge; place Mug DiningTable"),
        ("take the knife, cut the tomato in half, then put the knife back in the drawer",
         "pick Knife; slice Tomato; place Knife Drawer"),
        ("where is the remote", "goto RemoteControl"),
        ("grab two forks and put one in the sink and the other on the table",
         "pick Fork; place Fork SinkBasin; pick Fork; place Fork DiningTable"),
        ("cool two apples and put one on the table and one in the sink",
         "pick Apple; cool Apple Fridge; place Apple DiningTable; pick Apple; cool Apple Fridge; "
         "place Apple SinkBasin"),
        ("put a warm slice of bread on a plate and put the plate on the table",
         "pick Knife; slice Bread; place Knife CounterTop; pick sliced:Bread; "
         "heat sliced:Bread Microwave; place sliced:Bread Plate; pick Plate; "
         "place Plate DiningTable"),
        ("put three slices of tomato on the plate",
         "pick Knife; slice Tomato; place Knife CounterTop; " + "; ".join(
             ["pick sliced:Tomato; place sliced:Tomato Plate"] * 3)),
        ("put the apple in the fridge and leave the door open",
         "pick Apple; place Apple Fridge; open Fridge"),
        ("open the fridge, take out the egg and close the door",
         "open Fridge; pick Egg; close Fridge"),
        ("get the apple out of the fridge, wash it and bring it to me",
         "pick Apple; clean Apple SinkBasin"),
        ("heat the mug and the bowl",
         "pick Mug; heat Mug Microwave; place Mug CounterTop; pick Bowl; heat Bowl Microwave"),
        ("put the plate closest to the stove in the sink", "pick Plate; place Plate SinkBasin"),
        ("get rid of the old newspaper on the coffee table",
         "pick Newspaper; place Newspaper GarbageCan"),
        ("the fridge is open, close it", "close Fridge"),
        ("look around the room and find the phone", "turn around; goto CellPhone"),
        ("spin around", "turn around"),
        ("turn on the microwave for a minute", "toggle Microwave"),
        ("heat up a couple of potatoes",
         "pick Potato; heat Potato Microwave; place Potato CounterTop; pick Potato; "
         "heat Potato Microwave"),
        ("can you make sure that the drawer is open", "open Drawer"),
        ("the drawer is closed. open it and put the fork inside",
         "open Drawer; pick Fork; place Fork Drawer"),
        ("pick up the cup, no, the mug", "pick Mug"),
        ("move back half a meter", "move back 0.5"),
        ("hold the phone under the lamp", "pick CellPhone; look CellPhone *"),
        ("put the towel on the towel rack", "pick HandTowel; place HandTowel HandTowelHolder"),
        ("i need the lights off in here", "toggle LightSwitch"),
        ("microwave the potato for two minutes", "pick Potato; heat Potato Microwave"),
        ("warm up my coffee", "pick Mug; heat Mug Microwave"),
        ("heat the coffee in the mug", "pick Mug; heat Mug Microwave"),
        ("put one apple in the fridge and one in the microwave",
         "pick Apple; place Apple Fridge; pick Apple; place Apple Microwave"),
        ("put a mug in the sink and one in the cabinet",
         "pick Mug; place Mug SinkBasin; pick Mug; place Mug Cabinet"),
        ("put the light on", "toggle LightSwitch"),
        ("turn your head up", "tilt up"),
        ("wash the mug and the plate and put them on the counter",
         "pick Mug; clean Mug SinkBasin; place Mug CounterTop; "
         "pick Plate; clean Plate SinkBasin; place Plate CounterTop"),
        ("put a couple of mugs on the table",
         "pick Mug; place Mug DiningTable; pick Mug; place Mug DiningTable"),
        ("put the mug in the sink on the counter", "pick Mug; place Mug CounterTop"),
        ("soak the cloth", "pick Cloth; clean Cloth SinkBasin"),
    ],
)  # fmt: skip
def test_nothing_is_made_up(planner: ParsedPlanner, text: str, expected: str) -> None:
    assert matches(planner.read(text, skills=SKILLS), expected)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("rinse the fork and dry it", "no skill to dry"),
        ("sit on the chair", "no skill to sit"),
        ("stand up", "stand up"),
        ("fill a bowl with apples", "anything but water"),
        ("put the mug upside down", "turn things over"),
        ("put the laptop in the drawer, close it and lock it", "no skill to lock"),
        ("empty the fridge", "no skill to empty"),
        ("turn up the volume", "called 'volume'"),
        ("the mug needs washing and drying", "no skill to dry"),
        ("put the keys by the door", "called 'door'"),
        ("turn the heat up", "called 'heat'"),
    ],
)
def test_a_deed_of_no_skill_is_refused_beside_others(
    planner: ParsedPlanner, text: str, what: str
) -> None:
    with pytest.raises(Refused, match=what):
        planner.read(text, skills=SKILLS)


def test_the_second_of_a_kind_is_another_one(planner: ParsedPlanner) -> None:
    text = "put the first apple in the fridge and the second one in the microwave"
    steps = planner.read(text, skills=SKILLS)
    assert matches(steps, "pick Apple; place Apple Fridge; pick Apple; place Apple Microwave")
    assert ["another" in step.arguments["object"].attributes for step in steps] == [
        False, False, True, True,
    ]  # fmt: skip


def test_nouns_are_no_verbs(planner: ParsedPlanner) -> None:
    assert matches(
        planner.read("Move the plate and phone to the side table.", skills=SKILLS),
        "pick Plate; place Plate SideTable; pick CellPhone; place CellPhone SideTable",
    )


def test_tools_are_asked_about(planner: ParsedPlanner) -> None:
    with pytest.raises(Question, match="without a tool"):
        planner.read("wash the pan with the sponge", skills=SKILLS)
    with pytest.raises(Question, match="which table"):
        planner.read("set the table", skills=SKILLS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("opne the fridge", "open Fridge"),
        ("tkae the egg and haet it", "pick Egg; heat Egg Microwave"),
        ("please opne the drawer and tkae the fork", "open Drawer; pick Fork"),
        ("trun on the lamp", "toggle DeskLamp|FloorLamp|Lamp"),
    ],
)
def test_a_verb_may_be_misspelled(planner: ParsedPlanner, text: str, expected: str) -> None:
    assert matches(planner.read(text, skills=SKILLS), expected)


@pytest.mark.parametrize("text", ["paint the wall", "dry the plate", "kiss the cook"])
def test_a_verb_of_no_skill_is_no_misspelling(planner: ParsedPlanner, text: str) -> None:
    with pytest.raises(Refused, match="no skill to"):
        planner.read(text, skills=SKILLS)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("put the mug or the cup in the sink", "the mug or the cup"),
        ("put the mug in the sink or on the counter", "on the counter"),
        ("tomorrow put the mug in the sink", "keep no time"),
        ("turn the light off after a minute", "keep no time"),
    ],
)
def test_one_of_two_and_a_time_are_asked_about(
    planner: ParsedPlanner, text: str, asked: str
) -> None:
    with pytest.raises(Question, match=asked):
        planner.read(text, skills=SKILLS)


@pytest.mark.parametrize("text", ["put it away", "wash it", "heat it up please"])
def test_it_is_asked_for_where_nothing_was_named(planner: ParsedPlanner, text: str) -> None:
    with pytest.raises(Question, match="What do you mean by it"):
        planner.read(text, skills=SKILLS)


@pytest.mark.parametrize(
    "text", ["put the other mug on the table", "bring another mug to the desk"]
)
def test_the_other_one_is_another_one(planner: ParsedPlanner, text: str) -> None:
    pick, place = planner.read(text, skills=SKILLS)
    assert {step.arguments["object"].attributes for step in (pick, place)} == {("another",)}


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("turn off the lamp", ["off"]),
        ("switch the tv on", ["on"]),
        ("turn the faucet on and off again", ["on", "off"]),
        ("stop the microwave", ["off"]),
        ("make sure the lamp is off", ["off"]),
        ("flip the light switch", [""]),
        ("light the lamp", ["on"]),
    ],
)
def test_what_is_switched_is_to_be_on_or_off(
    planner: ParsedPlanner, text: str, states: list[str]
) -> None:
    steps = planner.read(text, skills=SKILLS)
    assert [switched_to(step) for step in steps] == states
