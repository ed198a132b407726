"""Kills a run 20 times at random moments, starts it again, and compares the summaries.

    python benchmarks/kill.py [--kills 20] [--episodes 40] [--workers 2] [--seed 0] [key=value ...]

Every trial runs `embodied eval` with the random agent in a folder of its own (on generated homes;
`--benchmark alfred` takes ALFRED's), sends it SIGKILL at a moment drawn uniformly from the time an
undisturbed run took, starts it again, and compares `summary.json`, all but `timing`, with that of
the undisturbed run.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def command(folder: Path, asked: argparse.Namespace) -> list[str]:
    """Return the command line of one run."""
    return [
        *(sys.executable, "-m", "embodied", "eval", f"benchmark={asked.benchmark}", "agent=random"),
        *(f"benchmark.limit={asked.episodes}", f"runner.workers={asked.workers}"),
        *("limits.max_steps=30", f"output_dir={folder}"),
        *asked.settings,
    ]


def summary_of(folder: Path) -> dict[str, Any]:
    """Return a run's summary without `timing`, the one part that tells of the clock."""
    summary = json.loads((folder / "summary.json").read_text())
    del summary["timing"]
    return dict(summary)


def run_whole(words: list[str]) -> float:
    """Run to the end and return the seconds it took."""
    started_s = time.monotonic()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - started_s


def run_killed(words: list[str], *, after_s: float) -> bool:
    """Start a run, kill it after a while, and return whether it was still running."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def main() -> int:
    """Print how many killed runs ended with the same summary; return 0 where all did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--benchmark", default="household")
    parser.add_argument("--episodes", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("settings", nargs="*", help="further settings of `embodied eval`")
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as home:

        def words(name: str) -> list[str]:
            return command(Path(home) / name, asked)

        whole_s = run_whole(words("whole"))
        whole = summary_of(Path(home) / "whole")
        print(f"{whole['label']}, {whole['split']}, {asked.workers} workers")
        print(f"undisturbed: {whole['n']} episodes in {whole_s:.1f} s, SR {whole['metrics']['SR']}")
        same = killed = tried = 0
        while killed < asked.kills:
            name, tried = f"try-{tried}", tried + 1
            after_s = draw.uniform(0.0, whole_s)
            if not run_killed(words(name), after_s=after_s):
                continue  # it was faster this time; that is no kill
            episodes = Path(home) / name / "episodes.jsonl"
            kept = episodes.read_bytes().count(b"\n") if episodes.exists() else 0
            run_whole(words(name))
            summary = summary_of(Path(home) / name)
            differing = [key for key in whole if summary.get(key) != whole[key]]
            equal = summary == whole
            same, killed = same + equal, killed + 1
            verdict = "same summary" if equal else f"ANOTHER SUMMARY in {differing}"
            print(f"killed after {after_s:5.2f} s with {kept:3d} episodes kept: {verdict}")
        print(f"same summary: {same} of {killed}")
    return 0 if same == killed else 1


if __name__ == "__main__":
    sys.exit(main())
