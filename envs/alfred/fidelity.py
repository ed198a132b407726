"""How like the recorded room a rebuilt one is: a recorded episode, followed and compared.

The episode is played by object id, under all rules, and the agent is set to the recorded pose
wherever it is not there by itself, so that every recorded mask is compared at its exact camera
and, as far as the actions before it were allowed, in its exact state.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from embodied.core.action import DiscreteAction
from embodied.core.arrays import Mask
from envs.alfred.replay import AgentPose, Step, mask_of, replay
from envs.alfred.source import AlfredSource
from envs.household.env import InteractionEnv
from envs.household.event import Event
from envs.household.rules.holding import carry
from envs.household.targets import rank_by_iou, resolve_mask

SAME_M = 1e-3
SAME_DEG = 0.1

UNLIMITED = 10**9
"""For `max_steps` and `max_failed_actions`: a comparison goes on after refusals."""


@dataclass(frozen=True)
class Use:
    """One recorded interaction, and what the rebuilt room makes of it.

    Attributes:
        step: Its place among the recorded actions.
        action: What was done.
        object_id: What it was done to.
        resolved: What the recorded mask means in the rebuilt room, None where nothing.
        iou: Intersection over union of the recorded mask and our picture of the object.
        first: Whether it is the first interaction of its episode.
        untouched: Whether its object had not been used before in the episode.
        diverged: Whether an interaction before it was refused, so that the state differs.
        movable: Whether its object can be picked up.
        refusal: Why the room refused it by id, empty where it did not.
        code: The refusal's code.
    """

    step: int
    action: str
    object_id: str
    resolved: str | None
    iou: float
    first: bool
    untouched: bool
    diverged: bool
    movable: bool
    refusal: str = ""
    code: str = ""

    @property
    def right(self) -> bool:
        """Whether the mask means the object that it was recorded for."""
        return self.resolved == self.object_id


@dataclass(frozen=True)
class Move:
    """A recorded change of pose that the room refused.

    Attributes:
        step: Its place among the recorded actions.
        action: What was done.
        pose: Where from.
        refusal: Why it was refused.
    """

    step: int
    action: str
    pose: AgentPose
    refusal: str


@dataclass(frozen=True)
class Comparison:
    """One recorded episode against the rebuilt room.

    Attributes:
        episode_id: The episode.
        floor_plan: The room.
        uses: Its interactions.
        moves: How many moves ahead were recorded.
        turns: How many turns and looks were recorded.
        refused: Those of either that the room refused.
        conditions: (text, met) of the task's goal conditions at the end.
        setup_refusals: (action, reason) of set-up commands that were refused.
    """

    episode_id: str
    floor_plan: str
    uses: tuple[Use, ...]
    moves: int
    turns: int
    refused: tuple[Move, ...]
    conditions: tuple[tuple[str, bool], ...]
    setup_refusals: tuple[tuple[str, str], ...]

    @property
    def replays(self) -> bool:
        """Whether every recorded action was allowed."""
        return not self.refused and not any(use.refusal for use in self.uses)

    @property
    def solved(self) -> bool:
        """Whether all goal conditions were met at the end."""
        return all(met for _, met in self.conditions)


OnUse = Callable[[Event, Mask, Use], None]
"""Told of every interaction: the event before it, the recorded mask, what came of it."""


def compare_episode(
    env: InteractionEnv, episode_id: str, on_use: OnUse | None = None
) -> Comparison:
    """Follow a recorded episode through its rebuilt room.

    Args:
        env: An ALFRED environment with privileged targets and limits of `UNLIMITED`, on the
            built-in household.
        episode_id: The episode.
        on_use: Called after each interaction.

    Raises:
        DataError: If the episode's file is damaged, or its room cannot be rebuilt.
        UnknownNameError: If the split has no such episode.
    """
    source = env.source
    if not isinstance(source, AlfredSource):
        raise TypeError(f"only ALFRED's episodes are recorded, this is a {type(source).__name__}")
    trajectory, _ = source.trajectory(episode_id)
    env.reset(options={"episode_id": episode_id})
    uses: list[Use] = []
    refused: list[Move] = []
    counts = {"moves": 0, "turns": 0}
    for step in replay(trajectory):
        stand_at(env, step.pose)
        if step.action.object_id is None:
            counts["moves" if step.action.name == "MoveAhead" else "turns"] += 1
            if refusal := _do(env, step):
                refused.append(Move(step.index, step.action.name, step.pose, refusal))
            continue
        uses.append(_use(env, step, uses, on_use))
    conditions = env.tracker.conditions(env.controller.last_event)
    return Comparison(
        episode_id=episode_id,
        floor_plan=trajectory.floor_plan,
        uses=tuple(uses),
        refused=tuple(refused),
        conditions=tuple((condition.text, bool(condition.met)) for condition in conditions),
        setup_refusals=tuple(env.setup_refusals),
        **counts,
    )


def stand_at(env: InteractionEnv, pose: AgentPose) -> None:
    """Set the agent to a pose, whether it could walk there or not; nothing if it stands so."""
    world = env.controller.world  # type: ignore[attr-defined]  # the built-in household's
    agent = world.agent
    off_m = np.abs(np.subtract(agent.position_m, pose.position_m)).max()
    off_deg = abs((agent.yaw_deg - pose.yaw_deg + 180.0) % 360.0 - 180.0)
    off_deg = max(off_deg, abs(agent.horizon_deg - pose.horizon_deg))
    if off_m < SAME_M and off_deg < SAME_DEG:
        return
    world.set_agent(position_m=pose.position_m, yaw_deg=pose.yaw_deg, horizon_deg=pose.horizon_deg)
    carry(world)
    env.controller.step({"action": "Pass"})


def _do(env: InteractionEnv, step: Step) -> str:
    """Do a recorded action by id; return why it was refused, empty where it was not."""
    action = DiscreteAction(step.action.name, target=step.action.object_id)
    *_, info = env.step(env.encode_action(action))
    return str(info["error_message"])


def _use(env: InteractionEnv, step: Step, before: list[Use], on_use: OnUse | None) -> Use:
    event, object_id = env.controller.last_event, step.action.object_id
    assert object_id is not None
    mask = mask_of(step.action)
    if mask is None:
        mask = np.zeros(event.instance_ids.shape, dtype=bool)
    resolved = resolve_mask(
        mask,
        instance_ids=event.instance_ids,
        object_ids=event.object_ids,
        metadata=event.metadata,
    )
    ious = {
        event.object_ids[number - 1]: iou for number, iou in rank_by_iou(mask, event.instance_ids)
    }
    entry = event.get_object(object_id)
    refusal = _do(env, step)
    code = str(env.controller.last_event.metadata.get("errorCode", "")) if refusal else ""
    use = Use(
        step=step.index,
        action=step.action.name,
        object_id=object_id,
        resolved=resolved,
        iou=ious.get(object_id, 0.0),
        first=not before,
        untouched=all(each.object_id != object_id for each in before),
        diverged=any(each.refusal for each in before),
        movable=bool(entry and entry["pickupable"]),
        refusal=refusal,
        code=code,
    )
    if on_use is not None:
        on_use(event, mask, use)
    return use
