"""Language models for planners: messages, clients, structured output, plan schemas."""

from planners.llm.structured import ask, ask_many
from planners.llm.types import (
    Exchange,
    ImagePiece,
    LlmClient,
    LlmReply,
    LlmRequest,
    Message,
    TextPiece,
    Usage,
)

__all__ = [
    "Exchange",
    "ImagePiece",
    "LlmClient",
    "LlmReply",
    "LlmRequest",
    "Message",
    "TextPiece",
    "Usage",
    "ask",
    "ask_many",
]
