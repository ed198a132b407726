"""Outlines of shapes in boxes, and which way round they lie."""

import numpy as np
import pytest

from envs.alfred.replay import AgentPose, runs_mask
from envs.alfred.scenes.boxfit import Box, Prior, Views, fit_box
from envs.alfred.scenes.camera import Cameras
from envs.alfred.scenes.looks import (
    likeness,
    look_outline,
    right_angles,
    turned_look,
    turns_of,
    with_outline,
)
from envs.alfred.scenes.silhouettes import outline_of, picture
from envs.household.frames import rotation_matrix
from envs.household.palette import RoomPalette
from envs.household.scene import ObjectSpec

POSES = [
    AgentPose((0.0, 0.9, -0.6), 0.0, 45.0),
    AgentPose((0.7, 0.9, 0.0), 270.0, 45.0),
    AgentPose((-0.3, 0.9, 0.6), 180.0, 60.0),
]
AT = np.array([0.05, 0.8, 0.02])


def views(box: Box, type_name: str, turn_deg: tuple[float, float, float]):
    """What is seen of a thing in a box: its views, and its masks."""
    outline = look_outline(type_name, box.size_m, turn_deg)
    count = len(POSES)
    blank = Views(
        Cameras.of(POSES), np.tile(np.eye(3), (count, 1, 1)), np.tile(AT, (count, 1)), None
    )
    own = outline.placed(np.array(box.low_m), np.array(box.high_m))
    masks = [
        picture(blank.cameras.select(np.array([row])), own + AT, outline.parts)
        for row in range(count)
    ]
    bounds = []
    for mask in masks:
        rows, columns = np.nonzero(mask)
        bounds.append([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
    return Views(blank.cameras, blank.rotations, blank.origins_m, np.array(bounds, float)), masks


def test_a_cube_has_24_turns_and_vessels_only_the_level_ones() -> None:
    turns = {tuple(np.round(rotation_matrix(each)).ravel()) for each in right_angles()}
    assert len(right_angles()) == len(turns) == 24
    assert len(turns_of("Mug")) == len(turns_of("Laptop")) == 4
    assert len(turns_of("Ladle")) == 24


@pytest.mark.parametrize("turn", right_angles())
def test_a_turned_shape_stays_in_its_box(turn: tuple[float, float, float]) -> None:
    spec = ObjectSpec("SoapBar|+00.00|+00.00|+00.00", "SoapBar", (0, 0, 0), (0.1, 0.05, 0.3))
    found = outline_of(turned_look(spec, RoomPalette(), turn), spec.size_m).points
    assert np.allclose(found.min(axis=0), 0.0, atol=0.02)
    assert np.allclose(found.max(axis=0), 1.0, atol=0.02)


def test_a_round_thing_is_found_as_big_as_it_is() -> None:
    """The corners of its box would stand out of its mask: fitted so, it came out too small."""
    true = Box((-0.04, -0.04, -0.04), (0.04, 0.04, 0.04))
    seen, _ = views(true, "Tomato", (0.0, 0.0, 0.0))
    prior = Prior(
        Box.around(np.zeros(3), np.array([0.06, 0.06, 0.06])),
        (0.05, 0.05, 0.05),
        (0.5, 0.5, 0.5),
        weight_px=0.2,
    )
    outline = look_outline("Tomato", true.size_m, (0.0, 0.0, 0.0))
    found = fit_box(with_outline(seen, outline), prior)
    filled = fit_box(seen, prior)
    assert np.allclose(found.size_m, true.size_m, atol=0.006)
    assert filled.size_m.prod() < 0.8 * true.size_m.prod()


def test_a_pans_handle_is_told_by_its_masks() -> None:
    box = Box((-0.15, 0.0, -0.24), (0.15, 0.06, 0.24))
    seen, masks = views(box, "Pan", (0.0, 180.0, 0.0))
    scores = {
        turn: likeness(seen, masks, box, look_outline("Pan", box.size_m, turn))
        for turn in turns_of("Pan")
    }
    assert max(scores, key=lambda turn: scores[turn]) == (0.0, 180.0, 0.0)
    assert scores[0.0, 180.0, 0.0] == pytest.approx(1.0)


def test_runs_are_a_mask_row_by_row() -> None:
    mask = runs_mask(np.array([[1, 2], [6, 1]]), size_px=4)
    assert np.argwhere(mask).tolist() == [[0, 1], [0, 2], [1, 2]]
