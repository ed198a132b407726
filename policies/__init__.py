"""Policies: they turn a subgoal and an observation into an action."""
