"""Measures the tabletop: its expert, its limits, its speed.

    OMP_NUM_THREADS=1 python benchmarks/tabletop.py expert [--episodes 500] [--split valid_seen]
    OMP_NUM_THREADS=1 python benchmarks/tabletop.py limits [--commands 10000]
    OMP_NUM_THREADS=1 python benchmarks/tabletop.py speed

`expert`: generated tasks that the scripted expert solves, confirmed by the checkers; 0 is returned
from 98 %. `limits`: random commands of every space, far beyond what is allowed, and random
corrections spoken to the arm's skills; after every physics step the real joints are held against
the manufacturer's ranges and speeds, after every command the hand against its box, the arm against
itself and the table; 0 is returned where nothing was broken. `speed`: physics and control against
bare MuJoCo stepping of the same scene in the same process, CPU seconds; 0 is returned from a third.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator

import gymnasium
import mujoco
import numpy as np

from embodied.core.action import VectorAction
from embodied.core.arm import ArmState
from embodied.runtime.episode import run_episode
from embodied.runtime.expert import ExpertAgent
from envs.tabletop import panda
from envs.tabletop.control import ArmCommand
from envs.tabletop.generator import draw
from envs.tabletop.kinematics import SELF_PAIRS
from envs.tabletop.world import SUBSTEPS, TabletopWorld

LEAST_SOLVED, LEAST_SPEED = 0.98, 1.0 / 3.0
STEPS_A_SCENE = 250
SAID = (
    "a bit to the left", "move the arm forward", "higher", "lower", "right", "rotate left",
    "tilt forward", "much further down", "faster", "slower", "open the gripper", "back 30 cm",
    "close the gripper", "keep going left", "stop turning, go up", "towards the robot",
)  # fmt: skip


def expert(episodes: int, split: str) -> int:
    """Print how many tasks the expert solves, by kind."""
    env = gymnasium.make(
        "envs:embodied/Tabletop-v0", split=split, cameras=(), disable_env_checker=True
    )
    agent, solved, tried = ExpertAgent(), Counter(), Counter()
    steps, started = 0, time.process_time()
    for spec in env.unwrapped.episodes()[:episodes]:
        record = run_episode(env, agent, spec)
        kind = spec.episode_id.split("/")[1]
        tried[kind] += 1
        steps += record.steps
        if record.status.value == "success":
            solved[kind] += 1
        else:
            unmet = [each.text for each in env.unwrapped.checker.conditions() if not each.met]
            print(f"{spec.episode_id}: {record.instruction}: {record.end_reason}; {unmet}")
            print(f"    {env.unwrapped.checker.harm}")
    for kind in sorted(tried):
        print(f"{kind:<14}{solved[kind]:4d} of {tried[kind]}")
    share = solved.total() / tried.total()
    print(
        f"{split}: {solved.total()} of {tried.total()} solved ({share:.1%}), "
        f"{steps / tried.total():.0f} commands an episode, "
        f"{time.process_time() - started:.0f} s of CPU"
    )
    return int(share < LEAST_SOLVED)


class Audit:
    """Holds a world against its limits, by its own reading of the physics.

    Args:
        world: The world.
    """

    def __init__(self, world: TabletopWorld) -> None:
        mj = world.model.mj
        self.world, self.broken, self.where = world, Counter(), set()
        self.margin = dict.fromkeys(("joint", "speed", "workspace", "self", "table"), np.inf)
        self._pairs = [(mj.geom(a).id, mj.geom(b).id) for a, b in SELF_PAIRS if "cf" not in (a, b)]
        names = [row[0] for row in panda.CAPSULES if row[1] not in ("link0", "link1")]
        names += [
            f"{side}_finger_{part}" for side in ("left", "right") for part in ("pad", "finger")
        ]
        self._parts = [mj.geom(name).id for name in names]
        self._table = mj.geom("table").id
        self._span = np.zeros(6)

    def _note(self, kind: str, margin: float, where: str = "") -> None:
        self.margin[kind] = min(self.margin[kind], float(margin))
        if margin < 0.0:
            self.broken[kind] += 1
            self.where.add(where or kind)

    def step(self, data: mujoco.MjData) -> None:
        """Look at the joints after a physics step."""
        joints = data.qpos[self.world.model.joints]
        low, high = panda.JOINT_RANGE_RAD.T
        room = np.minimum(joints - low, high - joints)
        self._note("joint", np.min(room), f"joint {int(np.argmin(room)) + 1}")
        speeds = np.abs(data.qvel[self.world.model.joints])
        self._note("speed", np.min(panda.JOINT_SPEED_RAD_S - speeds))

    def command(self) -> None:
        """Look at the arm after a command."""
        data, mj, limits = self.world.data, self.world.model.mj, self.world.controller.limits
        hand = data.site_xpos[self.world.model.tcp]
        reach = limits.reach_m - float(np.linalg.norm(hand - panda.LINKS[0].place_m))
        box = min(np.min(hand - limits.low_m), np.min(limits.high_m - hand), reach)
        self._note("workspace", box)
        for a, b in self._pairs:
            self._note("self", mujoco.mj_geomDistance(mj, data, a, b, 0.1, self._span))
        for part in self._parts:
            gap = mujoco.mj_geomDistance(mj, data, part, self._table, 0.1, self._span)
            self._note("table", gap)


def random_commands(rng: np.random.Generator) -> Iterator[ArmCommand]:
    """Draw commands far beyond what is allowed, each held for up to a second."""
    while True:
        gripper, draw_of = float(rng.uniform()), rng.random()
        if draw_of < 0.5:
            values = rng.normal(size=6) * rng.choice([0.1, 0.5, 2.0, 10.0])
            command = ArmCommand("ee_velocity", values, gripper)
        elif draw_of < 0.75:
            quat = rng.normal(size=4)
            place = rng.uniform(-1.0, 1.0, 3) + np.array([0.4, 0.0, 0.2])
            values = np.concatenate([place, quat / np.linalg.norm(quat)])
            command = ArmCommand("ee_pose", values, gripper)
        else:
            command = ArmCommand("joint_position", rng.uniform(-4.0, 4.0, 7), gripper)
        yield from [command] * int(rng.integers(1, 20))


def corrected_commands(world: TabletopWorld, rng: np.random.Generator) -> Iterator[ArmCommand]:
    """Let the arm's skills act on random subgoals while random corrections are spoken."""
    from embodied.core.correction import Correction, CorrectionKind
    from embodied.core.motion import Motion
    from embodied.core.observation import Observation
    from embodied.core.plan import Subgoal
    from embodied.language.motions import read_motion
    from envs.tabletop.sightings import entities_in_view
    from envs.tabletop.tasks import BLOCK, ThingName
    from policies.arm.policy import ArmSkillPolicy

    policy = ArmSkillPolicy()
    colours = [block.colour for block in world.scene.blocks]

    def anew() -> None:
        colour = str(rng.choice(colours)) if colours else "red"
        policy.begin(Subgoal("pick", {"object": ThingName(BLOCK, colour).reference}))

    anew()
    while True:
        entities = entities_in_view(world, ("front", "wrist"))
        state = world.state()
        observation = Observation(state.stamp_s, state=state.vector, entities=entities)
        if rng.random() < 0.1:
            text = str(rng.choice(SAID))
            motion = read_motion(text)
            if isinstance(motion, Motion):
                kind = CorrectionKind.MOTION
                policy.correct(Correction(text, state.stamp_s, kind, motion=motion))
        action, _ = policy.act(observation)
        if action is None:
            anew()
            action = policy.hold(observation)
        assert isinstance(action, VectorAction)
        yield ArmCommand.from_action(action)


def limits(commands: int) -> int:
    """Print how often a limit was broken, and how near to it the arm came."""
    broken, nearest, held_back, given, corrected = Counter(), {}, 0, 0, 0
    while given < commands:
        rng = np.random.default_rng([0, given])
        world = TabletopWorld(draw("train", int(rng.integers(2400))).scene, seed=given)
        audit = Audit(world)
        spoken = rng.random() < 0.3 and world.scene.blocks
        source = corrected_commands(world, rng) if spoken else random_commands(rng)
        for _ in range(min(STEPS_A_SCENE, commands - given)):
            world.step(next(source), after_physics=audit.step)
            audit.command()
            held_back += world.last_targets.held_back
            given += 1
            corrected += bool(spoken)
        broken += audit.broken
        if audit.broken.total():
            print(f"scene at command {given}, {'spoken' if spoken else 'random'}: {audit.where}")
        for kind, margin in audit.margin.items():
            nearest[kind] = min(nearest.get(kind, np.inf), margin)
    units = {"joint": "rad", "speed": "rad/s"}
    for kind, margin in nearest.items():
        print(f"{kind:<10} broken {broken[kind]:3d} times, at the nearest {margin:.4f} "
              f"{units.get(kind, 'm')} within")  # fmt: skip
    print(f"{given} commands, {corrected} of them by skills being corrected; {held_back} held back "
          "by the last check")  # fmt: skip
    return int(broken.total() > 0)


def speed(repeats: int = 8, steps: int = 60) -> int:
    """Print how fast physics and control are against bare MuJoCo stepping."""
    world = TabletopWorld(draw("valid_seen", 3).scene)
    bare, both, control = [], [], []
    mj, data = world.model.mj, world.data
    for repeat in range(repeats):
        sign = 1.0 if repeat % 2 else -1.0
        command = ArmCommand("ee_velocity", np.array([0.02, 0.12, -0.02, 0, 0, 0.1]) * sign)
        started = time.process_time()
        for _ in range(steps):
            world.step(command)
        both.append((time.process_time() - started) / steps)
        started = time.process_time()
        for _ in range(steps * SUBSTEPS):
            mujoco.mj_step(mj, data)
        bare.append((time.process_time() - started) / steps)
        state: ArmState = world.state()
        started = time.process_time()
        for _ in range(steps):
            world.controller.step(command, state)
        control.append((time.process_time() - started) / steps)
        world.controller.reset(state.joint_position_rad, gripper_width_m=state.gripper_width_m)
    one, two, three = (float(np.median(each)) for each in (bare, both, control))
    print(
        f"bare MuJoCo {SUBSTEPS / one:.0f} physics steps/s; with control {SUBSTEPS / two:.0f} "
        f"({1 / two:.0f} control steps/s); control alone {1e3 * three:.2f} ms; "
        f"ratio {one / two:.2f}"
    )
    return int(one / two < LEAST_SPEED)


def main() -> int:
    """Run one of the measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("expert", "limits", "speed"))
    parser.add_argument("--episodes", type=int, default=500)
    parser.add_argument("--split", default="valid_seen")
    parser.add_argument("--commands", type=int, default=10_000)
    options = parser.parse_args()
    if options.what == "expert":
        return expert(options.episodes, options.split)
    return limits(options.commands) if options.what == "limits" else speed()


if __name__ == "__main__":
    raise SystemExit(main())
