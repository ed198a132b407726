"""From runs of the test splits to the leaderboard's file."""

import json

import pytest
from small_alfred import TRIAL, write

from embodied.cli import main
from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.evaluation.store import RunStore
from embodied.runtime.recorders import file_stem

HIDDEN = ("plan", "task_type", "pddl_params")
LOOK = {"action": "LookDown", "forceAction": True}


@pytest.fixture
def test_splits(root, published):
    """The data set with a trial of two annotations in either test split."""
    annotations = published["turk_annotations"]["anns"]
    published["turk_annotations"]["anns"] = (annotations * 2)[:2]
    for field in HIDDEN:
        published.pop(field, None)
    for split in ("tests_seen", "tests_unseen"):
        write(root, published, split=split, name=TRIAL)
    return root


def ran(folder, *, split, steps, config=None):
    """A run's folder: episode id to its lines, None where the episode raised at once."""
    whole = {"benchmark": {"split": split}, "agent": {"name": "a"}, **(config or {})}
    with RunStore(folder, config=whole) as store:
        for name, lines in steps.items():
            status = EpisodeStatus.ERROR if lines is None else EpisodeStatus.FAILURE
            store.append(EpisodeRecord(EpisodeSpec(name, TRIAL, split), status))
            if lines is not None:
                path = folder / "steps" / f"{file_stem(name)}.jsonl"
                path.parent.mkdir(exist_ok=True)
                path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return folder


@pytest.fixture
def seen(tmp_path):
    stopped = [{"command": LOOK}, {"command": None}]
    steps = {f"{TRIAL}/0": stopped, f"{TRIAL}/1": None}
    return ran(tmp_path / "seen", split="tests_seen", steps=steps)


@pytest.fixture
def unseen(tmp_path):
    steps = {f"{TRIAL}/{number}": [{"command": LOOK}] for number in (0, 1)}
    return ran(tmp_path / "unseen", split="tests_unseen", steps=steps)


def leaderboard(root, tmp_path, *words):
    output = tmp_path / "file.json"
    words = ["leaderboard", f"data_root={root}", f"output={output}", *words]
    return main(words), output


def test_the_file_has_an_entry_for_each_annotation(test_splits, tmp_path, seen, unseen):
    code, output = leaderboard(test_splits, tmp_path, f"seen={seen}", f"unseen={unseen}")
    assert code == 0
    assert json.loads(output.read_text("utf-8")) == {
        "tests_seen": [{TRIAL: [LOOK]}, {TRIAL: []}],
        "tests_unseen": [{TRIAL: [LOOK]}, {TRIAL: [LOOK]}],
    }


def test_a_run_cut_short_is_told_unless_allowed(test_splits, tmp_path, capsys, seen):
    short = ran(tmp_path / "short", split="tests_unseen", steps={f"{TRIAL}/0": []})
    words = (f"seen={seen}", f"unseen={short}")
    assert leaderboard(test_splits, tmp_path, *words)[0] == 2
    assert "1 of 2 episodes of tests_unseen are missing" in capsys.readouterr().err
    code, output = leaderboard(test_splits, tmp_path, *words, "partial=true")
    assert code == 0
    assert json.loads(output.read_text("utf-8"))["tests_unseen"] == [{TRIAL: []}]


def test_a_split_without_a_run_is_told(test_splits, tmp_path, capsys, seen):
    assert leaderboard(test_splits, tmp_path, f"seen={seen}")[0] == 2
    assert "a run of tests_unseen is needed: unseen=DIR" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"split": "valid_seen"}, "is a run of valid_seen"),
        ({"config": {"agent": {"name": "cheat", "privileged_targets": True}}}, "full state"),
        ({"steps": {"elsewhere/0": []}}, "has no episode elsewhere/0"),
        ({"steps": {f"{TRIAL}/0": [{"command": {"action": "TeleportFull"}}]}}, "'TeleportFull'"),
        ({"steps": {f"{TRIAL}/0": ["nonsense"]}}, "line 1 is no step"),
    ],
)
def test_what_cannot_be_submitted_is_refused(test_splits, tmp_path, capsys, change, answer):
    made = {"split": "tests_seen", "steps": {}, **change}
    folder = ran(tmp_path / "run", **made)
    code, output = leaderboard(test_splits, tmp_path, f"seen={folder}", "partial=true")
    assert code != 0
    assert answer in capsys.readouterr().err
    assert not output.exists()


def test_a_run_without_steps_is_told_how_to_get_them(test_splits, tmp_path, capsys):
    folder = ran(tmp_path / "run", split="tests_seen", steps={f"{TRIAL}/0": []})
    next((folder / "steps").iterdir()).unlink()
    assert leaderboard(test_splits, tmp_path, f"seen={folder}", "partial=true")[0] == 2
    assert "record=steps" in capsys.readouterr().err
