"""Types and protocols everything speaks; standard library and numpy, nothing else."""

from embodied.core.action import (
    Action,
    DiscreteAction,
    TextAction,
    VectorAction,
    ViewpointAction,
)
from embodied.core.correction import Correction, CorrectionKind
from embodied.core.entity import Detection, Entity
from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus, Metric
from embodied.core.errors import EmbodiedError, PlanningError
from embodied.core.geometry import Intrinsics, Pose
from embodied.core.instruction import Instruction
from embodied.core.motion import Frame, Motion, MotionKind
from embodied.core.observation import Observation
from embodied.core.panorama import Panorama, Way
from embodied.core.plan import Cause, ObjectRef, Outcome, Plan, Status, Subgoal
from embodied.core.protocols import (
    Agent,
    Correctable,
    EpisodeEnv,
    Holding,
    PlanContext,
    Planner,
    Policy,
    Settling,
    Step,
    Subscriber,
)
from embodied.core.skills import SkillSpec

__all__ = [
    "Action",
    "Agent",
    "Cause",
    "Correctable",
    "Correction",
    "CorrectionKind",
    "Detection",
    "DiscreteAction",
    "EmbodiedError",
    "Entity",
    "EpisodeEnv",
    "EpisodeRecord",
    "EpisodeSpec",
    "EpisodeStatus",
    "Frame",
    "Holding",
    "Instruction",
    "Intrinsics",
    "Metric",
    "Motion",
    "MotionKind",
    "ObjectRef",
    "Observation",
    "Outcome",
    "Panorama",
    "Plan",
    "PlanContext",
    "Planner",
    "PlanningError",
    "Policy",
    "Pose",
    "Settling",
    "SkillSpec",
    "Status",
    "Step",
    "Subgoal",
    "Subscriber",
    "TextAction",
    "VectorAction",
    "ViewpointAction",
    "Way",
]
