"""Draw the README's pictures anew: `python docs/pictures.py [FOLDER]`.

Rooms come from the generator and, where the files are on this machine, from ALFRED's own data;
the film strip is an episode of the household benchmark, run by the expert.
"""

import argparse
import os
import textwrap
from pathlib import Path

import gymnasium
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from embodied.core import DiscreteAction
from embodied.runtime.expert import ExpertAgent
from envs.household.controller import HouseholdController
from envs.household.generator.rooms import generate_scene

KINDS = ("kitchen", "living_room", "bedroom", "bathroom")
CAPTION_PX = 44


def best_view(controller: HouseholdController, horizon_deg: float = 18.0) -> NDArray[np.uint8]:
    """Return the frame with the most objects in it, over standing places and headings."""
    places = controller.step(action="GetReachablePositions").metadata["actionReturn"]
    best, best_score = controller.last_event.frame, -1.0
    for place in places[:: max(1, len(places) // 40)]:
        for yaw_deg in (0.0, 90.0, 180.0, 270.0):
            event = controller.step(
                action="TeleportFull", rotation=yaw_deg, horizon=horizon_deg, **place
            )
            areas = np.bincount(event.instance_ids.ravel())[1:]
            # Many things of a readable size, none filling the picture.
            score = float(np.minimum(areas, 4000).sum()) - float(areas.max(initial=0))
            if score > best_score:
                best, best_score = event.frame.copy(), score
    return best


def generated_rooms(size_px: int) -> Image.Image:
    """One room of each kind, side by side."""
    controller = HouseholdController(width_px=size_px, height_px=size_px)
    views = []
    for seed, kind in enumerate(KINDS, start=11):
        controller.reset(generate_scene(kind, seed))
        views.append(best_view(controller))
    controller.close()
    return Image.fromarray(np.concatenate(views, axis=1))


def film_strip(env_id: str, episode: int, frames: int, **settings: object) -> Image.Image:
    """Frames of one episode at its interactions, each with the subgoal it belongs to."""
    env = gymnasium.make(
        f"envs:embodied/{env_id}", disable_env_checker=True, privileged_targets=True, **settings
    )
    world = env.unwrapped
    spec = world.episodes()[episode]
    raw, info = env.reset(options={"episode_id": spec.episode_id})
    agent = ExpertAgent(by="id")
    agent.bind(world)
    agent.begin(info["instruction"], skills=world.skills)
    moments: list[tuple[NDArray[np.uint8], str]] = []
    over = False
    while not over:
        observation = world.decode_observation(raw)
        action = agent.step(observation, observation.stamp_s)
        raw, _, terminated, truncated, _ = env.step(world.encode_action(action))
        over = terminated or truncated
        if isinstance(action, DiscreteAction) and "Object" in action.name:
            frame = world.decode_observation(raw).images["ego"].copy()
            moments.append((frame, str(agent.report()["subgoal"])))
    env.close()
    picks = np.linspace(0, len(moments) - 1, min(frames, len(moments))).astype(int)
    return captioned([moments[i] for i in picks], title=info["instruction"].text)


def captioned(moments: list[tuple[NDArray[np.uint8], str]], *, title: str) -> Image.Image:
    """Lay frames side by side, the instruction above, a caption below each."""
    height, width = moments[0][0].shape[:2]
    sheet = Image.new("RGB", (width * len(moments), height + 2 * CAPTION_PX), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((10, 10), f"“{title}”", fill="black", font=ImageFont.load_default(22))
    for column, (frame, caption) in enumerate(moments):
        sheet.paste(Image.fromarray(frame), (column * width, CAPTION_PX))
        draw.text(
            (column * width + 8, height + CAPTION_PX + 6),
            "\n".join(textwrap.wrap(caption, 38, max_lines=2)),
            fill="black",
            font=ImageFont.load_default(14),
        )
    return sheet


def main() -> None:
    """Draw them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("docs/images"))
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    generated_rooms(400).save(folder / "rooms.png")
    film_strip("Household-v0", 4, 5, split="valid_seen").save(folder / "household.png")
    data_root = os.environ.get("EMBODIED_DATA")
    if data_root:
        strip = film_strip(
            "Alfred-v0", 200, 5, split="valid_seen", data_root=data_root, annotations="first"
        )
        strip.save(folder / "alfred.png")


if __name__ == "__main__":
    main()
