"""What is to be achieved: one of ALFRED's seven task types with its arguments."""

from dataclasses import dataclass

from embodied.core.errors import UnknownNameError

PICK_AND_PLACE = "pick_and_place_simple"
PICK_TWO = "pick_two_obj_and_place"
LOOK_IN_LIGHT = "look_at_obj_in_light"
PICK_HEAT = "pick_heat_then_place_in_recep"
PICK_COOL = "pick_cool_then_place_in_recep"
PICK_CLEAN = "pick_clean_then_place_in_recep"
PICK_WITH_MOVABLE = "pick_and_place_with_movable_recep"

TASK_TYPES = (
    PICK_AND_PLACE,
    PICK_TWO,
    LOOK_IN_LIGHT,
    PICK_HEAT,
    PICK_COOL,
    PICK_CLEAN,
    PICK_WITH_MOVABLE,
)
"""Names as the data set spells them."""


@dataclass(frozen=True)
class Task:
    """A goal, with the fields of ALFRED's `pddl_params`.

    Attributes:
        task_type: One of `TASK_TYPES`.
        object: Type of the object to bring, look at or change; without the `Sliced` suffix.
        parent: Type of the receptacle it ends in or on; empty for `look_at_obj_in_light`.
        mrecep: Type of the movable receptacle it is carried in; empty where there is none.
        toggle: Type of the lamp; empty except for `look_at_obj_in_light`.
        sliced: Whether a slice of the object is what counts.
    """

    task_type: str
    object: str
    parent: str = ""
    mrecep: str = ""
    toggle: str = ""
    sliced: bool = False

    def __post_init__(self) -> None:
        if self.task_type not in TASK_TYPES:
            raise UnknownNameError("task type", self.task_type, TASK_TYPES)

    @property
    def target(self) -> str:
        """What the object's id must contain: its type, with `Sliced` where a slice is asked for."""
        return f"{self.object}Sliced" if self.sliced else self.object
