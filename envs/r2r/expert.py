"""The shortest path as a planner and a policy: privileged, the upper bound of every table."""

from typing import TYPE_CHECKING

from embodied.core.action import Action, DiscreteAction, ViewpointAction
from embodied.core.observation import Observation
from embodied.core.panorama import Panorama
from embodied.core.plan import DONE, RUNNING, Outcome, Plan, Subgoal
from embodied.core.protocols import PlanContext
from envs.r2r.graph import wrap_rad
from envs.r2r.places import ELEVATION_STEP_RAD

if TYPE_CHECKING:
    from envs.r2r.env import RouteEnv


class WholeRoute:
    """Plans one subgoal: follow the instruction."""

    def plan(self, context: PlanContext) -> Plan:
        """Return the plan."""
        text = context.instruction.text
        return Plan(context.instruction, 0, (Subgoal("follow", {"instruction": text}, text),))


class ShortestPath:
    """Walks the shortest path to the goal; with a single view it first turns to what comes next.

    Args:
        env: The environment whose episode it reads.
    """

    def __init__(self, env: "RouteEnv") -> None:
        self._env = env

    def reset(self) -> None:
        """Forget nothing: every step is read from the environment."""

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal; there is only one."""

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next move, or nothing at the goal."""
        panorama = observation.panorama
        assert panorama is not None, "this environment's observations hold a panorama"
        graph, goal = self._env.graph, self._env.goal_row
        row = graph.row(panorama.viewpoint)
        if row == goal:
            return None, DONE
        following = int(graph.next_hop[row, goal])
        name = graph.viewpoint_ids[following]
        if any(way.viewpoint == name for way in panorama.ways):
            return ViewpointAction(name), RUNNING
        return self._turn_towards(row, following, panorama), RUNNING

    def _turn_towards(self, row: int, following: int, panorama: Panorama) -> Action:
        if abs(panorama.elevation_rad) > ELEVATION_STEP_RAD / 2.0:
            return DiscreteAction("LookUp" if panorama.elevation_rad < 0.0 else "LookDown")
        graph = self._env.graph
        column = graph.neighbours[row].tolist().index(following)
        left = wrap_rad(graph.headings_rad[row][column] - panorama.heading_rad) < 0.0
        return DiscreteAction("TurnLeft" if left else "TurnRight")
