"""Words for tasks: every template can be read back, and reads as English."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embodied.core import task as tasks
from embodied.core.task import Task
from envs.household.catalog import object_types
from envs.household.generator.language import steps as step_words
from envs.household.generator.language.commands import parse_command
from envs.household.generator.language.goals import (
    SEEN,
    UNSEEN,
    WORDINGS,
    fill,
    goal_text,
    parse_goal,
    templates,
)
from envs.household.generator.language.nouns import (
    nouns,
    plural,
    preposition,
    types_by_noun,
    with_article,
)
from envs.household.generator.language.steps import StepTeller
from envs.household.generator.rooms import generate_scene
from envs.household.generator.tasks import draw_task, draw_type_and_kind

MOVABLE = sorted(
    name
    for name, info in object_types().items()
    if info.can("pickupable") and not name.endswith(("Sliced", "Cracked"))
)
RECEPTACLES = sorted(name for name, info in object_types().items() if info.can("receptacle"))
SLICEABLE = sorted(name for name, info in object_types().items() if info.slices)


@st.composite
def any_task(draw: st.DrawFn, task_type: str) -> Task:
    sliced = draw(st.booleans()) and task_type != tasks.LOOK_IN_LIGHT
    name = draw(st.sampled_from(SLICEABLE if sliced else MOVABLE))
    if task_type == tasks.LOOK_IN_LIGHT:
        return Task(task_type, name, toggle=draw(st.sampled_from(["DeskLamp", "FloorLamp"])))
    parent = draw(st.sampled_from(RECEPTACLES))
    mrecep = ""
    if task_type == tasks.PICK_WITH_MOVABLE:
        mrecep = draw(st.sampled_from(["Bowl", "Box", "Cup", "Mug", "Pan", "Plate", "Pot"]))
    return Task(task_type, name, parent, mrecep, sliced=sliced)


EVERY_TEMPLATE = [
    (task_type, template)
    for task_type, rows in templates().items()
    for wording in WORDINGS
    for template in rows[wording]
]


@pytest.mark.parametrize(("task_type", "template"), EVERY_TEMPLATE)
@settings(max_examples=8, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_every_wording_of_every_task_is_read_back(
    task_type: str, template: str, data: st.DataObject, seed: int
) -> None:
    task = data.draw(any_task(task_type))
    text = fill(template, task, np.random.default_rng(seed))
    assert parse_goal(text) == task, text


@settings(max_examples=200, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_goals_are_whole_sentences(data: st.DataObject, seed: int) -> None:
    task = data.draw(st.sampled_from(tasks.TASK_TYPES).flatmap(any_task))
    wording = data.draw(st.sampled_from(WORDINGS))
    text = goal_text(task, np.random.default_rng(seed), wording=wording)
    assert text[0].isupper()
    assert text.endswith(".")
    assert not re.search(r"[\[\]{}|]|  ", text)
    assert not re.search(r"\ba [aeio]", text), text
    assert not re.search(r"\ban [^aeiou\W]", text), text


def test_held_out_wordings_are_in_no_other_split() -> None:
    for rows in templates().values():
        assert rows[SEEN]
        assert rows[UNSEEN]
        assert not set(rows[SEEN]) & set(rows[UNSEEN])
    for rows in step_words.templates().values():
        assert not set(rows[SEEN]) & set(rows[UNSEEN])


def test_no_noun_stands_for_two_types() -> None:
    seen: dict[str, str] = {}
    for name in object_types():
        if name.endswith("Sliced"):
            continue
        for noun in nouns(name):
            assert seen.setdefault(noun.lower(), name) == name
    assert types_by_noun()["slices of apple"] == ("Apple", True)


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("set of keys", "sets of keys"),
        ("loaf of bread", "loaves of bread"),
        ("butter knife", "butter knives"),
        ("potato", "potatoes"),
        ("watch", "watches"),
        ("box of tissues", "boxes of tissues"),
        ("lettuce leaf", "lettuce leaves"),
        ("scrub brush", "scrub brushes"),
        ("mug", "mugs"),
    ],
)
def test_plurals(noun: str, many: str) -> None:
    assert plural(noun) == many


def test_articles_follow_the_sound() -> None:
    assert with_article("apple") == "an apple"
    assert with_article("mug") == "a mug"
    assert with_article("CD") == "a CD"
    assert with_article("armchair") == "an armchair"


def test_things_lie_in_sinks_and_on_desks() -> None:
    assert preposition("SinkBasin") == "in"
    assert preposition("Desk") == "on"


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("put a mug in the sink", Task(tasks.PICK_AND_PLACE, "Mug", "SinkBasin")),
        ("Please put the mug into the sink!", Task(tasks.PICK_AND_PLACE, "Mug", "SinkBasin")),
        (
            "could you chill an apple and put it on the table",
            Task(tasks.PICK_COOL, "Apple", "DiningTable"),
        ),
        ("put two pillows on the couch", Task(tasks.PICK_TWO, "Pillow", "Sofa")),
        (
            "put a hot slice of bread on the counter",
            Task(tasks.PICK_HEAT, "Bread", "CounterTop", sliced=True),
        ),
    ],
)
def test_spoken_goals_are_understood(text: str, task: Task) -> None:
    assert parse_goal(text) == task


@pytest.mark.parametrize("text", ["", "sing a song", "put a unicorn in the sink", "put the sink"])
def test_what_is_no_goal_is_none(text: str) -> None:
    assert parse_goal(text) is None


@pytest.mark.parametrize(
    ("text", "skill", "category"),
    [
        ("close the fridge", "close", "Fridge"),
        ("also shut the drawer", "close", "Drawer"),
        ("and turn off the desk lamp please", "toggle", "DeskLamp"),
        ("pick up a mug", "pick", "Mug"),
    ],
)
def test_single_commands_are_understood(text: str, skill: str, category: str) -> None:
    found = parse_command(text)
    assert found is not None
    assert [s.skill for s in found] == [skill]
    assert found[0].arguments["object"].category == category


def test_what_is_no_command_is_none() -> None:
    assert parse_command("that was nice") is None


@pytest.mark.parametrize("seed", range(24))
def test_steps_are_whole_sentences_about_the_task(seed: int) -> None:
    rng = np.random.default_rng(seed)
    task_type, kind = draw_type_and_kind(rng)
    scene = generate_scene(kind, seed % 4)
    draw = draw_task(scene, task_type, rng)
    if draw is None:
        pytest.skip(f"this {kind} allows no {task_type}")
    wording = WORDINGS[seed % 2]
    told = StepTeller(
        scene, draw, start_xz_m=(0.0, 0.0), start_yaw_deg=90.0, rng=rng, wording=wording
    ).tell()
    assert len(told) >= 2
    for sentence in told:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not re.search(r"[\[\]{}|]|  |\ba [aeio]", sentence), sentence
    words = " ".join(told).lower()
    assert any(n.lower() in words for n in nouns(draw.task.object, sliced=draw.task.sliced))
