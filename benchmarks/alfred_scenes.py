"""Measure ALFRED's rebuilt rooms against recordings that they were not fitted from.

    python benchmarks/alfred_scenes.py [--split valid_seen] [--fit train] [--limit N]
    python benchmarks/alfred_scenes.py --fold [--split train] [--rooms FloorPlan10,...]

Every recorded episode is followed by object id under all rules, and every recorded mask compared
with our picture at its exact pose (`envs.alfred.fidelity`). Prints the figures and the causes of
what is wrong, and writes them as JSON. `--fold` fits the rooms anew from one half of their
trajectories and measures the other half. `--pictures DIR` draws recorded masks over our renders.
The data set's folder is EMBODIED_DATA.
"""

import argparse
import contextlib
import hashlib
import json
import multiprocessing
import os
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium
from rich.console import Console
from rich.progress import track
from rich.table import Table

from embodied.core.arrays import Mask
from embodied.core.errors import EmbodiedError
from envs.alfred.dataset import AlfredData, find_alfred, floor_plan_number
from envs.alfred.fidelity import UNLIMITED, Use, compare_episode
from envs.alfred.figures import Result, as_result, figures, iou_by_type, refusal_table, wrong_table
from envs.alfred.folds import FOLD_ROOMS, HALVES, fold, thinned
from envs.alfred.pictures import compared, sheet
from envs.household.event import Event

SHARE_OF_RIGHT = 25
"""One in so many right interactions is drawn, besides all wrong ones."""
SHEET = 12
LINE_EVERY = 10


@dataclass(frozen=True)
class Job:
    """Episodes of one process, all of few rooms."""

    options: Mapping[str, Any]
    episode_ids: tuple[str, ...]
    pictures: Path | None


class Artist:
    """Draws wrong interactions, and some right ones, into two folders.

    Args:
        folder: Gets `wrong/` and `right/`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.episode_id = ""

    def __call__(self, event: Event, recorded: Mask, use: Use) -> None:
        """Draw one, if it is to be drawn."""
        key = f"{self.episode_id}-{use.step}"
        if use.right and zlib.crc32(key.encode()) % SHARE_OF_RIGHT:
            return
        ours = event.instance_masks.get(use.object_id, recorded & False)
        means = "nothing" if use.resolved is None else use.resolved
        lines = (
            f"{use.action} {use.object_id}  IoU {use.iou:.2f}",
            "right" if use.right else f"our picture says {means}",
        )
        path = self._folder / ("right" if use.right else "wrong") / f"{key.replace('/', '__')}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        compared(event.frame, recorded, ours, lines).save(path)


def run_job(job: Job) -> list[Result]:
    env = gymnasium.make("envs:embodied/Alfred-v0", disable_env_checker=True, **job.options)
    artist = Artist(job.pictures) if job.pictures else None
    results = []
    for episode_id in job.episode_ids:
        if artist:
            artist.episode_id = episode_id
        started = time.perf_counter()
        try:
            found = as_result(compare_episode(env.unwrapped, episode_id, artist))
        except EmbodiedError as error:
            found = {"episode_id": episode_id, "error": str(error)}
        results.append({**found, "duration_s": time.perf_counter() - started})
    env.close()
    return results


def measure(
    options: Mapping[str, Any], ids: Sequence[str], *, pictures: Path | None, processes: int
) -> Iterator[list[Result]]:
    """Compare episodes, those of one room in one process, which then builds it once.

    Yields the results of one room after another, as they come.
    """
    by_room: dict[str, list[str]] = defaultdict(list)
    for episode_id in ids:
        by_room[str(floor_plan_number(episode_id.rpartition("/")[0]))].append(episode_id)
    jobs = [Job(options, tuple(by_room[room]), pictures) for room in sorted(by_room)]
    console = Console(stderr=True)
    with contextlib.ExitStack() as stack:
        done: Iterator[list[Result]] = map(run_job, jobs)
        if processes > 1:
            pool = stack.enter_context(multiprocessing.get_context("spawn").Pool(processes))
            done = pool.imap_unordered(run_job, jobs)
        if console.is_terminal:
            yield from track(done, "rooms", total=len(jobs), console=console)
            return
        for count, results in enumerate(done, start=1):
            if count % LINE_EVERY == 0:
                console.print(f"{count}/{len(jobs)} rooms")
            yield results


# --- what is measured on what


def write_lines(lines: Sequence[str], folder: Path) -> Path:
    """Write the fit's lines to a file named after them, and return it."""
    text = "\n".join(lines) + "\n"
    path = folder / f"fit-{hashlib.sha256(text.encode()).hexdigest()[:12]}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


# --- what is shown


def report_on(results: Sequence[Result], *, what: str, duration_s: float) -> dict[str, Any]:
    uses = [use for each in results for use in each.get("uses", ())]
    return {
        "what": what,
        "duration_s": round(duration_s, 1),
        "figures": figures(results),
        "wrong": wrong_table(uses),
        "refused": refusal_table(results),
        "iou_by_type": iou_by_type(uses),
        "episodes": results,
    }


def show(report: Mapping[str, Any], console: Console) -> None:
    table = Table("figure", "value", title="ALFRED, reconstructed scenes: " + report["what"])
    for name, value in report["figures"].items():
        if isinstance(value, list) and name.startswith("iou"):
            text = f"{value[0]}  (n = {value[1]})"
        elif isinstance(value, list):
            text = f"{value[0]}/{value[1]} = {value[0] / max(value[1], 1):.2%}"
        else:
            text = str(value)
        table.add_row(name, text)
    console.print(table)
    for title, key in (("wrong masks", "wrong"), ("refused by id", "refused")):
        rows = report[key]
        if rows:
            table = Table(*rows[0], title=f"{title}: {sum(row['count'] for row in rows)}")
            for row in rows[:30]:
                table.add_row(*map(str, row.values()))
            console.print(table)
    weak = sorted(report["iou_by_type"].items(), key=lambda item: item[1][0])
    table = Table("type", "median IoU", "n", title="lowest median IoU, five views or more")
    for name, (iou, count) in [row for row in weak if row[1][1] >= 5][:15]:
        table.add_row(name, f"{iou:.2f}", str(count))
    console.print(table)
    unsolved = [
        f"{each['episode_id']}: " + "; ".join(text for text, met in each["conditions"] if not met)
        for each in report["episodes"]
        if not each["error"] and each["replays"] and not each["solved"]
    ]
    for line in unsolved[:10]:
        console.print("replays, but not solved: " + line, highlight=False)
    for each in [each for each in report["episodes"] if each["error"]][:5]:
        console.print(f"in error: {each['episode_id']}: {each['error']}", highlight=False)


def lay_out(folder: Path) -> None:
    """Lay a few pictures of either sort out on a sheet each."""
    from PIL import Image

    for name in ("right", "wrong"):
        paths = sorted(
            folder.glob(f"{name}/*.png"), key=lambda path: zlib.crc32(path.name.encode())
        )
        if paths:
            sheet([Image.open(path) for path in paths[:SHEET]], columns=4).save(
                folder / f"{name}.png"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", help="what is measured; valid_seen, with --fold train")
    parser.add_argument("--fit", default="train", help="what rooms are fitted from")
    parser.add_argument(
        "--fold", nargs="?", const="even", choices=HALVES, help="the half that is fitted from"
    )
    parser.add_argument("--rooms", help="only these floor plans, comma separated")
    parser.add_argument("--limit", type=int, help="so many episodes, spread over the rooms")
    parser.add_argument("--processes", type=int, default=2, choices=(1, 2))
    parser.add_argument("--pictures", type=Path, help="folder for pictures")
    parser.add_argument("--cache", type=Path, help="where rebuilt rooms are kept")
    parser.add_argument("--output", type=Path, help="JSON file; beside the pictures if not given")
    arguments = parser.parse_args()
    root = os.environ.get("EMBODIED_DATA", "~/.cache/embodied/data")
    data = AlfredData(find_alfred(root))
    split = arguments.split or ("train" if arguments.fold else "valid_seen")
    rooms = [
        int(name.removeprefix("FloorPlan")) for name in (arguments.rooms or "").split(",") if name
    ]
    output = arguments.output or (arguments.pictures or Path("outputs")) / "alfred_scenes.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    if arguments.fold:
        rooms = rooms or (list(FOLD_ROOMS) if split == "train" else [])
        lines, measured = fold(data, split, rooms, arguments.fold)
        fit = str(write_lines(lines, output.parent))
    else:
        fit = arguments.fit
        measured = [
            each
            for each in data.index(split)
            if not rooms or int(floor_plan_number(each) or -1) in rooms
        ]
    measured.sort(key=lambda each: (int(floor_plan_number(each) or -1), each))
    options = {
        "data_root": root,
        "split": split,
        "annotations": "first",
        "scenes_fit": fit,
        "cache_dir": arguments.cache,
        "privileged_targets": True,
        "max_steps": UNLIMITED,
        "max_failed_actions": UNLIMITED,
    }
    started = time.perf_counter()
    ids = [f"{each}/0" for each in thinned(measured, arguments.limit)]
    if not ids:
        parser.error(f"{split} has no trajectory in these rooms")
    batches = measure(options, ids, pictures=arguments.pictures, processes=arguments.processes)
    what = f"{split}, fitted from {Path(fit).name if arguments.fold else fit}"
    results: list[Result] = []
    for batch in batches:
        results = sorted([*results, *batch], key=lambda each: each["episode_id"])
        # After each room, so that a run that is stopped leaves what it found.
        report = report_on(results, what=what, duration_s=time.perf_counter() - started)
        output.write_text(json.dumps(report, indent=1), "utf-8")
    if arguments.pictures:
        lay_out(arguments.pictures)
    show(report, Console())
    print(f"{output}, {report['duration_s']} s")


if __name__ == "__main__":
    main()
