"""Building every room ahead of time: `embodied data alfred-scenes`."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from small_alfred import SHELF

from embodied.cli import main
from envs.alfred.scenes.build import RoomBuilder
from envs.alfred.scenes.movables import MovableBoxes
from envs.alfred.scenes.store import TYPES, _kept


@pytest.fixture
def builder(root, tmp_path):
    return RoomBuilder(str(root), str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))


def test_rooms_with_recordings_are_built_and_reported(builder, tmp_path):
    builder.prepare()
    assert builder.names() == ["FloorPlan1"]
    result = builder.build("FloorPlan1")
    assert result["error"] == ""
    files = builder.finish([result])
    report = json.loads(files[0].read_text("utf-8"))["rooms"][0]
    assert report["label"] == "reconstructed"
    assert report["trajectories"] == 1
    shelf = next(piece for piece in report["pieces"] if piece["name"] == SHELF)
    assert shelf["sightings"] > 0
    assert 0.0 < shelf["iou"] <= 1.0
    mug = next(piece for piece in report["movables"] if piece["type"] == "Mug")
    assert mug["iou"] > 0.5
    page = files[1].read_text("utf-8")
    assert "FloorPlan1: reconstructed" in page
    assert 'src="rooms/FloorPlan1.jpg"' in page
    assert (tmp_path / "out/rooms/FloorPlan1.jpg").stat().st_size > 1000


def test_what_is_built_is_not_built_again(builder, tmp_path):
    builder.build("FloorPlan1")
    assert builder.build("FloorPlan1")["line"] == "kept"
    # A report that a kill cut short is made anew.
    (tmp_path / "out/rooms/FloorPlan1.json").write_text("{", "utf-8")
    assert builder.build("FloorPlan1")["line"] != "kept"


def layout(root, floor_plan):
    folder = root / "alfred" / "layouts"
    folder.mkdir(exist_ok=True)
    np.save(folder / f"{floor_plan}-layout.npy", np.array([[0.0, 0.0], [0.0, 0.25], [0.25, 0.0]]))
    poses = {"Fridge|+01.00|+00.00|+00.50": [0.0, 0.0, 90, 0]}
    (folder / f"{floor_plan}-openable.json").write_text(json.dumps(poses), "utf-8")


def test_a_room_without_recordings_fails_alone_and_says_what_would_help(builder):
    result = builder.build("FloorPlan9")
    assert "scenes.approximate=true" in result["error"]
    report = json.loads(builder.finish([result])[0].read_text("utf-8"))
    assert report["errors"] == {"FloorPlan9": result["error"]}


def test_an_approximated_room_is_labelled(root, tmp_path):
    layout(root, "FloorPlan9")
    builder = RoomBuilder(
        str(root), str(tmp_path / "out"), approximate=True, cache_dir=str(tmp_path / "cache")
    )
    assert builder.names() == ["FloorPlan1", "FloorPlan9"]
    result = builder.build("FloorPlan9")
    assert result["line"].startswith("approximated, 0 of 1 pieces seen")
    room = builder.store.room("FloorPlan9")
    assert [spec.type for spec in room.furniture] == ["Fridge"]
    assert (0.0, 0.25) in room.floor.walkable_xz_m


def test_an_approximation_needs_a_layout(root, tmp_path):
    builder = RoomBuilder(str(root), str(tmp_path), approximate=True, cache_dir=str(tmp_path / "c"))
    assert "FloorPlan9-openable.json" in builder.build("FloorPlan9")["error"]


@pytest.mark.parametrize("workers", [0, 1])
def test_the_command(root, tmp_path, capsys, workers):
    words = [
        "data",
        "alfred-scenes",
        f"data_root={root}",
        f"output_dir={tmp_path / 'out'}",
        f"scenes.cache_dir={tmp_path / 'cache'}",
        f"runner.workers={workers}",
        "scenes.fit=train,valid_seen",
    ]
    assert main(words) == 0
    assert "1 of 1 built" in capsys.readouterr().out
    assert main([*words, "scenes.rooms=1,9"]) == 1
    assert "Not built: FloorPlan9" in capsys.readouterr().out


def test_processes_that_want_the_same_room_wait_for_one_another(tmp_path):
    made = []

    def make():
        made.append(1)
        time.sleep(0.3)
        return MovableBoxes({}, {})

    path = tmp_path / "kept" / "types.json"
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: _kept(TYPES, path, make), range(4)))
    assert found == [MovableBoxes({}, {})] * 4
    assert len(made) == 1
