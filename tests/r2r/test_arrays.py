import json
from pathlib import Path

import numpy as np
import pytest

from embodied.core.errors import DataError
from envs.r2r.arrays import R2RArrays

STREET_M = 2.0
NAMES = "abcdefgh"


@pytest.fixture
def corridor(tmp_path: Path) -> R2RArrays:
    """Eight places in a row, two metres apart, and one described route from a to e."""
    rows = [
        {
            "image_id": name,
            "pose": [1, 0, 0, 0, 0, 1, 0, STREET_M * here, 0, 0, 1, 1.5, 0, 0, 0, 1],
            "included": True,
            "unobstructed": [abs(here - there) == 1 for there in range(len(NAMES))],
            "height": 1.5,
        }
        for here, name in enumerate(NAMES)
    ]
    episode = {"path_id": 1, "scan": "row", "heading": 0.0, "path": list("abcde")}
    files = {
        "connectivity/row_connectivity.json": rows,
        "object_boxes/row.json": {},
        "annotations/R2R_val_seen.json": [{**episode, "distance": 8.0, "instructions": ["On."]}],
    }
    for name, content in files.items():
        path = tmp_path / "r2r" / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return R2RArrays(tmp_path)


def test_undescribed_routes_are_shortest_paths_like_those_described(corridor: R2RArrays) -> None:
    world, made = corridor.world(), corridor.undescribed("val_seen", 17, np.random.default_rng(0))
    assert made.texts == ("",) * 17
    found = set()
    for path, length in zip(made.paths, made.lengths, strict=True):
        assert (path[length:] == -1).all()
        path = path[:length].tolist()
        assert len(path) - 1 in (4, 5, 6)
        walked_m = STREET_M * (len(path) - 1)
        between = world.geodesic_m[world.geodesic_start[path[0]] + world.row[path[-1]]]
        assert between == pytest.approx(walked_m)
        found.add("".join(world.viewpoint_ids[number] for number in path))
    assert len(found) == 17, "every one is another"
    assert "abcde" not in found, "that one was described"
    assert np.ptp(made.heading_rad) > 1.0


def test_where_there_are_too_few_it_says_so(corridor: R2RArrays) -> None:
    with pytest.raises(DataError, match="fewer than 18"):
        corridor.undescribed("val_seen", 18, np.random.default_rng(0))
