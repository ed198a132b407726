"""What masks tell of things that were put down, and of what a cut leaves."""

import numpy as np
import pytest

from envs.alfred.replay import AgentPose
from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.camera import Cameras, projected_extent
from envs.alfred.scenes.cuts import fit_pieces
from envs.alfred.scenes.evidence import Cut, Laid, Sighting, Start
from envs.alfred.scenes.looks import look_outline
from envs.alfred.scenes.movables import MovableBoxes
from envs.alfred.scenes.rests import known_rests
from envs.alfred.scenes.silhouettes import picture
from envs.household.scene import ObjectSpec
from envs.household.shape import Shape, Space

SINK = "Sink|+00.00|+00.90|+00.60|SinkBasin"
TOMATO = "Tomato|+02.00|+01.00|+01.00"
STAND = AgentPose((0.0, 0.9, 0.0), 0.0, 60.0)
HALF_M = 0.04


def runs_of(mask: np.ndarray) -> np.ndarray:
    """A mask as runs of (start, length)."""
    edges = np.diff(np.concatenate([[0], mask.ravel().astype(int), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return np.stack([starts, ends - starts], axis=1)


def seen(object_id: str, runs: np.ndarray, pose: AgentPose = STAND) -> Sighting:
    return Sighting(object_id, "PickupObject", pose, runs, False, False, None, "task/trial")


def basin() -> ObjectSpec:
    return ObjectSpec(
        object_id=SINK,
        type="SinkBasin",
        position_m=(0.0, 0.8, 0.6),
        size_m=(0.4, 0.15, 0.3),
        shape=Shape((), (Space((0.0, 0.01, 0.0), (0.3, 0.2), 0.6),)),
    )


def test_a_thing_lies_where_its_mask_shows_it() -> None:
    box = Box((-HALF_M,) * 3, (HALF_M,) * 3)
    outline = look_outline("Tomato", box.size_m, (0.0, 0.0, 0.0))
    at = np.array([0.06, 0.81 + HALF_M, 0.55])
    own = outline.placed(np.array(box.low_m), np.array(box.high_m))
    mask = picture(Cameras.of([STAND]), own + at, outline.parts)
    laid = Laid(SINK, TOMATO, "Tomato_1", STAND, seen(TOMATO, runs_of(mask)))
    (rest,) = known_rests([laid, laid], [basin()], MovableBoxes({"Tomato": box}, {}))
    assert rest.position_m == pytest.approx(tuple(at), abs=0.01)
    assert rest.bottom_m == pytest.approx(0.81, abs=0.01)
    assert (rest.receptacle, rest.type, rest.agent_xz_m) == (SINK, "Tomato", (0.0, 0.0))


def test_a_mask_that_is_nothing_like_the_thing_tells_nothing() -> None:
    mask = np.zeros((300, 300), dtype=bool)
    mask[150:153, 20:280] = True
    box = Box((-HALF_M,) * 3, (HALF_M,) * 3)
    laid = Laid(SINK, TOMATO, "Tomato_1", STAND, seen(TOMATO, runs_of(mask)))
    assert known_rests([laid], [basin()], MovableBoxes({"Tomato": box}, {})) == ()


def test_pieces_lie_in_a_row_as_their_masks_show_them() -> None:
    """Three slices 2 cm apart behind the whole's pivot, each seen from two sides."""
    whole = Start("Bread_1", "Bread|+00.00|+00.90|+00.60", (0.0, 0.9, 0.6), (0.0, 0.0, 0.0))
    poses = [STAND, AgentPose((0.6, 0.9, 0.6), 270.0, 60.0)]
    cuts = []
    for number in (1, 2, 3):
        low, high = (
            np.array([-0.06, -0.05, -0.02 * number - 0.01]),
            np.array([0.06, 0.05, -0.02 * number + 0.01]),
        )
        corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
        points = low + corners * (high - low) + np.array(whole.position_m)
        for pose in poses:
            left, top, right, bottom = projected_extent(Cameras.of([pose]), points[None])[0].astype(
                int
            )
            mask = np.zeros((300, 300), dtype=bool)
            mask[top:bottom, left:right] = True
            piece = f"{whole.object_id}|BreadSliced_{number}"
            cuts += [Cut(whole, number, seen(piece, runs_of(mask), pose))] * 5
    pieces = fit_pieces(cuts, {"Bread": Box((-0.06, -0.05, -0.13), (0.06, 0.05, 0.13))})["Bread"]
    assert [piece.at_m[::2] for piece in pieces] == [
        pytest.approx((0.0, -0.02 * number), abs=0.008) for number in (1, 2, 3)
    ]
    assert pieces[0].size_m == pytest.approx((0.12, 0.1, 0.02), abs=0.015)


def test_a_type_that_was_seldom_cut_keeps_the_catalogues_slices() -> None:
    assert fit_pieces([], {}) == {}
