"""Why an action is refused: a closed list, each with its sentence."""

from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Every reason there is; the value stands in `metadata["errorCode"]`."""

    NO_SUCH_OBJECT = "no_such_object"
    NOT_IN_SCENE = "not_in_scene"
    OUT_OF_REACH = "out_of_reach"
    NOT_IN_VIEW = "not_in_view"
    HIDDEN = "hidden"
    SHUT_IN = "shut_in"
    HAND_FULL = "hand_full"
    HAND_EMPTY = "hand_empty"
    NOT_HELD = "not_held"
    IN_HAND = "in_hand"
    NOT_PICKUPABLE = "not_pickupable"
    NOT_A_RECEPTACLE = "not_a_receptacle"
    WRONG_TYPE = "wrong_type"
    RECEPTACLE_CLOSED = "receptacle_closed"
    RECEPTACLE_FULL = "receptacle_full"
    NO_FREE_SPOT = "no_free_spot"
    NOT_OPENABLE = "not_openable"
    ALREADY_OPEN = "already_open"
    ALREADY_CLOSED = "already_closed"
    MUST_BE_OFF = "must_be_off"
    MUST_BE_CLOSED = "must_be_closed"
    AGENT_IN_THE_WAY = "agent_in_the_way"
    NOT_TOGGLEABLE = "not_toggleable"
    HAS_A_KNOB = "has_a_knob"
    ALREADY_ON = "already_on"
    ALREADY_OFF = "already_off"
    NOT_SLICEABLE = "not_sliceable"
    ALREADY_SLICED = "already_sliced"
    NO_KNIFE = "no_knife"
    NOT_DIRTYABLE = "not_dirtyable"
    ALREADY_CLEAN = "already_clean"
    ALREADY_DIRTY = "already_dirty"
    NOT_FILLABLE = "not_fillable"
    ALREADY_FILLED = "already_filled"
    ALREADY_EMPTY = "already_empty"
    BLOCKED = "blocked"
    OFF_THE_FLOOR = "off_the_floor"
    LOOK_LIMIT = "look_limit"
    NO_SUCH_NAME = "no_such_name"


SENTENCES: dict[Reason, str] = {
    Reason.NO_SUCH_OBJECT: "The scene has no object {object!r}.",
    Reason.NOT_IN_SCENE: "{object} is no longer in the scene.",
    Reason.OUT_OF_REACH: "{object} is out of reach: farther than {reach_m:.2f} m from the agent.",
    Reason.NOT_IN_VIEW: "{object} is not in view.",
    Reason.HIDDEN: "{object} is hidden behind something.",
    Reason.SHUT_IN: "{object} is shut in {receptacle}, which is closed.",
    Reason.HAND_FULL: "The hand already holds {held}.",
    Reason.HAND_EMPTY: "The hand is empty.",
    Reason.NOT_HELD: "{object} is not in the hand, which holds {held}.",
    Reason.IN_HAND: "{object} is in the agent's own hand.",
    Reason.NOT_PICKUPABLE: "{object} cannot be picked up.",
    Reason.NOT_A_RECEPTACLE: "{receptacle} is not a receptacle.",
    Reason.WRONG_TYPE: "{object} does not belong in or on {receptacle}.",
    Reason.RECEPTACLE_CLOSED: "{receptacle} is closed.",
    Reason.RECEPTACLE_FULL: "{receptacle} takes one thing and already has {occupant}.",
    Reason.NO_FREE_SPOT: "{receptacle} has no free spot for {object}.",
    Reason.NOT_OPENABLE: "{object} cannot be opened or closed.",
    Reason.ALREADY_OPEN: "{object} is already open.",
    Reason.ALREADY_CLOSED: "{object} is already closed.",
    Reason.MUST_BE_OFF: "{object} must be switched off before it is opened.",
    Reason.MUST_BE_CLOSED: "{object} must be closed before it is switched on.",
    Reason.AGENT_IN_THE_WAY: "{object} would swing into the agent.",
    Reason.NOT_TOGGLEABLE: "{object} cannot be switched on or off.",
    Reason.HAS_A_KNOB: "{object} is switched by {knob}.",
    Reason.ALREADY_ON: "{object} is already on.",
    Reason.ALREADY_OFF: "{object} is already off.",
    Reason.NOT_SLICEABLE: "{object} cannot be sliced.",
    Reason.ALREADY_SLICED: "{object} has already been sliced.",
    Reason.NO_KNIFE: "Slicing needs a knife in the hand.",
    Reason.NOT_DIRTYABLE: "{object} is never dirty or clean.",
    Reason.ALREADY_CLEAN: "{object} is already clean.",
    Reason.ALREADY_DIRTY: "{object} is already dirty.",
    Reason.NOT_FILLABLE: "{object} holds no liquid.",
    Reason.ALREADY_FILLED: "{object} is already filled.",
    Reason.ALREADY_EMPTY: "{object} is already empty.",
    Reason.BLOCKED: "{culprit} blocks the way.",
    Reason.OFF_THE_FLOOR: "({x_m:.2f}, {z_m:.2f}) is no place the agent can stand.",
    Reason.LOOK_LIMIT: "A horizon of {horizon_deg:g} degrees is past the camera's limits.",
    Reason.NO_SUCH_NAME: "The scene has no movable object named {name!r}{times}.",
}


class Refused(Exception):  # noqa: N818 - an outcome of the rules, caught by the controller
    """The world refuses an action; nothing has changed.

    Args:
        reason: Which of the closed list.
        culprits: The names the reason's sentence speaks of.
    """

    def __init__(self, reason: Reason, **culprits: Any) -> None:
        self.reason = reason
        super().__init__(SENTENCES[reason].format(**culprits))
