"""A data set as small as can be: one kitchen, made here, in the published format."""

import copy
import json
import os
from pathlib import Path

import numpy as np
import pytest

ROOM = "FloorPlan1"
TASK = "pick_and_place_simple-Mug-None-Shelf-1"
TRIAL = "trial_T20990101_000000_000001"
TRAJECTORY = f"{TASK}/{TRIAL}"
MUG = "Mug|+00.25|+01.00|+01.00"
SHELF = "Shelf|+00.50|+01.00|+01.00"
SIZE_PX = 300
FOCAL_PX = 150 / np.tan(np.deg2rad(30))


def runs_of(mask):
    """Write a mask as the data set does."""
    flat = np.concatenate([[0], mask.ravel().astype(int), [0]])
    edges = np.flatnonzero(np.diff(flat))
    return [[int(a), int(b - a)] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def seen(low, high, *, eye, horizon_deg=0.0):
    """Mask of a box's bounds, as seen along +z."""
    corners = np.array([(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1])
                        for z in (low[2], high[2])])  # fmt: skip
    offset = corners - eye
    tilt = np.deg2rad(horizon_deg)
    ahead = offset[:, 2] * np.cos(tilt) - offset[:, 1] * np.sin(tilt)
    down = -offset[:, 1] * np.cos(tilt) - offset[:, 2] * np.sin(tilt)
    u = np.clip(offset[:, 0] / ahead * FOCAL_PX + 150, 0, SIZE_PX).round().astype(int)
    v = np.clip(down / ahead * FOCAL_PX + 150, 0, SIZE_PX).round().astype(int)
    mask = np.zeros((SIZE_PX, SIZE_PX), dtype=bool)
    mask[v.min() : v.max(), u.min() : u.max()] = True
    return mask


EYE = np.array([0.25, 0.9 + 0.675, 0.25])
MUG_BOX = ((0.20, 1.0, 0.955), (0.30, 1.10, 1.045))
SHELF_BOX = ((0.0, 0.97, 0.85), (1.0, 1.0, 1.15))


def low(name, high_idx, *, mask=None, **api):
    labels = {"MoveAhead": "MoveAhead_25", "LookDown": "LookDown_15", "RotateLeft": "RotateLeft_90"}
    arguments = {} if mask is None else {"mask": runs_of(mask), "bbox": [0, 0, 1, 1]}
    return {
        "api_action": {"action": name, "forceAction": True, **api},
        "discrete_action": {"action": labels.get(name, name), "args": arguments},
        "high_idx": high_idx,
    }


def high(name, index, *words, **planner):
    return {
        "discrete_action": {"action": name, "args": list(words)},
        "high_idx": index,
        "planner_action": {"action": name, **planner},
    }


def trajectory():
    """One published file: step up, take the mug off the shelf, put it back."""
    mug = seen(*MUG_BOX, eye=EYE, horizon_deg=30.0)
    shelf = seen(*SHELF_BOX, eye=EYE, horizon_deg=30.0)
    quarters = [2.0, 2.0, 4.0, 4.0, 4.0, 4.0]
    return {
        "task_id": TRIAL,
        "task_type": "pick_and_place_simple",
        "pddl_params": {
            "object_target": "Mug",
            "parent_target": "Shelf",
            "mrecep_target": "",
            "toggle_target": "",
            "object_sliced": False,
        },
        "scene": {
            "floor_plan": ROOM,
            "scene_num": 1,
            "random_seed": 7,
            "dirty_and_empty": False,
            "object_toggles": [],
            "init_action": {
                "action": "TeleportFull",
                "x": 0.25,
                "y": 0.9,
                "z": 0.0,
                "rotation": 0,
                "horizon": 30,
                "rotateOnTeleport": True,
            },
            "object_poses": [
                {
                    "objectName": "Mug_1a2b3c4d",
                    "position": {"x": 0.25, "y": 1.0, "z": 1.0},
                    "rotation": {"x": 0.0, "y": 0.0, "z": 0.0},
                }
            ],
        },
        "plan": {
            "low_actions": [
                low("MoveAhead", 0, moveMagnitude=0.25),
                low("PickupObject", 1, mask=mug, objectId=MUG),
                low("PutObject", 2, mask=shelf, objectId=MUG, receptacleObjectId=SHELF),
            ],
            "high_pddl": [
                high("GotoLocation", 0, "shelf", location="loc|1|1|0|30"),
                high(
                    "PickupObject",
                    1,
                    "mug",
                    objectId=MUG,
                    coordinateReceptacleObjectId=["Shelf", quarters],
                ),
                high("PutObject", 2, "mug", "shelf", objectId=MUG, receptacleObjectId=SHELF),
                high("NoOp", 3),
            ],
        },
        "turk_annotations": {
            "anns": [
                {
                    "assignment_id": "a",
                    "task_desc": "Put the mug on the shelf.",
                    "high_descs": ["Step up.", "Take the mug.", "Put it back."],
                    "votes": [1],
                },
                {
                    "assignment_id": "b",
                    "task_desc": "Mug to shelf.",
                    "high_descs": ["Go.", "Grab.", "Place."],
                    "votes": [1],
                },
            ]
        },
    }


@pytest.fixture
def published():
    """The file's content, free to be damaged."""
    return copy.deepcopy(trajectory())


def write(root, content, *, split="train", name=TRAJECTORY):
    """Write a trajectory where the data set has it."""
    folder = Path(root) / "alfred" / "json_2.1.0" / split / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "traj_data.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


@pytest.fixture
def root(tmp_path, published):
    """A data root with the same trajectory in train and valid_seen."""
    for split in ("train", "valid_seen"):
        write(tmp_path, published, split=split)
    return tmp_path


@pytest.fixture
def real_root():
    """The real files, where this machine has them."""
    folder = os.environ.get("EMBODIED_DATA")
    if not folder or not (Path(folder) / "alfred").is_dir():
        pytest.skip("needs the ALFRED files: set EMBODIED_DATA to the folder that holds them")
    return Path(folder)
