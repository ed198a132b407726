"""Skills in text worlds: subgoals carried out in commands, by what the sentences said."""

from policies.text.policy import TextPolicy

__all__ = ["TextPolicy"]
