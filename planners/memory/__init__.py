"""What was learned in earlier episodes, handed to whichever planner plans now.

Two ideas from the literature, both small here:

- a task tree, after the Task Memory Engine (Ye, 2025): an episode is kept as goal, attempts, steps
  and how each ended, not as a flat log, so that the path to a step and what was tried beside it can
  be read off (`tree`);
- insights, after ICAL (Sarch et al., NeurIPS 2024): what an episode taught is put into a few
  sentences, by rules or by a language model, and the sentences of the most similar episodes stand
  in the next prompt (`insights`, `store`).

Where it differs: TME rewrites its tree while a model acts on every turn, here the agent's loop does
that and the tree is built from its history; ICAL abstracts demonstrations with a vision model and
has people correct them, here episodes of the agent's own are abstracted, and what people said
during an episode is part of its tree.
"""

from planners.memory.planner import RememberingPlanner, with_memory
from planners.memory.store import Memory

__all__ = ["Memory", "RememberingPlanner", "with_memory"]
