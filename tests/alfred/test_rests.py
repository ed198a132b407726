"""What masks tell of things that were put down, and of what a cut leaves."""

import numpy as np
import pytest

from envs.alfred.replay import AgentPose
from envs.alfred.scenes.basins import widened
from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.camera import Cameras, projected_extent
from envs.alfred.scenes.cuts import fit_pieces
from envs.alfred.scenes.evidence import Cut, Laid, RoomEvidence, Sighting, Start
from envs.alfred.scenes.looks import look_outline
from envs.alfred.scenes.movables import MovableBoxes
from envs.alfred.scenes.pieces import Piece
from envs.alfred.scenes.rests import known_rests
from envs.alfred.scenes.sight import seen_into
from envs.alfred.scenes.silhouettes import picture
from envs.household.scene import KnownRest, ObjectSpec
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


def bin_piece() -> Piece:
    return Piece("GarbageCan|1", "GarbageCan", Box((-0.2, 0.0, 0.4), (0.2, 0.8, 0.8)), 0.0)


def room_with(potato_z_m: float) -> tuple[RoomEvidence, Start]:
    """A potato on the floor before the agent, picked up from where it stood at the start."""
    room = RoomEvidence("FloorPlan1")
    start = Start("Potato_1", "Potato|+00.00|+00.05|+00.60", (0.0, 0.05, potato_z_m), (0.0,) * 3)
    room.starts[start.name, start.object_id] = start
    mask = np.zeros((300, 300), dtype=bool)
    mask[200:210, 150:160] = True
    sighting = Sighting(
        start.object_id, "PickupObject", STAND, runs_of(mask), False, True, None, "task/trial"
    )
    room.sightings[start.object_id].append(sighting)
    return room, start


def test_a_bin_is_no_higher_than_the_line_along_which_something_in_it_was_seen() -> None:
    room, _ = room_with(0.6)
    boxes = MovableBoxes({"Potato": Box((-0.05,) * 3, (0.05,) * 3)}, {})
    (lowered,) = seen_into([bin_piece()], room, boxes)
    eye = Cameras.of([STAND]).eyes_m[0]
    assert lowered.box.high_m[1] == pytest.approx(0.05 + (0.2 / 0.6) * (eye[1] - 0.05) - 0.01)
    assert lowered.box.low_m == bin_piece().box.low_m


def test_what_was_seen_beside_a_bin_says_nothing_of_it() -> None:
    room, _ = room_with(1.2)
    boxes = MovableBoxes({"Potato": Box((-0.05,) * 3, (0.05,) * 3)}, {})
    assert seen_into([bin_piece()], room, boxes) == [bin_piece()]


def test_a_basin_is_as_wide_as_what_lies_in_it_and_nothing_else_changes() -> None:
    sink = Piece(SINK, "SinkBasin", Box((-0.2, 0.7, 0.5), (0.2, 0.9, 0.7)), 0.0)
    rest = KnownRest(
        receptacle=SINK,
        type="Tomato",
        name="Tomato_1",
        agent_xz_m=(0.0, 0.0),
        agent_yaw_deg=0.0,
        half_m=(0.05, 0.02),
        position_m=(0.0, 0.75, 0.75),
        bottom_m=0.71,
        rotation_deg=(0.0, 90.0, 0.0),
    )
    table = bin_piece()
    wider, same = widened([sink, table], [rest], {})
    assert wider.box.high_m == pytest.approx((0.2, 0.9, 0.75 + 0.05 + 0.008))
    assert wider.box.low_m == sink.box.low_m
    assert same == table
    assert widened([sink], [], {}) == [sink]


def test_only_what_lay_beside_it_every_time_is_held_to_have_mattered() -> None:
    """The same spot beside an egg and a cup, then beside the egg alone."""
    box = Box((-HALF_M,) * 3, (HALF_M,) * 3)
    outline = look_outline("Tomato", box.size_m, (0.0, 0.0, 0.0))
    own = outline.placed(np.array(box.low_m), np.array(box.high_m))
    at = np.array([0.06, 0.81 + HALF_M, 0.6])
    mask = picture(Cameras.of([STAND]), own + at, outline.parts)
    egg = Start("Egg_1", "Egg|1", (-0.05, 0.84, 0.52), (0.0, 0.0, 0.0))
    cup = Start("Cup_1", "Cup|1", (0.1, 0.84, 0.51), (0.0, 0.0, 0.0))
    far = Start("Fork_1", "Fork|1", (2.0, 0.84, 0.51), (0.0, 0.0, 0.0))
    sighting = seen(TOMATO, runs_of(mask))
    laid = [
        Laid(SINK, TOMATO, "Tomato_1", STAND, sighting, around)
        for around in ((egg, cup, far), (egg, far))
    ]
    boxes = MovableBoxes({"Tomato": box}, {})
    (both,) = known_rests(laid[:1], [basin()], boxes)
    assert both.beside_m == (egg.position_m, cup.position_m)
    (always,) = known_rests(laid, [basin()], boxes)
    assert always.beside_m == (egg.position_m,)


def test_a_shelf_on_which_it_would_lie_past_the_edge_is_not_the_one() -> None:
    """Seen from above, high and near or low and far look alike; only one lies on its shelf."""
    fridge = ObjectSpec(
        object_id="Fridge|1",
        type="Fridge",
        position_m=(0.0, 0.0, 0.7),
        size_m=(0.7, 1.7, 0.6),
        shape=Shape(
            (),
            (
                Space((0.0, 0.8, -0.15), (0.6, 0.2), 0.25, inside=True),
                Space((0.0, 0.5, -0.15), (0.6, 0.2), 0.25, inside=True),
            ),
        ),
    )
    box = Box((-HALF_M,) * 3, (HALF_M,) * 3)
    outline = look_outline("Tomato", box.size_m, (0.0, 0.0, 0.0))
    own = outline.placed(np.array(box.low_m), np.array(box.high_m))
    at = np.array([0.0, 0.8 + HALF_M, 0.55])
    mask = picture(Cameras.of([STAND]), own + at, outline.parts)
    laid = Laid("Fridge|1", TOMATO, "Tomato_1", STAND, seen(TOMATO, runs_of(mask)))
    (rest,) = known_rests([laid], [fridge], MovableBoxes({"Tomato": box}, {}))
    assert rest.position_m == pytest.approx(tuple(at), abs=0.02)


def test_a_mask_that_the_frame_cuts_off_is_not_squeezed_into_it() -> None:
    box = Box((-HALF_M,) * 3, (HALF_M,) * 3)
    outline = look_outline("Tomato", box.size_m, (0.0, 0.0, 0.0))
    own = outline.placed(np.array(box.low_m), np.array(box.high_m))
    pose = AgentPose((0.58, 0.9, 0.0), 0.0, 60.0)
    at = np.array([0.06, 0.81 + HALF_M, 0.6])
    mask = picture(Cameras.of([pose]), own + at, outline.parts)
    assert mask[:, 0].any()
    laid = Laid(SINK, TOMATO, "Tomato_1", pose, seen(TOMATO, runs_of(mask), pose))
    (rest,) = known_rests([laid], [basin()], MovableBoxes({"Tomato": box}, {}))
    assert rest.position_m == pytest.approx(tuple(at), abs=0.02)


def test_where_it_also_went_nearer_each_of_what_kept_it_from_that_is_remembered() -> None:
    """Far off beside an egg, far off beside a cup, near beside nothing: either may keep it off."""
    box = Box((-HALF_M,) * 3, (HALF_M,) * 3)
    outline = look_outline("Tomato", box.size_m, (0.0, 0.0, 0.0))
    own = outline.placed(np.array(box.low_m), np.array(box.high_m))
    egg = Start("Egg_1", "Egg|1", (-0.05, 0.84, 0.52), (0.0, 0.0, 0.0))
    cup = Start("Cup_1", "Cup|1", (0.1, 0.84, 0.51), (0.0, 0.0, 0.0))

    def put(z_m: float, *around: Start) -> Laid:
        at = np.array([0.06, 0.81 + HALF_M, z_m])
        mask = picture(Cameras.of([STAND]), own + at, outline.parts)
        return Laid(SINK, TOMATO, "Tomato_1", STAND, seen(TOMATO, runs_of(mask)), around)

    boxes = MovableBoxes({"Tomato": box}, {})
    rests = known_rests([put(0.65, egg), put(0.65, cup), put(0.52)], [basin()], boxes)
    assert {rest.beside_m for rest in rests} == {(egg.position_m,), (cup.position_m,), ()}
