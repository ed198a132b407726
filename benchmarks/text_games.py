"""Measures ALFWorld apart from language: the engine's speed, and the text skills on true tasks.

    python benchmarks/text_games.py speed --every 10
    python benchmarks/text_games.py skills --split valid_train

speed: games loaded and their walkthroughs played, on the package's own engine and on ours.
skills: every game of a split played by policy=text with the plan of its true task. Privileged:
how good the skills are when nothing is misunderstood.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from embodied.core.plan import Plan
from embodied.core.protocols import PlanContext
from embodied.core.task_plans import subgoals_of
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.episode import run_episode
from envs.alfworld.env import AlfWorldEnv
from envs.alfworld.game import Console, read_game
from envs.alfworld.games import Games, task_of_name
from policies.text.policy import TextPolicy


def speed(paths: list[Path]) -> None:
    """Print seconds a game and steps a second, each engine after the other on the same games."""
    import textworld
    from alfworld.agents.environment.alfred_tw_env import AlfredDemangler
    from textworld.envs.pddl.pddl import PddlEnv

    def own_engine(path: Path):
        env = AlfredDemangler(PddlEnv(textworld.EnvInfos(won=True, admissible_commands=True)))
        env.load(str(path))
        return env.reset, lambda command: env.step(command)[0].feedback

    def quick(path: Path, console: Console):
        game = console.insert(read_game(path))
        return game.begin, game.step

    with tempfile.TemporaryDirectory() as folder:
        console = Console(cache_dir=Path(folder))
        for name, make in (
            ("alfworld 0.4.2 itself", own_engine),
            ("ours, first time", lambda path: quick(path, console)),
            ("ours, translated before", lambda path: quick(path, console)),
        ):
            load_s = play_s = 0.0
            steps = 0
            for path in paths:
                started_s = time.process_time()
                begin, step = make(path)
                begin()
                load_s += time.process_time() - started_s
                started_s = time.process_time()
                for command in read_game(path).walkthrough:
                    step(command)
                    steps += 1
                play_s += time.process_time() - started_s
            print(
                f"{name}: {load_s / len(paths):.3f} s a game to load, {steps / play_s:.0f} steps/s "
                f"played, {steps / (load_s + play_s):.0f} steps/s with loading (CPU time)"
            )


class TrueTasks:
    """Plans the task that the episode's folder is named after. Privileged."""

    def plan(self, context: PlanContext) -> Plan:
        """Return the true task's subgoals."""
        task = task_of_name(context.instruction.id.split("/")[0])
        return Plan(context.instruction, 0, subgoals_of(task))


def skills(env: AlfWorldEnv, every: int) -> None:
    """Print success by kind of task."""
    agent = PlanningAgent(TrueTasks(), TextPolicy())
    won: Counter = Counter()
    played: Counter = Counter()
    steps, started_s = 0, time.process_time()
    for spec in env.episodes()[::every]:
        record = run_episode(env, agent, spec)
        kind = spec.episode_id.split("-")[0]
        played[kind] += 1
        won[kind] += record.status == "success"
        steps += record.steps
        if record.status != "success":
            print(f"lost: {spec.episode_id}: {record.end_reason}", file=sys.stderr)
    for kind, count in sorted(played.items()):
        print(f"{kind:36} {won[kind]:3} of {count:3}")
    total = sum(played.values())
    print(
        f"all: {sum(won.values()) / total:.1%} of {total}, {steps / total:.1f} steps a game, "
        f"{(time.process_time() - started_s) / total:.2f} CPU s a game"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("speed", "skills"))
    parser.add_argument("--data-root", default=os.environ.get("EMBODIED_DATA"))
    parser.add_argument("--split", default="valid_seen")
    parser.add_argument("--every", type=int, default=1, help="take each N-th game")
    options = parser.parse_args()
    if options.what == "speed":
        index = Games(data_root=options.data_root, split=options.split).index()
        speed(list(index.values())[:: options.every])
    else:
        skills(AlfWorldEnv(data_root=options.data_root, split=options.split), options.every)


if __name__ == "__main__":
    main()
