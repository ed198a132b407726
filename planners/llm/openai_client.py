"""A language model behind an OpenAI-compatible server: hosted, vLLM, llama.cpp, Ollama, our own.

The `openai` library speaks the wire, `tenacity` repeats what may be repeated. Servers differ only
in configuration. The key comes from the environment and stands in no config, record or message.
"""

import os
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from embodied.core.errors import AccessError, ConfigError, PlanningError, UnavailableError
from planners.llm.pace import Transient, retrying, shared_pace
from planners.llm.types import LlmReply, LlmRequest, Usage
from planners.llm.wire import body, check_structured

_ADVICE = {
    401: "the key in {variable} was refused",
    403: "the key in {variable} may not use this model",
    404: "the server has no model {model!r} at this address; `llm.model` and `llm.base_url` say "
    "which and where",
}
"""HTTP status to what to do; asking again would change nothing."""


class OpenAiClient:
    """Asks a server that speaks OpenAI's chat completions.

    Args:
        model: The server's name for the model.
        base_url: The server's address up to `/v1`; None takes the library's own, OpenAI's.
        key_variable: Environment variable that holds the key; None for servers that want none.
        structured: How the server is held to a schema, one of `wire.STRUCTURED`.
        limit_parameter: `max_tokens`, or `max_completion_tokens` for servers that want that name.
        send_temperature: Whether the server takes a temperature; some hosted models refuse it.
        extra: Further fields of every request's body, as the server declares them.
        timeout_s: Longest wait for an answer, or for its next part where it is streamed.
        max_retries: Attempts after the first, for errors that may pass.
        longest_wait_s: Longest pause before another attempt; a server that asks for a longer one
            gets no further attempt.
        requests_per_minute: Highest rate of all clients of this server in a process; None is none.
        concurrency: Requests under way at once.
        stream: Take the answer part by part, so that a slow one does not time out.
        usd_per_million: Prices, `prompt` and `completion`, in dollars a million tokens.

    Raises:
        ConfigError: If a setting is wrong, the package is missing or the key is not there.
    """

    def __init__(
        self,
        model: str | None,
        *,
        base_url: str | None = None,
        key_variable: str | None = None,
        structured: str = "schema",
        limit_parameter: str = "max_tokens",
        send_temperature: bool = True,
        extra: Mapping[str, Any] | None = None,
        timeout_s: float = 60.0,
        max_retries: int = 4,
        longest_wait_s: float = 60.0,
        requests_per_minute: float | None = None,
        concurrency: int = 4,
        stream: bool = False,
        usd_per_million: Mapping[str, float] | None = None,
    ) -> None:
        if not model:
            raise ConfigError("Say which model the server shall answer with: llm.model=NAME")
        check_structured(structured)
        self.name = model
        self.usage = Usage()
        self.identity = {
            "model": model,
            "base_url": base_url or "",
            "structured": structured,
            "extra": dict(extra or {}),
        }
        self._variable = key_variable
        self._key = _key(key_variable)
        self._structured = structured
        self._limit = limit_parameter
        self._send_temperature = send_temperature
        self._extra = dict(extra or {})
        self._timeout_s = timeout_s
        self._retries = max_retries
        self._longest_wait_s = longest_wait_s
        self._pace = shared_pace(base_url or "", requests_per_minute)
        self._concurrency = max(1, concurrency)
        self._stream = stream
        self._prices = dict(usd_per_million or {})
        self._lock = threading.Lock()
        self._server = self._connect(base_url)

    def _connect(self, base_url: str | None) -> Any:
        if base_url and (urlsplit(base_url).username or urlsplit(base_url).password):
            raise ConfigError(
                "llm.base_url holds a user name or password, and it is saved with every run. Put "
                "the key into the environment and name the variable with llm.key_variable."
            )
        try:
            from openai import OpenAI
        except ImportError as error:
            raise ConfigError(
                f'A language model on a server needs {error.name}: pip install "embodied[llm]"'
            ) from error
        return OpenAI(
            api_key=self._key or "none",
            base_url=base_url,
            timeout=self._timeout_s,
            max_retries=0,
        )

    def complete(self, request: LlmRequest) -> LlmReply:
        """Answer one request, with as many attempts as configured.

        Raises:
            AccessError: If the server refuses key, model or address.
            PlanningError: If it refuses the request.
            UnavailableError: If it gives no answer in the last attempt.
        """
        started_s = time.perf_counter()
        attempts = retrying(retries=self._retries, longest_wait_s=self._longest_wait_s)
        try:
            text, finish, usage = attempts(self._once, request)
        except Transient as error:
            address = self.identity["base_url"]
            hint = f" Is a server up at {address}? docs/llm.md starts one." if address else ""
            message = f"{self.name} gave no answer in {error.attempts} attempts: {error}{hint}"
            raise UnavailableError(message) from None
        usage = Usage(
            usage.prompt_tokens,
            usage.completion_tokens,
            self._cost_usd(usage),
            requests=1,
            seconds=time.perf_counter() - started_s,
        )
        with self._lock:
            self.usage = self.usage + usage
        return LlmReply(text, usage, finish)

    def complete_many(self, requests: Sequence[LlmRequest]) -> list[LlmReply]:
        """Answer several requests, `concurrency` at once; the first error ends them all."""
        if len(requests) < 2 or self._concurrency == 1:
            return [self.complete(request) for request in requests]
        with ThreadPoolExecutor(min(self._concurrency, len(requests))) as pool:
            return list(pool.map(self.complete, requests))

    def _once(self, request: LlmRequest) -> tuple[str, str, Usage]:
        import openai

        self._pace.wait()
        try:
            return self._send(request)
        except openai.APIStatusError as error:
            raise self._refused(error) from None
        except (openai.APIConnectionError, openai.APIResponseValidationError) as error:
            raise Transient(self._words(error)) from None
        except openai.APIError as error:  # an error told in the middle of a stream
            raise Transient(self._words(error)) from None
        except (OSError, ValueError) as error:  # a cut connection, an answer that is no JSON
            raise Transient(self._words(error)) from None
        except Exception as error:
            if "httpx" in type(error).__module__ or "httpcore" in type(error).__module__:
                raise Transient(self._words(error)) from None
            raise

    def _send(self, request: LlmRequest) -> tuple[str, str, Usage]:
        fields = body(request, model=self.name, structured=self._structured, limit=self._limit)
        if not self._send_temperature:
            del fields["temperature"]
        if self._stream:
            fields |= {"stream": True, "stream_options": {"include_usage": True}}
        answer = self._server.chat.completions.create(**fields, extra_body=self._extra)
        return _streamed(answer) if self._stream else _whole(answer)

    def _refused(self, error: Any) -> Exception:
        """Return what an HTTP error means: to be asked again, settings to mend, or no plan."""
        status = int(error.status_code)
        if status in (408, 409, 425, 429) or status >= 500:
            return Transient(self._words(error), wait_s=_retry_after_s(error.response.headers))
        advice = _ADVICE.get(status)
        if advice:
            told = advice.format(variable=self._variable or "no variable", model=self.name)
            return AccessError(f"The language model's server answered {status}: {told}.")
        hint = ""
        if "response_format" in str(error) or "json_schema" in str(error):
            hint = " If it takes no schemas, set llm.structured=object or none."
        return PlanningError(f"{self.name} refused the request: {self._words(error)}.{hint}")

    def _words(self, error: BaseException) -> str:
        """Return an error in words, the key cut out: servers like to repeat it."""
        words = " ".join(str(error).split())[:400] or type(error).__name__
        return words.replace(self._key, f"<{self._variable}>") if self._key else words

    def _cost_usd(self, usage: Usage) -> float:
        return (
            usage.prompt_tokens * self._prices.get("prompt", 0.0)
            + usage.completion_tokens * self._prices.get("completion", 0.0)
        ) / 1e6


def _key(variable: str | None) -> str:
    if variable is None:
        return ""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ConfigError(
            f"The language model's server wants a key: export {variable}=... before the command. "
            "Keys are read from the environment only."
        )
    return key


def _whole(answer: Any) -> tuple[str, str, Usage]:
    if not getattr(answer, "choices", None):
        raise Transient("the server's answer holds no choices")
    choice = answer.choices[0]
    refusal = getattr(choice.message, "refusal", None)
    if refusal:
        raise PlanningError(f"The model declined to answer: {refusal}", raw=refusal)
    return choice.message.content or "", choice.finish_reason or "stop", _usage(answer.usage)


def _streamed(parts: Any) -> tuple[str, str, Usage]:
    texts: list[str] = []
    finish, usage = "", Usage()
    for part in parts:
        if part.usage is not None:
            usage = _usage(part.usage)
        for choice in part.choices[:1]:
            texts.append(choice.delta.content or "")
            finish = choice.finish_reason or finish
    if not finish:
        raise Transient("the stream was cut before the answer ended")
    return "".join(texts), finish, usage


def _usage(counts: Any) -> Usage:
    if counts is None:
        return Usage()
    return Usage(counts.prompt_tokens or 0, counts.completion_tokens or 0)


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return how long the server asks to wait: seconds or milliseconds; dates count as unsaid."""
    for name, unit_s in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit_s)
        except (KeyError, ValueError):
            continue
    return None
