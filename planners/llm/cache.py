"""Answers kept on disk: the same request to the same model is asked once."""

import hashlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError
from planners.llm.types import ImagePiece, LlmClient, LlmReply, LlmRequest, Usage


class CachedClient:
    """Puts a folder of answers before a model.

    The key is the whole request - every message, picture, schema, limit and seed - with the model's
    name and settings. Tokens of kept answers are not counted again; `usage.cached` counts them.

    Args:
        client: The model.
        folder: Where answers are kept, one small file each; made where it is missing.

    Raises:
        ConfigError: If the folder cannot be made.
    """

    def __init__(self, client: LlmClient, folder: str | Path) -> None:
        self._client = client
        self._folder = Path(folder).expanduser()
        self._identity = json.dumps(getattr(client, "identity", client.name), sort_keys=True)
        self._lock = threading.Lock()
        self._kept = 0
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"llm.cache={folder}: {error}") from error

    @property
    def name(self) -> str:
        """The model's name."""
        return self._client.name

    @property
    def usage(self) -> Usage:
        """What the model itself was asked, and how many answers were kept ones."""
        return self._client.usage + Usage(cached=self._kept)

    def complete(self, request: LlmRequest) -> LlmReply:
        """Answer from the folder, else ask and keep."""
        return self.complete_many([request])[0]

    def complete_many(self, requests: Sequence[LlmRequest]) -> list[LlmReply]:
        """Answer what is kept, ask the rest together; a request that occurs twice is asked once."""
        keys = [self._key(request) for request in requests]
        found = {key: reply for key in set(keys) if (reply := self._read(key)) is not None}
        missing = {
            key: request for key, request in zip(keys, requests, strict=True) if key not in found
        }
        with self._lock:
            self._kept += len(keys) - len(missing)
        if missing:
            replies = self._client.complete_many(list(missing.values()))
            for key, reply in zip(missing, replies, strict=True):
                found[key] = reply
                self._write(key, reply)
        return [found[key] for key in keys]

    def _key(self, request: LlmRequest) -> str:
        plain = json.dumps(_plain(request), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(f"{self._identity}\n{plain}".encode()).hexdigest()

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"

    def _read(self, key: str) -> LlmReply | None:
        try:
            kept = json.loads(self._path(key).read_text(encoding="utf-8"))
            return LlmReply(str(kept["text"]), Usage(cached=1), str(kept["finish"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not there, or cut short: the model is asked and the file written anew

    def _write(self, key: str, reply: LlmReply) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        part.write_text(
            json.dumps({"text": reply.text, "finish": reply.finish}, ensure_ascii=False),
            encoding="utf-8",
        )
        part.replace(path)


def _plain(request: LlmRequest) -> Mapping[str, Any]:
    return {
        "messages": [
            [message.role, [_piece(piece) for piece in message.pieces]]
            for message in request.messages
        ],
        "schema": request.schema,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stop": request.stop,
    }


def _piece(piece: Any) -> Any:
    if isinstance(piece, ImagePiece):
        digest = hashlib.sha256(piece.image.tobytes()).hexdigest()
        return {"image": digest, "shape": list(piece.image.shape)}
    return piece.text


def with_cache(client: LlmClient, cache: str | Path | None = None) -> LlmClient:
    """Return the client, behind a folder of answers where one is given: `llm.make` of the configs.

    Args:
        client: The model.
        cache: Folder of answers; None keeps none.
    """
    return client if cache is None else CachedClient(client, cache)
