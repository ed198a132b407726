"""Planners: they turn an instruction into subgoals."""
