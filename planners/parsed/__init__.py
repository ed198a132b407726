"""The default planner: a learned parser from text to typed subgoals, which needs no LLM."""
