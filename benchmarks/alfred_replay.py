"""Replay ALFRED's recorded experts in the rebuilt rooms and count what goes wrong.

    python benchmarks/alfred_replay.py --by id mask [--split valid_seen] [--fit train] [--limit N]

Every trajectory once. Prints SR and GC, episodes in error, and the first refused action of each
failed episode by action, reason and receptacle. The data set's folder is EMBODIED_DATA.
"""

import argparse
import json
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np

from embodied.core.action import DiscreteAction
from embodied.core.episode import EpisodeRecord, EpisodeSpec
from embodied.core.instruction import Instruction
from embodied.core.protocols import Step
from embodied.runtime.episode import run_episode
from embodied.runtime.expert import ExpertAgent
from envs.alfred.ids import type_of
from envs.alfred.replay import mask_of


@dataclass
class Refusal:
    """A recorded action that the rebuilt room refused."""

    step: int
    action: str
    target: str
    reason: str
    code: str
    instead: str


@dataclass
class Watch:
    """Notes every refused action of an episode, and every one done to another object."""

    env: Any
    refusals: list[Refusal] = field(default_factory=list)
    moves: int = 0
    interactions: int = 0
    right: int = 0
    step: int = 0
    todo: list[Any] = field(default_factory=list)

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        """Look up what was recorded."""
        trajectory, _ = self.env.source.trajectory(spec.episode_id)
        self.todo = list(trajectory.low_actions)

    def on_step(self, step: Step) -> None:
        """Compare what came of an action with the recording."""
        if not isinstance(step.action, DiscreteAction) or self.step >= len(self.todo):
            return
        recorded = self.todo[self.step]
        self.moves += recorded.name == "MoveAhead"
        if recorded.object_id is not None:
            self.interactions += 1
            self.right += self.env.last_target == recorded.object_id
        if step.info["error_message"] or self._wrong(recorded):
            refused = bool(step.info["error_message"])
            metadata = self.env.controller.last_event.metadata
            code = str(metadata.get("errorCode", "")) or "mask"
            self.refusals.append(
                Refusal(
                    step=self.step,
                    action=recorded.name,
                    target=recorded.object_id or "",
                    reason=step.info["error_message"] or f"done to {self.env.last_target}",
                    code=code if refused else "wrong object",
                    instead=self._under_mask(recorded),
                )
            )
        self.step += 1

    def _wrong(self, recorded: Any) -> bool:
        return recorded.object_id is not None and self.env.last_target != recorded.object_id

    def _under_mask(self, recorded: Any) -> str:
        """What our picture shows where the recorded mask is, if not the object."""
        mask = mask_of(recorded)
        if mask is None:
            return ""
        event = self.env.controller.last_event
        counts = np.bincount(event.instance_ids[mask], minlength=len(event.object_ids) + 1)
        best = int(counts.argmax())
        return event.object_ids[best - 1] if best else "the room"

    def on_end(self, record: EpisodeRecord) -> None:
        """Nothing to close."""


def run_share(job: tuple[Mapping[str, Any], str, Sequence[str]]) -> list[dict[str, Any]]:
    options, by, episode_ids = job
    env = gymnasium.make("envs:embodied/Alfred-v0", disable_env_checker=True, **options)
    specs = {spec.episode_id: spec for spec in env.unwrapped.episodes()}
    results = []
    for episode_id in episode_ids:
        watch = Watch(env.unwrapped)
        record = run_episode(env, ExpertAgent(by=by), specs[episode_id], [watch])
        results.append(
            {
                "episode": episode_id,
                "status": str(record.status),
                "met": record.goal_conditions_met,
                "total": record.goal_conditions_total,
                "error": record.error,
                "setup": list(env.unwrapped.setup_refusals),
                "refusals": [asdict(each) for each in watch.refusals],
                "moves": watch.moves,
                "interactions": watch.interactions,
                "right": watch.right,
                "duration_s": record.duration_s,
            }
        )
    env.close()
    return results


def replay_all(options: Mapping[str, Any], by: str, limit: int | None, processes: int) -> Any:
    env = gymnasium.make("envs:embodied/Alfred-v0", disable_env_checker=True, **options)
    ids = [spec.episode_id for spec in env.unwrapped.episodes()][:limit]
    env.close()
    # Episodes of one room go to one process, which then builds the room once.
    ids.sort(key=lambda each: each.split("/")[0].rpartition("-")[2])
    size = max(1, min(20, len(ids) // processes))
    shares = [ids[start : start + size] for start in range(0, len(ids), size)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        jobs = [(options, by, share) for share in shares]
        return [each for found in pool.imap_unordered(run_share, jobs) for each in found]


def show(by: str, results: Sequence[Mapping[str, Any]]) -> None:
    n = len(results)
    solved = sum(each["status"] == "success" for each in results)
    met, total = sum(each["met"] for each in results), sum(each["total"] for each in results)
    errors = [each for each in results if each["status"] == "error"]
    print(f"\nby {by}: {n} trajectories, {len(errors)} in error")
    print(f"  SR {solved}/{n} = {solved / n:.1%}   GC {met}/{total} = {met / max(total, 1):.1%}")
    moves = sum(each["moves"] for each in results)
    bad = [r for each in results for r in each["refusals"]]
    blocked = sum(r["action"] == "MoveAhead" for r in bad)
    used, right = (sum(each[key] for each in results) for key in ("interactions", "right"))
    print(f"  moves allowed {moves - blocked}/{moves} = {1 - blocked / max(moves, 1):.2%}")
    print(f"  right object {right}/{used} = {right / max(used, 1):.1%}")
    print(f"  set-up refused in {sum(bool(each['setup']) for each in results)} episodes")
    print(f"  {sum(each['duration_s'] for each in results) / n:.2f} s an episode")
    causes: Counter[tuple[str, ...]] = Counter()
    for each in results:
        if each["status"] == "success":
            continue
        first = each["refusals"][0] if each["refusals"] else None
        if first is None:
            causes[("none refused",)] += 1
            continue
        names = [type_of(name) if name else "" for name in (first["target"], first["instead"])]
        causes[(first["action"], first["code"], names[0], "seen there: " + names[1])] += 1
    print("  first refused action of failed episodes:")
    for cause, count in causes.most_common(40):
        print(f"    {count:4d}  {' / '.join(cause)}")
    for each in errors[:3]:
        print(each["episode"], (each["error"] or "").strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--by", nargs="+", default=["id", "mask"], choices=["id", "mask"])
    parser.add_argument("--split", default="valid_seen")
    parser.add_argument("--fit", default="train", help="what rooms are fitted from")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--output", type=Path, help="write every episode's result here")
    arguments = parser.parse_args()
    options = {
        "data_root": os.environ.get("EMBODIED_DATA", "~/.cache/embodied/data"),
        "split": arguments.split,
        "annotations": "first",
        "scenes_fit": arguments.fit,
        "privileged_targets": True,
    }
    kept = {}
    for by in arguments.by:
        started = time.perf_counter()
        kept[by] = replay_all(options, by, arguments.limit, arguments.processes)
        show(by, kept[by])
        print(f"  {time.perf_counter() - started:.0f} s in all")
    if arguments.output:
        arguments.output.write_text(json.dumps(kept, indent=1), "utf-8")


if __name__ == "__main__":
    main()
