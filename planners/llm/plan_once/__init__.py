"""The plain way: the model is told the task and the skills once, and its answer is the plan.

The baseline of every other planner here, as prompting planners have it since Huang et al. 2022 and
SayCan: no retrieval, no symbolic check, no second question beyond the repair of malformed answers.
"""

from planners.llm.plan_once.planner import AskedOncePlanner

__all__ = ["AskedOncePlanner"]
