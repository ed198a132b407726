"""How fast a frame is, and how true: `python -m benchmarks.render [--scenes N] [--poses N]`.

Draws generated rooms from random free places at eye height. One frame is RGB, depth and ids at
300x300. Beside it, in the same run, MuJoCo's own GL renderer draws the same model in its three
passes (colour, depth, segmentation; no shadow), and `mj_multiRay` says which ids are right.
"""

import argparse
import time
from collections.abc import Callable

import mujoco
import numpy as np
from numpy.typing import NDArray

from envs.household.generator.rooms import generate_scene
from envs.household.model import SceneModel
from envs.household.render import CameraPose, make_renderer

KINDS = ("kitchen", "living_room", "bedroom", "bathroom")
SIZE_PX = 300
FOV_DEG = 60.0
EYE_M = 1.575
BODY_M = 0.22


def free_places(model: SceneModel) -> NDArray[np.float64]:
    """Return the points [N, 2] of the 0.25 m grid where an agent could stand."""
    floor = model.scene.floor
    low, high = (np.asarray(v) + s * BODY_M for v, s in ((floor.min_xz_m, 1), (floor.max_xz_m, -1)))
    x, z = np.meshgrid(np.arange(low[0], high[0], 0.25), np.arange(low[1], high[1], 0.25))
    points = np.stack([x.ravel(), z.ravel()], axis=1)
    boxes = model.part_boxes()
    reach = np.einsum("nij,nj->ni", np.abs(boxes.rotations), boxes.half_sizes_m)
    near = boxes.centres_m[:, 1] - reach[:, 1] < 1.8
    gap = np.abs(points[:, None] - boxes.centres_m[near][None][..., [0, 2]])
    clear = (gap > reach[near][None][..., [0, 2]] + BODY_M).any(axis=2).all(axis=1)
    return points[clear] if clear.any() else points


def random_poses(
    model: SceneModel, count: int, rng: np.random.Generator, *, square: bool = True
) -> list[CameraPose]:
    """Return poses an agent could have; `square` keeps to right angles, as ALFRED's agents do."""
    places = free_places(model)
    chosen = places[rng.integers(len(places), size=count)]
    yaws = rng.integers(4, size=count) * 90.0 if square else rng.uniform(0, 360, count)
    tilts = rng.choice([-15.0, 0.0, 15.0, 30.0, 45.0], size=count)
    return [
        CameraPose((float(x), EYE_M, float(z)), float(yaw), float(tilt))
        for (x, z), yaw, tilt in zip(chosen, yaws, tilts, strict=True)
    ]


def mujoco_three_passes(
    model: SceneModel,
) -> tuple[Callable[[CameraPose], None], Callable[[], None]]:
    """Return what draws colour, depth and segmentation with MuJoCo's renderer, and closes it."""
    model.mj.vis.global_.fovy = FOV_DEG
    model.mj.vis.map.znear = 0.03 / max(model.mj.stat.extent, 1e-6)
    renderer = mujoco.Renderer(model.mj, SIZE_PX, SIZE_PX)
    renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = False
    renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
    camera = mujoco.MjvCamera()
    camera.type = mujoco.mjtCamera.mjCAMERA_FREE

    def draw(pose: CameraPose) -> None:
        ahead = pose.axes()[2]
        camera.lookat[:] = pose.eye() + ahead
        camera.distance = 1.0
        camera.azimuth = np.rad2deg(np.arctan2(ahead[1], ahead[0]))
        camera.elevation = np.rad2deg(np.arcsin(np.clip(ahead[2], -1, 1)))
        renderer.update_scene(model.data, camera)
        renderer.render()
        renderer.enable_depth_rendering()
        renderer.render()
        renderer.disable_depth_rendering()
        renderer.enable_segmentation_rendering()
        renderer.render()
        renderer.disable_segmentation_rendering()

    return draw, renderer.close


def milliseconds(draw: Callable[[CameraPose], object], poses: list[CameraPose]) -> list[float]:
    """Time each pose once, after two rounds to warm up."""
    for pose in poses[:2]:
        draw(pose)
    times = []
    for pose in poses:
        start = time.perf_counter()
        draw(pose)
        times.append((time.perf_counter() - start) * 1e3)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=8, help="rooms, kinds in turn")
    parser.add_argument("--poses", type=int, default=30, help="timed poses a room")
    parser.add_argument("--checked", type=int, default=6, help="poses a room checked by rays")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    one_pass: list[float] = []
    three_passes: list[float] = []
    building: list[float] = []
    wrong = wrong_depth = pixels = 0
    for n in range(options.scenes):
        kind = KINDS[n % len(KINDS)]
        scene = generate_scene(kind, options.seed + n // len(KINDS))
        start = time.perf_counter()
        model = SceneModel(scene)
        renderer = make_renderer(model, backend="gl")
        building.append((time.perf_counter() - start) * 1e3)
        poses = random_poses(model, options.poses, rng)
        one_pass += milliseconds(renderer.render, poses)
        draw, close = mujoco_three_passes(model)
        three_passes += milliseconds(draw, poses)
        close()
        oracle = make_renderer(model, backend="rays")
        for pose in random_poses(model, options.checked, rng, square=False):
            frame, truth = renderer.render(pose), oracle.render(pose)
            same = frame.ids == truth.ids
            wrong += int((~same).sum())
            off = np.abs(frame.depth_m - truth.depth_m) > 0.01
            wrong_depth += int((off & same).sum())
            pixels += same.size
        renderer.close()
        del oracle
    ours, theirs = np.median(one_pass), np.median(three_passes)
    print(f"{'what':<52}{'figure':>12}")
    for what, figure in (
        ("model and renderer made, median ms a scene", f"{np.median(building):.0f}"),
        ("one pass, median ms a frame", f"{ours:.2f}"),
        ("one pass, 90th percentile ms a frame", f"{np.percentile(one_pass, 90):.2f}"),
        ("one pass, frames a second", f"{1e3 / ours:.0f}"),
        ("MuJoCo's three passes, median ms a frame", f"{theirs:.2f}"),
        ("times faster", f"{theirs / ours:.2f}"),
        ("pixels checked against mj_multiRay", f"{pixels}"),
        ("ids equal, %", f"{100 * (1 - wrong / max(pixels, 1)):.3f}"),
        (
            "depth within 1 cm where ids are equal, %",
            f"{100 * (1 - wrong_depth / max(pixels, 1)):.3f}",
        ),
    ):
        print(f"{what:<52}{figure:>12}")


if __name__ == "__main__":
    main()
