"""Files that users bring: routes, features, pictures; and the file they hand in."""

import base64
import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest

from embodied.core.errors import ConfigError, DataError, UnknownNameError
from envs.r2r.features import open_features
from envs.r2r.leaderboard import SubmissionFile
from envs.r2r.readers import read_routes
from envs.r2r.registry import make_r2r
from envs.r2r.skybox import FACE_OF_AXIS, sample_view

RXR_ROW = {
    "path_id": 11,
    "split": "val_seen",
    "scan": "house",
    "heading": 3.1,
    "path": ["a", "b"],
    "instruction_id": 26,
    "annotator_id": 19,
    "language": "en-IN",
    "instruction": "Okay, now you are in a room ...",
    "timed_instruction": [{"start_time": 0.4, "word": "Okay,", "end_time": 1.0}],
    "edit_distance": 0.1,
}
REVERIE_ROW = {
    "distance": 11.65,
    "ix": 208,
    "scan": "house",
    "heading": 4.59,
    "path_id": 1357,
    "objId": 66,
    "id": "1357_66",
    "instructions": ["Go to the entryway and clean the coffee table", "Clean the table"],
    "path": ["a", "b", "d"],
    "instructions_l": ["Walk into the dining room."],
}
R4R_ROW = {
    "path_id": "3577_4125",
    "scan": "house",
    "heading": 1.5,
    "distance": 20.0,
    "path": ["a", "b", "d", "b", "c"],
    "instructions": ["Walk on. Turn around."],
}


def test_rxr_is_read_gzipped_or_not_and_by_language(tmp_path: Path) -> None:
    lines = "\n".join(
        json.dumps(row) for row in (RXR_ROW, {**RXR_ROW, "instruction_id": 27, "language": "hi-IN"})
    )
    packed = tmp_path / "rxr_val_seen_guide.jsonl.gz"
    packed.write_bytes(gzip.compress(lines.encode()))
    plain = tmp_path / "rxr.jsonl"
    plain.write_text(lines + "\n")
    for path in (packed, plain):
        one, two = read_routes(path, format="rxr", split="val_seen")
        assert (one.instr_ids, one.language, one.path) == (("26",), "en-IN", ("a", "b"))
        assert two.language == "hi-IN"
        (kept,) = read_routes(path, format="rxr", languages=["en-US", "en-IN"])
        assert kept.instr_ids == ("26",)


def test_reverie_names_its_tasks_with_the_object(tmp_path: Path) -> None:
    path = tmp_path / "REVERIE_val_seen.json"
    path.write_text(json.dumps([REVERIE_ROW, {k: v for k, v in REVERIE_ROW.items() if k != "id"}]))
    for route in read_routes(path, format="reverie"):
        assert route.instr_ids == ("1357_66_0", "1357_66_1")
        assert (route.target, route.path) == ("66", ("a", "b", "d"))


def test_r4r_runs_in_the_environment_in_place_of_a_split(house: Path, tmp_path: Path) -> None:
    path = tmp_path / "R4R_val_seen.json"
    path.write_text(json.dumps([R4R_ROW]))
    env = make_r2r(data_root=house, split="val_seen", annotations=path, format="r4r")
    (spec,) = env.episodes()
    assert (spec.episode_id, spec.trajectory_id) == ("3577_4125_0", "3577_4125")
    env.reset(options={"episode_id": spec.episode_id})
    for name in "bdbc":
        env.step(env.encode_action(_to(name)))
    assert env.outcome()["measures"]["ndtw"] == 1.0
    assert env.outcome()["measures"]["spl"] == pytest.approx(0.5)  # 4 m would have led there


def _to(name: str):
    from embodied.core.action import ViewpointAction

    return ViewpointAction(name)


@pytest.mark.parametrize(
    ("format", "content", "word"),
    [
        ("r2r", "[{}]", "no path of R2R"),
        ("r2r", "{}", "a list of routes"),
        ("rxr", "{", "Cannot read routes"),
        ("rxr", '{"path_id": 1}', "no guide annotation"),
        ("reverie", "[{}]", "no task of REVERIE"),
        ("reverie", "[3]", "is no route"),
    ],
)
def test_a_broken_file_is_named_with_its_entry(
    tmp_path: Path, format: str, content: str, word: str
) -> None:
    path = tmp_path / "routes.json"
    path.write_text(content)
    with pytest.raises(DataError, match=word):
        read_routes(path, format=format)
    with pytest.raises(UnknownNameError, match="format"):
        read_routes(path, format="r3r")


def feature_rows(width: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(width)
    return {name: rng.normal(size=(36, width)).astype(np.float32) for name in ("a", "b", "c")}


def write_tsv(path: Path, rows: dict[str, np.ndarray]) -> None:
    lines = [
        "\t".join(("house", name, "640", "480", "60", base64.b64encode(values.tobytes()).decode()))
        for name, values in rows.items()
    ]
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("width", [5, 2048])
def test_features_of_any_width_from_tsv_and_hdf5(tmp_path: Path, width: int) -> None:
    h5py = pytest.importorskip("h5py", reason="h5py is in the extra r2r")
    rows = feature_rows(width)
    write_tsv(tmp_path / "f.tsv", rows)
    with h5py.File(tmp_path / "f.hdf5", "w") as file:
        for name, values in rows.items():
            file[f"house_{name}"] = values
    for name in ("f.tsv", "f.hdf5", "f.tsv"):  # the second time from the index beside it
        store = open_features(tmp_path / name)
        assert store.width == width
        for viewpoint in ("c", "a"):
            assert np.array_equal(store.at("house", viewpoint), rows[viewpoint])
        with pytest.raises(UnknownNameError, match="house_z"):
            store.at("house", "z")
    assert (tmp_path / "f.tsv.index.json").exists()


def test_an_index_of_another_file_is_not_believed(tmp_path: Path) -> None:
    write_tsv(tmp_path / "f.tsv", feature_rows(3))
    open_features(tmp_path / "f.tsv")
    rows = feature_rows(4)
    write_tsv(tmp_path / "f.tsv", rows)
    store = open_features(tmp_path / "f.tsv")
    assert np.array_equal(store.at("house", "b"), rows["b"])


def test_features_stand_in_the_panorama(house: Path, tmp_path: Path) -> None:
    rows = feature_rows(7)
    write_tsv(tmp_path / "f.tsv", rows)
    env = make_r2r(data_root=house, observation="objects+features", features=tmp_path / "f.tsv")
    raw, _ = env.reset(options={"episode_id": "10_0"})
    assert env.observation_space.contains(raw)
    assert np.array_equal(env.decode_observation(raw).panorama.features, rows["a"])


def test_what_is_asked_for_has_to_be_there(house: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs features=PATH"):
        make_r2r(data_root=house, observation="features")
    with pytest.raises(UnknownNameError, match="observation of R2R"):
        make_r2r(data_root=house, observation="objects+smells")
    with pytest.raises(DataError, match="no such file"):
        open_features(tmp_path / "none.tsv")
    with pytest.raises(ConfigError, match="ends in"):
        open_features(tmp_path / "none.npy")
    (tmp_path / "bad.tsv").write_text("house\ta\t640\n")
    with pytest.raises(DataError, match="line 1"):
        open_features(tmp_path / "bad.tsv")
    with pytest.raises(DataError, match="no such folder"):
        make_r2r(data_root=house, observation="pictures", pictures=tmp_path / "none")


def direction_faces(size: int) -> np.ndarray:
    """Six pictures whose colours are the directions that OpenGL looks them up by.

    Written forward from the specification: face and (s, t) to a direction.
    """
    middle = (np.arange(size) + 0.5) / size * 2.0 - 1.0
    s, t = np.meshgrid(middle, middle)
    one = np.ones_like(s)
    by_axis = [
        (one, -t, -s),  # +x
        (-one, -t, s),  # -x
        (s, one, t),  # +y
        (s, -one, -t),  # -y
        (s, -t, one),  # +z
        (-s, -t, -one),  # -z
    ]
    faces = np.zeros((6, size, size, 3), dtype=np.uint8)
    for axis, parts in enumerate(by_axis):
        ray = np.stack(parts, axis=-1)
        ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
        faces[FACE_OF_AXIS[axis]] = np.round((ray + 1.0) * 127.5)
    return faces


@pytest.mark.parametrize("heading_deg", [0, 75, 180, 290])
@pytest.mark.parametrize("elevation_deg", [-30, 0, 30])
def test_a_view_looks_where_it_is_told_against_the_cube_s_axes(
    heading_deg: int, elevation_deg: int
) -> None:
    angle = 0.7
    rotation = np.array(
        [[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]]
    )
    view = sample_view(
        direction_faces(256),
        rotation,
        heading_rad=math.radians(heading_deg),
        elevation_rad=math.radians(elevation_deg),
    )
    assert view.shape == (480, 640, 3)
    seen = view[[240, 240, 100], [320, 500, 320]] / 127.5 - 1.0
    heading, elevation = math.radians(heading_deg), math.radians(elevation_deg)
    ahead = np.array(
        [
            math.sin(heading) * math.cos(elevation),
            math.cos(heading) * math.cos(elevation),
            math.sin(elevation),
        ]
    )
    right = np.array([math.cos(heading), -math.sin(heading), 0.0])
    above = np.cross(right, ahead)
    focal_px = 240.0 / math.tan(math.radians(30.0))
    rays = [ahead, ahead + right * 180.0 / focal_px, ahead + above * 140.0 / focal_px]
    wanted = [-(rotation.T @ (ray / np.linalg.norm(ray))) for ray in rays]
    assert seen == pytest.approx(np.array(wanted), abs=0.02)


def test_pictures_are_read_joined_or_as_six(house: Path, tmp_path: Path) -> None:
    from PIL import Image

    folder = tmp_path / "house" / "matterport_skybox_images"
    folder.mkdir(parents=True)
    faces = (
        np.zeros((6, 32, 32, 3), dtype=np.uint8)
        + (np.arange(6) * 40).astype(np.uint8)[:, None, None, None]
    )
    Image.fromarray(np.concatenate(list(faces), axis=1)).save(folder / "a_skybox_small.jpg")
    for number, face in enumerate(faces):
        Image.fromarray(face).save(folder / f"b_skybox{number}_sami.jpg")
    env = make_r2r(data_root=house, observation="pictures", pictures=tmp_path)
    raw, _ = env.reset(options={"episode_id": "10_0"})
    at_a = env.decode_observation(raw).images["ego"]
    raw, *_ = env.step(1)
    at_b = env.decode_observation(raw).images["ego"]
    assert at_a.shape == (480, 640, 3)
    assert np.abs(at_a.astype(int) - at_b.astype(int)).max() <= 3  # same faces, another file
    with pytest.raises(DataError, match="No picture of viewpoint c"):
        env.step(env.encode_action(_to("c")))


def test_a_submission_has_every_instruction_with_its_trajectory(
    house: Path, tmp_path: Path
) -> None:
    writer = SubmissionFile(data_root=house)
    names = [f"{path}_{number}" for path in (10, 11, 12) for number in range(3)]
    done = {name: [["b", 0.0, 0.0], ["c", 0.0, 0.0]] for name in names}
    path = tmp_path / "out.json"
    writer.write(path, {"test": done})
    rows = json.loads(path.read_text())
    assert [row["instr_id"] for row in rows] == names
    assert rows[0]["trajectory"] == [["a", 0.0, 0.0], ["b", 0.0, 0.0], ["c", 0.0, 0.0]]
    with pytest.raises(ConfigError, match="8 of 9 episodes"):
        writer.write(path, {"test": {"10_0": []}})
    writer.write(path, {"test": {"10_0": []}}, partial=True)
    assert json.loads(path.read_text())[8]["trajectory"] == [["c", 0.1, 0.0]]
