"""What planners and policies count stands in the record of the episode it was counted in."""

from tiny_world import TinyWorld

from embodied.core.episode import EpisodeSpec
from embodied.core.plan import DONE, Plan, Subgoal
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.episode import run_episode


class Counting:
    """A planner and a policy in one that counts what it is asked, over all episodes."""

    def __init__(self) -> None:
        self.asked = 100.0

    def plan(self, context):
        self.asked += 1.0
        return Plan(context.instruction, 0, (Subgoal("wait"),))

    def reset(self) -> None: ...

    def begin(self, subgoal) -> None: ...

    def act(self, observation):
        self.asked += 0.5
        return None, DONE

    def measures(self):
        return {"asked": self.asked}


class Silent:
    """A policy that counts nothing."""

    def reset(self) -> None: ...

    def begin(self, subgoal) -> None: ...

    def act(self, observation):
        return None, DONE


def test_each_episode_has_its_own_counts() -> None:
    agent = PlanningAgent(Counting(), Silent())
    specs = [EpisodeSpec(f"task-{n}/trial-0/0", f"task-{n}/trial-0", "tiny") for n in (1, 2)]
    records = [run_episode(TinyWorld(), agent, spec) for spec in specs]
    assert [record.measures["asked"] for record in records] == [1.0, 1.0]


def test_planner_and_policy_add_up() -> None:
    agent = PlanningAgent(Counting(), Counting())
    record = run_episode(TinyWorld(), agent, EpisodeSpec("task-1/trial-0/0", "t", "tiny"))
    assert record.measures["asked"] == 1.5
