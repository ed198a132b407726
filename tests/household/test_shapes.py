"""What every type looks like: inside its box, hollow where it should be, opening outwards."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embodied.core.errors import UnknownNameError
from envs.household.catalog import object_type, object_types
from envs.household.frames import rotation_matrix
from envs.household.palette import NAMED, SCHEMES, RoomPalette, linear, shade
from envs.household.render.materials import MATERIALS
from envs.household.scene import ObjectSpec
from envs.household.shape import Part, Shape
from envs.household.shapes import SHAPES, shape_of
from envs.household.shapes.mesh_table import MESHES
from envs.household.shapes.meshes import unit_mesh
from envs.household.spaces import opening_pose

TYPES = sorted(object_types())
RECEPTACLES = sorted(n for n, t in object_types().items() if t.can("receptacle"))
CONTAINERS = sorted(n for n in RECEPTACLES if object_type(n).can("openable") and n != "Toilet")
SWINGING = ["Box", "Book", "Cabinet", "Fridge", "Laptop", "LaundryHamperLid", "Microwave", "Safe",
            "ShowerDoor", "Toilet"]  # fmt: skip
GATHERED = ["Blinds", "ShowerCurtain"]


def spec_of(name: str, size_m=None, **style) -> ObjectSpec:
    return ObjectSpec(
        object_id=f"{name}|+00.00|+00.50|+00.00",
        type=name,
        position_m=(0.0, 0.5, 0.0),
        size_m=size_m or object_type(name).size_m,
        style=style,
    )


def points(part: Part) -> np.ndarray:
    """Some points on the surface of a part in the object's frame: [N, 3]."""
    name = part.mesh if part.kind == "mesh" else part.kind
    unit = unit_mesh(name if name in MESHES else "cylinder").vertices
    turn = rotation_matrix(part.rotation_deg)
    return unit * part.size_m @ turn.T + part.position_m


def lasting(shape: Shape) -> list[Part]:
    """Parts seen of a thing at rest; the water of a running tap falls out of its box."""
    return [part for part in shape.parts if part.shows in ("", "off", "closed")]


def test_every_type_of_the_catalogue_has_a_shape_and_no_other_has():
    assert set(SHAPES) == set(object_types())


@pytest.mark.parametrize("name", TYPES)
def test_parts_fill_the_objects_box_and_do_not_leave_it(name):
    size = np.array(object_type(name).size_m)
    every = np.concatenate([points(part) for part in lasting(shape_of(spec_of(name)))])
    low, high = np.array([-0.5, 0.0, -0.5]) * size, np.array([0.5, 1.0, 0.5]) * size
    slack = 0.008
    assert (every >= low - slack).all()
    assert (every <= high + slack).all()
    wide = np.ptp(every, axis=0) / size
    assert wide[0] > 0.65
    assert wide[2] > 0.5
    assert wide[1] > 0.35 or name == "Laptop"  # a shut laptop; its box holds it open


@pytest.mark.parametrize("name", TYPES)
def test_a_shape_uses_only_meshes_and_materials_that_there_are(name):
    for part in shape_of(spec_of(name)).parts:
        assert part.material in MATERIALS
        assert part.kind != "mesh" or part.mesh in MESHES
        assert all(0.0 <= c <= 1.0 for c in part.colour)


@pytest.mark.parametrize("name", TYPES)
def test_an_object_is_modest_in_triangles(name):
    shape = shape_of(spec_of(name))
    names = [p.mesh if p.kind == "mesh" else p.kind for p in lasting(shape)]
    assert sum(len(unit_mesh(n if n in MESHES else "cylinder").triangles) for n in names) < 4500


@pytest.mark.parametrize("name", sorted(MESHES))
def test_a_mesh_fills_the_unit_box_and_faces_outwards(name):
    mesh = unit_mesh(name)
    assert np.allclose(mesh.vertices.min(axis=0), -0.5)
    assert np.allclose(mesh.vertices.max(axis=0), 0.5)
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1.0)
    a, b, c = (mesh.vertices[mesh.triangles[:, i]] for i in range(3))
    facing = np.einsum("ij,ij->i", np.cross(b - a, c - a), mesh.normals[mesh.triangles].sum(axis=1))
    assert (facing >= 0.0).all()


@pytest.mark.parametrize("name", RECEPTACLES)
def test_a_receptacle_has_level_room_within_its_box(name):
    w, h, d = object_type(name).size_m
    spaces = shape_of(spec_of(name)).spaces
    assert spaces
    for space in spaces:
        x, y, z = space.centre_m
        assert abs(x) + space.size_m[0] / 2 <= w / 2 + 1e-6
        assert abs(z) + space.size_m[1] / 2 <= d / 2 + 1e-6
        assert 0.0 <= y <= h + 0.002
        assert min(*space.size_m, space.clearance_m) > 0.0


@pytest.mark.parametrize("name", RECEPTACLES)
def test_something_that_may_be_put_there_fits_into_the_room_there_is(name):
    hung = name.endswith(("Holder", "Hanger"))  # what hangs needs no floor under it
    spaces = shape_of(spec_of(name)).spaces

    def fits(other: str) -> bool:
        sides = sorted(object_type(other).size_m)  # long things may stand in a cup
        return any(
            sides[0] <= max(s.size_m) and sides[1] <= max(s.size_m) and sides[0] <= min(s.size_m)
            for s in spaces
        )

    assert hung or any(fits(other) for other in object_type(name).fits)


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_is_hollow_above_its_floor(name):
    """A pebble dropped into the middle of each space touches no part that stays or moves."""
    shape = shape_of(spec_of(name))
    boxes = [p for p in shape.parts if p.kind == "box" and p.solid and p.rotation_deg == (0, 0, 0)]
    for space in shape.spaces:
        x, y, z = space.centre_m
        pebble = np.array([x, y + min(0.03, space.clearance_m / 2), z])
        for part in boxes:
            gap = np.abs(pebble - part.position_m) - np.array(part.size_m) / 2
            assert (gap > 0.0).any(), part


@pytest.mark.parametrize("name", CONTAINERS)
def test_what_is_in_a_container_is_shut_in(name):
    assert all(space.inside for space in shape_of(spec_of(name)).spaces)


@pytest.mark.parametrize("name", SWINGING)
def test_opening_turns_the_moving_parts_out_of_the_closed_box(name):
    shape = shape_of(spec_of(name))
    moving = np.concatenate([points(p) for p in shape.parts if p.moves])
    turn, shift = opening_pose(shape.opening, 1.0)
    opened = moving @ turn.T + shift
    _, h, d = object_type(name).size_m
    upwards = shape.opening.axis[1] == 0.0
    grown = opened[:, 1].max() - moving[:, 1].max() if upwards else opened[:, 2].max() - d / 2
    assert grown > (0.1 * h if name == "Book" else 0.1 * max(h, d))


def test_a_drawer_slides_out_of_its_front_with_all_it_holds():
    shape = shape_of(spec_of("Drawer"))
    assert shape.opening.kind == "slide"
    assert shape.opening.axis == (0.0, 0.0, 1.0)
    assert all(part.moves for part in shape.parts)
    assert all(space.moves for space in shape.spaces)
    assert 0.1 < shape.opening.travel < object_type("Drawer").size_m[2]


@pytest.mark.parametrize("name", GATHERED)
def test_curtains_and_blinds_are_drawn_either_shut_or_gathered(name):
    shows = {part.shows for part in shape_of(spec_of(name)).parts}
    assert {"open", "closed"} <= shows


@pytest.mark.parametrize(("hinge", "axis", "side"), [("left", 1, 1), ("right", 1, -1)])
def test_a_door_hangs_on_the_side_its_style_names_as_seen_from_in_front(hinge, axis, side):
    """Who stands in front of an object looks along its -z and has its +x at the left."""
    shape = shape_of(spec_of("Cabinet", hinge=hinge))
    assert abs(shape.opening.axis[axis]) == 1.0
    assert np.sign(shape.opening.pivot_m[0]) == side


@pytest.mark.parametrize("hinge", ["top", "bottom"])
def test_a_flap_turns_about_a_level_axis_and_out_of_the_front(hinge):
    shape = shape_of(spec_of("Cabinet", hinge=hinge))
    door = np.concatenate([points(p) for p in shape.parts if p.moves])
    turn, shift = opening_pose(shape.opening, 1.0)
    reach = (door @ turn.T + shift)[:, 2].max()
    assert shape.opening.axis[0] == 1.0
    assert reach > 0.5 * object_type("Cabinet").size_m[1]


@pytest.mark.parametrize(
    "name",
    ["Candle", "CellPhone", "CoffeeMachine", "DeskLamp", "Faucet", "FloorLamp", "Laptop",
     "LightSwitch", "Microwave", "ShowerHead", "StoveBurner", "StoveKnob", "Television", "Toaster"],
)  # fmt: skip
def test_what_can_be_switched_on_looks_different_when_on(name):
    assert any(part.shows == "on" for part in shape_of(spec_of(name)).parts)


@pytest.mark.parametrize("name", [n for n in TYPES if object_type(n).can("dirtyable")])
def test_what_can_get_dirty_shows_it(name):
    assert any(part.shows == "dirty" for part in shape_of(spec_of(name)).parts)


def test_a_counter_has_a_hole_where_a_basin_is_sunk_and_keeps_its_front_to_its_drawers():
    def built_in(name, x, y, z, size):
        return ObjectSpec(name, name, (x, y, z), size)

    basin = built_in("SinkBasin", 0.4, 0.74, 0.0, (0.5, 0.18, 0.4))
    drawer = built_in("Drawer", -0.4, 0.6, 0.06, (0.5, 0.2, 0.45))
    whole = shape_of(spec_of("CounterTop"))
    shape = shape_of(
        ObjectSpec("CounterTop", "CounterTop", (0.0, 0.0, 0.0), (1.8, 0.92, 0.62)),
        owned=(basin, drawer),
    )

    def covered(made: Shape, x: float, y: float, z: float) -> bool:
        offsets = [np.abs(np.array([x, y, z]) - p.position_m) for p in made.parts if p.solid]
        halves = [np.array(p.size_m) / 2 for p in made.parts if p.solid]
        return any((o < h).all() for o, h in zip(offsets, halves, strict=True))

    assert covered(whole, 0.4, 0.9, 0.0)
    assert not covered(shape, 0.4, 0.9, 0.0)
    assert covered(shape, 0.0, 0.9, 0.0)
    front = 0.62 / 2 - 0.02 - 0.01
    assert covered(whole, -0.4, 0.7, front)
    assert not covered(shape, -0.4, 0.7, front)
    assert covered(shape, 0.4, 0.7, front)
    for space in shape.spaces:
        dx = abs(space.centre_m[0] - 0.4) - space.size_m[0] / 2
        dz = abs(space.centre_m[2]) - space.size_m[1] / 2
        assert dx >= 0.0 or dz >= 0.0  # nothing is put over the basin


def test_a_shape_of_its_own_is_taken_as_it_is():
    own = Shape((Part("box", (0.1, 0.1, 0.1), (0.0, 0.05, 0.0), (1.0, 0.0, 0.0)),))
    spec = ObjectSpec("Mug|1", "Mug", (0.0, 0.0, 0.0), (0.1, 0.1, 0.1), shape=own)
    assert shape_of(spec) is own


def test_a_colour_asked_for_by_name_or_code_is_the_objects_main_colour():
    red = shape_of(spec_of("Mug", colour="red"))
    code = shape_of(spec_of("Mug", colour="#204060"))
    assert linear(NAMED["red"]) in {part.colour for part in red.parts}
    assert linear("#204060") in {part.colour for part in code.parts}
    with pytest.raises(UnknownNameError, match="red"):
        shape_of(spec_of("Mug", colour="redd"))


def test_furniture_of_one_room_shares_its_wood_and_rooms_differ():
    table, desk = spec_of("DiningTable"), spec_of("Desk")
    woods = set()
    for seed in range(len(SCHEMES)):
        room = RoomPalette(seed)
        assert room.of(table) == room.of(desk)
        woods.add(room.of(table))
    assert len(woods) == len(SCHEMES)


def test_shading_darkens_below_one_and_lightens_above():
    colour = (0.2, 0.4, 0.6)
    assert all(a < b for a, b in zip(shade(colour, 0.5), colour, strict=True))
    assert all(b < a < 1.0 for a, b in zip(shade(colour, 2.0), colour, strict=True))


@settings(max_examples=80, deadline=None)
@given(
    name=st.sampled_from(TYPES),
    scale=st.tuples(*[st.floats(0.3, 2.5)] * 3),
    seed=st.integers(0, 1000),
    kind=st.sampled_from(["kitchen", "living_room", "bedroom", "bathroom"]),
)
def test_any_size_gives_parts_and_room_of_a_positive_size(name, scale, seed, kind):
    size = tuple(s * f for s, f in zip(object_type(name).size_m, scale, strict=True))
    shape = shape_of(spec_of(name, size, seed=seed), RoomPalette(seed, kind))
    assert shape.parts
    for part in shape.parts:
        assert np.isfinite([*part.size_m, *part.position_m, *part.rotation_deg]).all()
        assert min(part.size_m) > 0.0
    for space in shape.spaces:
        assert min(*space.size_m, space.clearance_m) > 0.0
        assert space.size_m[0] <= size[0] + 1e-6
        assert space.size_m[1] <= size[2] + 1e-6
