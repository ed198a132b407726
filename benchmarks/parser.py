"""Figures of planner=parsed: `exact`, goals a second, sentences, refusals, calibration.

    python benchmarks/parser.py [exact] [speed] [sentences] [refusals] [calibration]
                                [--encoder minilm]
    python benchmarks/parser.py rooms --weights FOLDER
    python benchmarks/parser.py unseen --weights FOLDER FOLDER FOLDER FOLDER

`exact` says of ALFRED's valid_seen what `embodied plan benchmark=alfred text=goal|goal+steps` does
(each text is known to be one task), and besides what comes of the same texts read as a person's
words, which may be several errands or ask for what cannot be done, and of the learned parser
without the grammar. `--encoder` measures the planner with a published encoder (`planner.encoder`);
calibration and the learned parser alone are always without. Needs EMBODIED_DATA for all but
`sentences`.

`rooms` says what the learned parser gains on development texts of train by knowing the room: not at
all, from the words, and told which one it is. FOLDER holds what `embodied train task=parser` and
`task=parser_rooms` wrote, both with `task.make.hold_out=true`.

`unseen` says what is right in rooms that training has not seen, by either prior, and by room: each
FOLDER holds what `embodied train task=parser task.make.hold_out=true task.make.fold=K` wrote, for K
from 0 to 3. Every second text of the fold is read, by the learned parser alone.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one core

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from spoken_sentences import impossible_texts, matches, sentences

from embodied.core.annotated import AnnotatedTask
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.protocols import PlanContext
from embodied.core.task import Task
from embodied.core.task_plans import task_of
from embodied.evaluation.plan_scores import score_task
from envs.alfred.plan_texts import AlfredTexts
from envs.household.skills import SKILLS
from planners.checked import CheckedPlanner
from planners.parsed.planner import ParsedPlanner
from planners.parsed.priors import ANYWHERE, AS_TRAINED, BY_ROOM
from planners.parsed.reader import TaskReader
from planners.parsed.refusals import Question, Refused
from planners.parsed.rooms import room_of
from planners.parsed.training.data import in_development_room, in_fold, split_off


@cache
def texts() -> list[AnnotatedTask]:
    return list(AlfredTexts().annotated(split="valid_seen"))


def answer(planner: ParsedPlanner, text: str, steps: tuple[str, ...] = (), known: bool = False):
    try:
        return planner.read(text, steps, skills=SKILLS, one_task=known, familiar=known)
    except Question:
        return "ask"
    except Refused:
        return "refuse"


def exact() -> None:
    planner, reader = CheckedPlanner(ParsedPlanner(encoder=ARGUMENTS.encoder)), TaskReader()

    def planned(text: str, steps: tuple[str, ...], **known: bool) -> Task | None:
        said = Instruction.from_text(text, steps=steps, **known)
        try:
            return task_of(planner.plan(PlanContext(said, SKILLS)).subgoals)
        except PlanningError:
            return None

    readings = {
        "planner=parsed, one task of a familiar room": lambda text, steps: planned(
            text, steps, one_task=True, familiar=True
        ),
        "planner=parsed, one task": lambda text, steps: planned(text, steps, one_task=True),
        "planner=parsed, a person's words": planned,
        "learned parser alone": lambda text, steps: reader.read(text, steps).task,
    }
    for name, steps in (("goal+steps", True), ("goal", False)):
        for who, read in readings.items():
            right = [
                score_task(
                    read(each.instruction.text, each.instruction.steps if steps else ()), each.task
                )["exact"]
                for each in texts()
            ]
            print(f"exact, {name}, {who}: {np.mean(right):.1%} of {len(right)}")


def speed() -> None:
    planner, reader = ParsedPlanner(encoder=ARGUMENTS.encoder), TaskReader()
    every = texts()
    for name, steps in (("goal", False), ("goal+steps", True)):
        for who, call in (
            ("whole planner", lambda a, s: answer(planner, a.instruction.text, s)),
            (
                "one task of a familiar room",
                lambda a, s: answer(planner, a.instruction.text, s, True),
            ),
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
    planner = ParsedPlanner(encoder=ARGUMENTS.encoder)
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
    planner = ParsedPlanner(encoder=ARGUMENTS.encoder)
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
    for name, steps, known in (
        ("goal", False, False),
        ("goal+steps", True, False),
        ("goal, a familiar room", False, True),
        ("goal+steps, a familiar room", True, True),
    ):
        sure, right = [], []
        for each in texts():
            words = each.instruction.text, each.instruction.steps if steps else ()
            found = reader.read(*words, prior=BY_ROOM if known else AS_TRAINED)
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


@dataclass
class Told:
    """Stands for `Rooms` where the room is told outright."""

    names: tuple[str, ...]
    room: str = ""

    def shares(self, goal: str, steps: tuple[str, ...] = ()) -> np.ndarray:
        """Return that it is this room and no other."""
        return np.array([name == self.room for name in self.names], dtype=np.float32)


def rooms() -> None:
    if ARGUMENTS.weights is None:
        raise SystemExit("rooms needs --weights FOLDER, trained with task.make.hold_out=true")
    reader = TaskReader(ARGUMENTS.weights[0])
    known, told = reader.rooms, Told(reader.rooms.names)
    _, held = split_off(AlfredTexts().annotated(split="train"))

    def right(chosen: list[AnnotatedTask], where: str, with_steps: bool) -> float:
        reader.rooms = told if where == "told" else known
        found = []
        for each in chosen:
            told.room = room_of(each.trajectory_id)
            words = each.instruction.text, each.instruction.steps if with_steps else ()
            task = reader.read(*words, prior=AS_TRAINED if where == "open" else BY_ROOM).task
            found.append(score_task(task, each.task)["exact"])
        return float(np.mean(found))

    for name, steps in (("goal+steps", True), ("goal", False)):
        for apart, ways in ((False, ("open", "words", "told")), (True, ("open", "words"))):
            chosen = [e for e in held if in_development_room(e.trajectory_id) is apart]
            shares = ", ".join(f"{where} {right(chosen, where, steps):.1%}" for where in ways)
            which = "rooms" if apart else "trajectories"
            print(f"rooms, {name}, held-out {which}, {len(chosen)} texts: {shares}")


def unseen() -> None:
    if ARGUMENTS.weights is None:
        raise SystemExit("unseen needs --weights FOLDER ..., trained with task.make.fold=0 to 3")
    every = AlfredTexts().annotated(split="train")
    right: dict[tuple[str, str], dict[str, list[float]]] = {}
    for folder in ARGUMENTS.weights:
        fold = json.loads((folder / "card.json").read_text("utf-8"))["settings"]["fold"]
        reader = TaskReader(folder)
        for each in [e for e in every if in_fold(e.trajectory_id, fold)][::2]:
            for text, steps in (("goal+steps", each.instruction.steps), ("goal", ())):
                for name, prior in (("as trained", AS_TRAINED), ("anywhere", ANYWHERE)):
                    task = reader.read(each.instruction.text, steps, prior=prior).task
                    of_room = right.setdefault((text, name), {})
                    found = of_room.setdefault(room_of(each.trajectory_id), [])
                    found.append(score_task(task, each.task)["exact"])
    for (text, name), of_room in right.items():
        shares = {room: float(np.mean(found)) for room, found in of_room.items()}
        worst = min(shares, key=shares.__getitem__)
        every_text = np.concatenate(list(of_room.values()))
        print(f"unseen, {text}, prior {name}: {every_text.mean():.1%} of "
              f"{len(every_text)} texts; mean of {len(shares)} rooms "
              f"{np.mean(list(shares.values())):.1%}; worst, FloorPlan{worst}, "
              f"{shares[worst]:.1%}")  # fmt: skip


ALL = {"exact": exact, "speed": speed, "sentences": hand_written, "refusals": refusals,
       "calibration": calibration}  # fmt: skip
TRAINED = {"rooms": rooms, "unseen": unseen}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", choices=[*ALL, *TRAINED, []], metavar="WHAT")
    parser.add_argument("--encoder", default=None)
    parser.add_argument(
        "--weights", type=Path, nargs="+", help="for rooms and unseen: trained apart"
    )
    ARGUMENTS = parser.parse_args()
    for name in ARGUMENTS.what or ALL:
        {**ALL, **TRAINED}[name]()
