import json
import os
from pathlib import Path

import pytest

POSITIONS = {
    "a": (0.0, 0.0, 1.5),
    "b": (0.0, 2.0, 1.5),
    "c": (0.0, 4.0, 1.5),
    "d": (2.0, 2.0, 1.5),
    "e": (-2.0, 2.0, 1.5),
    "f": (0.0, 6.0, 3.0),
    "hidden": (1.0, 1.0, 1.5),
}
"""A cross with stairs at its north end: a south, b the middle, c north, d east, e west, f above."""

EDGES = ("ab", "bc", "bd", "be", "cf")
PATHS = (
    ("10", "a", "abcf", ("Go straight to the table, then go up the stairs.", "Walk up.", "Up.")),
    ("11", "a", "abd", ("Walk forward and turn right. Stop at the sofa.", "Right.", "Go right.")),
    ("12", "c", "cba", ("Turn around and walk straight.", "Turn back.", "Go south.")),
)


def write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def connectivity() -> list[dict]:
    names = list(POSITIONS)
    pairs = {frozenset(edge) for edge in EDGES} | {frozenset(("a", "hidden"))}
    rows = []
    for name, (x, y, z) in POSITIONS.items():
        open_way = [frozenset((name, other)) in pairs for other in names]
        if name == "a":
            open_way[names.index("c")] = True  # one way only: no edge
        rows.append(
            {
                "image_id": name,
                "pose": [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z, 0, 0, 0, 1],
                "included": name != "hidden",
                "unobstructed": open_way,
                "height": 1.5,
            }
        )
    return rows


def boxes() -> dict:
    """A sofa right ahead of east, seen from d; a table north of b."""
    middle = [300, 220, 40, 40]
    return {
        "d": {"1": {"name": "sofa", "visible_pos": [15], "bbox2d": [middle]}},
        "b": {
            "2": {"name": "dining#table", "visible_pos": [12], "bbox2d": [middle]},
            "3": {"name": "unseen", "visible_pos": [], "bbox2d": []},
        },
    }


def annotations(*, hide: bool = False) -> list[dict]:
    return [
        {
            "path_id": int(path_id),
            "scan": "house",
            "heading": 0.0 if path[0] == "a" else 0.1,
            "distance": 1.0,
            "path": list(path[:1] if hide else path),
            "instructions": list(texts),
        }
        for path_id, _, path, texts in PATHS
    ]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root with one small building, a split with goals and one without."""
    root = tmp_path_factory.mktemp("data")
    folder = root / "r2r"
    write_json(folder / "connectivity" / "house_connectivity.json", connectivity())
    write_json(folder / "object_boxes" / "house.json", boxes())
    write_json(folder / "annotations" / "R2R_val_seen.json", annotations())
    write_json(folder / "annotations" / "R2R_test.json", annotations(hide=True))
    return root


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The real files."""
    root = Path(os.environ.get("EMBODIED_DATA", ""))
    if not (root / "r2r" / "annotations").is_dir() or not os.environ.get("EMBODIED_DATA"):
        pytest.skip("EMBODIED_DATA holds no r2r folder: the published files are needed")
    return root
