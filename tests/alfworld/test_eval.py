"""The command that users type, and an agent whose world ends by itself."""

import json
from pathlib import Path

from tiny_text_games import GAMES, step

from embodied.cli import main
from embodied.core.action import TextAction
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Plan, Status
from embodied.core.protocols import PlanContext
from embodied.runtime.agent import PlanningAgent


def test_eval_plays_every_kind_of_game(data_root: Path, tmp_path: Path, capsys) -> None:
    code = main(
        [
            "eval", "benchmark=alfworld", "planner=parsed", "policy=text", "runner.workers=0",
            f"data_root={data_root}", f"output_dir={tmp_path}",
            f"benchmark.env.cache_dir={tmp_path / 'cache'}",
        ]
    )  # fmt: skip
    assert code == 0
    lines = (tmp_path / "episodes.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert len(records) == len(GAMES)
    assert {record["status"] for record in records} == {"success"}
    assert "template goals" in capsys.readouterr().out


class Walks:
    """Does each subgoal with one command named after its thing."""

    def reset(self) -> None:
        self.done = False

    def begin(self, subgoal) -> None:
        self.thing, self.done = subgoal.arguments["object"].category, False

    def act(self, observation: Observation):
        if self.done:
            return None, DONE
        self.done = True
        return TextAction(self.thing), RUNNING


class Guesses:
    """Plans one thing after another, told by how often a plan was in vain."""

    def __init__(self, *things: str) -> None:
        self.things = things
        self.heard: list = []

    def plan(self, context: PlanContext) -> Plan:
        in_vain = [each for each in context.history if each[0].skill == "finish"]
        self.heard = [outcome.status for _, outcome in in_vain]
        things = self.things[len(in_vain) : len(in_vain) + 1]
        steps = tuple(step("pick", object=thing) for thing in things)
        return Plan(context.instruction, 0, steps)


def said(agent: PlanningAgent, steps: int) -> list[str]:
    agent.begin(Instruction.from_text("fetch it"))
    actions = [agent.step(Observation(), float(at)) for at in range(steps)]
    return [getattr(action, "text", "Stop") for action in actions]


def test_where_the_world_ends_by_itself_a_plan_in_vain_is_followed_by_another() -> None:
    planner = Guesses("Mug", "Cup", "Vase")
    agent = PlanningAgent(planner, Walks(), ends_itself=True)
    assert said(agent, 4) == ["Mug", "Cup", "Vase", "Stop"]
    assert planner.heard == [Status.FAILED] * 3
    assert len(agent.report()["plans"]) == 4


def test_elsewhere_a_plan_that_is_carried_out_is_the_end() -> None:
    agent = PlanningAgent(Guesses("Mug", "Cup"), Walks())
    assert said(agent, 2) == ["Mug", "Stop"]
    assert agent.report()["end_reason"] == "the plan is carried out"
