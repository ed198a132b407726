"""Room-to-Room as a gymnasium environment: walk from viewpoint to viewpoint, then stop."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, SupportsFloat

import gymnasium
import numpy as np

from embodied.core.action import Action, DiscreteAction, ViewpointAction
from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError, UnknownNameError
from embodied.core.instruction import Instruction
from embodied.core.observation import LAST_ACTION_SUCCESS, STATE, Observation
from embodied.core.protocols import Planner, Policy
from embodied.core.skills import SkillSpec
from envs.r2r.expert import ShortestPath, WholeRoute
from envs.r2r.graph import TURN_RAD, NavGraph, load_graph
from envs.r2r.metrics import SUCCESS_M, measure_route
from envs.r2r.objects import load_objects, rows_showing
from envs.r2r.places import (
    ELEVATION_STEP_RAD,
    HALF_VIEW_RAD,
    HEADING_STEP_RAD,
    Place,
    Places,
    snap_heading,
)
from envs.r2r.senses import CAMERA, Senses
from envs.r2r.skills import SKILLS
from envs.r2r.source import RouteSource, RouteTask
from envs.r2r.spaces import (
    ENTITIES,
    FEATURES,
    IMAGE,
    MOVES,
    PANORAMIC,
    PLACE,
    SINGLE_VIEW,
    STAY,
    WAY_PLACES,
    WAYS,
    action_space,
    observation_space,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


class RouteEnv(gymnasium.Env[dict[str, Any], Any]):
    """Instructions followed on the navigation graph of a building, under R2R's rules.

    With `actions="panoramic"` all neighbours are ways on, in the order of their angle from the
    line of sight; action 0 stops, action k takes the k-th way and looks along it from there. With
    `single_view` an action is the simulator's (way, turn, tilt): heading and elevation move in
    steps of 30 degrees, only neighbours in view are ways, and (0, 0, 0) stops.

    Observation (arrays are padded; see `Place`): `observation.viewpoint` row in the graph,
    `observation.state` float64 [2] heading and elevation, `observation.ways` float32 [32, 3],
    `observation.way_viewpoints` int64 [32], `observation.last_action_success`; with objects also
    `observation.objects` float32 [96, 5], with features `observation.features` float32 [36, D],
    with pictures `observation.images.ego` uint8 [480, 640, 3].

    Args:
        source: Where episodes come from.
        senses: What is seen at a viewpoint.
        data_root: Folder of benchmark files, for the navigation graphs.
        actions: `panoramic` or `single_view`.
        max_steps: Actions an episode may take before it is cut off.
        render_mode: None or `rgb_array`: the building from above with the way taken.

    Attributes:
        source: Where episodes come from. Privileged, as are all of these.
        graph: Navigation graph of the current building.
        trail: (row, heading, elevation) after every step, the start first.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"], "render_fps": 4}

    def __init__(
        self,
        *,
        source: RouteSource,
        senses: Senses,
        data_root: str | Path,
        actions: str = PANORAMIC,
        max_steps: int = 100,
        render_mode: str | None = None,
    ) -> None:
        if actions not in (PANORAMIC, SINGLE_VIEW):
            raise UnknownNameError("action space of R2R", actions, (PANORAMIC, SINGLE_VIEW))
        if max_steps < 1:
            raise ConfigError(f"max_steps must be at least 1, got {max_steps}")
        self.source = source
        self.max_steps = max_steps
        self.render_mode = render_mode
        self._senses = senses
        self._data_root = data_root
        self._panoramic = actions == PANORAMIC
        self._buildings: dict[str, Places] = {}
        self._categories: tuple[str, ...] | None = None
        self._task: RouteTask | None = None
        self._over = True
        self.observation_space = observation_space(senses)
        self.action_space = action_space(panoramic=self._panoramic)

    @property
    def skills(self) -> tuple[SkillSpec, ...]:
        """Skills this body declares."""
        return SKILLS

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories of `observation.objects`, by number: all in the split's buildings, sorted."""
        if self._categories is None:
            named: set[str] = set()
            for scan in self.source.scans() if self._senses.objects else ():
                named.update(load_objects(self._data_root, scan).names)
            self._categories = tuple(sorted(named))
            self._category_of = {name: number for number, name in enumerate(self._categories)}
        return self._categories

    @property
    def task(self) -> RouteTask:
        """The current episode. Privileged.

        Raises:
            RuntimeError: Before the first reset.
        """
        if self._task is None:
            raise RuntimeError("no episode yet: call reset() first")
        return self._task

    @property
    def goal_row(self) -> int:
        """Row of the goal. Privileged.

        Raises:
            ConfigError: If the split does not publish its goals.
        """
        if not self.task.route.has_goal:
            raise ConfigError(f"{self.source.split} publishes no goals: nothing can lead there")
        return self.graph.row(self.task.route.path[-1])

    def episodes(self) -> Sequence[EpisodeSpec]:
        """List the episodes of the split, in the order of its file."""
        return self.source.episodes()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Start the episode `options["episode_id"]`, or a random one.

        `options["instruction"]` is told in place of the episode's own words; no goal is known then.

        Raises:
            UnknownNameError: If there is no such episode, or its start is no viewpoint.
            DataError: If the building's files are missing.
        """
        super().reset(seed=seed)
        episode_id = (options or {}).get("episode_id")
        if episode_id is None:
            known = self.source.episodes()
            if not known:
                raise ConfigError("the split has no episodes to draw from")
            episode_id = known[int(self.np_random.integers(len(known)))].episode_id
        task = self.source.task(episode_id)
        said = (options or {}).get("instruction")
        self._own_words = said is None
        if said is not None:
            task = replace(task, instruction=Instruction.from_text(said))
        self._places = self._building(task.route.scan)
        self.graph: NavGraph = self._places.graph
        self._showing = rows_showing(self._data_root, self.graph, task.route.target)
        start = self.graph.row(task.route.path[0])
        heading_rad = task.route.heading_rad % TURN_RAD
        self._task = task
        self._stand(start, heading_rad if self._panoramic else snap_heading(heading_rad), 0.0)
        self.trail = [self._at]
        self.steps = self.failed_actions = 0
        self._last_ok, self._last_error, self._over = True, "", False
        self._moved = False
        return self._observation(), self._info()

    def _building(self, scan: str) -> Places:
        places = self._buildings.get(scan)
        if places is None:
            objects = load_objects(self._data_root, scan) if self._senses.objects else None
            assert self.categories is not None
            places = self._buildings[scan] = Places(
                load_graph(self._data_root, scan),
                objects,
                category_of=self._category_of.__getitem__,
                half_view_rad=None if self._panoramic else HALF_VIEW_RAD,
            )
        return places

    def _stand(self, row: int, heading_rad: float, elevation_rad: float) -> None:
        self._at = (row, heading_rad, elevation_rad)
        self._place: Place = self._places.at(row, heading_rad, elevation_rad)

    def step(self, action: Any) -> tuple[dict[str, Any], SupportsFloat, bool, bool, dict[str, Any]]:
        """Take a way, turn, or stop; the reward is 1 for stopping near the goal.

        A way that does not exist is refused: the agent stays, and the step counts.

        Raises:
            RuntimeError: If the episode is over.
        """
        if self._over:
            raise RuntimeError("the episode is over or was never begun: call reset()")
        way, turn, tilt = (int(action), 0, 0) if self._panoramic else map(int, action)
        stop = way == STAY and not turn and not tilt
        self._moved = False
        if not stop:
            self.steps += 1
            self._move(way, turn, tilt)
            self.trail.append(self._at)
        truncated = not stop and self.steps >= self.max_steps
        self._over = stop or truncated
        info = self._info()
        reward = float(self._over and info["is_success"])
        return self._observation(), reward, stop, truncated, info

    def _move(self, way: int, turn: int, tilt: int) -> None:
        row, heading_rad, elevation_rad = self._at
        count = len(self._place.way_headings_rad)
        self._last_ok = 0 <= way <= count
        self._last_error = ""
        if not self._last_ok:
            self.failed_actions += 1
            self._last_error = f"there is no way {way} here, only {count}"
            return
        if way != STAY:
            row = int(self._place.way_rows[way - 1])
        if self._panoramic:
            heading_rad = self._place.way_headings_rad[way - 1]
        else:
            heading_rad = snap_heading(heading_rad + turn * HEADING_STEP_RAD)
            limit = ELEVATION_STEP_RAD
            elevation_rad = min(max(elevation_rad + tilt * limit, -limit), limit)
        self._moved = True
        self._stand(row, heading_rad, elevation_rad)

    def encode_action(self, action: Action) -> Any:
        """Turn an agent's action into a member of the action space.

        Raises:
            ConfigError: If it is of another kind than this environment takes.
            UnknownNameError: If there is no such action, or the viewpoint cannot be walked to.
        """
        move = (STAY, 0, 0)
        if isinstance(action, ViewpointAction):
            if action.viewpoint is not None:
                names = [way.viewpoint for way in self._place.panorama.ways]
                if action.viewpoint not in names:
                    raise UnknownNameError("way on from here", action.viewpoint, names)
                move = (names.index(action.viewpoint) + 1, 0, 0)
        elif isinstance(action, DiscreteAction):
            known = {"Stop": MOVES["Stop"]} if self._panoramic else MOVES
            if action.name not in known:
                raise UnknownNameError("action", action.name, known)
            move = known[action.name]
        else:
            raise ConfigError(f"this environment takes viewpoints to walk to, got {action!r}")
        return np.int64(move[0]) if self._panoramic else np.array(move, dtype=np.int64)

    def decode_observation(self, observation: Mapping[str, Any]) -> Observation:
        """Turn a member of the observation space into what the agent sees."""
        heading_rad, elevation_rad = observation[STATE].tolist()
        place = self._places.at(int(observation[PLACE]), heading_rad, elevation_rad)
        image = observation.get(IMAGE)
        return Observation(
            stamp_s=float(self.steps),
            images={} if image is None else {CAMERA: image},
            entities=place.entities,
            panorama=self._senses.panorama(place.panorama, observation.get(FEATURES)),
            last_action_success=bool(observation[LAST_ACTION_SUCCESS]),
        )

    def outcome(self) -> Mapping[str, Any]:
        """Return the verdict now, as keyword arguments of `EpisodeRecord`."""
        route = self.task.route
        measures: Mapping[str, float] = {"scored": 0.0}
        judged = route.has_goal and self._own_words
        if judged:
            rows = [self.graph.row(name) for name in route.path]
            path = [at[0] for at in self.trail]
            measures = measure_route(path, rows, self.graph.distance_m, goals=self._showing)
        return {
            "goal_conditions_met": int(measures.get("success", 0.0)),
            "goal_conditions_total": int(judged),
            "expert_steps": len(route.path) - 1,
            "steps": self.steps,
            "failed_actions": self.failed_actions,
            "measures": dict(measures),
        }

    def expert(self, *, by: str = "id") -> tuple[Planner, Policy]:
        """Return planner and policy of the shortest path; there is one way of pointing here.

        Raises:
            ConfigError: If the split does not publish its goals.
        """
        assert self.goal_row >= 0
        return WholeRoute(), ShortestPath(self)

    def render(self) -> "NDArray[np.uint8] | None":
        """Return the building from above, uint8 [H, W, 3], where `render_mode` is `rgb_array`."""
        if self.render_mode is None:
            return None
        from envs.r2r.pictures import Leg, draw_route

        reference = tuple(map(self.graph.row, self.task.route.path))
        return draw_route(
            self.graph,
            legs=(Leg("", tuple(at[0] for at in self.trail)),),
            reference=reference if self.task.route.has_goal else (),
            title=self.task.instruction.text,
        )

    def _observation(self) -> dict[str, Any]:
        row, heading_rad, elevation_rad = self._at
        place = self._place
        observation: dict[str, Any] = {
            PLACE: np.int64(row),
            STATE: np.array((heading_rad, elevation_rad)),
            # What is handed out is the caller's; places are kept.
            WAYS: place.ways.copy(),
            WAY_PLACES: place.way_rows.copy(),
            LAST_ACTION_SUCCESS: np.int64(self._last_ok),
        }
        if self._senses.objects:
            observation[ENTITIES] = place.objects.copy()
        scan, name = self.graph.scan, place.panorama.viewpoint
        if self._senses.features is not None:
            observation[FEATURES] = self._senses.features.at(scan, name)
        if self._senses.pictures is not None:
            observation[IMAGE] = self._senses.pictures.view(
                scan, name, heading_rad=heading_rad, elevation_rad=elevation_rad
            )
        return observation

    def _info(self) -> dict[str, Any]:
        row, heading_rad, elevation_rad = self._at
        route = self.task.route
        near = route.has_goal and self.graph.distance_m[row, self.goal_row] < SUCCESS_M
        near = row in self._showing if self._showing is not None else near
        near = near and self._own_words
        return {
            "episode_id": self.task.spec.episode_id,
            "instruction": self.task.instruction,
            "is_success": bool(near),
            "error_message": self._last_error,
            "command": [self.graph.viewpoint_ids[row], heading_rad, elevation_rad]
            if self._moved
            else None,
        }
