"""Requests as the OpenAI-compatible wire has them."""

import base64
import io
from collections.abc import Mapping
from typing import Any

from embodied.core.errors import ConfigError
from planners.llm.schemas import as_text, portable, strict
from planners.llm.types import ImagePiece, LlmRequest, Message, Piece

STRUCTURED = ("strict", "schema", "object", "none")
"""How a server can be held to a schema: OpenAI's strict form, a plain schema, JSON of any form with
the schema told in words, or told in words alone."""


def body(request: LlmRequest, *, model: str, structured: str, limit: str) -> dict[str, Any]:
    """Return the body of a chat completion.

    Args:
        request: What is asked.
        model: The server's name for the model.
        structured: One of `STRUCTURED`.
        limit: What the server calls the longest answer: `max_tokens` or `max_completion_tokens`.
    """
    messages = [_message(message) for message in request.messages]
    found: dict[str, Any] = {"model": model, limit: request.max_tokens}
    found["temperature"] = request.temperature
    if request.seed is not None:
        found["seed"] = request.seed
    if request.stop:
        found["stop"] = list(request.stop)
    if request.schema is not None:
        found |= _response_format(request.schema, structured)
        if structured in ("object", "none"):
            _tell(messages, request.schema)
    return found | {"messages": messages}


def check_structured(structured: str) -> None:
    """Refuse a mode that does not exist.

    Raises:
        ConfigError: If it is none of `STRUCTURED`.
    """
    if structured not in STRUCTURED:
        raise ConfigError(
            f"llm.structured is one of {', '.join(STRUCTURED)}; {structured!r} is none of them."
        )


def _response_format(schema: Mapping[str, Any], structured: str) -> dict[str, Any]:
    if structured == "none":
        return {}
    if structured == "object":
        return {"response_format": {"type": "json_object"}}
    is_strict = structured == "strict"
    form = {
        "name": str(schema.get("title", "answer")),
        "schema": strict(schema) if is_strict else portable(schema),
        "strict": is_strict,
    }
    return {"response_format": {"type": "json_schema", "json_schema": form}}


def _tell(messages: list[dict[str, Any]], schema: Mapping[str, Any]) -> None:
    words = f"Answer with JSON alone, of this JSON schema: {as_text(schema)}"
    if messages and messages[0]["role"] == "system":
        messages[0] = {"role": "system", "content": f"{messages[0]['content']}\n{words}"}
    else:
        messages.insert(0, {"role": "system", "content": words})


def _message(message: Message) -> dict[str, Any]:
    if not any(isinstance(piece, ImagePiece) for piece in message.pieces):
        return {"role": message.role, "content": message.text}
    return {"role": message.role, "content": [_part(piece) for piece in message.pieces]}


def _part(piece: Piece) -> dict[str, Any]:
    if isinstance(piece, ImagePiece):
        return {"type": "image_url", "image_url": {"url": data_url(piece)}}
    return {"type": "text", "text": piece.text}


def data_url(piece: ImagePiece) -> str:
    """Return a picture as the PNG of a data URL."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(piece.image).save(stream, format="PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
