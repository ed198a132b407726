"""The same request to the same model is asked once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embodied.core.errors import ConfigError
from planners.llm.cache import CachedClient, with_cache
from planners.llm.scripted import ScriptedClient
from planners.llm.types import LlmRequest, Message

ASKED = LlmRequest((Message.user("hello"),))


def test_an_answer_is_kept_for_the_next_run(tmp_path: Path) -> None:
    first = CachedClient(ScriptedClient(["one"]), tmp_path)
    assert first.complete(ASKED).text == "one"
    again = CachedClient(ScriptedClient([]), tmp_path)
    assert again.complete(ASKED).text == "one"
    assert (again.usage.requests, again.usage.cached, again.usage.prompt_tokens) == (0, 1, 0)


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, messages=(Message.user("hello "),)),
        replace(ASKED, messages=(Message.system("hello"),)),
        replace(ASKED, messages=(Message.user("hello", np.zeros((2, 2, 3), np.uint8)),)),
        replace(ASKED, schema={"type": "object"}),
        replace(ASKED, max_tokens=1),
        replace(ASKED, temperature=0.5),
        replace(ASKED, seed=1),
        replace(ASKED, stop=("x",)),
    ],
    ids=["words", "role", "picture", "schema", "length", "temperature", "seed", "stop"],
)
def test_whatever_differs_is_another_request(tmp_path: Path, other: LlmRequest) -> None:
    llm = CachedClient(ScriptedClient(["one", "two"]), tmp_path)
    assert [llm.complete(ASKED).text, llm.complete(other).text] == ["one", "two"]
    assert llm.complete(other).text == "two"


def test_pictures_of_the_same_bytes_and_another_shape_differ(tmp_path: Path) -> None:
    wide, high = (np.zeros(shape, np.uint8) for shape in ((2, 4, 3), (4, 2, 3)))
    llm = CachedClient(ScriptedClient(["wide", "high"]), tmp_path)
    for picture, text in ((wide, "wide"), (high, "high")):
        assert llm.complete(replace(ASKED, messages=(Message.user(picture),))).text == text


def test_another_model_has_answers_of_its_own(tmp_path: Path) -> None:
    CachedClient(ScriptedClient(["one"], name="a"), tmp_path).complete(ASKED)
    assert CachedClient(ScriptedClient(["two"], name="b"), tmp_path).complete(ASKED).text == "two"


def test_only_what_is_missing_is_asked_and_once(tmp_path: Path) -> None:
    model = ScriptedClient(["one", "two"])
    llm = CachedClient(model, tmp_path)
    llm.complete(ASKED)
    other = replace(ASKED, seed=1)
    replies = llm.complete_many([other, ASKED, other])
    assert [reply.text for reply in replies] == ["two", "one", "two"]
    assert len(model.requests) == 2


def test_a_damaged_file_is_asked_anew(tmp_path: Path) -> None:
    CachedClient(ScriptedClient(["one"]), tmp_path).complete(ASKED)
    [file] = tmp_path.rglob("*.json")
    file.write_text('{"text": "on')
    assert CachedClient(ScriptedClient(["two"]), tmp_path).complete(ASKED).text == "two"
    assert CachedClient(ScriptedClient([]), tmp_path).complete(ASKED).text == "two"


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    model = ScriptedClient(["one"])
    assert with_cache(model, None) is model
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"llm\.cache"):
        with_cache(model, tmp_path / "file" / "folder")
