"""Generated episodes: reproducible, possible, and apart from those of other splits."""

import itertools

import numpy as np
import pytest

from embodied.core.errors import UnknownNameError
from envs.tabletop.generator import (
    HELD_OUT_COLOURS,
    SEEN_COLOURS,
    SPLITS,
    draw,
    kind_of,
)
from envs.tabletop.placement import is_held_out
from envs.tabletop.tasks import BLOCK, KINDS, OPENNESS, SKILLS, subgoals_of
from envs.tabletop.wordings import wordings

SAMPLE = range(0, 48)


def things(scene):
    return [*scene.blocks, *scene.bowls]


@pytest.mark.parametrize("split", sorted(SPLITS))
def test_an_episode_is_the_same_whenever_it_is_drawn(split):
    assert [draw(split, index) for index in SAMPLE] == [draw(split, index) for index in SAMPLE]


def test_splits_differ():
    scenes = [{draw(split, index).scene for index in SAMPLE} for split in SPLITS]
    for one, other in itertools.combinations(scenes, 2):
        assert not one & other


def test_kinds_take_turns():
    assert [kind_of(index) for index in range(len(KINDS))] == list(KINDS)
    assert [draw("train", index).task.kind for index in range(len(KINDS))] == list(KINDS)


@pytest.mark.parametrize("split", sorted(SPLITS))
def test_placements_lie_in_the_split_s_own_squares(split):
    for index in SAMPLE:
        scene = draw(split, index).scene
        places = np.array([each.position_m for each in things(scene)]).reshape(-1, 2)
        assert (is_held_out(places) == (split == "valid_unseen")).all()
        if scene.drawer is not None:
            held_out = is_held_out(np.array([scene.drawer.position_m]))
            assert held_out[0] == (split == "valid_unseen")


def test_held_out_colours_are_what_unseen_tasks_are_about_and_nowhere_else():
    for index in SAMPLE:
        for split in ("train", "valid_seen"):
            scene = draw(split, index).scene
            assert {each.colour for each in things(scene)} <= set(SEEN_COLOURS)
        for goal in draw("valid_unseen", index).task.goals:
            if goal.relation != OPENNESS:
                assert goal.thing.colour in HELD_OUT_COLOURS


def test_wordings_are_held_out():
    for kind in KINDS:
        table = wordings()[kind]
        assert not set(table["train"]) & set(table["held_out"])


@pytest.mark.parametrize("split", sorted(SPLITS))
def test_words_name_what_the_task_is_about(split):
    for index in SAMPLE:
        drawn = draw(split, index)
        assert "{" not in drawn.words
        for goal in drawn.task.goals:
            assert str(goal.thing) in drawn.words
            assert goal.other is None or goal.other.category in drawn.words


@pytest.mark.parametrize("split", sorted(SPLITS))
def test_there_is_room_for_fingers_and_no_name_stands_for_two_things(split):
    for index in SAMPLE:
        scene = draw(split, index).scene
        for kind in (scene.blocks, scene.bowls):
            assert len({each.colour for each in kind}) == len(kind)
        rims = [(each.position_m, each.size_m / 2) for each in scene.blocks]
        rims += [(each.position_m, each.radius_m) for each in scene.bowls]
        for (one, r), (two, s) in itertools.combinations(rims, 2):
            assert np.hypot(*np.subtract(one, two)) - r - s > 0.05


def test_plans_use_declared_skills_with_their_arguments():
    declared = {skill.name: skill for skill in SKILLS}
    for index in SAMPLE:
        for subgoal in subgoals_of(draw("train", index).task):
            skill = declared[subgoal.skill]
            assert set(subgoal.arguments) <= set(skill.arguments)
            for name, kinds in skill.categories.items():
                value = subgoal.arguments[name]
                assert getattr(value, "category", value) in kinds


def test_pushing_is_possible_in_a_straight_line():
    """From behind, over free table, for a way worth the name."""
    for index in range(4, 120, 12):
        drawn = draw("train", index)
        goal = drawn.task.goals[0]
        assert goal.pushed
        assert goal.thing.category == BLOCK


def test_an_unknown_split_is_named():
    with pytest.raises(UnknownNameError, match="valid_seen"):
        draw("valid", 0)
