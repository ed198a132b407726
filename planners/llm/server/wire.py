"""What comes in and goes out over the wire, as OpenAI's chat completions have it."""

import base64
import binascii
import io
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from planners.llm.types import ImagePiece, LlmRequest, Message, Piece, TextPiece


class BadRequestError(ValueError):
    """A request that no answer can be given to; the message says why."""


class _Wire(BaseModel):
    """Fields this server has no use for are passed over, as others do."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Url(_Wire):
    url: str


class _TextPart(_Wire):
    type: Literal["text"]
    text: str


class _ImagePart(_Wire):
    type: Literal["image_url"]
    image_url: _Url


_Part = Annotated[_TextPart | _ImagePart, Field(discriminator="type")]


class _Turn(_Wire):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[_Part]


class _JsonSchema(_Wire):
    schema_: dict[str, Any] = Field(alias="schema")


class _Format(_Wire):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: _JsonSchema | None = None


class _StreamOptions(_Wire):
    include_usage: bool = False


class ChatRequest(_Wire):
    """The body of `POST /v1/chat/completions`."""

    messages: list[_Turn] = Field(min_length=1)
    model: str = ""
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)
    seed: int | None = None
    stop: str | list[str] | None = None
    response_format: _Format | None = None
    stream: bool = False
    stream_options: _StreamOptions = _StreamOptions()
    n: Literal[1] = 1

    def request(self) -> LlmRequest:
        """Return it as planners ask.

        Raises:
            BadRequestError: If a picture cannot be read, or a schema is announced and missing.
        """
        stop = [self.stop] if isinstance(self.stop, str) else self.stop or []
        limit = self.max_completion_tokens or self.max_tokens or LlmRequest.max_tokens
        return LlmRequest(
            messages=tuple(_message(turn) for turn in self.messages),
            schema=self._schema(),
            max_tokens=limit,
            temperature=self.temperature,
            seed=self.seed,
            stop=tuple(stop),
        )

    def _schema(self) -> Mapping[str, Any] | None:
        if self.response_format is None or self.response_format.type == "text":
            return None
        if self.response_format.type == "json_object":
            return {"type": "object"}
        if self.response_format.json_schema is None:
            raise BadRequestError("response_format says json_schema and has no json_schema")
        return self.response_format.json_schema.schema_


def _message(turn: _Turn) -> Message:
    role = "system" if turn.role == "developer" else turn.role
    if isinstance(turn.content, str):
        return Message(role, (TextPiece(turn.content),))
    return Message(role, tuple(_piece(part) for part in turn.content))


def _piece(part: _TextPart | _ImagePart) -> Piece:
    if isinstance(part, _TextPart):
        return TextPiece(part.text)
    return ImagePiece(_image(part.image_url.url))


def _image(url: str) -> Any:
    """Read a data URL; addresses on the net are not fetched for a stranger."""
    from PIL import Image

    head, comma, data = url.partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise BadRequestError("pictures are taken as data:image/...;base64, URLs only")
    try:
        with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as image:
            return np.asarray(image.convert("RGB"))
    except (binascii.Error, OSError, ValueError) as error:
        raise BadRequestError(f"a picture cannot be read: {error}") from error
