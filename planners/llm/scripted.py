"""A language model that says what it was told to: for tests and for looking at flows."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from embodied.core.errors import ConfigError, PlanningError
from planners.llm.types import LlmReply, LlmRequest, Usage


class ScriptedClient:
    """Answers with the texts of a script, in order, and keeps every request it was asked.

    Args:
        replies: The answers in order, or a function of the request.
        file: A text file with one answer a line, where `replies` is not given.
        repeat: Start again when the script is through; otherwise asking on is an error.
        name: The model's name in records.

    Raises:
        ConfigError: If there is neither script nor file, or the file cannot be read.
    """

    def __init__(
        self,
        replies: Sequence[str] | Callable[[LlmRequest], str] | None = None,
        *,
        file: str | Path | None = None,
        repeat: bool = False,
        name: str = "scripted",
    ) -> None:
        if replies is None:
            if file is None:
                raise ConfigError(
                    "llm=scripted needs a script: give llm.make.file=answers.txt with one answer "
                    "a line."
                )
            replies = _lines(Path(file))
        self._replies = replies if callable(replies) else list(replies)
        self._repeat = repeat
        self._lock = threading.Lock()
        self.name = name
        self.usage = Usage()
        self.requests: list[LlmRequest] = []

    def complete(self, request: LlmRequest) -> LlmReply:
        """Answer with the script's next text; tokens are counted as words.

        Raises:
            PlanningError: If the script is through.
        """
        started_s = time.perf_counter()
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
        if callable(self._replies):
            text = self._replies(request)
        elif self._repeat and self._replies:
            text = self._replies[number % len(self._replies)]
        elif number < len(self._replies):
            text = self._replies[number]
        else:
            raise PlanningError(
                f"The script of {len(self._replies)} answers is through; a further question came."
            )
        usage = Usage(
            prompt_tokens=sum(len(message.text.split()) for message in request.messages),
            completion_tokens=len(text.split()),
            requests=1,
            seconds=time.perf_counter() - started_s,
        )
        with self._lock:
            self.usage = self.usage + usage
        return LlmReply(text, usage)

    def complete_many(self, requests: Sequence[LlmRequest]) -> list[LlmReply]:
        """Answer in order."""
        return [self.complete(request) for request in requests]


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise ConfigError(f"Cannot read the script of llm=scripted: {error}") from error
