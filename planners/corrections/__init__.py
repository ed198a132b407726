"""What people say while the agent moves, and how things went, folded into plans of any planner."""

from planners.corrections.adding import DoneAnyway, PlanText, timed
from planners.corrections.besides import parts_of
from planners.corrections.changes import Change, Kind
from planners.corrections.fold import fold, resolve
from planners.corrections.hand import (
    is_wrong,
    not_of,
    other_knife,
    taking,
    without_needless_picks,
)
from planners.corrections.progress import in_hand, left_to_do, recover, still_ahead
from planners.corrections.understand import understand

__all__ = [
    "Change",
    "DoneAnyway",
    "Kind",
    "PlanText",
    "fold",
    "in_hand",
    "is_wrong",
    "left_to_do",
    "not_of",
    "other_knife",
    "parts_of",
    "recover",
    "resolve",
    "still_ahead",
    "taking",
    "timed",
    "understand",
    "without_needless_picks",
]
