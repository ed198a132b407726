"""A small language with Python's grammar, interpreted here and run in a process of its own.

Nothing of a program is ever handed to Python's own compiler or evaluator beyond the parser: its
syntax tree is checked against a list of what is allowed and walked by `interpreter.py`. There is no
attribute, no import, no class, no decorator, no exception handling, no method and no formatting in
the language, so that an escape would need a hole in a walker of some three hundred lines rather
than in Python. The process around it has limits on time and memory, no environment, and nothing
open but its two pipes.
"""

from planners.program.sandbox.run import Limits, ProgramFailure, ProgramResult, run

__all__ = ["Limits", "ProgramFailure", "ProgramResult", "run"]
