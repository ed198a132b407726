"""Draws docs/images/skills.jpg: one episode from sentence to success, as the agent has it.

    python docs/skill_pictures.py [--episode ID] [--output docs/images/skills.jpg]

Each row is a moment at which something is handled: what the camera shows with the masks the agent
was given, the map it has made, and the plan with the step at hand.
"""

import argparse
import textwrap
from pathlib import Path

import gymnasium
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import binary_erosion

from embodied.core.entity import Detection
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.episode import run_episode
from envs.household.perception import PrivilegedPerception
from planners.checked import CheckedPlanner
from planners.parsed.planner import ParsedPlanner
from policies.skills.policy import SkillPolicy

SIDE_PX = 260
SHADES = {-1: (235, 235, 238), 0: (255, 255, 255), 1: (120, 126, 140)}
EPISODE = "kitchen-00022/pick_heat_then_place_in_recep-49/0"
MOST_ROWS = 7


def colour_of(category: str) -> tuple[int, int, int]:
    """Return a colour that a type always has."""
    draw = np.random.default_rng(sum(map(ord, category)) * 7919)
    return tuple(int(value) for value in draw.integers(60, 240, 3))


def with_masks(frame: np.ndarray, detections: list[Detection], used: np.ndarray) -> Image.Image:
    """Tint a frame by its detections; outline what is acted on."""
    picture = frame.astype(float)
    for each in detections:
        picture[each.mask] = 0.55 * picture[each.mask] + 0.45 * np.array(colour_of(each.category))
    picture[used & ~binary_erosion(used, iterations=2)] = (255, 40, 40)
    return Image.fromarray(picture.astype(np.uint8)).resize((SIDE_PX, SIDE_PX))


def map_of(policy: SkillPolicy) -> Image.Image:
    """Draw the floor from above with instances as boxes and the agent as a wedge."""
    scene = policy.body.map
    part, corner = scene.floor.picture()
    image = np.zeros((*part.shape, 3), dtype=np.uint8)
    for value, shade in SHADES.items():
        image[part == value] = shade
    scale = SIDE_PX / max(part.shape)
    size = (int(part.shape[0] * scale), int(part.shape[1] * scale))
    floor = Image.fromarray(image.transpose(1, 0, 2)[::-1]).resize(size, Image.Resampling.NEAREST)
    draw = ImageDraw.Draw(floor)

    def at(x: float, y: float) -> tuple[float, float]:
        return (x - corner[0]) / 0.05 * scale, size[1] - (y - corner[1]) / 0.05 * scale

    for each in scene.instances:
        if not each.held:
            (x0, y0), (x1, y1) = at(*each.low_m[:2]), at(*each.high_m[:2])
            box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            draw.rectangle(box, outline=colour_of(each.category), width=2)
    x, y = at(*scene.pose.xy_m)
    facing = {0: 270, 1: 0, 2: 90, 3: 180}[scene.pose.heading]
    draw.pieslice((x - 16, y - 16, x + 16, y + 16), facing - 30, facing + 30, fill=(220, 40, 40))
    sheet = Image.new("RGB", (SIDE_PX, SIDE_PX), (235, 235, 238))
    sheet.paste(floor, ((SIDE_PX - size[0]) // 2, (SIDE_PX - size[1]) // 2))
    return sheet


class Moments:
    """Keeps a row of pictures for each action on something."""

    def __init__(self, agent: PlanningAgent, policy: SkillPolicy) -> None:
        self._agent, self._policy = agent, policy
        self.rows: list[Image.Image] = []
        self._step = 0

    def on_begin(self, spec, instruction) -> None:
        """Nothing to keep yet."""

    def on_step(self, step) -> None:
        """Draw a row where something was handled."""
        self._step += 1
        if step.action.mask is None:
            return
        row = Image.new("RGB", (SIDE_PX * 3, SIDE_PX), "white")
        frame = step.observation.images["ego"]
        row.paste(with_masks(frame, list(step.observation.entities), step.action.mask), (0, 0))
        row.paste(map_of(self._policy), (SIDE_PX, 0))
        draw = ImageDraw.Draw(row)
        plan = self._agent.state_text().splitlines()
        lines = [
            f"step {self._step}: {step.action.name}",
            *plan[: step.report["subgoal_count"] + 1],
        ]
        draw.multiline_text(
            (2 * SIDE_PX + 10, 14),
            "\n\n".join(wrapped(lines)),
            fill="black",
            font=ImageFont.load_default(14),
        )
        self.rows.append(row)

    def on_end(self, record) -> None:
        """Say how it ended."""
        print(f"{record.status.value} after {record.steps} actions, expert {record.expert_steps}")


def wrapped(lines: list[str], width: int = 34) -> list[str]:
    """Break long lines between words; what stands before a line stays there."""
    return [
        "\n".join(textwrap.wrap(line, width, drop_whitespace=False)) if line else ""
        for line in lines
    ]


def main() -> None:
    """Run the episode and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--episode", default=EPISODE)
    parser.add_argument("--output", type=Path, default=Path("docs/images/skills.jpg"))
    options = parser.parse_args()
    env = gymnasium.make(
        "envs:embodied/Household-v0",
        split="train",
        perception=PrivilegedPerception(),
        disable_env_checker=True,
    )
    policy = SkillPolicy()
    agent = PlanningAgent(CheckedPlanner(ParsedPlanner()), policy)
    moments = Moments(agent, policy)
    wanted = [s for s in env.unwrapped.episodes() if s.episode_id == options.episode]
    run_episode(env, agent, wanted[0], [moments])
    env.close()
    rows = moments.rows
    if len(rows) > MOST_ROWS:
        chosen = np.linspace(0, len(rows) - 1, MOST_ROWS).round().astype(int)
        rows = [rows[index] for index in chosen]
    sheet = Image.new("RGB", (SIDE_PX * 3, SIDE_PX * len(rows)), "white")
    for number, row in enumerate(rows):
        sheet.paste(row, (0, number * SIDE_PX))
    sheet.save(options.output, quality=80)


if __name__ == "__main__":
    main()
