"""A small causal language model that answers the planners' questions: made, trained and kept here.

It is real and imperfect: every flow that needs a language model can be run and measured offline
against honest mistakes. A few million parameters know the words of household tasks and nothing
else; whoever wants more points `llm=` at a larger model.
"""

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
"""Folder of the shipped model, in the form that transformers reads."""
