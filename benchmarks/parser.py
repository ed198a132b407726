"""Figures of planner=parsed: goals a second, hand-written sentences, refusals, calibration.

    python benchmarks/parser.py [speed] [sentences] [refusals] [calibration]

`exact` on ALFRED is measured by `embodied plan benchmark=alfred text=goal|goal+steps`. Needs
EMBODIED_DATA for all but `sentences`.
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one core

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from spoken_sentences import impossible_texts, matches, sentences

from embodied.core.annotated import AnnotatedTask
from embodied.evaluation.plan_scores import score_task
from envs.alfred.plan_texts import AlfredTexts
from envs.household.skills import SKILLS
from planners.parsed.planner import ParsedPlanner
from planners.parsed.reader import TaskReader
from planners.parsed.refusals import Question, Refused


def texts() -> list[AnnotatedTask]:
    return list(AlfredTexts().annotated(split="valid_seen"))


def answer(planner: ParsedPlanner, text: str, steps: tuple[str, ...] = ()):
    try:
        return planner.read(text, steps, skills=SKILLS)
    except Question:
        return "ask"
    except Refused:
        return "refuse"


def speed() -> None:
    planner, reader = ParsedPlanner(), TaskReader()
    every = texts()
    for name, steps in (("goal", False), ("goal+steps", True)):
        for who, call in (
            ("whole planner", lambda a, s: answer(planner, a.instruction.text, s)),
            ("learned parser alone", lambda a, s: reader.read(a.instruction.text, s)),
        ):
            began_s = time.process_time()
            for each in every:
                call(each, each.instruction.steps if steps else ())
            rate = len(every) / (time.process_time() - began_s)
            print(f"speed, {name}, {who}: {rate:.0f} texts a second of one core")
    folder = Path(__file__).parent.parent / "planners/parsed/weights"
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    print(f"weights: {size:.1f} MB")


def hand_written() -> None:
    planner = ParsedPlanner()
    for half in (True, False):
        judged = []
        for each in sentences():
            if each.open is half:
                got = answer(planner, each.text)
                if isinstance(got, str):
                    judged.append(got == each.expected)
                else:
                    wanted = each.expected not in ("ask", "refuse")
                    judged.append(wanted and matches(got, each.expected))
        name = "open while it was written" if half else "not looked at"
        print(f"sentences, {name}: {sum(judged)} of {len(judged)} ({np.mean(judged):.1%})")


def refusals() -> None:
    planner = ParsedPlanner()
    for name, chosen in (
        ("texts that cannot be meant", impossible_texts()),
        ("real goals, valid_seen", [each.instruction.text for each in texts()]),
    ):
        got = [answer(planner, text) for text in chosen]
        refused = np.mean([each == "refuse" for each in got])
        asked = np.mean([each == "ask" for each in got])
        print(f"refusals, {name}: refused {refused:.1%}, asked back {asked:.1%}")


def calibration() -> None:
    reader = TaskReader()
    for name, steps in (("goal", False), ("goal+steps", True)):
        sure, right = [], []
        for each in texts():
            found = reader.read(each.instruction.text, each.instruction.steps if steps else ())
            sure.append(found.confidence)
            right.append(score_task(found.task, each.task)["exact"])
        sure, right = np.array(sure), np.array(right)
        bins = np.minimum((sure * 10).astype(int), 9)
        gaps = [
            abs(sure[bins == b].mean() - right[bins == b].mean()) * np.mean(bins == b)
            for b in set(bins)
        ]
        print(f"calibration, {name}: mean confidence {sure.mean():.1%}, right {right.mean():.1%}, "
              f"expected calibration error {sum(gaps):.1%}")  # fmt: skip


ALL = {"speed": speed, "sentences": hand_written, "refusals": refusals, "calibration": calibration}

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        ALL[name]()
