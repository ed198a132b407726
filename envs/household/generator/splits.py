"""The fixed splits of generated episodes: which rooms, which tasks, and how long the expert takes.

Rooms of `valid_seen` are those of `train`, with tasks and words of their own; rooms and wordings
of `valid_unseen` occur nowhere else. `splits.json` lists the episodes that the expert solves,
with its number of actions; `benchmarks/generator.py --write-splits` makes it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from embodied.core import task as tasks
from envs.household.generator.free_floor import GRID_M, walkable_floor
from envs.household.generator.language.goals import SEEN, UNSEEN, goal_text
from envs.household.generator.language.steps import StepTeller
from envs.household.generator.rooms import KINDS, generate_scene
from envs.household.generator.tasks import KINDS_OF, TaskDraw, draw_task
from envs.household.scene import Scene

SPLITS = ("train", "valid_seen", "valid_unseen")
SCENE_SEEDS = {
    "train": range(0, 30),
    "valid_unseen": range(1000, 1010),
}
TRIALS = {"train": 60, "valid_seen": 20, "valid_unseen": 20}
"""Episodes of each task type, drawn for each split."""
WORDING = {"train": SEEN, "valid_seen": SEEN, "valid_unseen": UNSEEN}
START_HORIZON_DEG = 30.0


@dataclass(frozen=True)
class Row:
    """One episode of a split.

    Attributes:
        split: Its split.
        kind: Kind of its room.
        scene_seed: Seed of its room.
        task_type: Type of its task.
        number: Number of the draw; it seeds task, start pose and words.
        expert_steps: Low-level actions of the expert; 0 where it was never run.
    """

    split: str
    kind: str
    scene_seed: int
    task_type: str
    number: int
    expert_steps: int = 0

    @property
    def trajectory_id(self) -> str:
        """`kitchen-00017/pick_heat_then_place_in_recep-3`; numbers are unique in all splits."""
        return f"{self.kind}-{self.scene_seed:05d}/{self.task_type}-{self.number}"

    @property
    def episode_id(self) -> str:
        """The trajectory's id and the number of its wording, `.../0`."""
        return f"{self.trajectory_id}/0"


@dataclass(frozen=True)
class Drawn:
    """What a row stands for.

    Attributes:
        scene: The room.
        draw: The task and its objects.
        start_xz_m: Where the agent begins, on the grid.
        start_yaw_deg: Which way it faces then.
        goal: The goal in words.
        steps: The steps in words.
    """

    scene: Scene
    draw: TaskDraw
    start_xz_m: tuple[float, float]
    start_yaw_deg: float
    goal: str
    steps: tuple[str, ...]


def draw_row(row: Row) -> Drawn | None:
    """Draw what a row stands for; None where its room allows no such task."""
    stream = [tasks.TASK_TYPES.index(row.task_type), KINDS.index(row.kind), row.scene_seed]
    rng = np.random.default_rng([*stream, row.number])
    scene = generate_scene(row.kind, row.scene_seed)
    draw = draw_task(scene, row.task_type, rng)
    if draw is None:
        return None
    floor_xz = walkable_floor(scene)
    x, z = np.round(floor_xz[int(rng.integers(len(floor_xz)))] / GRID_M) * GRID_M
    start, yaw = (float(x), float(z)), 90.0 * int(rng.integers(4))
    wording = WORDING[row.split]
    goal = goal_text(draw.task, rng, wording=wording)
    teller = StepTeller(scene, draw, start_xz_m=start, start_yaw_deg=yaw, rng=rng, wording=wording)
    return Drawn(scene, draw, start, yaw, goal, teller.tell())


def candidates(split: str) -> Iterator[Row]:
    """Yield the rows drawn for a split, before the expert has tried them; types take turns."""
    seeds = dict.fromkeys(KINDS, tuple(SCENE_SEEDS.get(split, ())))
    if split == "valid_seen":
        seen = {(row.kind, row.scene_seed) for row in candidates("train")}
        seeds = {kind: tuple(sorted(s for k, s in seen if k == kind)) for kind in KINDS}
    # Splits count apart, so that no two share a draw even in the same room.
    first = 1000 * SPLITS.index(split)
    rng = np.random.default_rng([77, SPLITS.index(split)])
    for number in range(TRIALS[split]):
        for task_type in tasks.TASK_TYPES:
            kinds = KINDS_OF[task_type]
            kind = kinds[int(rng.choice(len(kinds), p=[share for _, share in kinds]))][0]
            seed = seeds[kind][int(rng.integers(len(seeds[kind])))]
            yield Row(split, kind, seed, task_type, first + number)


@cache
def rows(split: str) -> tuple[Row, ...]:
    """Return the episodes of a split, in their fixed order."""
    text = resources.files("envs.household.generator").joinpath("splits.json").read_text("utf-8")
    return tuple(
        Row(split, kind, seed, task_type, number, expert_steps)
        for kind, seed, task_type, number, expert_steps in json.loads(text)[split]
    )


def to_json(found: dict[str, list[Row]]) -> str:
    """Write rows as `splits.json` holds them, one a line."""
    blocks = []
    for split, listed in found.items():
        lines = [
            json.dumps([row.kind, row.scene_seed, row.task_type, row.number, row.expert_steps])
            for row in listed
        ]
        blocks.append(f'"{split}": [\n' + ",\n".join(lines) + "\n]")
    return "{\n" + ",\n".join(blocks) + "\n}\n"
