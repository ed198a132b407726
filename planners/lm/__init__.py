"""A small causal language model that answers the planners' questions: made, trained and kept here.

It is real and imperfect: every flow that needs a language model can be run and measured offline
against honest mistakes. A few million parameters know the words of household tasks and nothing
else; whoever wants more points `llm=` at a larger model.
"""

from pathlib import Path

from planners.llm.types import LlmClient

WEIGHTS = Path(__file__).parent / "weights"
"""Folder of the shipped model, in the form that transformers reads."""


def shipped(*, batch: int = 32, threads: int | None = None) -> LlmClient:
    """Return the shipped model, in this process: `llm=small`.

    Args:
        batch: Requests answered at once.
        threads: Threads of torch; None leaves torch's own choice.

    Raises:
        ConfigError: If torch, transformers or llguidance is missing.
    """
    from planners.llm.local import LocalClient

    return LocalClient(WEIGHTS, name="small", device="cpu", batch=batch, threads=threads)
