"""Measures PET's Eliminate and Track on recorded games and on games broken on purpose.

    python benchmarks/pet.py                        # with the small model, on valid_seen
    python benchmarks/pet.py --eliminate embedding --track none
    python benchmarks/pet.py --split valid_train --eliminate table   # what a model is taught

Eliminate: for each step of a game's plan, the things that the walkthrough's commands for that step
handle are needed; everything else in the room is not. Kept and removed are counted over types and
over single things.

Track: each walkthrough is played as recorded, with one command left out, and with two neighbouring
commands swapped. After each command Track judges the step that is due; what is right is read off
the game's own state.
"""

import argparse
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import ANOTHER, subgoals_of
from embodied.mapping.text_world import type_of
from envs.alfworld.contents import read_room
from envs.alfworld.game import Console, Game, GameFile, default_cache, read_game
from envs.alfworld.games import Games, task_of_name


@dataclass
class Oracle:
    """Knows from the game's state which step of the plan is due.

    Attributes:
        plan: The steps.
        due: Index of the step that is not done yet.
        held: Name of what the last pick took.
        moved: Names of what was placed as the plan says.
    """

    plan: Sequence[Subgoal]
    due: int = 0
    held: str = ""
    moved: set[str] = field(default_factory=set)

    def done(self, facts: frozenset[tuple[str, ...]]) -> bool:
        """Return whether the due step is done now, and go on to the next if so."""
        step = self.plan[self.due]
        if not self._holds(step, facts):
            return False
        if step.skill == "place":
            self.moved.add(self.held)
        self.due += 1
        return True

    def _holds(self, step: Subgoal, facts: frozenset[tuple[str, ...]]) -> bool:
        named = [each for each in step.arguments.values() if isinstance(each, ObjectRef)]
        in_hand = {fact[2].strip() for fact in facts if fact[0] == "holds"}
        right = {name for name in in_hand if type_of(name) == named[0].category}
        if step.skill == "pick":
            if ANOTHER in named[0].attributes:
                right -= self.moved
            self.held = next(iter(right), self.held)
            return bool(right)
        if step.skill == "place":
            return any(
                fact[0] == "inreceptacle"
                and fact[1].strip() == self.held
                and type_of(fact[2]) == named[1].category
                for fact in facts
            )
        if step.skill == "look":
            lit = any(
                fact[0] == "istoggled" and type_of(fact[1]) == named[1].category for fact in facts
            )
            return lit and bool(right)
        state = {"heat": "ishot", "cool": "iscool", "clean": "isclean"}[step.skill]
        return any(fact[0] == state and fact[1].strip() in right for fact in facts)


def segments(game: Game, file: GameFile, plan: Sequence[Subgoal]) -> list[list[str]]:
    """Return the walkthrough's commands step by step."""
    oracle, found, commands = Oracle(plan), [], []
    game.begin()
    for command in file.walkthrough:
        game.step(command)
        commands.append(command)
        if oracle.due < len(plan) and oracle.done(game.facts()):
            found.append(commands)
            commands = []
    return found


def handled(commands: Sequence[str], known: Sequence[str]) -> set[str]:
    """Return the names that commands mention."""
    text = " ; ".join(commands) + " ;"
    return {name for name in known if f" {name} " in text}


def eliminate_counts(eliminator, games: Sequence[tuple[str, Path]], console: Console) -> Counter:
    """Count what is kept of what is needed, and what is removed of the rest."""
    counts: Counter = Counter()
    for trajectory, path in games:
        file = read_game(path)
        plan = subgoals_of(task_of_name(trajectory.partition("/")[0]))
        game = console.insert(file)
        parts = segments(game, file, plan)
        names = sorted({name.strip() for fact in game.facts() if fact[0] == "inreceptacle"
                        for name in fact[1:]})  # fmt: skip
        names += sorted({fact[1].strip() for fact in game.facts() if fact[0] == "receptacletype"})
        room = {kind for kind, _ in read_room(path).receptacles}
        names = sorted({name for name in names if name})
        types = sorted({type_of(name) for name in names} | room)
        for step, commands in zip(plan, parts, strict=False):
            kept = eliminator.keep(step, types)
            needed = handled(commands, names)
            needed_types = {type_of(name) for name in needed}
            counts["needed"] += len(needed)
            counts["needed_kept"] += sum(type_of(name) in kept for name in needed)
            counts["other_types"] += len(set(types) - needed_types)
            counts["other_types_removed"] += len(set(types) - needed_types - kept)
            others = [name for name in names if name not in needed]
            counts["others"] += len(others)
            counts["others_removed"] += sum(type_of(name) not in kept for name in others)
            counts["steps"] += 1
    return counts


def runs(walkthrough: Sequence[str], draw: random.Random) -> Iterator[tuple[str, list[str]]]:
    """Yield the walkthrough as recorded and broken in two ways."""
    yield "recorded", list(walkthrough)
    dropped = list(walkthrough)
    del dropped[draw.randrange(len(dropped))]
    yield "dropped", dropped
    swapped = list(walkthrough)
    at = draw.randrange(len(swapped) - 1)
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    yield "swapped", swapped


def track_counts(tracker, games: Sequence[tuple[str, Path]], console: Console) -> Counter:
    """Count right judgements, by kind of run."""
    counts: Counter = Counter()
    draw = random.Random(0)
    for trajectory, path in games:
        file = read_game(path)
        plan = subgoals_of(task_of_name(trajectory.partition("/")[0]))
        for kind, commands in runs(file.walkthrough, draw):
            game = console.insert(file)
            game.begin()
            oracle, turns = Oracle(plan), []
            whole = True
            for command in commands:
                if oracle.due >= len(plan):
                    break
                step = plan[oracle.due]
                turns.append((command, game.step(command)))
                truth = oracle.done(game.facts())
                right = tracker.done(step, turns) is truth
                whole &= right
                counts[kind, "right"] += right
                counts[kind, "judged"] += 1
                counts["done" if truth else "not done", "right"] += right
                counts["done" if truth else "not done", "judged"] += 1
            counts[kind, "whole"] += whole
            counts[kind, "runs"] += 1
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data-root", default=os.environ.get("EMBODIED_DATA"))
    parser.add_argument("--split", default="valid_seen")
    parser.add_argument("--every", type=int, default=1, help="take each N-th game")
    parser.add_argument(
        "--eliminate", default="llm", choices=("llm", "llm_alone", "embedding", "table", "none")
    )
    parser.add_argument("--track", default="llm", choices=("llm", "none"))
    parser.add_argument("--model", help="folder of another model than the shipped one")
    parser.add_argument("--threshold", type=float, default=None, help="of the embedding")
    options = parser.parse_args()
    index = Games(data_root=options.data_root, split=options.split).index()
    games = list(index.items())[:: options.every]
    console = Console(cache_dir=default_cache())
    llm = None
    if {"llm", "llm_alone"} & {options.eliminate, options.track}:
        from planners.llm.local import LocalClient
        from planners.lm import shipped

        llm = LocalClient(options.model, threads=1) if options.model else shipped(threads=1)
    print(f"{len(games)} games of {options.split}")
    if options.eliminate != "none":
        from planners.pet.eliminate import (
            EmbeddingEliminator,
            LlmEliminator,
            WhereaboutsEliminator,
        )

        given = {} if options.threshold is None else {"threshold": options.threshold}
        eliminator = {
            "llm": lambda: LlmEliminator(llm),
            "llm_alone": lambda: LlmEliminator(llm, keep_usual=False),
            "embedding": lambda: EmbeddingEliminator(**given),
            "table": WhereaboutsEliminator,
        }[options.eliminate]()
        started_s = time.perf_counter()
        n = eliminate_counts(eliminator, games, console)
        print(
            f"Eliminate ({options.eliminate}), {n['steps']} steps: needed kept "
            f"{n['needed_kept'] / n['needed']:.1%} of {n['needed']}; others removed "
            f"{n['other_types_removed'] / n['other_types']:.1%} of types, "
            f"{n['others_removed'] / n['others']:.1%} of things; "
            f"{(time.perf_counter() - started_s) / n['steps']:.3f} s a step"
        )
    if options.track != "none":
        from planners.pet.track import LlmTracker

        n = track_counts(LlmTracker(llm), games, console)
        total = Counter()
        for kind in ("recorded", "dropped", "swapped"):
            right, judged = n[kind, "right"], n[kind, "judged"]
            total["right"] += right
            total["judged"] += judged
            print(
                f"Track, {kind} runs: {right / judged:.1%} of {judged} judgements, every one right "
                f"in {n[kind, 'whole'] / n[kind, 'runs']:.1%} of {n[kind, 'runs']} runs"
            )
        parts = ", ".join(
            f"{kind} {n[kind, 'right'] / n[kind, 'judged']:.1%} of {n[kind, 'judged']}"
            for kind in ("done", "not done")
        )
        print(f"Track, all: {total['right'] / total['judged']:.1%} ({parts})")
        print(json.dumps({"usage": llm.usage.measures()}))


if __name__ == "__main__":
    main()
