"""Runs the published Python escapes through the sandbox of planner=program, and times it.

    python benchmarks/sandbox.py
    python benchmarks/sandbox.py --each     # every technique with what became of it

Every escape of tests/data/python_escapes.toml has to fail without a step in its plan. `refused` is
what the language does not have, found before anything runs; `error` what made no sense when it ran;
`budget` what used too much by the interpreter's own count; `killed` what the kernel or the clock
ended.
"""

import argparse
import time
import tomllib
from collections import Counter
from pathlib import Path

from envs.household.skills import SKILLS
from planners.program.sandbox import run

ESCAPES = Path(__file__).parents[1] / "tests" / "data" / "python_escapes.toml"
PROGRAM = 'pick("Mug")\nplace("Mug", "Shelf")'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", action="store_true", help="list every technique")
    arguments = parser.parse_args()
    escapes = tomllib.loads(ESCAPES.read_text("utf-8"))["escape"]
    became: Counter[str] = Counter()
    got_through = []
    started_s = time.perf_counter()
    for escape in escapes:
        result = run(escape["program"], SKILLS)
        failure = result.failure
        if failure is None or result.subgoals:
            got_through.append(escape["technique"])
        became["got through" if failure is None else failure.kind] += 1
        if arguments.each:
            print(f"{escape['technique']:<55} {failure or 'GOT THROUGH'}")
    seconds = time.perf_counter() - started_s
    print(f"{len(escapes)} escapes in {seconds:.1f} s: {dict(became)}")
    print(f"got through: {got_through or 'none'}")
    times = []
    for _ in range(20):
        started_s = time.perf_counter()
        assert run(PROGRAM, SKILLS).failure is None
        times.append(time.perf_counter() - started_s)
    print(f"a plain program: median {sorted(times)[10] * 1e3:.0f} ms, process and all")


if __name__ == "__main__":
    main()
