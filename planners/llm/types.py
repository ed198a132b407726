"""What planners and language models say to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, TypeAlias

from embodied.core.arrays import RgbImage

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class TextPiece:
    """Words of a message."""

    text: str


@dataclass(frozen=True, eq=False)
class ImagePiece:
    """A picture in a message: uint8 [H, W, 3], red first."""

    image: RgbImage


Piece: TypeAlias = TextPiece | ImagePiece


@dataclass(frozen=True)
class Message:
    """One turn of a conversation.

    Attributes:
        role: Who speaks.
        pieces: Words and pictures, in order.
    """

    role: Role
    pieces: tuple[Piece, ...]

    @classmethod
    def system(cls, text: str) -> Self:
        """Build the standing instructions."""
        return cls("system", (TextPiece(text),))

    @classmethod
    def user(cls, *pieces: str | RgbImage) -> Self:
        """Build a question, of strings and of uint8 [H, W, 3] images."""
        return cls("user", tuple(_piece(piece) for piece in pieces))

    @classmethod
    def assistant(cls, text: str) -> Self:
        """Build an answer, as an example or as the model's own last turn."""
        return cls("assistant", (TextPiece(text),))

    @property
    def text(self) -> str:
        """The message's words, its text pieces joined by newlines."""
        return "\n".join(piece.text for piece in self.pieces if isinstance(piece, TextPiece))


def _piece(piece: str | RgbImage) -> Piece:
    return TextPiece(piece) if isinstance(piece, str) else ImagePiece(piece)


@dataclass(frozen=True)
class LlmRequest:
    """One question to a language model.

    Attributes:
        messages: The conversation so far; the model speaks next.
        schema: JSON schema the answer has to fit; None asks for free text.
        max_tokens: Longest answer.
        temperature: 0 takes the most likely token each time.
        seed: Seed of the draws, where the model draws and its server takes one.
        stop: Strings that end the answer; they are not part of it.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 768
    temperature: float = 0.0
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Usage:
    """What requests cost; usages add up.

    Attributes:
        prompt_tokens: Tokens read.
        completion_tokens: Tokens written.
        cost_usd: Price by the config's price list; 0 where the config has none.
        requests: Requests answered by the model itself.
        cached: Requests answered from the disk cache; they cost nothing.
        seconds: Time spent waiting for answers.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    requests: int = 0
    cached: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cost_usd + other.cost_usd,
            self.requests + other.requests,
            self.cached + other.cached,
            self.seconds + other.seconds,
        )

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens - other.prompt_tokens,
            self.completion_tokens - other.completion_tokens,
            self.cost_usd - other.cost_usd,
            self.requests - other.requests,
            self.cached - other.cached,
            self.seconds - other.seconds,
        )

    def measures(self) -> dict[str, float]:
        """Return the numbers under the names that episode records keep them."""
        return {
            "llm_prompt_tokens": float(self.prompt_tokens),
            "llm_completion_tokens": float(self.completion_tokens),
            "llm_cost_usd": self.cost_usd,
            "llm_requests": float(self.requests),
            "llm_cached": float(self.cached),
            "llm_seconds": self.seconds,
        }


@dataclass(frozen=True)
class LlmReply:
    """An answer.

    Attributes:
        text: What the model said.
        usage: What it cost.
        finish: `stop`, or `length` where `max_tokens` cut the answer.
    """

    text: str
    usage: Usage = Usage()
    finish: str = "stop"


class LlmClient(Protocol):
    """A language model, wherever it runs."""

    @property
    def name(self) -> str:
        """The model, as records name it."""

    @property
    def usage(self) -> Usage:
        """The running total of every request so far."""

    def complete(self, request: LlmRequest) -> LlmReply:
        """Answer one request.

        Raises:
            PlanningError: If there is no answer after the configured retries.
            ConfigError: If the model cannot be had as configured.
        """

    def complete_many(self, requests: Sequence[LlmRequest]) -> list[LlmReply]:
        """Answer several requests, side by side where the model can; replies in their order."""


@dataclass(frozen=True)
class Exchange:
    """A conversation with its right answer: what the small language model is trained on.

    The small model reads of a system message only the first line, so a corpus puts the name of the
    question there ("Plan the task."), the standing explanations below it (for larger models), and
    whatever differs from one question to the next in the user messages, as short as it can be.

    Attributes:
        messages: What the planner asks, exactly as it will ask it.
        answer: What a right model says: the JSON text, as `answer_text` writes it.
        weight: How often it is drawn relative to the others of its corpus.
    """

    messages: tuple[Message, ...]
    answer: str
    weight: float = 1.0
