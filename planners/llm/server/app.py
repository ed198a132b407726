"""The HTTP application: a Starlette one, so that any ASGI server can run it."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import ValidationError

from embodied.core.errors import EmbodiedError
from planners.llm.server.batching import Batcher
from planners.llm.server.wire import BadRequestError, ChatRequest
from planners.llm.types import LlmClient, LlmReply, LlmRequest

END_OF_STREAM = "data: [DONE]\n\n"


def application(client: LlmClient, *, max_body_bytes: int = 8 << 20) -> Any:
    """Return the application that serves a model.

    `GET /v1/models`, `POST /v1/chat/completions` (answers held to a JSON schema, streamed where the
    request says so), `GET /health`. Requests that come while the model works are answered together.

    Args:
        client: The model.
        max_body_bytes: Longest request.
    """
    from starlette.applications import Starlette
    from starlette.routing import Route

    chat = _Chat(client, max_body_bytes)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        chat.batcher = Batcher(client)
        yield
        await asyncio.to_thread(chat.batcher.close)

    return Starlette(
        routes=[
            Route("/health", chat.health),
            Route("/v1/models", chat.models),
            Route("/v1/chat/completions", chat.complete, methods=["POST"]),
        ],
        lifespan=lifespan,
    )


class _Chat:
    """The routes' handlers."""

    def __init__(self, client: LlmClient, max_body_bytes: int) -> None:
        self._client = client
        self._max_body_bytes = max_body_bytes
        self._started_s = int(time.time())
        self.batcher: Batcher | None = None

    async def health(self, _: Any) -> Any:
        """Say that the server is up."""
        from starlette.responses import JSONResponse

        return JSONResponse({"status": "ok"})

    async def models(self, _: Any) -> Any:
        """List the one model."""
        from starlette.responses import JSONResponse

        one = {
            "id": self._client.name,
            "object": "model",
            "created": self._started_s,
            "owned_by": "embodied",
        }
        return JSONResponse({"object": "list", "data": [one]})

    async def complete(self, http: Any) -> Any:
        """Answer a chat."""
        from starlette.responses import JSONResponse, StreamingResponse

        try:
            chat = ChatRequest.model_validate_json(await self._read(http))
            request = chat.request()
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            return _error(400, f"{where}: {first['msg']}" if where else first["msg"])
        except BadRequestError as error:
            return _error(400, str(error))
        except _TooLongError as error:
            return _error(413, str(error))
        if chat.model and chat.model != self._client.name:
            return _error(
                404, f"there is no model {chat.model!r} here; {self._client.name!r} is", "model"
            )
        stream = getattr(self._client, "stream", None)
        if chat.stream and stream is not None:
            parts = self._parts(stream, request, chat.stream_options.include_usage)
            return StreamingResponse(parts, media_type="text/event-stream")
        try:
            assert self.batcher is not None
            reply = await asyncio.wrap_future(self.batcher.submit(request))
        except EmbodiedError as error:
            return _error(400, str(error))
        if chat.stream:
            whole = iter([reply.text, reply])
            parts = self._parts(lambda _: whole, request, chat.stream_options.include_usage)
            return StreamingResponse(parts, media_type="text/event-stream")
        return JSONResponse(self._whole(reply))

    async def _read(self, http: Any) -> bytes:
        body = bytearray()
        async for part in http.stream():
            body += part
            if len(body) > self._max_body_bytes:
                raise _TooLongError(f"a request may have {self._max_body_bytes} bytes")
        return bytes(body)

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": kind,
            "created": int(time.time()),
            "model": self._client.name,
        }

    def _whole(self, reply: LlmReply) -> dict[str, Any]:
        message = {"role": "assistant", "content": reply.text}
        choice = {"index": 0, "message": message, "finish_reason": reply.finish}
        return self._head("chat.completion") | {"choices": [choice], "usage": _usage(reply)}

    async def _parts(
        self,
        stream: Callable[[LlmRequest], Iterator[str | LlmReply]],
        request: LlmRequest,
        include_usage: bool,
    ) -> AsyncIterator[str]:
        """Yield server-sent events: the text as it comes, why it ended, its counts, the end."""
        head = self._head("chat.completion.chunk")

        def event(delta: dict[str, str], finish: str | None = None) -> str:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            return f"data: {json.dumps(head | {'choices': [choice]})}\n\n"

        yield event({"role": "assistant", "content": ""})
        parts = stream(request)
        try:
            while (part := await asyncio.to_thread(next, parts, None)) is not None:
                if isinstance(part, str):
                    yield event({"content": part})
                    continue
                yield event({}, part.finish)
                if include_usage:
                    yield f"data: {json.dumps(head | {'choices': [], 'usage': _usage(part)})}\n\n"
        except EmbodiedError as error:
            yield f"data: {json.dumps({'error': {'message': str(error)}})}\n\n"
        yield END_OF_STREAM


class _TooLongError(Exception):
    """The body is longer than the server takes."""


def _usage(reply: LlmReply) -> dict[str, int]:
    read, said = reply.usage.prompt_tokens, reply.usage.completion_tokens
    return {"prompt_tokens": read, "completion_tokens": said, "total_tokens": read + said}


def _error(status: int, message: str, parameter: str | None = None) -> Any:
    from starlette.responses import JSONResponse

    told = {
        "message": message,
        "type": "invalid_request_error",
        "param": parameter,
        "code": None,
    }
    return JSONResponse({"error": told}, status_code=status)
