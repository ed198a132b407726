"""What a task names: the answer of the first stage, and its way to and from a `Task`."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from embodied.core.errors import PlanningError
from embodied.core.skills import SkillSpec
from embodied.core.task import (
    LOOK_IN_LIGHT,
    PICK_AND_PLACE,
    PICK_CLEAN,
    PICK_COOL,
    PICK_HEAT,
    PICK_TWO,
    PICK_WITH_MOVABLE,
    Task,
)
from planners.llm.plan_schema import nameable

OTHER = "other"
"""A task of another kind: its plan is checked, but nothing is known of where it should end."""

KINDS: Mapping[str, str] = {
    PICK_AND_PLACE: "bring",
    PICK_TWO: "bring_two",
    LOOK_IN_LIGHT: "look",
    PICK_HEAT: "heat",
    PICK_COOL: "cool",
    PICK_CLEAN: "clean",
    PICK_WITH_MOVABLE: "carry_in",
}
"""Task type to the word for it."""
TASK_TYPE = {kind: task_type for task_type, kind in KINDS.items()}

FIELDS = ("task", "object", "sliced", "vessel", "receptacle", "lamp")
"""What has to be right, in the order in which it is said."""


class Cue(BaseModel):
    """What tells the thing that is meant from others of its type.

    Attributes:
        about: Type of the thing.
        attributes: Colours, sizes: `red`.
        relation: Where it stands: `left of the sink`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    attributes: tuple[str, ...] = ()
    relation: str = ""


class Information(BaseModel):
    """What a task names.

    Attributes:
        task: A word of `KINDS`, or `other`.
        object: Type of the thing to bring, look at or change.
        sliced: Whether a slice of it is meant.
        vessel: Type of what it is carried in, for `carry_in`.
        receptacle: Type of where it ends.
        lamp: Type of the lamp to look at it under.
        cues: What tells things from others of their type, as the words have it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: str
    object: str
    sliced: bool = False
    vessel: str = ""
    receptacle: str = ""
    lamp: str = ""
    cues: tuple[Cue, ...] = ()

    def values(self) -> dict[str, str]:
        """Return what was named, by field, as words; cues are left out."""
        return {field: str(getattr(self, field)) for field in FIELDS}

    def line(self) -> str:
        """Return it on one line, for prompts and reasons: `heat; object sliced Apple; ...`."""
        name = f"sliced {self.object}" if self.sliced else self.object
        named = {
            "object": name,
            "vessel": self.vessel,
            "receptacle": self.receptacle,
            "lamp": self.lamp,
        }
        return "; ".join([self.task, *(f"{key} {value}" for key, value in named.items() if value)])


def information_of(task: Task) -> Information:
    """Return what a task names."""
    return Information(
        task=KINDS[task.task_type],
        object=task.object,
        sliced=task.sliced,
        vessel=task.mrecep,
        receptacle=task.parent,
        lamp=task.toggle,
    )


def task_from(information: Information) -> Task | None:
    """Return the task, or None where what was named is none of ALFRED's, or not all of it.

    Fields that the kind has no use for are passed over: a model that names a lamp for a task of
    heating has still said which task it is.
    """
    task_type = TASK_TYPE.get(information.task)
    if task_type is None or not information.object:
        return None
    if task_type == LOOK_IN_LIGHT:
        lamp = information.lamp
        return Task(task_type, information.object, toggle=lamp, sliced=information.sliced)
    vessel = information.vessel if task_type == PICK_WITH_MOVABLE else ""
    if not information.receptacle or (task_type == PICK_WITH_MOVABLE and not vessel):
        return None
    return Task(
        task_type,
        information.object,
        parent=information.receptacle,
        mrecep=vessel,
        sliced=information.sliced,
    )


def types_in(skills: Sequence[SkillSpec]) -> dict[str, tuple[str, ...]]:
    """Return the types that may stand in each field, from what the skills take.

    Args:
        skills: What the embodiment declares.

    Returns:
        Field to types; a field is missing where some skill takes anything there.
    """
    by_name = {skill.name: skill for skill in skills}
    sources = {
        "object": [("pick", "object")],
        "vessel": [("place", "receptacle"), ("pick", "object")],
        "receptacle": [("place", "receptacle")],
        "lamp": [("look", "lamp")],
    }
    found: dict[str, tuple[str, ...]] = {}
    for field, places in sources.items():
        sets = [
            by_name[skill].categories[argument]
            for skill, argument in places
            if skill in by_name and argument in by_name[skill].categories
        ]
        if len(sets) == len(places):
            found[field] = tuple(sorted(nameable(frozenset.intersection(*sets))))
    return found


def information_model(
    skills: Sequence[SkillSpec], *, only: Mapping[str, Sequence[str]] | None = None
) -> type[Information]:
    """Return the form of the first stage's answer, as tight as the declared skills allow.

    Args:
        skills: What the embodiment declares.
        only: Field to the values still open, where the evaluation has narrowed them down.

    Raises:
        PlanningError: If no skill is declared.
    """
    if not skills:
        raise PlanningError("No skill is declared, so there is nothing to plan with.")
    allowed: dict[str, tuple[str, ...]] = {"task": (*TASK_TYPE, OTHER)}
    for field, types in types_in(skills).items():
        # what is named need not be there in every kind of task
        allowed[field] = types if field == "object" else ("", *types)
    for field, values in (only or {}).items():
        allowed[field] = tuple(values)
    return _information_model(tuple(sorted(allowed.items())))


@lru_cache(maxsize=256)
def _information_model(allowed: tuple[tuple[str, tuple[str, ...]], ...]) -> type[Information]:
    fields: dict[str, Any] = {}
    for field, values in allowed:
        if field == "sliced":
            kinds = tuple(value == "True" for value in values)
            default = kinds[0] if len(kinds) == 1 else False
            fields[field] = (Literal[kinds], Field(default=default))
        else:
            required = field in ("task", "object") or "" not in values
            fields[field] = (Literal[values], ... if required else Field(default=""))
    ordered = {field: fields[field] for field in FIELDS if field in fields}
    return create_model("TaskInformation", __base__=Information, **ordered)
