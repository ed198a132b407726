"""Networks over different words are put together on the words of one."""

import numpy as np
import pytest
import torch

from embodied.core.errors import ConfigError
from policies.vln.model import ModelConfig, VlnModel
from policies.vln.rewording import reworded
from policies.vln.words import MARKS, UNKNOWN, Vocabulary

SIZE = 8
WORDS = ("walk", "turn", "left", "right", "sofa", "table", "door", "stairs", "past", "stop", "lamp")


def a_vocabulary(words: tuple[str, ...], turn: np.ndarray) -> Vocabulary:
    """Words whose vectors are the same ones for everybody, seen along axes of one's own."""
    known = {word: np.random.default_rng(i).normal(size=SIZE) for i, word in enumerate(WORDS)}
    vectors = np.stack([known[w] / np.linalg.norm(known[w]) for w in words]) @ turn
    zeros = np.zeros((len(MARKS), SIZE))
    return Vocabulary((*MARKS, *words), np.concatenate([zeros, vectors]).astype(np.float32))


def a_turn(seed: int) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(SIZE, SIZE)))[0]


def a_model(vocabulary: Vocabulary) -> VlnModel:
    torch.manual_seed(3)
    config = ModelConfig(
        vocabulary_size=len(vocabulary.words), width=16, heads=2, vector_size=SIZE, prompts=True
    )
    model = VlnModel(config).eval()
    for name in ("kin", "evidence"):
        torch.nn.init.normal_(getattr(model, name).weight)
    model.text.vectors.copy_(torch.from_numpy(vocabulary.vectors))
    return model


def test_the_same_words_mean_the_same_to_it_along_other_axes_and_in_another_order() -> None:
    own = a_vocabulary(WORDS[:-1], a_turn(1))
    other = a_vocabulary(("lamp", *reversed(WORDS[:-1])), a_turn(2))
    model = a_model(own)
    made = reworded(model, own, other)
    said = ["walk", "past", "sofa", "turn", "left"]
    lengths = torch.tensor([len(said)])
    with torch.no_grad():
        before = model.encode(torch.from_numpy(own.encode(said))[None], lengths)
        after = made.encode(torch.from_numpy(other.encode(said))[None], lengths)
        torch.testing.assert_close(after.words, before.words, rtol=1e-4, atol=1e-5)
        # things around, named by words of either
        for name in ("table", "sofa"):
            here, there = own.phrase(name), other.phrase(name)
            alike = [
                (torch.from_numpy(vector) + each.kin(torch.from_numpy(vector))) @ text.vectors[0].T
                for each, vector, text in ((model, here, before), (made, there, after))
            ]
            torch.testing.assert_close(alike[1], alike[0], rtol=1e-4, atol=1e-5)


def test_a_word_that_it_never_saw_is_the_unknown_one() -> None:
    own, other = a_vocabulary(WORDS[:-1], a_turn(1)), a_vocabulary(WORDS, a_turn(2))
    model = a_model(own)
    made = reworded(model, own, other)
    learned = made.text.learned.weight[other.index["lamp"]]
    assert torch.equal(learned, model.text.learned.weight[UNKNOWN])
    assert made.config.vocabulary_size == len(other.words)


def test_it_itself_is_left_as_it_is() -> None:
    own, other = a_vocabulary(WORDS, a_turn(1)), a_vocabulary(WORDS, a_turn(2))
    model = a_model(own)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    reworded(model, own, other)
    reworded(model, own, own)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_vectors_of_another_making_are_refused() -> None:
    own = a_vocabulary(WORDS, a_turn(1))
    noise = np.random.default_rng(9).normal(size=own.vectors.shape).astype(np.float32)
    with pytest.raises(ConfigError, match="alike to"):
        reworded(a_model(own), own, Vocabulary(own.words, noise))
