"""A network on the words of another one, so that both can decide together."""

import copy
import dataclasses

import numpy as np
import torch
from scipy.linalg import orthogonal_procrustes

from embodied.core.errors import ConfigError
from policies.vln.model import VlnModel
from policies.vln.words import MARKS, UNKNOWN, Vocabulary

LIKENESS = 0.99
"""Mean cosine between the vectors of like words, turned, from which two vocabularies are akin."""


def reworded(model: VlnModel, own: Vocabulary, other: Vocabulary) -> VlnModel:
    """Return a network that reads another vocabulary's words as it read its own.

    Learned embeddings go by the word; one that the network never saw is the unknown one. Frozen
    vectors of two vocabularies are the same vectors seen along other axes (each has a PCA of its
    own): the rotation between them (Schönemann 1966) is put into the layers that read them.

    Args:
        model: The network, left as it is.
        own: Its words.
        other: The words it is to read.

    Raises:
        ConfigError: If the vectors of the two are of different making.
    """
    if own.words == other.words and np.array_equal(own.vectors, other.vectors):
        return copy.deepcopy(model)
    rows = np.array([own.index.get(word, UNKNOWN) for word in other.words])
    both = np.flatnonzero(rows != UNKNOWN)[len(MARKS) - 1 :]
    there, here = other.vectors[both].astype(np.float64), own.vectors[rows[both]].astype(np.float64)
    if there.shape[1] != here.shape[1] or not len(both):
        raise ConfigError("Weights whose words have vectors of other sizes cannot go together.")
    turned, _ = orthogonal_procrustes(there, here)
    lengths = np.linalg.norm(there, axis=1) * np.linalg.norm(here, axis=1)
    likeness = float((((there @ turned) * here).sum(axis=1) / np.maximum(lengths, 1e-8)).mean())
    if likeness < LIKENESS:
        raise ConfigError(
            f"Weights whose words have other vectors (alike to {likeness:.2f} at best) cannot go "
            "together."
        )
    turn = torch.from_numpy(turned).float()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    size = turn.shape[0]
    state["text.learned.weight"] = state["text.learned.weight"][torch.from_numpy(rows)]
    state["text.vectors"] = torch.from_numpy(np.asarray(other.vectors, np.float32))
    for name in ("text.frozen.weight", "prompt_landmark.weight", "object.weight"):
        if name in state:
            read = state[name][:, :size] @ turn.T
            state[name] = torch.cat([read, state[name][:, size:]], dim=1)
    if "kin.weight" in state:
        state["kin.weight"] = turn @ state["kin.weight"] @ turn.T
    made = VlnModel(dataclasses.replace(model.config, vocabulary_size=len(other.words)))
    made.load_state_dict(state)
    return made.train(model.training)
