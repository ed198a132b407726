"""One episode from reset to record: the loop of evaluation, demonstrations and the robot."""

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import methodcaller
from typing import Any, Protocol, runtime_checkable

from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.errors import UnavailableError
from embodied.core.instruction import Instruction
from embodied.core.protocols import Agent, EpisodeEnv, Privileged, Step, Subscriber
from embodied.runtime.tracking import blamed


class GymEnv(Protocol):
    """The part of `gymnasium.Env` the loop uses."""

    @property
    def unwrapped(self) -> Any:
        """The environment below its wrappers; an `EpisodeEnv`."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode."""

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Act once."""


@runtime_checkable
class Seeded(Protocol):
    """An agent that draws random numbers."""

    def seed(self, seed: int) -> None:
        """Seed the coming episode's draws."""


@dataclass(frozen=True)
class Limits:
    """What ends an episode that nothing else ends; None is no limit.

    Attributes:
        max_steps: Actions.
        max_duration_s: Wall-clock seconds.
    """

    max_steps: int | None = None
    max_duration_s: float | None = None


@dataclass
class _Progress:
    """How far an episode came; what is left of it when it raises."""

    instruction: str = ""
    steps: int = 0
    success: bool = False
    truncated: bool = False
    reason: str = ""
    world_ready: bool = False
    agent_ready: bool = False


def run_episode(
    env: GymEnv,
    agent: Agent,
    spec: EpisodeSpec,
    subscribers: Sequence[Subscriber] = (),
    *,
    limits: Limits | None = None,
    seed: int | None = None,
    clock: Callable[[], float] | None = None,
    said: str | None = None,
) -> EpisodeRecord:
    """Run one episode and return what is kept of it.

    Whatever environment or agent raises becomes an error record with the traceback: an error is a
    failure, never a gap. What a subscriber raises passes through, since a recorder that cannot
    write (a full disk) is no failure of the agent, and the episode must not count as one; nor must
    one in which a language model's server did not answer.

    Args:
        env: The environment, wrapped or not; `env.unwrapped` is an `EpisodeEnv`.
        agent: The agent. A `Privileged` one is bound to the environment, a `Seeded` one seeded.
        spec: The episode.
        subscribers: Told of begin, every step, and the end.
        limits: Limits beyond the environment's own.
        seed: Seed of environment and agent.
        clock: The agent's clock in seconds; the observation's own stamp by default, which keeps
            simulated episodes reproducible.
        said: What the agent is asked instead of the episode's own words, where the environment
            takes an instruction; its goal is not known then, and nothing counts as success.

    Returns:
        The record. An episode at whose end the goal holds is a success, however it ended: ALFRED's
        evaluation looks at the goal after a limit, too.

    Raises:
        UnavailableError: If what the agent asks gave no answer.
    """
    started_s = time.perf_counter()
    progress = _Progress()
    world: EpisodeEnv = env.unwrapped
    error: str | None = None
    try:
        try:
            _drive(
                env,
                world,
                agent,
                spec,
                subscribers,
                limits or Limits(),
                seed,
                clock,
                progress,
                said,
            )
        except (_SubscriberError, UnavailableError):
            raise
        except Exception:
            error = traceback.format_exc()
        record = _record(spec, progress, agent, world, error, time.perf_counter() - started_s)
        for subscriber in subscribers:
            subscriber.on_end(record)
    except _SubscriberError as failed:
        raise failed.cause from None
    return record


class _SubscriberError(Exception):
    """Carries a subscriber's exception past the handler that makes error records."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _tell(subscribers: Sequence[Subscriber], call: Callable[[Subscriber], None]) -> None:
    for subscriber in subscribers:
        try:
            call(subscriber)
        except Exception as error:
            raise _SubscriberError(error) from error


def _drive(
    env: GymEnv,
    world: EpisodeEnv,
    agent: Agent,
    spec: EpisodeSpec,
    subscribers: Sequence[Subscriber],
    limits: Limits,
    seed: int | None,
    clock: Callable[[], float] | None,
    progress: _Progress,
    said: str | None,
) -> None:
    started_s = time.perf_counter()
    words = {} if said is None else {"instruction": said}
    raw, info = env.reset(seed=seed, options={"episode_id": spec.episode_id, **words})
    instruction: Instruction = info["instruction"]
    progress.instruction, progress.world_ready = instruction.text, True
    _tell(subscribers, methodcaller("on_begin", spec, instruction))
    if isinstance(agent, Privileged):
        agent.bind(world)
    if seed is not None and isinstance(agent, Seeded):
        agent.seed(seed)
    agent.begin(instruction, skills=world.skills)
    progress.agent_ready = True
    while True:
        if limits.max_steps is not None and progress.steps >= limits.max_steps:
            progress.truncated, progress.reason = True, f"limit of {limits.max_steps} steps"
            return
        elapsed_s = time.perf_counter() - started_s
        if limits.max_duration_s is not None and elapsed_s >= limits.max_duration_s:
            progress.truncated, progress.reason = True, f"limit of {limits.max_duration_s:g} s"
            return
        observation = world.decode_observation(raw)
        action = agent.step(observation, clock() if clock else observation.stamp_s)
        raw, _, terminated, truncated, info = env.step(world.encode_action(action))
        progress.steps += 1
        progress.success = bool(info["is_success"])
        step = Step(observation, action, info, agent.report())
        _tell(subscribers, methodcaller("on_step", step))
        if terminated or truncated:
            progress.truncated = bool(truncated) and not terminated
            progress.reason = _limit_text(info) if progress.truncated else ""
            return


def _limit_text(info: Mapping[str, Any]) -> str:
    refused = info.get("error_message")
    return "a limit of the environment ran out" + (f"; last refusal: {refused}" if refused else "")


def _record(
    spec: EpisodeSpec,
    progress: _Progress,
    agent: Agent,
    world: EpisodeEnv,
    error: str | None,
    duration_s: float,
) -> EpisodeRecord:
    # What never began would tell of the episode before.
    try:
        report = dict(agent.report()) if progress.agent_ready else {}
        verdict = {"steps": progress.steps, **(world.outcome() if progress.world_ready else {})}
    except Exception:
        # After an error the environment may have no verdict to give; the first traceback counts.
        error = error or traceback.format_exc()
        report, verdict = {}, {"steps": progress.steps}
    verdict["measures"] = {**report.get("measures", {}), **verdict.get("measures", {})}
    if error is not None:
        status, reason = EpisodeStatus.ERROR, error.strip().splitlines()[-1]
        verdict["goal_conditions_met"] = 0
    else:
        status, reason = _status(progress), progress.reason or str(report.get("end_reason", ""))
        cause = str(report.get("cause", ""))
        # Where no goal is known, as of a person's own words, there is nothing to blame.
        judged = verdict.get("goal_conditions_total") != 0
        if status is not EpisodeStatus.SUCCESS and judged and cause and not blamed(reason):
            reason = f"{cause}: {reason}"
    return EpisodeRecord(
        spec=spec,
        status=status,
        instruction=progress.instruction,
        plans=tuple(report.get("plans", ())),
        corrections=tuple(report.get("corrections", ())),
        end_reason=reason,
        error=error,
        duration_s=duration_s,
        **verdict,
    )


def _status(progress: _Progress) -> EpisodeStatus:
    if progress.success:
        return EpisodeStatus.SUCCESS
    return EpisodeStatus.TRUNCATED if progress.truncated else EpisodeStatus.FAILURE
