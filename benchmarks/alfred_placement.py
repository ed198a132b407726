"""Where things put down in ALFRED's rebuilt rooms lie, against the later masks of train.

    python benchmarks/alfred_placement.py --held FILE --fit FILE [--every N] [--grid]
    python benchmarks/alfred_placement.py --colliders

The first replays recorded interactions of the held trajectories (`task/trial` lines; rooms come
from those of `--fit`, see `scenes.fit`) and compares each thing picked up after it was put down,
or cut, with its recorded mask; `--grid` puts with the default placement instead of THOR's. The
second prints the `reach_m` table of `envs/alfred/colliders.json` from the start poses of train.
"""

import argparse
import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from envs.alfred.dataset import AlfredData, find_alfred
from envs.alfred.ids import type_of
from envs.alfred.placement import ThorPlacement
from envs.alfred.replay import mask_of, replay
from envs.alfred.scenes import triggers
from envs.alfred.scenes.store import RoomStore
from envs.alfred.source import AlfredSource
from envs.household.controller import HouseholdController
from envs.household.placement import GridPlacement
from envs.household.rules.holding import carry

FOCAL_PX = 150.0 / np.tan(np.pi / 6.0)
FEWEST_ON_BOX, FEWEST_OF_NAME, FEWEST_BOXES = 20, 6, 3
SIDES = ("-x", "+x", "-z", "+z")


def measure(source: AlfredSource, held: list[str], placement: Any) -> list[dict[str, Any]]:
    """Replay trajectories and return one row for each thing picked up where it was put."""
    controller = HouseholdController(placement=placement)
    rows: list[dict[str, Any]] = []
    for trajectory_id in held:
        trajectory, _ = source.trajectory(f"{trajectory_id}/0")
        steps = [step for step in replay(trajectory) if step.action.object_id is not None]
        episode = source.load(f"{trajectory_id}/0")
        controller.reset(episode.scene)
        for command in episode.setup:
            controller.step(dict(command))
        put: dict[str, str] = {}
        for step in steps:
            world, pose, action = controller.world, step.pose, step.action
            world.set_agent(
                position_m=pose.position_m, yaw_deg=pose.yaw_deg, horizon_deg=pose.horizon_deg
            )
            carry(world)
            event = controller.step(action="Pass")
            name = action.object_id or ""
            moved = name in put or "Sliced" in name
            if action.name == "PickupObject" and moved and name in world:
                where = type_of(put[name]) if name in put else "cut"
                rows.append({"where": where, **_compared(world, event, name, mask_of(action))})
            arguments = {"objectId": name}
            if action.name == "PutObject":
                arguments = {"receptacleObjectId": name, "objectId": action.held_id or ""}
                put[world.held or ""] = name
            event = controller.step(action=action.name, **arguments)
            if not event.metadata["lastActionSuccess"]:
                break
    controller.close()
    return rows


def _compared(world: Any, event: Any, name: str, recorded: Any) -> dict[str, float]:
    """IoU with the recorded mask, and how far the middle of its bounds is off."""
    mine = event.instance_ids == world[name].index + 1
    iou = (recorded & mine).sum() / max(int((recorded | mine).sum()), 1)
    offset = world.box_centre_m(name) - np.asarray(world.agent.eye_m)
    local = offset @ world.agent.camera_rotation
    ahead = max(float(local[2]), 0.05)
    middle = np.array([150.0 + FOCAL_PX * local[0] / ahead, 150.0 - FOCAL_PX * local[1] / ahead])
    rows, columns = np.nonzero(recorded)
    bounds = np.array([columns.min() + columns.max() + 1, rows.min() + rows.max() + 1]) / 2.0
    px = float(np.hypot(*(middle - bounds)))
    return {"iou": float(iou), "px": px, "m": px * float(np.linalg.norm(local)) / FOCAL_PX}


def show(rows: list[dict[str, Any]]) -> None:
    """Print medians by receptacle."""
    by: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by[row["where"]].append(row)
        by["all put down" if row["where"] != "cut" else "all cut"].append(row)
    for where, found in sorted(by.items(), key=lambda each: -len(each[1])):
        px, metres, iou = (np.array([row[key] for row in found]) for key in ("px", "m", "iou"))
        print(
            f"{where:14s} {len(found):4d}  median {np.median(px):5.1f} px "
            f"{np.median(metres):.3f} m IoU {np.median(iou):.2f}; "
            f"none {np.mean(iou == 0):.0%}, over 0.5 {np.mean(iou > 0.5):.0%}"
        )


def colliders(store: RoomStore) -> dict[str, list[float | None]]:
    """How far bounding boxes reach, by type: what agrees with most trigger boxes of train.

    On an axis whose points are s apart, where things of a type were never nearer to the edge
    than k points, their boxes reach more than (k - 1) s and at most k s.
    """
    seen: dict[tuple[str, int], dict[tuple[Any, ...], list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    movables = store.types()
    for floor_plan in store.floor_plans:
        room = store.evidence(floor_plan)
        rests, starts = triggers._rests(room, movables, []), triggers.upright(room)
        free = np.ones(len(rests), dtype=bool)
        for window in triggers._windows([], rests):
            rows = np.flatnonzero(free & window.holds(rests.at_m))
            for box, members in triggers._boxes_in(window, rests, rows):
                free[members] = False
                if box.points < FEWEST_ON_BOX:
                    continue
                flat = triggers._flat(box.yaw_deg)
                local = (rests.at_m[members] - np.array(box.centre_m))[:, [0, 2]] @ flat
                for at, member in zip(local, members, strict=True):
                    turn = round((rests.yaw_deg[member] - box.yaw_deg) / 90.0) % 4
                    own = triggers._flat(90.0 * turn)
                    for side in range(4):
                        out = own[:, side // 2] * (-1.0 if side % 2 == 0 else 1.0)
                        axis = int(np.abs(out).argmax())
                        edge = box.size_m[axis] / 2.0 - at[axis] * np.sign(out[axis])
                        key = (floor_plan, box.centre_m, starts[member].name, box.size_m[axis] / 8)
                        seen[starts[member].type, side][key].append(float(edge))
    grid = np.arange(0.004, 0.45, 0.001)
    table: dict[str, list[float | None]] = defaultdict(lambda: [None] * 4)
    for (type_name, side), found in sorted(seen.items()):
        score, used = np.zeros(len(grid)), 0
        for key, edges in found.items():
            if len(edges) >= FEWEST_OF_NAME:
                step = key[-1]
                nearest = max(int(np.round(min(edges) / step)), 0)
                fits = (grid > (nearest - 1) * step) & (grid <= nearest * step + 0.001)
                score += (1.0 - 0.8 ** len(edges)) * fits / max(1.0, step / 0.03)
                used += 1
        if used >= FEWEST_BOXES:
            table[type_name][side] = round(float(grid[score >= score.max() - 1e-9].mean()), 3)
    return dict(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", type=Path, help="task/trial lines to measure on")
    parser.add_argument("--fit", default="train", help="what rooms are fitted from")
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth of them")
    parser.add_argument("--grid", action="store_true", help="put with the default placement")
    parser.add_argument("--colliders", action="store_true")
    arguments = parser.parse_args()
    root = os.environ.get("EMBODIED_DATA", "~/.cache/embodied/data")
    if arguments.colliders:
        found = colliders(RoomStore(AlfredData(find_alfred(root)), fit=arguments.fit))
        print(json.dumps(found, indent=1))
        return
    if arguments.held is None:
        parser.error("give --held FILE or --colliders")
    held = arguments.held.read_text("utf-8").split()[:: arguments.every]
    source = AlfredSource(
        data_root=root, split="train", annotations="first", scenes_fit=arguments.fit
    )
    show(measure(source, held, GridPlacement() if arguments.grid else ThorPlacement()))


if __name__ == "__main__":
    main()
