"""The seams: what planners, policies, agents and environments answer to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from embodied.core.action import Action
from embodied.core.correction import Correction
from embodied.core.entity import Entity
from embodied.core.episode import EpisodeRecord, EpisodeSpec
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.plan import Outcome, Plan, Subgoal
from embodied.core.skills import SkillSpec


@dataclass(frozen=True)
class PlanContext:
    """All a planner may know.

    Attributes:
        instruction: What was asked.
        skills: What the embodiment declares; a plan may use nothing else.
        entities: What has been seen so far.
        history: Subgoals tried, with how each ended, oldest first.
        corrections: What a person said meanwhile.
        current_plan: The plan being replaced, if any.
        insights: What earlier episodes taught about tasks like this one, one sentence each.
        objected: Whether the corrections object to what was done already: a plan without them is
            what was objected to.
    """

    instruction: Instruction
    skills: tuple[SkillSpec, ...] = ()
    entities: tuple[Entity, ...] = ()
    history: tuple[tuple[Subgoal, Outcome], ...] = ()
    corrections: tuple[Correction, ...] = ()
    current_plan: Plan | None = None
    insights: tuple[str, ...] = ()
    objected: bool = False


class Planner(Protocol):
    """Turns an instruction into subgoals."""

    def plan(self, context: PlanContext) -> Plan:
        """Return a plan.

        Raises:
            PlanningError: If no valid plan can be made.
        """


@runtime_checkable
class Privileged(Protocol):
    """Reads the environment's full state; the config that makes it says so."""

    def bind(self, env: "EpisodeEnv") -> None:
        """Take hold of the environment, after its reset and before the episode begins."""


class Policy(Protocol):
    """Carries out one subgoal at a time."""

    def reset(self) -> None:
        """Forget the last episode; drop queued actions."""

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal; drop actions queued for another, so that the new one acts now."""

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next action, and how the subgoal stands.

        The action is None where the outcome is final and nothing more is to be done for it.
        """


@runtime_checkable
class Correctable(Protocol):
    """A policy that takes corrections of its motion without a new plan."""

    def correct(self, correction: Correction) -> bool:
        """Take a correction into account from the next `act` on.

        Returns:
            Whether it was one for this policy; the planner gets it otherwise.
        """


@runtime_checkable
class Holding(Protocol):
    """A policy whose body needs a command even to keep still."""

    def hold(self, observation: Observation) -> Action:
        """Return the command that keeps still and keeps hold of what is held."""


@runtime_checkable
class MapKeeping(Protocol):
    """A policy with a map: it knows of more than is in view."""

    def seen(self) -> tuple[Entity, ...]:
        """Return what was seen since the episode began and is believed to be there."""


@runtime_checkable
class Settling(Protocol):
    """A policy that ends a task safely before another one begins."""

    def settling(self, observation: Observation) -> tuple[Subgoal, ...]:
        """Return what has to be done first, such as putting down what is held; often nothing."""


@runtime_checkable
class Interruptible(Protocol):
    """A policy that can leave off what it is at and still know where it is and what it holds."""

    def interrupt(self) -> None:
        """Drop the subgoal and every motion asked for; keep what is known of the world."""

    def next_task(self) -> None:
        """Likewise, and try again what was tried or searched in vain: another task begins."""


@runtime_checkable
class Homing(Protocol):
    """A policy that knows where it took things from."""

    def homes(self) -> Mapping[str, str]:
        """Return types of things to where each was taken from last: `on the counter top`."""


class Agent(Protocol):
    """Holds the loop's state: plan, position in it, pending corrections."""

    def begin(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Start an episode."""

    def step(self, observation: Observation, now_s: float) -> Action:
        """Answer with the next action. Never waits."""

    def correct(self, text: str) -> None:
        """Queue a spoken correction; safe from any thread, acts at the next step."""

    def report(self) -> Mapping[str, Any]:
        """Return what recorders show and records keep: plans, current subgoal, corrections."""


@runtime_checkable
class Following(Protocol):
    """An agent that takes on one task after another in the same world."""

    def follow(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Begin another task, or take up again the one that was left off: "go on"."""


class EpisodeEnv(Protocol):
    """What `run_episode` needs of an environment beyond `gymnasium.Env`.

    Implemented by the unwrapped environment; the wrapped one is stepped as usual.
    """

    @property
    def skills(self) -> tuple[SkillSpec, ...]:
        """Skills this embodiment declares."""

    def episodes(self) -> Sequence[EpisodeSpec]:
        """List the episodes of the configured split, in their fixed order."""

    def encode_action(self, action: Action) -> Any:
        """Turn an agent's action into a member of the action space."""

    def decode_observation(self, observation: Any) -> Observation:
        """Turn a member of the observation space into what the agent sees."""

    def outcome(self) -> Mapping[str, Any]:
        """Return the benchmark's verdict now, as keyword arguments of `EpisodeRecord`.

        For the runner, never for the agent: `goal_conditions_met`, `goal_conditions_total`,
        `expert_steps`, `steps`, `failed_actions`, `measures`, whatever the benchmark has.
        """

    def expert(self, *, by: str = "id") -> tuple[Planner, Policy]:
        """Return a planner and a policy that read this very environment's full state.

        Privileged: only agents whose config says so ask for it.

        Args:
            by: How it points at objects: `id`, or `mask` (as an agent has to).
        """


@dataclass(frozen=True)
class Step:
    """One step of an episode, as it went.

    Attributes:
        observation: What was seen before it.
        action: What the agent did.
        info: What the environment told the runner of it.
        report: What the agent told of itself.
    """

    observation: Observation
    action: Action
    info: Mapping[str, Any]
    report: Mapping[str, Any]


class Subscriber(Protocol):
    """Watches an episode: recorders, viewers, progress."""

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        """Called after the environment's reset."""

    def on_step(self, step: Step) -> None:
        """Called after each step."""

    def on_end(self, record: EpisodeRecord) -> None:
        """Called once, however the episode ended."""
