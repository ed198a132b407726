"""Plan, Eliminate, Track (Wu et al. 2023, arXiv 2305.02412): a language model teaches an agent.

Plan turns the task into sub-tasks, Eliminate masks the things that the current one does not need,
Track says when it is done. See `planner.py` for where this differs from the paper.
"""
