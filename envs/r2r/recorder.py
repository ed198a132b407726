"""A picture of each episode from above: graph, annotated path, way taken, words of every leg."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.instruction import Instruction
from embodied.core.protocols import Step
from envs.r2r.dataset import RouteEpisode
from envs.r2r.graph import load_graph
from envs.r2r.pictures import Leg, draw_route
from envs.r2r.registry import routes_of
from envs.r2r.source import RouteSource


class RouteRecorder:
    """Writes `<directory>/<episode>.png` as an episode ends.

    The words of a leg are the subgoal the agent reported while it walked. For people: the annotated
    path is drawn, and no agent sees it.

    Args:
        directory: Where the pictures go; made when the first one is.
        data_root: Folder of benchmark files.
        split: The run's split.
        annotations: The run's own file of routes, where it has one.
        format: How that file is written.
        languages: Languages kept of it.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        data_root: str | Path,
        split: str,
        annotations: str | Path | None = None,
        format: str = "r2r",
        languages: Sequence[str] | None = None,
    ) -> None:
        self._directory = Path(directory)
        self._data_root = data_root
        self._source = RouteSource(
            routes_of(data_root, split, annotations, format, languages), split=split
        )
        self._route: RouteEpisode | None = None
        self._title, self._annotated = "", True
        self._walk: list[tuple[str, str]] = []

    def path_of(self, spec: EpisodeSpec) -> Path:
        """Return where the picture of an episode is, or will be."""
        name = re.sub(r"[^A-Za-z0-9._-]+", "__", spec.episode_id)
        return self._directory / f"{name}.png"

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        """Remember the route."""
        task = self._source.task(spec.episode_id)
        self._route, self._annotated = task.route, instruction.text == task.instruction.text
        self._title = instruction.text
        self._walk = []

    def on_step(self, step: Step) -> None:
        """Note where the step led, and the words it followed."""
        if step.observation.panorama is None:
            return
        words = str(step.report.get("subgoal") or "")
        if not self._walk:
            self._walk.append((step.observation.panorama.viewpoint, words))
        led_to = step.info.get("command")
        if led_to is not None:
            self._walk.append((led_to[0], "" if words == self._title else words))

    def on_end(self, record: EpisodeRecord) -> None:
        """Draw."""
        if self._route is None or not self._walk:
            return
        from PIL import Image

        graph = load_graph(self._data_root, self._route.scan)
        good = record.status is EpisodeStatus.SUCCESS
        picture = draw_route(
            graph,
            legs=self._legs(graph.index),
            reference=[graph.row(name) for name in self._route.path]
            if self._route.has_goal and self._annotated
            else (),
            title=self._title,
            verdict=_verdict(record) if self._annotated else record.end_reason,
            good=good or not (self._annotated or record.error),
        )
        self._directory.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(self.path_of(record.spec))

    def _legs(self, index: Mapping[str, int]) -> list[Leg]:
        """Group moves that followed the same words."""
        legs: list[Leg] = []
        before = index[self._walk[0][0]]
        for name, words in self._walk[1:]:
            row = index[name]
            if legs and legs[-1].words == words:
                legs[-1] = Leg(words, (*legs[-1].rows, row))
            else:
                legs.append(Leg(words, (before, row)))
            before = row
        return legs or [Leg(self._walk[0][1], (before,))]


def _verdict(record: EpisodeRecord) -> str:
    error_m = record.measures.get("navigation_error_m")
    ended = "" if error_m is None else f": ended {error_m:.1f} m from the goal"
    reason = f". {record.end_reason}" if record.end_reason and record.error else ""
    return f"{record.status.value}{ended}{reason}"
