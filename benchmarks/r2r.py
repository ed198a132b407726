"""Figures of Room-to-Room on the published files: speed, baselines, the parser.

    EMBODIED_DATA=... python benchmarks/r2r.py --speed
    EMBODIED_DATA=... python benchmarks/r2r.py --baselines [--split val_seen] [--seeds 10]
    EMBODIED_DATA=... python benchmarks/r2r.py --parser [--split train_fold]

Speed: environment steps a second in one process, objects observed, random ways; first with the
buildings' files to be read, then along other ways, then along the same. Processor time, since
machines are shared. Baselines: the shortest path once, the random walk over several seeds. Parser:
how many steps an instruction has, which demands, and how long it takes to take one apart.
"""

import argparse
import os
import time
from collections import Counter
from pathlib import Path

import gymnasium
import numpy as np

from embodied.evaluation.metrics import metrics_named, ratio
from embodied.evaluation.session import episode_seed
from embodied.runtime.episode import run_episode
from embodied.runtime.expert import ExpertAgent
from envs.r2r.dataset import load_routes
from envs.r2r.env import RouteEnv
from planners.routes.parser import parse_route
from policies.routes.random_walk import RandomWalk

METRICS = ("TL", "NE", "OSR", "SR", "SPL", "nDTW", "SDTW", "CLS")


def make(root: Path, **options: object) -> RouteEnv:
    made = gymnasium.make(
        "envs:embodied/R2R-v0", data_root=root, disable_env_checker=True, **options
    )
    return made.unwrapped


def speed(root: Path, split: str) -> None:
    env = make(root, split=split)
    episodes = env.episodes()
    for name, seed in (("files read", 0), ("other ways", 1), ("other ways", 2), ("the same", 2)):
        rng = np.random.default_rng(seed)
        started_s, steps = time.process_time(), 0
        for spec in episodes:
            seen, _ = env.reset(options={"episode_id": spec.episode_id})
            for _ in range(8):
                ways = int((seen["observation.way_viewpoints"] >= 0).sum())
                seen, *_ = env.step(int(rng.integers(1, ways + 1)))
                steps += 1
        elapsed_s = time.process_time() - started_s
        print(f"{name}: {steps} steps and {len(episodes)} resets, {steps / elapsed_s:,.0f} steps/s")


def baselines(root: Path, split: str, seeds: int) -> None:
    runs = {"shortest": [(ExpertAgent(), make(root, split=split), 0)]}
    walk = make(root, split=split, actions="single_view")
    runs["random"] = [(RandomWalk(), walk, seed) for seed in range(seeds)]
    print("agent, seeds | " + " | ".join(METRICS))
    for name, tries in runs.items():
        rows = []
        for agent, env, seed in tries:
            records = [
                run_episode(env, agent, spec, seed=episode_seed(seed, spec.episode_id))
                for spec in env.episodes()
            ]
            rows.append([ratio(metric, records) for metric in metrics_named(METRICS)])
        mean = np.mean(np.array(rows, dtype=float), axis=0)
        print(f"{name}, {len(tries)} | " + " | ".join(f"{value:.4f}" for value in mean))


def parser(root: Path, split: str) -> None:
    texts = [text for route in load_routes(root, split) for text in route.instructions]
    started_s = time.process_time()
    parsed = [parse_route(text) for text in texts]
    each_ms = (time.process_time() - started_s) / len(texts) * 1000.0
    steps = [step for route in parsed for step in route]
    demands = Counter(step.demand for step in steps)
    named = sum(step.landmark is not None for step in steps) / len(steps)
    ended = np.mean([route[-1].demand == "stop_at" for route in parsed if route])
    print(f"{len(texts)} instructions, {len(steps) / len(texts):.2f} steps each, {each_ms:.2f} ms")
    print(f"with a landmark: {named:.1%}; ending with a stop: {ended:.1%}")
    for demand, count in demands.most_common():
        print(f"  {demand}: {count / len(steps):.1%}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--speed", action="store_true")
    options.add_argument("--baselines", action="store_true")
    options.add_argument("--parser", action="store_true")
    options.add_argument("--split", default="val_seen")
    options.add_argument("--seeds", type=int, default=10)
    given = options.parse_args()
    root = Path(os.environ["EMBODIED_DATA"]).expanduser()
    if given.speed:
        speed(root, given.split)
    if given.baselines:
        baselines(root, given.split, given.seeds)
    if given.parser:
        parser(root, given.split)


if __name__ == "__main__":
    main()
