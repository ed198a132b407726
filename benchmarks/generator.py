"""Generated tasks: draws rejected, share of each type, solved by the expert and confirmed.

python benchmarks/generator.py --seeds 500            # the figures
python benchmarks/generator.py --write-splits         # makes splits.json anew
"""

import argparse
import multiprocessing
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from embodied.core import task as tasks
from envs.household.env import InteractionEnv
from envs.household.expert.solve import Solution, solve
from envs.household.generator import splits
from envs.household.generator.splits import Row, draw_row
from envs.household.generator.tasks import draw_type_and_kind
from envs.household.source import HouseholdSource

FIRST_SEED = 100_000
"""Rooms of the benchmark are in no split."""


@dataclass(frozen=True)
class Try:
    """What came of one draw; no solution where the draw was rejected."""

    row: Row
    solution: Solution | None
    error: str = ""


def draw(seed: int) -> Row:
    """Draw a room and a task type from one number."""
    rng = np.random.default_rng([500, seed])
    task_type, kind = draw_type_and_kind(rng)
    return Row("train", kind, FIRST_SEED + seed, task_type, seed)


def attempt(row: Row, by: str = "id") -> Try:
    """Draw a row's task and let the expert do it."""
    try:
        if draw_row(row) is None:
            return Try(row, None)
        env = InteractionEnv(source=HouseholdSource.of_rows([row]), privileged_targets=True)
        try:
            return Try(row, solve(env, row.episode_id, by=by))
        finally:
            env.close()
    except Exception as error:
        return Try(row, None, error=f"{type(error).__name__}: {error}")


def attempt_by_id(row: Row) -> Try:
    """`attempt`, pointing by id."""
    return attempt(row, "id")


def attempt_by_mask(row: Row) -> Try:
    """`attempt`, pointing by mask."""
    return attempt(row, "mask")


def run(listed: list[Row], *, workers: int, by: str, title: str) -> list[Try]:
    """Try rows in worker processes, in order, with a progress bar."""
    work = attempt_by_id if by == "id" else attempt_by_mask
    if workers == 1:
        return list(track(map(work, listed), description=title, total=len(listed)))
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        found: Iterable[Try] = pool.imap(work, listed, chunksize=4)
        return list(track(found, description=title, total=len(listed)))


def report(found: list[Try], console: Console) -> None:
    """Print the figures, and failures by cause."""
    drawn = [t for t in found if t.solution is not None]
    errors = [t for t in found if t.error]
    rejected = len(found) - len(drawn) - len(errors)
    solved = [t for t in drawn if t.solution and t.solution.success]
    shares = Counter(t.row.task_type for t in drawn)
    table = Table(title=f"{len(found)} draws")
    for column in ("task type", "share", "solved", "actions (mean)"):
        table.add_column(column)
    for name in tasks.TASK_TYPES:
        of_type = [t for t in drawn if t.row.task_type == name]
        won = [t for t in of_type if t.solution and t.solution.success]
        steps = np.mean([t.solution.steps for t in won if t.solution]) if won else float("nan")
        share = shares[name] / max(len(drawn), 1)
        table.add_row(name, f"{share:.1%}", f"{len(won)}/{len(of_type)}", f"{steps:.1f}")
    console.print(table)
    refused = sum(t.solution.failed_actions for t in drawn if t.solution)
    total = sum(t.solution.steps for t in drawn if t.solution)
    console.print(
        f"draws rejected {rejected / max(len(found), 1):.1%} ({rejected}), smallest share "
        f"{min(shares.values(), default=0) / max(len(drawn), 1):.1%}, solved and confirmed "
        f"{len(solved)}/{len(drawn)}, actions refused {refused} of {total}, "
        f"raised {len(errors)}"
    )
    for t in [t for t in drawn if t not in solved] + errors:
        reason = t.solution.reason if t.solution else t.error
        console.print(f"  {t.row.episode_id}: {reason}", markup=False)


def write_splits(console: Console, *, names: list[str], workers: int) -> None:
    """Draw splits anew, keep what the expert solves, and write them into the package."""
    found = {name: [] if name in names else list(splits.rows(name)) for name in splits.SPLITS}
    for name in names:
        tries = run(list(splits.candidates(name)), workers=workers, by="id", title=name)
        report(tries, console)
        found[name] = [
            replace(t.row, expert_steps=t.solution.steps)
            for t in tries
            if t.solution and t.solution.success
        ]
    rooms = {(row.kind, row.scene_seed) for row in found["train"]}
    found["valid_seen"] = [r for r in found["valid_seen"] if (r.kind, r.scene_seed) in rooms]
    path = Path(splits.__file__).with_name("splits.json")
    path.write_text(splits.to_json(found), encoding="utf-8")
    console.print(f"wrote {path}: {', '.join(f'{k} {len(v)}' for k, v in found.items())}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many draws")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--by", choices=("id", "mask"), default="id")
    parser.add_argument(
        "--write-splits",
        nargs="*",
        choices=splits.SPLITS,
        help="make these splits of splits.json anew; all, where none is named",
    )
    options = parser.parse_args()
    console = Console()
    if options.write_splits is not None:
        names = options.write_splits or list(splits.SPLITS)
        write_splits(console, names=names, workers=options.workers)
        return
    listed = [draw(seed) for seed in range(options.first, options.first + options.seeds)]
    report(run(listed, workers=options.workers, by=options.by, title="draws"), console)


if __name__ == "__main__":
    main()
