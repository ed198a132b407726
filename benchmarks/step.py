"""Times whole steps of the household against its bare frames, in one run.

    python benchmarks/step.py [--episodes 8] [--steps 100] [--seed 0]

A step is `InteractionEnv.step` at 300x300 with depth: resolving the mask, the rules, the frame,
metadata, goal conditions, the observation. After each step that drew a new frame the same view
is drawn once more by a renderer of its own, bare: RGB, depth and ids. Actions are drawn at
random, half of them moves and turns, half interactions with the mask of something in reach.
"""

import argparse
import itertools
import time

import numpy as np

from envs.household.controller import HouseholdController
from envs.household.env import InteractionEnv
from envs.household.generator.splits import candidates, draw_row
from envs.household.render import CameraPose, make_renderer
from envs.household.source import HouseholdSource

MOVES = ("MoveAhead", "MoveAhead", "RotateLeft", "RotateRight", "LookUp", "LookDown")
INTERACTIONS = (
    "PickupObject",
    "PutObject",
    "OpenObject",
    "CloseObject",
    "ToggleObjectOn",
    "ToggleObjectOff",
)


def random_action(env: InteractionEnv, rng: np.random.Generator) -> dict[str, object]:
    """Draw an action of the environment, its mask that of something in reach."""
    event = env.controller.last_event
    seen = [o["objectId"] for o in event.metadata["objects"] if o["visible"]]
    seen = [name for name in seen if name in event.instance_masks]
    names = MOVES if rng.random() < 0.5 or not seen else INTERACTIONS
    mask = np.zeros(event.instance_ids.shape, dtype=np.uint8)
    if names is INTERACTIONS:
        mask = event.instance_masks[seen[rng.integers(len(seen))]].astype(np.uint8)
    name = names[rng.integers(len(names))]
    return {"name": env.action_names.index(name), "mask": mask}


def main() -> int:
    """Print both times by episode and their ratio; return 0 where it is at most 1.5."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--episodes", type=int, default=8)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    fresh = (row for row in candidates("train") if draw_row(row) is not None)
    source = HouseholdSource.of_rows(list(itertools.islice(fresh, options.episodes)))
    controller = HouseholdController()
    env = InteractionEnv(
        source=source,
        controller=controller,
        depth=True,
        max_steps=10**6,
        max_failed_actions=10**6,
    )
    steps_ms, frames_ms, refused_ms = [], [], []
    for spec in source.episodes():
        env.reset(options={"episode_id": spec.episode_id})
        renderer = make_renderer(controller.model)
        here: tuple[list[float], list[float]] = ([], [])
        for index in range(options.steps + 5):
            action, before = random_action(env, rng), controller.last_event
            started = time.perf_counter()
            env.step(action)
            step_ms = 1e3 * (time.perf_counter() - started)
            if index < 5:  # the first frames of a scene fill caches
                continue
            if controller.last_event.frame is before.frame:
                refused_ms.append(step_ms)
                continue
            agent = controller.world.agent
            camera = CameraPose(agent.eye_m, agent.yaw_deg, agent.horizon_deg)
            started = time.perf_counter()
            renderer.render(camera)
            here[1].append(1e3 * (time.perf_counter() - started))
            here[0].append(step_ms)
        renderer.close()
        steps_ms += here[0]
        frames_ms += here[1]
        step, frame = np.median(here[0]), np.median(here[1])
        print(f"{controller.world.scene.name:34} step {step:5.2f} ms   frame {frame:5.2f} ms")
    env.close()
    step, frame = np.mean(steps_ms), np.mean(frames_ms)
    middle = np.median(steps_ms) / np.median(frames_ms)
    print(
        f"{len(steps_ms)} steps with a new frame: step {step:.2f} ms, bare frame {frame:.2f} ms, "
        f"ratio of means {step / frame:.2f}, of medians {middle:.2f}; {1e3 / step:.0f} steps/s. "
        f"{len(refused_ms)} steps that changed nothing: {np.mean(refused_ms):.2f} ms."
    )
    return 0 if step / frame <= 1.5 else 1


if __name__ == "__main__":
    raise SystemExit(main())
