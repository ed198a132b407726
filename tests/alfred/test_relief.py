"""Taps that look unlike the catalogue's are drawn as their masks show them."""

import numpy as np
import pytest

from envs.alfred.replay import AgentPose
from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.camera import Cameras
from envs.alfred.scenes.evidence import Sighting
from envs.alfred.scenes.pieces import Piece
from envs.alfred.scenes.relief import OVER_M, relief_spec
from envs.alfred.scenes.silhouettes import outline_of, overlap, picture
from envs.alfred.scenes.specs import plain_spec
from envs.household.frames import rotation_matrix
from envs.household.palette import RoomPalette

TAP = "Faucet|+00.00|+01.00|+00.80"
POSE = AgentPose((0.0, 0.9, 0.0), 0.0, 30.0)


def tap(mask: np.ndarray) -> Piece:
    runs = np.array([[at, 1] for at in np.flatnonzero(mask)])
    seen = Sighting(TAP, "ToggleObjectOn", POSE, runs, False, True, None, "task/trial")
    box = Box((-0.1, 1.0, 0.7), (0.1, 1.3, 0.9))
    return Piece(TAP, "Faucet", box, 180.0, seen=1, sightings=(seen,))


def hook() -> np.ndarray:
    """A mask like a hook: a post, and an arm to its left."""
    mask = np.zeros((300, 300), dtype=bool)
    mask[100:160, 150:160] = True
    mask[100:110, 120:160] = True
    return mask


def drawn(spec) -> np.ndarray:
    outline = outline_of(spec.shape, spec.size_m)
    size = np.array(spec.size_m)
    own = outline.placed(np.array([-0.5, 0.0, -0.5]) * size, np.array([0.5, 1.0, 0.5]) * size)
    turn = rotation_matrix(spec.rotation_deg)
    at = (own - np.array(spec.pivot_m)) @ turn.T + np.array(spec.position_m)
    return picture(Cameras.of([POSE]), at, outline.parts)


def counter(top_m: float) -> Piece:
    box = Box((-1.0, 0.0, 0.4), (1.0, top_m, 1.0))
    return Piece("CounterTop|+00.00|+00.90|+00.70", "CounterTop", box, 180.0, top_m=top_m)


def test_a_tap_looks_like_its_mask_from_where_it_was_used() -> None:
    piece = tap(hook())
    spec = relief_spec(piece, plain_spec(piece), [piece], RoomPalette())
    assert spec is not None
    assert overlap(hook(), drawn(spec)) > 0.85
    assert spec.position_m == (0.0, 1.0, 0.8)


def test_it_stands_on_the_counter_and_looks_the_same() -> None:
    piece = tap(hook())
    free = relief_spec(piece, plain_spec(piece), [piece], RoomPalette())
    top = free.position_m[1] - free.pivot_m[1] + 0.05
    spec = relief_spec(piece, plain_spec(piece), [piece, counter(top)], RoomPalette())
    bottom = spec.position_m[1] - spec.pivot_m[1]
    assert bottom == pytest.approx(top + OVER_M, abs=1e-6)
    assert overlap(hook(), drawn(spec)) > 0.85


def test_what_was_never_seen_keeps_the_catalogues_shape() -> None:
    piece = Piece(TAP, "Faucet", Box((-0.1, 1.0, 0.7), (0.1, 1.3, 0.9)), 180.0)
    assert relief_spec(piece, plain_spec(piece), [piece], RoomPalette()) is None
