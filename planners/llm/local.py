"""A causal language model in this process: transformers, held to the schema by llguidance."""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError, PlanningError
from planners.llm.schemas import portable
from planners.llm.types import ImagePiece, LlmReply, LlmRequest, Usage

_COMPACT = {"whitespace_flexible": False, "coerce_one_of": True}
"""How a schema becomes a grammar: one spelling of each answer, without blanks."""


class LocalClient:
    """Any causal language model of transformers, by folder or hub id.

    An answer to a request with a schema cannot leave it: at every token whatever would is masked.
    Requests asked together are answered in batches.

    Args:
        model: Folder or hub id.
        name: The model's name in records; the folder's or id's last part by default.
        device: Where it runs, as torch names it; `auto` takes a GPU where there is one.
        dtype: Numbers it computes with; `auto` takes float32 on a CPU and those of the file else.
        batch: Requests answered at once.
        threads: Threads of torch; None leaves torch's own choice.

    Raises:
        ConfigError: If no model is named, a package is missing or the model cannot be loaded.
    """

    def __init__(
        self,
        model: str | Path | None,
        *,
        name: str | None = None,
        device: str = "auto",
        dtype: str = "auto",
        batch: int = 16,
        threads: int | None = None,
    ) -> None:
        if not model:
            raise ConfigError(
                "llm=local needs a model: llm.model=FOLDER, or a hub id such as "
                "llm.model=Qwen/Qwen2.5-0.5B-Instruct"
            )
        self._path = str(model)
        self.name = name or Path(self._path).name
        self.usage = Usage()
        self.identity = {"model": self._path, "dtype": dtype, "files": _files(Path(self._path))}
        self._batch = batch
        loaded = _loaded(self._path, device, dtype, threads)
        self._model, self._tokenizer, self._words = loaded.model, loaded.tokenizer, loaded.words
        self._lock, self._grammars = loaded.lock, loaded.grammars
        self._longest = int(getattr(self._model.config, "max_position_embeddings", 0) or 1 << 30)

    def complete(self, request: LlmRequest) -> LlmReply:
        """Answer one request.

        Raises:
            PlanningError: If the question is longer than the model reads.
            ConfigError: If the request holds pictures, or a schema no grammar can be made of.
        """
        return self.complete_many([request])[0]

    def complete_many(self, requests: Sequence[LlmRequest]) -> list[LlmReply]:
        """Answer requests in batches of like settings and like length."""
        prompts = [self._prompt(request) for request in requests]
        order = sorted(range(len(requests)), key=lambda i: (_kind(requests[i]), len(prompts[i])))
        replies: dict[int, LlmReply] = {}
        while order:
            kind = _kind(requests[order[0]])
            group = [i for i in order[: self._batch] if _kind(requests[i]) == kind]
            order = order[len(group) :]
            with self._lock:
                found = self._answer([requests[i] for i in group], [prompts[i] for i in group])
            replies.update(zip(group, found, strict=True))
        return [replies[index] for index in range(len(requests))]

    def stream(self, request: LlmRequest) -> Iterator[str | LlmReply]:
        """Yield the answer's text as it is written, then the whole reply.

        Raises:
            PlanningError: As `complete`.
            ConfigError: As `complete`.
        """
        from transformers import TextIteratorStreamer

        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        found: list[LlmReply | BaseException] = []

        def work() -> None:
            try:
                with self._lock:
                    found.extend(self._answer([request], [self._prompt(request)], streamer))
            except BaseException as error:
                found.append(error)
                streamer.end()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield from _until_stop(streamer, request.stop)
        thread.join()
        if isinstance(found[0], BaseException):
            raise found[0]
        yield found[0]

    def _prompt(self, request: LlmRequest) -> str:
        if any(isinstance(p, ImagePiece) for message in request.messages for p in message.pieces):
            raise ConfigError(
                f"{self.name} runs in this process and reads no pictures; take a server that "
                "does, e.g. llm=vllm or llm=openai."
            )
        said = [{"role": message.role, "content": message.text} for message in request.messages]
        if not self._tokenizer.chat_template:
            turns = "\n\n".join(f"{each['role']}: {each['content']}" for each in said)
            return f"{turns}\n\nassistant: "
        return str(
            self._tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
        )

    def _answer(
        self, requests: Sequence[LlmRequest], prompts: Sequence[str], streamer: Any = None
    ) -> list[LlmReply]:
        import torch

        started_s = time.perf_counter()
        first = requests[0]
        read = self._tokenizer(
            list(prompts), add_special_tokens=False, return_tensors="pt", padding=True
        ).to(self._model.device)
        width = read["input_ids"].shape[1]
        room = self._longest - width
        if room <= 0:
            raise PlanningError(
                f"The question has {width} tokens; {self.name} reads {self._longest}."
            )
        options: dict[str, Any] = {"do_sample": False}
        if first.temperature > 0.0:
            options = {"do_sample": True, "temperature": first.temperature, "top_k": 0}
        if first.stop:
            options |= {"stop_strings": list(first.stop), "tokenizer": self._tokenizer}
        if any(request.schema is not None for request in requests):
            from planners.llm.guided import Guided

            guides = [self._guide(request.schema) for request in requests]
            options["logits_processor"] = [Guided(guides, width)]
        with torch.inference_mode(), torch.random.fork_rng(enabled=first.temperature > 0.0):
            if first.seed is not None:
                torch.manual_seed(first.seed)
            out = self._model.generate(
                input_ids=read["input_ids"],
                attention_mask=read["attention_mask"],
                max_new_tokens=min(first.max_tokens, room),
                pad_token_id=self._tokenizer.pad_token_id,
                streamer=streamer,
                **options,
            )
        seconds = (time.perf_counter() - started_s) / len(requests)
        counts = read["attention_mask"].sum(dim=1).tolist()
        return [
            self._reply(request, tokens, count, seconds)
            for request, tokens, count in zip(
                requests, out[:, width:].tolist(), counts, strict=True
            )
        ]

    def _reply(
        self, request: LlmRequest, tokens: list[int], prompt_tokens: int, seconds: float
    ) -> LlmReply:
        ends = self._ends()
        end = next((i for i, token in enumerate(tokens) if token in ends), None)
        said = tokens if end is None else tokens[:end]
        text = self._tokenizer.decode(said, skip_special_tokens=True)
        finish = "length" if end is None else "stop"
        for stop in request.stop:
            if stop in text:
                text, finish = text[: text.index(stop)], "stop"
        usage = Usage(int(prompt_tokens), len(said), requests=1, seconds=seconds)
        self.usage = self.usage + usage
        return LlmReply(text, usage, finish)

    def _ends(self) -> set[int]:
        ends = self._model.generation_config.eos_token_id
        found = set(ends) if isinstance(ends, list) else {ends}
        return {each for each in (*found, self._tokenizer.eos_token_id) if each is not None}

    def _guide(self, schema: Mapping[str, Any] | None) -> Any:
        """Return a fresh matcher for a schema; None where the answer is free."""
        if schema is None:
            return None
        from llguidance import LLMatcher

        key = json.dumps(schema, sort_keys=True)
        if key not in self._grammars:
            grammar = LLMatcher.grammar_from_json_schema(portable(schema), defaults=_COMPACT)
            matcher = LLMatcher(self._words, grammar)
            if matcher.is_error():
                raise ConfigError(f"No grammar can be made of the schema: {matcher.get_error()}")
            self._grammars[key] = matcher
        return self._grammars[key].deep_copy()


def _kind(request: LlmRequest) -> str:
    """Return what requests must share to be answered in one batch."""
    return repr((request.temperature, request.seed, request.stop, request.max_tokens))


def _until_stop(parts: Iterable[str], stops: Sequence[str]) -> Iterator[str]:
    """Yield a text's parts up to a stop string, which may be spread over several parts."""
    held = ""
    longest = max((len(stop) for stop in stops), default=1)
    ended = False
    for part in parts:
        if ended:
            continue  # the writer goes on to its end
        held += part
        ends = [held.index(stop) for stop in stops if stop in held]
        if ends:
            held, ended = held[: min(ends)], True
            continue
        sure = max(0, len(held) - longest + 1)
        if sure:
            yield held[:sure]
            held = held[sure:]
    if held:
        yield held


@dataclass(frozen=True)
class _Loaded:
    """A model in memory; clients of the same model share it, and use it one at a time."""

    model: Any
    tokenizer: Any
    words: Any
    lock: Any = field(default_factory=threading.Lock)
    grammars: dict[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=4)
def _loaded(path: str, device: str, dtype: str, threads: int | None) -> _Loaded:
    try:
        import torch
        from llguidance.hf import from_tokenizer
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging
    except ImportError as error:
        raise ConfigError(
            f"A language model in this process needs {error.name}: "
            'pip install "embodied[train,llm]"'
        ) from error
    logging.disable_progress_bar()  # commands print results, not bars
    if threads:
        torch.set_num_threads(threads)
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if dtype == "auto":
        dtype = "float32" if device == "cpu" else "auto"
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, padding_side="left")
        model = AutoModelForCausalLM.from_pretrained(path, dtype=dtype)
    except (OSError, ValueError, KeyError) as error:
        first = str(error).strip().splitlines()[0]
        raise ConfigError(f"Cannot load the language model {path!r}: {first}") from error
    model.to(device).eval()
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    words = from_tokenizer(tokenizer, n_vocab=model.config.vocab_size)
    return _Loaded(model, tokenizer, words)


def _files(folder: Path) -> list[str]:
    """Return a mark of a folder's weights, so that answers of older ones are not taken for new."""
    if not folder.is_dir():
        return []
    stats = ((file.name, file.stat()) for file in sorted(folder.glob("*.safetensors")))
    return [f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats]
