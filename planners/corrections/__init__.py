"""What people say while the agent moves, and how things went, folded into plans of any planner."""

from planners.corrections.changes import Change, Kind
from planners.corrections.fold import fold, resolve, without_needless_picks
from planners.corrections.progress import in_hand, left_to_do, recover, still_ahead
from planners.corrections.understand import understand

__all__ = [
    "Change",
    "Kind",
    "fold",
    "in_hand",
    "left_to_do",
    "recover",
    "resolve",
    "still_ahead",
    "understand",
    "without_needless_picks",
]
