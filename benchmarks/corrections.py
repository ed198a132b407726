"""What corrections are worth at the table, and how soon they act.

    python benchmarks/corrections.py disturbed --kinds moved,seen_aside,swapped --episodes 24
    python benchmarks/corrections.py replaced --episodes 100
    python benchmarks/corrections.py latency --seconds 60
    python benchmarks/corrections.py loop --seconds 600

`disturbed` runs held-out episodes whose target is moved or seen wrongly, without and with the
simulated user who corrects; `replaced` says "forget it" and another task at a random moment;
`latency` and `loop` run the live loop at 20 Hz in real time on the simulated arm, with a planner
and a perception that are never idle.
"""

import argparse
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from real_time_arm import BusyPlanner, RealTimeArm, make_perceive, seen_now

from embodied.core.action import DiscreteAction, VectorAction
from embodied.core.episode import EpisodeSpec
from embodied.core.instruction import Instruction
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.episode import run_episode
from embodied.runtime.executor import ThreadExecutor
from embodied.runtime.jobs import OtherProcess
from embodied.runtime.live import LiveLoop
from envs.tabletop.checkers import TaskChecker
from envs.tabletop.control import ArmCommand
from envs.tabletop.env import TabletopEnv
from envs.tabletop.generator import draw, draw_task
from envs.tabletop.source import TabletopSource
from envs.tabletop.tasks import KINDS, SKILLS
from envs.tabletop.user import CorrectingUser
from envs.tabletop.world import TabletopWorld
from planners.checked import CheckedPlanner
from planners.parsed.planner import ParsedPlanner
from policies.arm.policy import ArmSkillPolicy


def agent_for_arm(**settings: Any) -> PlanningAgent:
    """Return planner=parsed with policy=arm_skills."""
    return PlanningAgent(CheckedPlanner(ParsedPlanner()), ArmSkillPolicy(), **settings)


def share(done: int, of: int) -> str:
    """Return a share with its 95 % interval."""
    # Wilson's interval: trials are independent tables.
    z, rate = 1.96, done / of
    middle = (rate + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * float(np.sqrt(rate * (1 - rate) / of + z * z / (4 * of * of)))
    low, high = middle - half, middle + half
    return f"{done}/{of} = {done / of:.1%} [{low:.1%}, {high:.1%}]"


# --- what the correcting user is worth


def disturbed(arguments: argparse.Namespace) -> None:
    for kind in arguments.kinds.split(","):
        for corrects in {"both": (False, True), "no": (False,), "yes": (True,)}[arguments.user]:
            started_s, done, by, said = time.perf_counter(), 0, Counter[str](), 0
            env = TabletopEnv(
                source=TabletopSource(split=arguments.split),
                cameras=(),
                perception="privileged",
                disturb=None if kind == "none" else kind,
            )
            agent = agent_for_arm()
            user = CorrectingUser()
            user.meet(env, agent)
            specs = _about_blocks(env)[: arguments.episodes]
            for spec in specs:
                record = run_episode(env, agent, spec, [user] if corrects else [])
                good = record.status.value == "success"
                done += good
                said += len(user.said) if corrects else 0
                if not good:
                    by[spec.episode_id.split("/")[1]] += 1
                    if arguments.verbose:
                        words = [each["text"] for each in record.corrections]
                        print(spec.episode_id, record.instruction, record.end_reason, words)
                        print("   ", record.error or agent.report()["log"][-5:])
            print(
                f"{kind:10} {'with' if corrects else 'without'} the user: "
                f"{share(done, len(specs))}, {said / len(specs):.1f} sentences an episode, "
                f"{time.perf_counter() - started_s:.0f} s, failed: {dict(by)}",
                flush=True,
            )


def _about_blocks(env: TabletopEnv) -> list[EpisodeSpec]:
    """Episodes whose task is about a block: only those have a target to disturb."""
    kinds = {"open", "open_to", "close", "close_to"}
    return [spec for spec in env.episodes() if spec.episode_id.split("/")[1] not in kinds]


# --- another task in the middle


def replaced(arguments: argparse.Namespace) -> None:
    done, failures = 0, Counter[str]()
    started_s = time.perf_counter()
    for number in range(arguments.episodes):
        rng = np.random.default_rng([number, 77])
        good, why = _replaced_once(number, rng)
        done += good
        if not good:
            failures[why] += 1
            print(f"trial {number}: {why}", flush=True)
    print(
        f"replaced in the middle: new task done, nothing dropped or knocked over: "
        f"{share(done, arguments.episodes)}, {time.perf_counter() - started_s:.0f} s, "
        f"failed: {dict(failures)}"
    )


def _replaced_once(number: int, rng: np.random.Generator) -> tuple[bool, str]:
    """Ask for one task, and for another one on the same table while the arm is at it."""
    first = None
    while first is None:
        kind = str(rng.choice(KINDS))
        one = draw_task(rng, kind)
        first, second = one, _another(one, rng)
        if second is None:
            first = None
    task, words = second
    world = TabletopWorld(one.scene, seed=number)
    agent = agent_for_arm()
    agent.begin(Instruction.from_text(one.words, id=str(number)), skills=SKILLS)
    at = int(rng.integers(20, 160))
    checker: TaskChecker | None = None
    for step in range(2400):
        if step == at:
            agent.correct(f"forget it, {words}")
            checker = TaskChecker(task, world)
            # Whatever the first task was about may have been moved for it.
            checker._excused |= {str(goal.thing) for goal in one.task.goals}
        action = agent.step(seen_now(world), world.time_s)
        if isinstance(action, DiscreteAction):
            if checker is None:
                at = step + 1  # done before anybody spoke: speak now, to an arm at rest
                agent.begin(Instruction.from_text(words), skills=SKILLS)
                checker = TaskChecker(task, world)
                continue
            break
        assert isinstance(action, VectorAction)
        world.step(ArmCommand.from_action(action))
        if checker is not None:
            checker.update()
    assert checker is not None
    for _ in range(12):
        world.halt()
        checker.update()
    harm = checker.harm
    text = f"{one.words!r} then {words!r} at {at}: {agent.report()['end_reason']}"
    if harm.dropped or harm.knocked_over:
        return False, f"harm {harm}: {text}"
    met = [condition.met for condition in checker.conditions()[: len(task.goals)]]
    return all(met), f"not done: {text}; {agent.report()['log'][-4:]}"


def _another(one: Any, rng: np.random.Generator) -> tuple[Any, str] | None:
    """Return another task for the same table, with its words."""
    for _ in range(60):
        other = draw_task(rng, str(rng.choice(["pick_up", "place_in", "place_on", "place_beside"])))
        names = {f"{b.colour} block" for b in one.scene.blocks}
        names |= {f"{b.colour} bowl" for b in one.scene.bowls}
        about = {str(g.thing) for g in other.task.goals}
        about |= {str(g.other) for g in other.task.goals if g.other is not None}
        if about <= names and other.words != one.words:
            return other.task, other.words
    return None


# --- the live loop


def latency(arguments: argparse.Namespace) -> None:
    """Measure correction to changed command, and stop to halted robot."""
    changed, stopped, missed, ticks = [], [], 0, 0
    perceive = OtherProcess(make_perceive)
    rng = np.random.default_rng(0)
    started_s = time.monotonic()
    while time.monotonic() - started_s < arguments.seconds:
        index = int(rng.integers(0, 49)) * 12 + 1  # a block into a bowl
        robot = RealTimeArm(index)
        agent = PlanningAgent(BusyPlanner(0.5), ArmSkillPolicy(), executor=ThreadExecutor())
        loop = LiveLoop(robot, agent, perceive=perceive)
        words = draw("valid_seen", index).words
        thread = threading.Thread(
            target=lambda loop=loop, words=words: loop.run(
                Instruction.from_text(words), skills=SKILLS, max_duration_s=20.0
            ),
            daemon=True,
        )
        _listen_for_commands(robot, loop, thread, changed, stopped, rng)
        missed, ticks = missed + loop.counts.missed, ticks + loop.counts.ticks
        robot.close()
    perceive.close()
    _tell("correction to changed command", changed)
    _tell("stop to halted robot", stopped)
    print(f"missed ticks while at it: {missed} of {ticks} ({missed / max(1, ticks):.2%})")
    print(f"load average {[round(each, 1) for each in os.getloadavg()]}")


def _listen_for_commands(
    robot: RealTimeArm,
    loop: LiveLoop,
    thread: threading.Thread,
    changed: list[float],
    stopped: list[float],
    rng: np.random.Generator,
) -> None:
    thread.start()
    time.sleep(1.2)  # the plan is being made, then carried out
    axis = {"to the left": (1, 1.0), "to the right": (1, -1.0), "higher": (2, 1.0)}
    for _ in range(5):
        time.sleep(float(rng.uniform(0.5, 0.9)))
        words = str(rng.choice(list(axis)))
        which, sign = axis[words]
        said_s = time.monotonic()
        loop.correct(f"4 cm {words}")
        loop.correct("also open the drawer")  # keeps the planner busy
        while time.monotonic() - said_s < 1.0:
            later = [(at, v) for at, v in list(robot.commands[-12:]) if at > said_s]
            hit = next((at for at, v in later if _is_motion(v, which, sign)), None)
            if hit is not None:
                changed.append(hit - said_s)
                break
            time.sleep(0.001)
        else:
            changed.append(1.0)
    time.sleep(float(rng.uniform(0.1, 0.3)))
    before = len(robot.halted_s)
    said_s = time.monotonic()
    loop.correct("stop!")
    stopped.append(robot.halted_s[before] - said_s if len(robot.halted_s) > before else 1.0)
    thread.join(timeout=5.0)


def _is_motion(values: np.ndarray, axis: int, sign: float) -> bool:
    """Whether a command is the motion that was asked for: along one axis alone."""
    rest = [index for index in range(3) if index != axis]
    return bool(sign * values[axis] > 0.1 and np.abs(values[rest]).max() < 1e-6)


def _tell(what: str, seconds: list[float]) -> None:
    found = np.array(seconds) * 1000.0
    print(
        f"{what}: n={len(found)}, p50 {np.percentile(found, 50):.1f} ms, "
        f"p99 {np.percentile(found, 99):.1f} ms, most {found.max():.1f} ms"
    )


def loop(arguments: argparse.Namespace) -> None:
    """Run the loop for minutes, task after task, and count the ticks it missed."""
    robot = RealTimeArm()
    agent = PlanningAgent(BusyPlanner(0.5), ArmSkillPolicy(), executor=ThreadExecutor())
    perceive = OtherProcess(make_perceive)
    live = LiveLoop(robot, agent, perceive=perceive)
    until_s = time.monotonic() + arguments.seconds
    ticks = missed = runs = 0
    times: list[float] = []
    colours = [block.colour for block in robot.world.scene.blocks]
    sentences: list[Callable[[], str]] = [
        lambda: f"pick up the {colours[runs % len(colours)]} block",
        lambda: f"put the {colours[runs % len(colours)]} block down",
    ]
    while time.monotonic() < until_s:
        words = sentences[runs % 2]()
        live.run(
            Instruction.from_text(words),
            skills=SKILLS,
            max_duration_s=min(30.0, until_s - time.monotonic()),
        )
        ticks, missed, runs = ticks + live.counts.ticks, missed + live.counts.missed, runs + 1
        times += live.counts.step_s
        live.reset()
    robot.close()
    perceive.close()
    _tell("a tick's own time", times)
    load = [round(each, 1) for each in os.getloadavg()]
    print(
        f"{runs} tasks, {ticks} ticks at 20 Hz, {missed} missed ({missed / max(1, ticks):.2%}); "
        f"load average {load}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["disturbed", "replaced", "latency", "loop"])
    parser.add_argument("--kinds", default="none,moved,seen_aside,swapped")
    parser.add_argument("--split", default="valid_unseen")
    parser.add_argument("--episodes", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--user", choices=["both", "yes", "no"], default="both")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    {"disturbed": disturbed, "replaced": replaced, "latency": latency, "loop": loop}[
        arguments.what
    ](arguments)


if __name__ == "__main__":
    main()
