"""THOR's protocol: the same episodes through the package, what a step costs, what faults do.

    python benchmarks/thor.py parity                     # ALFRED valid_seen, step by step
    python benchmarks/thor.py parity --version 5.0.0     # without 2.1.0: `embodied data thor21`
    python benchmarks/thor.py step                        # a step over FIFO beyond one in process
    python benchmarks/thor.py step --ahead                # the same on a machine that is not quiet
    python benchmarks/thor.py faults --count 200          # crashes and hangs at random points
    python benchmarks/thor.py fuzz --count 100000         # malformed messages at the build

The household answers in every case; no Unity build runs here.
"""

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from malformed_messages import fuzz
from rich.progress import track

from embodied.runtime.agent import PlanningAgent
from envs.alfred.placement import ThorPlacement
from envs.alfred.source import AlfredSource
from envs.household.controller import Controller, HouseholdController
from envs.household.env import InteractionEnv
from envs.thor.adapter import wire_controller
from envs.thor.compare import differences
from envs.thor.link import ThorError

ROOM = "Household-kitchen-00001"
VERSIONS = ["5.0.0", "2.1.0"]
WARM_UP = 20
DATA = Path(os.environ.get("EMBODIED_DATA", "~/.cache/embodied/data")).expanduser()


def parity(
    versions: list[str], *, first: int = 0, limit: int | None = None, results: Path | None = None
) -> None:
    """Run every recorded expert in process and through the packages, and compare every event.

    Args:
        versions: Of the package; they run side by side.
        first: Number of the episode to begin with; those before it come last.
        limit: How many episodes, of all rooms and tasks alike.
        results: A file that keeps what is done, so that another run goes on from there; it holds
            for the code it was made with.
    """
    here = _alfred(HouseholdController(placement=ThorPlacement()))
    there = {
        version: _alfred(
            wire_controller(version=version, data_root=str(DATA), start_timeout_s=1200.0)
        )
        for version in versions
    }
    episodes = [spec.episode_id for spec in here.episodes()]
    episodes = episodes[:: max(1, len(episodes) // limit)][:limit] if limit else episodes
    lines = results.read_text("utf-8").splitlines() if results and results.exists() else []
    done = {(each["version"], each["episode"]): each for each in map(json.loads, lines)}
    # A renderer belongs to one thread, so the household keeps this one.
    with ThreadPoolExecutor(len(there)) as others:
        try:
            for number, episode in enumerate(episodes[first:] + episodes[:first], start=1):
                wanted = {v: env for v, env in there.items() if (v, episode) not in done}
                for row in _compared(here, wanted, episode, others) if wanted else []:
                    done[row["version"], episode] = row
                    print(f"{number} of {len(episodes)}: {json.dumps(row)}", flush=True)
                    if results:
                        with results.open("a", encoding="utf-8") as out:
                            print(json.dumps(row), file=out)
        except KeyboardInterrupt:
            print("stopped")
        finally:
            for env in there.values():
                env.close()
    for version in versions:
        rows = [row for (of, episode), row in done.items() if of == version and episode in episodes]
        apart = [row for row in rows if row["differences"]]
        print(
            f"ai2thor {version}: {len(rows) - len(apart)} of {len(rows)} episodes the same, "
            f"{sum(row['steps'] for row in rows)} steps, of {len(episodes)} episodes"
        )
        for row in apart[:20]:
            print(f"  {row['episode']}: {row['differences'][0]}")


def _alfred(controller: Controller) -> InteractionEnv:
    return InteractionEnv(
        source=AlfredSource(data_root=DATA, split="valid_seen", annotations="first"),
        controller=controller,
        privileged_targets=True,
    )


def _compared(
    here: InteractionEnv, there: dict[str, InteractionEnv], episode: str, others: Executor
) -> list[dict[str, Any]]:
    """One episode in all of them; a version that differs is left out from there on."""
    rows = {v: {"version": v, "episode": episode, "steps": 0, "differences": []} for v in there}
    same, over, steps = dict(there), False, 0
    options = {"episode_id": episode}
    calls = {v: others.submit(env.reset, options=options) for v, env in same.items()}
    seen, info = here.reset(options=options)
    agent = PlanningAgent(*here.expert(by="id"))
    agent.begin(info["instruction"], skills=here.skills)
    verdict: tuple[Any, ...] = ()
    while True:
        for version, call in calls.items():
            rows[version]["steps"] = steps
            found = _apart(here, there[version], call, verdict)
            rows[version]["differences"] = [f"step {steps}: {each}" for each in found]
            if found:
                del same[version]
        if over or not same:
            return list(rows.values())
        action = here.encode_action(agent.step(here.decode_observation(seen), float(steps)))
        calls = {v: others.submit(env.step, action) for v, env in same.items()}
        seen, _, ended, cut, info = here.step(action)
        verdict = (ended, cut, info["is_success"])
        steps, over = steps + 1, ended or cut


def _apart(
    here: InteractionEnv, there: InteractionEnv, call: Future[Any], verdict: tuple[Any, ...]
) -> list[str]:
    try:
        answer = call.result()
    except ThorError as error:
        return [str(error)]
    found = differences(here.controller.last_event, there.controller.last_event)
    theirs = (*answer[2:4], answer[4]["is_success"]) if verdict else ()
    return found + (["verdict"] if theirs != verdict else [])


def step(count: int, *, ahead: bool) -> None:
    """Time the same steps in process and over FIFO, taking turns.

    Args:
        count: Steps of each.
        ahead: Whether both processes go ahead of all others while they are timed, which takes
            the place of a quiet machine. Wants the right to it, as root has.
    """
    import ai2thor.controller

    from envs.thor.inprocess import Controller

    options = {"scene": ROOM, "fieldOfView": 60, "gridSize": 0.25}
    build = f"{sys.executable} -m embodied serve thor"
    for name, shown in (
        ("RGB", {}),
        ("RGB, depth, ids", {"renderDepthImage": True, "renderInstanceSegmentation": True}),
    ):
        controllers = [
            Controller(**options, **shown),
            ai2thor.controller.Controller(
                local_executable_path=build, x_display="0", **options, **shown
            ),
        ]
        times_ms: list[list[float]] = [[], []]
        cpu_ms = [0.0, 0.0]
        build_pid = controllers[1].server.unity_proc.pid
        for number in range(-WARM_UP, count):
            if number == 0:
                build_ms = _cpu_ms(build_pid)
                _go_ahead([os.getpid(), build_pid], ahead)
            for side, controller in enumerate(controllers):
                begun, worked = time.perf_counter(), time.process_time()
                controller.step("RotateRight")
                if number >= 0:
                    times_ms[side].append((time.perf_counter() - begun) * 1e3)
                    cpu_ms[side] += (time.process_time() - worked) * 1e3
        _go_ahead([os.getpid(), build_pid], False)
        cpu_ms[1] += _cpu_ms(build_pid) - build_ms
        for controller in controllers:
            controller.stop()
        own, wire = (statistics.median(each) for each in times_ms)
        beyond = sorted(there - here for here, there in zip(*times_ms, strict=True))
        print(
            f"{name}: in process {own:.1f} ms, over FIFO {wire:.1f} ms (medians of {count}); "
            f"beyond it, pair by pair: median {statistics.median(beyond):.1f} ms, quarters "
            f"{beyond[count // 4]:.1f} to {beyond[count * 3 // 4]:.1f} ms; quickest less quickest "
            f"{min(times_ms[1]) - min(times_ms[0]):.1f} ms; processor time of all processes "
            f"{cpu_ms[0] / count:.1f} and {cpu_ms[1] / count:.1f} ms a step, beyond it "
            f"{(cpu_ms[1] - cpu_ms[0]) / count:.1f} ms; load {os.getloadavg()[0]:.1f}"
        )


def _go_ahead(pids: list[int], ahead: bool) -> None:
    policy, priority = (os.SCHED_FIFO, 5) if ahead else (os.SCHED_OTHER, 0)
    for pid in pids:
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.sched_setscheduler(int(thread), policy, os.sched_param(priority))


def _cpu_ms(pid: int) -> float:
    """Processor time that a process has had, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1e3 / os.sysconf("SC_CLK_TCK")


def faults(count: int, seed: int) -> None:
    """Kill or freeze build or package at random points; nothing may hang or be left behind."""
    rng = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="thor-faults-"))
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    before = _descriptors()
    ended, survived, longest_s = 0, 0, 0.0
    for _ in track(range(count), description="faults"):
        controller = wire_controller(
            data_root=str(folder / "none"), start_timeout_s=20.0, step_timeout_s=3.0
        )
        kind = rng.choice([signal.SIGKILL, signal.SIGSTOP])
        whole_group = rng.random() < 0.5
        delay_s = rng.choice([rng.uniform(0.0, 4.0), rng.uniform(4.0, 8.0)])
        timer = threading.Timer(delay_s, _strike, [controller, kind, whole_group, rng.random()])
        timer.daemon = True
        timer.start()
        begun = time.monotonic()
        try:
            controller.reset(ROOM)
            while time.monotonic() - begun < delay_s + 0.5:
                controller.step("RotateRight")
            survived += 1
        except ThorError:
            ended += 1
        longest_s = max(longest_s, time.monotonic() - begun - delay_s)
        timer.cancel()
        controller.close()
    time.sleep(1.5)
    left = subprocess.run(
        ["pgrep", "-f", str(folder)], capture_output=True, text=True, check=False
    ).stdout.split()
    print(
        f"{count} faults: {ended} ended with an error, {survived} went on; longest from the fault "
        f"to the end {longest_s:.1f} s; processes left {len(left)}, folders left "
        f"{len(list(folder.iterdir()))}, descriptors {before} before and {_descriptors()} after"
    )


def _strike(controller, kind: signal.Signals, whole_group: bool, which: float) -> None:
    pid = controller._link.pid
    if pid is None:
        return
    try:
        if whole_group:
            os.killpg(pid, kind)
            return
        members = [
            int(each)
            for each in subprocess.run(
                ["pgrep", "-g", str(pid)], capture_output=True, text=True, check=False
            ).stdout.split()
        ]
        if members:
            os.kill(members[int(which * len(members))], kind)
    except ProcessLookupError:
        pass


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    parity_words = commands.add_parser("parity")
    parity_words.add_argument("--version", nargs="+", default=VERSIONS, choices=VERSIONS)
    parity_words.add_argument("--first", type=int, default=0)
    parity_words.add_argument("--limit", type=int)
    parity_words.add_argument("--results", type=Path)
    for name, count in (("step", 500), ("faults", 200), ("fuzz", 100_000)):
        words = commands.add_parser(name)
        words.add_argument("--count", type=int, default=count)
        words.add_argument("--seed", type=int, default=0)
        if name == "step":
            words.add_argument("--ahead", action="store_true")
    given = parser.parse_args()
    if given.command == "parity":
        parity(given.version, first=given.first, limit=given.limit, results=given.results)
    elif given.command == "step":
        step(given.count, ahead=given.ahead)
    else:
        {"faults": faults, "fuzz": fuzz}[given.command](given.count, given.seed)


if __name__ == "__main__":
    main()
