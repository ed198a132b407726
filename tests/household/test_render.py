"""Pictures: colour, metres and ids of one camera, the same by GL and by rays."""

import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from small_kitchen import APPLE, FRIDGE, MUG, TABLE, small_kitchen

from embodied.core.errors import ConfigError, UnknownNameError
from envs import rendering
from envs.household.model import SceneModel
from envs.household.render import (
    CameraPose,
    GlUnavailableError,
    make_renderer,
    render_topdown,
)
from envs.household.render.camera import FAR_M, pixel_rays
from envs.household.render.context import gl_context
from envs.household.render.materials import MATERIALS, material
from envs.household.render.textures import LAYERS, texture_layers
from envs.household.scene import Floor, ObjectSpec, Scene
from envs.household.shape import Part, Shape

SIZE_PX = 120


def has_gl() -> bool:
    try:
        gl_context()
    except GlUnavailableError:
        return False
    return True


needs_gl = pytest.mark.skipif(not has_gl(), reason=f"no EGL; install {rendering.EGL_PACKAGES}")
BACKENDS = [pytest.param("gl", marks=needs_gl), "rays"]


def cube_room(*, edge: float = 0.4, at=(0.0, 1.0, 1.5)) -> Scene:
    """One red cube ahead of the origin, in an empty room of 6 x 6 m."""
    own = Shape((Part("box", (edge, edge, edge), (0.0, edge / 2, 0.0), (0.8, 0.1, 0.1)),))
    spec = ObjectSpec("Mug|1", "Mug", at, (edge, edge, edge), shape=own)
    return Scene("cube", "bedroom", Floor((-3.0, -3.0), (3.0, 3.0)), (spec,))


@pytest.fixture(scope="module")
def kitchen() -> SceneModel:
    return SceneModel(small_kitchen())


def picture(scene: Scene | SceneModel, camera: CameraPose, backend: str, **size):
    model = scene if isinstance(scene, SceneModel) else SceneModel(scene)
    renderer = make_renderer(
        model, width_px=size.get("width_px", SIZE_PX), height_px=size.get("height_px", SIZE_PX),
        backend=backend,
    )  # fmt: skip
    try:
        return renderer.render(camera)
    finally:
        renderer.close()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_frame_has_the_shapes_types_and_units_it_says(backend):
    frame = picture(cube_room(), CameraPose((0.0, 1.2, 0.0)), backend, width_px=90, height_px=60)
    assert frame.rgb.shape == (60, 90, 3)
    assert frame.rgb.dtype == np.uint8
    assert frame.depth_m.dtype == np.float32
    assert frame.ids.dtype == np.int32
    assert frame.depth_m[30, 45] == pytest.approx(1.3, abs=1e-3)  # 1.5 m less half an edge
    assert frame.ids[30, 45] == 1
    assert frame.ids[0, 0] == 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_depth_is_planar_the_wall_ahead_is_equally_far_everywhere(backend):
    scene = Scene("bare", "bedroom", Floor((-3.0, -3.0), (3.0, 3.0)), ())
    frame = picture(scene, CameraPose((0.0, 1.3, 0.0)), backend)
    wall = frame.depth_m[SIZE_PX // 2]
    assert wall == pytest.approx(3.0, abs=0.02)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("camera", "row", "column"),
    [
        (CameraPose((-0.4, 1.2, 0.0)), "middle", "right"),
        (CameraPose((0.4, 1.2, 0.0)), "middle", "left"),
        (CameraPose((0.0, 1.2, 0.0), horizon_deg=20.0), "above", "middle"),
        (CameraPose((0.0, 1.2, 0.0), horizon_deg=-20.0), "below", "middle"),
        (CameraPose((0.0, 1.2, 0.0), yaw_deg=15.0), "middle", "left"),
    ],
)
def test_the_picture_is_not_mirrored_or_upside_down(backend, camera, row, column):
    """Yaw turns right, a positive horizon looks down, +x is at the right looking along +z."""
    ids = picture(cube_room(), camera, backend).ids
    v, u = (np.mean(where) / SIZE_PX - 0.5 for where in np.nonzero(ids == 1))
    for value, said, (less, more) in ((v, row, ("above", "below")), (u, column, ("left", "right"))):
        assert {less: value < -0.1, more: value > 0.1, "middle": abs(value) < 0.06}[said]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_point_projects_to_the_pixel_whose_ray_meets_it(backend):
    """Pixel and depth lead back to the cube's front: x, y on it and z = 1.3."""
    frame = picture(cube_room(), CameraPose((0.3, 1.4, 0.0)), backend)
    rays = pixel_rays(SIZE_PX, SIZE_PX, 60.0)
    points = rays * frame.depth_m[..., None] + [0.3, 1.4, 0.0]
    front = points[(frame.ids == 1) & (frame.depth_m < 1.301)]
    assert len(front) > 100
    assert np.abs(front[:, 2] - 1.3).max() < 2e-3
    assert np.abs(front[:, 0]).max() <= 0.2 + 1e-3
    assert np.abs(front[:, 1] - 1.2).max() <= 0.2 + 1e-3


@needs_gl
def test_gl_and_rays_agree_on_ids_and_depth(kitchen):
    rng = np.random.default_rng(3)
    wrong = total = 0
    gl = make_renderer(kitchen, width_px=SIZE_PX, height_px=SIZE_PX, backend="gl")
    rays = make_renderer(kitchen, width_px=SIZE_PX, height_px=SIZE_PX, backend="rays")
    for _ in range(12):
        x, z = rng.uniform(-1.0, 0.6, 2)
        pose = CameraPose((x, 1.575, z), rng.uniform(0, 360), rng.uniform(-10, 45))
        mine, truth = gl.render(pose), rays.render(pose)
        same = mine.ids == truth.ids
        wrong, total = wrong + int((~same).sum()), total + same.size
        inside = same & (np.abs(mine.depth_m - truth.depth_m) > 0.01)
        assert inside.mean() < 0.002
    gl.close()
    # At 120 px edges are a larger share of the picture than at 300, where 99.9 % is measured.
    assert wrong / total < 0.002


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_picture_follows_what_is_moved_hidden_and_opened(backend):
    model = SceneModel(small_kitchen())
    renderer = make_renderer(model, width_px=SIZE_PX, height_px=SIZE_PX, backend=backend)
    at_table = CameraPose((0.25, 1.575, -0.6), 90.0, 45.0)
    apple, mug, fridge = (model.index(i) + 1 for i in (APPLE, MUG, FRIDGE))

    seen = renderer.render(at_table).ids
    assert {apple, mug} <= set(np.unique(seen))
    where = np.nonzero(seen == apple)[1].mean()

    model.set_pose(APPLE, (0.95, 0.76, -0.35), (0.0, 0.0, 0.0))
    model.set_shown(MUG, False)
    moved = renderer.render(at_table).ids
    assert np.nonzero(moved == apple)[1].mean() < where - 10  # looking along +x, +z is at the left
    assert mug not in moved

    at_fridge = CameraPose((-1.25, 1.575, 0.0), 0.0, 30.0)
    shut = (renderer.render(at_fridge).ids == fridge).sum()
    model.set_openness(FRIDGE, 1.0)
    assert (renderer.render(at_fridge).ids == fridge).sum() != shut
    renderer.close()


@needs_gl
def test_frames_are_the_callers_to_keep(kitchen):
    renderer = make_renderer(kitchen, width_px=SIZE_PX, height_px=SIZE_PX, backend="gl")
    first = renderer.render(CameraPose((0.0, 1.575, 0.0), 0.0, 20.0))
    copy = first.rgb.copy(), first.depth_m.copy(), first.ids.copy()
    renderer.render(CameraPose((0.0, 1.575, 0.0), 180.0, 20.0))
    for kept, now in zip(copy, (first.rgb, first.depth_m, first.ids), strict=True):
        assert (kept == now).all()
    renderer.close()


@needs_gl
def test_the_same_view_is_the_same_picture_bit_for_bit(kitchen):
    camera = CameraPose((0.25, 1.575, -0.6), 90.0, 30.0)
    one, two = picture(kitchen, camera, "gl"), picture(kitchen, camera, "gl")
    assert (one.rgb == two.rgb).all()
    assert (one.ids == two.ids).all()


@needs_gl
def test_a_picture_has_light_and_dark_and_is_not_flat(kitchen):
    rgb = picture(kitchen, CameraPose((0.1, 1.575, 0.0), 0.0, 25.0), "gl").rgb.astype(float)
    assert 60 < rgb.mean() < 225
    assert rgb.std() > 20
    assert (rgb.max(axis=(0, 1)) > 200).all()


@needs_gl
def test_glass_shows_what_stands_behind_but_owns_its_pixels():
    cube = cube_room().objects[0]
    pane = ObjectSpec("ShowerGlass|1", "ShowerGlass", (0.0, 0.0, 0.8), (1.6, 2.0, 0.03))
    scene = Scene("glass", "bathroom", Floor((-3.0, -3.0), (3.0, 3.0)), (cube, pane))
    frame = picture(scene, CameraPose((0.0, 1.2, 0.0)), "gl")
    middle = SIZE_PX // 2
    assert frame.ids[middle, middle] == 2
    assert frame.depth_m[middle, middle] == pytest.approx(0.8, abs=0.02)
    red, green, _ = frame.rgb[middle, middle].astype(int)
    assert red > green + 25


@needs_gl
def test_one_process_draws_many_scenes_without_keeping_them():
    import resource

    def peak_mb() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def draw() -> None:
        model = SceneModel(small_kitchen())
        renderer = make_renderer(model, width_px=SIZE_PX, height_px=SIZE_PX, backend="gl")
        renderer.render(CameraPose((0.0, 1.575, 0.0)))
        renderer.close()

    for _ in range(10):
        draw()
    before = peak_mb()
    for _ in range(40):
        draw()
    assert peak_mb() - before < 30


@needs_gl
def test_another_thread_may_draw(kitchen):
    """Recorders and servers draw from threads of their own, one at a time."""
    camera = CameraPose((0.25, 1.575, -0.6), 90.0, 30.0)
    renderer = make_renderer(kitchen, width_px=SIZE_PX, height_px=SIZE_PX, backend="gl")
    here = renderer.render(camera)
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(renderer.render, camera).result(timeout=30)
    assert (here.rgb == there.rgb).all()
    renderer.close()


@needs_gl
def test_closing_twice_is_harmless_and_others_still_draw(kitchen):
    one = make_renderer(kitchen, width_px=SIZE_PX, height_px=SIZE_PX, backend="gl")
    two = make_renderer(kitchen, width_px=SIZE_PX, height_px=SIZE_PX, backend="gl")
    one.close()
    one.close()
    assert two.render(CameraPose((0.0, 1.575, 0.0))).ids.any()
    two.close()


@needs_gl
def test_from_above_the_ceiling_is_left_off_and_all_furniture_is_seen(kitchen):
    frame = render_topdown(kitchen, width_px=200, height_px=160)
    assert frame.rgb.shape == (160, 200, 3)
    assert {kitchen.index(i) + 1 for i in (FRIDGE, TABLE)} <= set(np.unique(frame.ids))


def test_without_egl_rays_draw_and_a_warning_names_the_packages(monkeypatch, kitchen):
    def missing(**_):
        raise RuntimeError("libEGL.so not found")

    monkeypatch.setattr(rendering, "_made", {})
    monkeypatch.setattr(rendering.moderngl, "create_context", missing)
    with pytest.warns(RuntimeWarning, match="libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri"):
        renderer = make_renderer(kitchen, width_px=40, height_px=40)
    assert renderer.render(CameraPose((0.25, 1.575, -0.6), 90.0, 45.0)).ids.any()
    with pytest.raises(GlUnavailableError):
        make_renderer(kitchen, width_px=40, height_px=40, backend="gl")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_renderer(kitchen, width_px=40, height_px=40, backend="rays")


@needs_gl
def test_a_child_forked_after_drawing_is_told_to_spawn_instead_of_hanging():
    code = (
        "import os, sys; sys.path.insert(0, 'tests/household')\n"
        "from small_kitchen import small_kitchen\n"
        "from envs.household.model import SceneModel\n"
        "from envs.household.render import GlUnavailableError, make_renderer\n"
        "renderer = make_renderer(SceneModel(small_kitchen()), backend='gl')\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    try:\n"
        "        make_renderer(SceneModel(small_kitchen()), backend='gl')\n"
        "    except GlUnavailableError as error:\n"
        "        os._exit(7 if 'spawn' in str(error) else 1)\n"
        "    os._exit(2)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "wrong", [{"width_px": 0}, {"fov_deg": 0.0}, {"fov_deg": float("nan")}, {"backend": "vulkan"}]
)
def test_a_renderer_that_makes_no_sense_is_refused(kitchen, wrong):
    with pytest.raises(ConfigError):
        make_renderer(kitchen, **wrong)


@pytest.mark.parametrize("backend", BACKENDS)
def test_where_nothing_is_depth_is_far_and_the_id_is_none(backend):
    frame = picture(cube_room(), CameraPose((0.0, 40.0, 60.0)), backend)
    assert (frame.ids == 0).all()
    assert frame.depth_m == pytest.approx(FAR_M)


def test_every_material_names_textures_that_there_are_and_an_unknown_one_is_an_error():
    assert all(layer in LAYERS for each in MATERIALS.values() for layer in each.layers)
    with pytest.raises(UnknownNameError, match="wood"):
        material("woood")


def test_textures_leave_colours_as_they_are_on_the_whole():
    """A texel of one half keeps a colour; tiling layers stay near it."""
    layers = texture_layers()[..., :3].astype(float) / 255
    for name in ("plain", "plaster", "wood", "planks", "fabric", "stone", "metal", "floor_tiles"):
        assert layers[list(LAYERS).index(name)].mean() == pytest.approx(0.5, abs=0.03)


def test_torch_can_be_imported_whole_after_drawing() -> None:
    pytest.importorskip("torch", reason="torch is not installed: embodied[train]")
    code = (
        "from envs.household.render.context import gl_context, GlUnavailableError\n"
        "try:\n    gl_context()\nexcept GlUnavailableError:\n    pass\n"
        "import torch._dynamo"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
