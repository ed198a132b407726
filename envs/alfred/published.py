"""The fields of a published `traj_data.json` that are used here, checked as they are read.

The files are those of `json_2.1.0`; the per-frame `images` lists may be there or stripped. The
test splits have no `plan`, `task_type` and `pddl_params`.
"""

from pathlib import Path
from typing import Annotated, Any

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from embodied.core.errors import DataError

Count = Annotated[int, Field(ge=0)]


class _Model(BaseModel):
    """Unknown fields are passed over; a number that is not finite is an error."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Xyz(_Model):
    """Three numbers: metres or degrees."""

    x: float
    y: float
    z: float


class PublishedPose(_Model):
    """Start pose of a movable object."""

    objectName: str  # noqa: N815 - as the file spells it
    position: Xyz
    rotation: Xyz


class PublishedToggle(_Model):
    """A type of object that starts switched on or off."""

    objectType: str  # noqa: N815
    isOn: bool  # noqa: N815


class PublishedStart(_Model):
    """The agent's start pose."""

    action: str
    x: float
    y: float
    z: float
    rotation: float
    horizon: float
    rotateOnTeleport: bool = True  # noqa: N815


class PublishedScene(_Model):
    """The room and its objects at the start."""

    floor_plan: str
    init_action: PublishedStart
    object_poses: tuple[PublishedPose, ...]
    object_toggles: tuple[PublishedToggle, ...] = ()
    dirty_and_empty: bool = False


class PublishedApiAction(_Model):
    """A low-level action as it was sent."""

    action: str
    objectId: str | None = None  # noqa: N815
    receptacleObjectId: str | None = None  # noqa: N815


class PublishedArguments(_Model):
    """The mask of an interaction: runs `[start, length]` over the 300x300 frame, row by row."""

    mask: tuple[tuple[Count, Count], ...] | None = None


class PublishedDiscreteAction(_Model):
    """A low-level action as models predict it."""

    action: str
    args: PublishedArguments = PublishedArguments()


class PublishedLowAction(_Model):
    """One low-level action of the expert."""

    api_action: PublishedApiAction
    discrete_action: PublishedDiscreteAction
    high_idx: Count


class PublishedHighDiscrete(_Model):
    """A subgoal in words."""

    action: str
    args: tuple[str, ...] = ()


class PublishedPlannerAction(_Model):
    """A subgoal as the planner had it."""

    action: str
    objectId: str | None = None  # noqa: N815
    receptacleObjectId: str | None = None  # noqa: N815
    coordinateReceptacleObjectId: tuple[str, tuple[float, ...]] | None = None  # noqa: N815


class PublishedHighAction(_Model):
    """One subgoal of the expert."""

    discrete_action: PublishedHighDiscrete
    planner_action: PublishedPlannerAction
    high_idx: Count


class PublishedPlan(_Model):
    """The expert's solution."""

    high_pddl: tuple[PublishedHighAction, ...]
    low_actions: tuple[PublishedLowAction, ...]


class PublishedParams(_Model):
    """Arguments of the task."""

    object_target: str
    parent_target: str = ""
    mrecep_target: str = ""
    toggle_target: str = ""
    object_sliced: bool = False


class PublishedAnnotation(_Model):
    """One person's words."""

    task_desc: str
    high_descs: tuple[str, ...] = ()


class PublishedAnnotations(_Model):
    """All of them."""

    anns: Annotated[tuple[PublishedAnnotation, ...], Field(min_length=1)]


class PublishedTrajectory(_Model):
    """One `traj_data.json`."""

    scene: PublishedScene
    turk_annotations: PublishedAnnotations
    task_id: str
    task_type: str | None = None
    pddl_params: PublishedParams | None = None
    plan: PublishedPlan | None = None


def read_published(path: Path) -> PublishedTrajectory:
    """Read one file.

    Raises:
        DataError: If it is missing, cut short or malformed; names the file and the field.
    """
    try:
        return PublishedTrajectory.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except pydantic.ValidationError as error:
        raise DataError(f"{path}: {_first_fault(error)}") from error


def _first_fault(error: pydantic.ValidationError) -> str:
    fault: Any = error.errors(include_url=False)[0]
    if fault["type"] == "json_invalid":
        return f"not valid JSON, perhaps cut short ({fault['ctx']['error']})"
    field = ".".join(str(part) for part in fault["loc"])
    shown = repr(fault["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    more = error.error_count() - 1
    return f"field {field}: {fault['msg']}, got {shown}" + (
        f"; {more} more fields are wrong" if more else ""
    )
