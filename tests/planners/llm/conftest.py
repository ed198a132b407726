from collections.abc import Iterator
from pathlib import Path

import pytest
from llm_loopback import LoopbackServer, loopback_server


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with loopback_server() as loopback:
        yield loopback


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let pauses take no time; return how long each would have been, in seconds."""
    pauses: list[float] = []
    monkeypatch.setattr("planners.llm.pace.pause", pauses.append)
    return pauses


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder as the hub has them: a real architecture, a real tokenizer, random weights."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from planners.lm.tokenizer import train_tokenizer

    folder = tmp_path_factory.mktemp("tiny-model")
    texts = ['Goal: put the mug on the desk.\n{"subgoals":[{"skill":"pick"}]}'] * 3
    tokenizer = train_tokenizer(texts, vocabulary_size=320, max_length=512)
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
