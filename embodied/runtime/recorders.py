"""Subscribers that write an episode down: a video to watch, and every step for machines."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from embodied.core.action import Action, DiscreteAction, TextAction, VectorAction, ViewpointAction
from embodied.core.arrays import Mask, RgbImage
from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.protocols import Step
from embodied.runtime.captions import Caption, compose_frame
from embodied.runtime.tracking import blamed


def file_stem(episode_id: str) -> str:
    """Return a file name for an episode: its id with whatever a file system minds replaced."""
    return re.sub(r"[^A-Za-z0-9._-]+", "__", episode_id).strip(".") or "episode"


def action_text(action: Action) -> str:
    """Return an action in a few words, for captions and logs."""
    match action:
        case DiscreteAction(name=name, target=str() as target):
            return f"{name} {target.split('|')[0]}"
        case DiscreteAction(name=name):
            return name
        case TextAction(text=text):
            return text
        case ViewpointAction(viewpoint=viewpoint):
            return "stop here" if viewpoint is None else f"go to {viewpoint}"
        case VectorAction(values=values, space=space):
            return f"{space} [{', '.join(f'{value:.2f}' for value in values)}]"


def run_lengths(mask: Mask) -> list[list[int]]:
    """Return a mask as [start, length] runs over its pixels row by row, as ALFRED writes masks.

    Args:
        mask: bool [H, W].
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.ravel().astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    return np.stack([starts, ends - starts], axis=1).tolist()  # type: ignore[no-any-return]


class VideoRecorder:
    """Writes one mp4 an episode (h264), with the instruction and current subgoal on it.

    A video takes its final name when the episode ends, so a file that is there is whole.

    Args:
        directory: Where the videos go; made when the first one is.
        fps: Frames a second; every step is one frame.
        scale: Factor the camera image is enlarged by.
        camera: Whose image is shown.
        hold_s: How long the last picture stays, with the verdict on it.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        fps: int = 8,
        scale: int = 2,
        camera: str = "ego",
        hold_s: float = 2.0,
    ) -> None:
        self._directory = Path(directory)
        self._fps = fps
        self._scale = scale
        self._camera = camera
        self._hold_frames = max(1, round(hold_s * fps))
        self._container: Any = None
        self._stream: Any = None
        self._part = Path()
        self._final = Path()
        self._instruction = ""
        self._last: tuple[RgbImage, Caption] | None = None

    def path_of(self, spec: EpisodeSpec) -> Path:
        """Return where the video of an episode is, or will be."""
        return self._directory / f"{file_stem(spec.episode_id)}.mp4"

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        """Remember what to write; the file is opened with the first picture."""
        self._discard()
        self._instruction = instruction.text
        self._final = self.path_of(spec)
        self._part = self._final.with_suffix(f".part-{os.getpid()}.mp4")
        self._last = None

    def on_step(self, step: Step) -> None:
        """Write the picture the agent saw, with what it then did."""
        image = step.observation.images.get(self._camera)
        if image is None:
            cameras = ", ".join(step.observation.images) or "none"
            raise ConfigError(f"No camera {self._camera!r} to film; there are: {cameras}.")
        caption = Caption(
            instruction=str(step.report.get("instruction") or self._instruction),
            subgoal=str(step.report.get("subgoal") or step.report.get("end_reason", "")),
            progress=_progress_text(step.report),
            action=str(step.report.get("motion", "")) or action_text(step.action),
            refusal=str(step.info.get("error_message") or ""),
        )
        self._last = (image, caption)
        self._write(image, caption, frames=1)

    def on_end(self, record: EpisodeRecord) -> None:
        """Hold the last picture with the verdict, and give the file its name."""
        if self._last is None:
            return
        image, caption = self._last
        good = record.status is EpisodeStatus.SUCCESS
        verdict = record.status.value if good else f"{record.status.value}: {record.end_reason}"
        if record.goal_conditions_total == 0 and record.error is None:
            # Asked for by a person: nobody knows here whether it is what was meant.
            good, verdict = not blamed(record.end_reason), record.end_reason or "ended"
        self._write(image, caption.with_verdict(verdict, good=good), frames=self._hold_frames)
        for packet in self._stream.encode():
            self._container.mux(packet)
        self._container.close()
        self._container = None
        os.replace(self._part, self._final)

    def _write(self, image: RgbImage, caption: Caption, *, frames: int) -> None:
        import av  # imported where used: episodes without video start faster

        picture = compose_frame(image, caption, scale=self._scale)
        try:
            if self._container is None:
                self._directory.mkdir(parents=True, exist_ok=True)
                self._container = av.open(str(self._part), "w")
                self._stream = self._container.add_stream("libx264", rate=self._fps)
                self._stream.height, self._stream.width = picture.shape[:2]
                self._stream.pix_fmt = "yuv420p"
                self._stream.options = {"crf": "23", "preset": "veryfast"}
                self._stream.thread_count = 1
            for _ in range(frames):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                for packet in self._stream.encode(frame):
                    self._container.mux(packet)
        except BaseException:
            self._discard()
            raise

    def _discard(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None
            self._part.unlink(missing_ok=True)


def _progress_text(report: Mapping[str, Any]) -> str:
    count = int(report.get("subgoal_count", 0))
    return f"{min(int(report.get('subgoal_index', 0)) + 1, count)}/{count}" if count else ""


class StepsRecorder:
    """Writes one line a step to `<directory>/<episode>.jsonl`: action, mask, subgoal, refusal.

    `command` is what the environment made of the action on the way to its simulator, where it
    tells (`info["command"]`): benchmarks that score elsewhere take those.

    Args:
        directory: Where the files go.
    """

    def __init__(self, directory: str | Path) -> None:
        self._directory = Path(directory)
        self._file: IO[str] | None = None
        self._part = Path()
        self._final = Path()
        self._step = 0

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        """Open the file under a passing name."""
        if self._file is not None:
            self._file.close()
        self._directory.mkdir(parents=True, exist_ok=True)
        self._final = self._directory / f"{file_stem(spec.episode_id)}.jsonl"
        self._part = self._final.with_suffix(f".part-{os.getpid()}.jsonl")
        self._file = self._part.open("w", encoding="utf-8")
        self._step = 0

    def on_step(self, step: Step) -> None:
        """Write the step."""
        assert self._file is not None, "on_begin comes first"
        line = {
            "step": self._step,
            "action": action_text(step.action),
            "mask_runs": _runs_of(step.action),
            "subgoal": str(step.report.get("subgoal", "")),
            "error_message": str(step.info.get("error_message") or ""),
            "command": step.info.get("command"),
            **_moving(step.observation, step.action, step.report),
        }
        self._file.write(json.dumps(line) + "\n")
        self._step += 1

    def on_end(self, record: EpisodeRecord) -> None:
        """Give the file its name."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        os.replace(self._part, self._final)


def _moving(observation: Observation, action: Action, report: Mapping[str, Any]) -> dict[str, Any]:
    """What a body in continuous motion adds: state, motion in words, numbers, what was said."""
    if not isinstance(action, VectorAction):
        return {}
    state = [] if observation.state is None else observation.state.tolist()
    return {
        "stamp_s": observation.stamp_s,
        "state": state,
        "motion": str(report.get("motion", "")),
        "space": action.space,
        "values": action.values.tolist(),
        "corrections_heard": len(report.get("corrections", ())),
    }


def _runs_of(action: Action) -> list[list[int]] | None:
    if isinstance(action, DiscreteAction) and action.mask is not None:
        return run_lengths(action.mask)
    return None
