"""Recorders: a film a person can follow, and every step for machines."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_world import TinyWorld

from embodied.core.action import DiscreteAction, TextAction, VectorAction, ViewpointAction
from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.protocols import Step
from embodied.runtime.captions import Caption, compose_frame, wrap
from embodied.runtime.episode import run_episode
from embodied.runtime.expert import ExpertAgent
from embodied.runtime.recorders import (
    StepsRecorder,
    VideoRecorder,
    action_text,
    file_stem,
    run_lengths,
)

SPEC = EpisodeSpec("task-4/trial-0/1", "task-4/trial-0", "tiny")


def film(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_a_film_has_a_frame_a_step_and_holds_the_verdict(tmp_path: Path) -> None:
    recorder = VideoRecorder(tmp_path, fps=8, hold_s=1.0, scale=10)
    run_episode(TinyWorld(), ExpertAgent(), SPEC, [recorder])
    frames = film(recorder.path_of(SPEC))
    assert len(frames) == 6 + 8  # five moves and the stop, one second of verdict
    assert [entry.name for entry in tmp_path.iterdir()] == ["task-4__trial-0__1.mp4"]
    # the picture moves, and the panel below it changes when the verdict comes
    assert np.abs(frames[0][:300].astype(int) - frames[4][:300]).mean() > 5.0
    assert np.abs(frames[5][300:].astype(int) - frames[-1][300:]).max() > 60


def test_an_episode_without_a_step_leaves_no_film(tmp_path: Path) -> None:
    recorder = VideoRecorder(tmp_path / "videos")
    run_episode(TinyWorld(), ExpertAgent(), EpisodeSpec("no/such/0", "no/such", "tiny"), [recorder])
    assert not (tmp_path / "videos").exists()


def test_a_film_broken_off_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    recorder = VideoRecorder(tmp_path)
    recorder.on_begin(SPEC, Instruction.from_text("walk"))
    picture = Observation(images={"ego": np.zeros((30, 30, 3), np.uint8)})
    recorder.on_step(Step(picture, DiscreteAction("MoveAhead"), {}, {}))
    run_episode(TinyWorld(), ExpertAgent(), SPEC, [recorder])
    assert [entry.name for entry in tmp_path.iterdir()] == ["task-4__trial-0__1.mp4"]


def test_a_camera_that_is_not_there_is_named(tmp_path: Path) -> None:
    recorder = VideoRecorder(tmp_path, camera="wrist")
    with pytest.raises(ConfigError, match=r"'wrist'.*ego"):
        run_episode(TinyWorld(), ExpertAgent(), SPEC, [recorder])


def test_every_part_of_a_caption_shows() -> None:
    image = np.full((300, 300, 3), 128, np.uint8)
    empty = compose_frame(image, Caption(instruction=""))
    assert empty.shape[1] == 600
    assert empty.shape[0] > 600
    assert not any(side % 2 for side in empty.shape[:2])
    for caption in (
        Caption(instruction="Put a clean mug in the coffee machine."),
        Caption(instruction="", subgoal="go to the sink"),
        Caption(instruction="", progress="2/7"),
        Caption(instruction="", action="PickupObject Mug"),
        Caption(instruction="", refusal="the hand is full"),
        Caption(instruction="", verdict="success", good=True),
    ):
        changed = (compose_frame(image, caption) != empty).any(axis=2)
        assert not changed[:600].any(), "the picture stays free of text"
        assert changed[600:].sum() > 100, caption


@given(st.text(alphabet="abc m.,", max_size=300), st.integers(60, 600), st.integers(1, 3))
def test_lines_never_leave_their_room(text: str, width_px: int, max_lines: int) -> None:
    from embodied.runtime.captions import _font

    lines = wrap(text, width_px=width_px, size_px=16, max_lines=max_lines)
    assert 1 <= len(lines) <= max_lines
    assert all(_font(16).getlength(line) <= width_px for line in lines)


def test_text_that_fits_is_left_as_it_is() -> None:
    assert wrap("heat the mug", width_px=500, size_px=16, max_lines=2) == ["heat the mug"]
    assert wrap("mug " * 80, width_px=200, size_px=16, max_lines=1)[0].endswith("...")


@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=6))
def test_run_lengths_say_where_a_mask_is(rows: list[list[bool]]) -> None:
    mask = np.array(rows)
    again = np.zeros(mask.size, dtype=bool)
    for start, length in run_lengths(mask):
        assert length > 0
        again[start : start + length] = True
    assert (again.reshape(mask.shape) == mask).all()


def test_a_line_a_step_with_mask_and_refusal(tmp_path: Path) -> None:
    recorder = StepsRecorder(tmp_path)
    recorder.on_begin(SPEC, Instruction.from_text("walk"))
    mask = np.zeros((3, 4), dtype=bool)
    mask[1, 1:3] = True
    action = DiscreteAction("PickupObject", mask=mask)
    command = {"action": "PickupObject", "objectId": "Mug|1|2|3"}
    info = {"error_message": "too far", "command": command}
    recorder.on_step(Step(Observation(), action, info, {"subgoal": "pick"}))
    recorder.on_step(Step(Observation(), DiscreteAction("Stop"), {}, {}))
    recorder.on_end(None)
    (path,) = tmp_path.iterdir()
    first, second = map(json.loads, path.read_text().splitlines())
    assert first == {
        "step": 0,
        "action": "PickupObject",
        "mask_runs": [[5, 2]],
        "subgoal": "pick",
        "error_message": "too far",
        "command": command,
    }
    assert (second["step"], second["mask_runs"], second["command"]) == (1, None, None)


def test_actions_in_words() -> None:
    assert action_text(DiscreteAction("PickupObject", target="Mug|1|2|3")) == "PickupObject Mug"
    assert action_text(TextAction("go to desk 1")) == "go to desk 1"
    assert action_text(ViewpointAction(None)) == "stop here"
    assert action_text(ViewpointAction("a1")) == "go to a1"
    vector = VectorAction(np.array([0.5, -1.0], np.float32), "ee_velocity", "base", 20.0)
    assert action_text(vector) == "ee_velocity [0.50, -1.00]"


@given(st.text(min_size=1, max_size=40))
def test_any_episode_id_makes_a_file_name(episode_id: str) -> None:
    stem = file_stem(episode_id)
    assert stem
    assert "/" not in stem
    assert stem not in (".", "..")
