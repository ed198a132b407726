"""The parser's largest member: a published sentence encoder, adapted to the slots.

It needs torch and the package that ships all-MiniLM-L6-v2, and is used where a config says so. Of
what was learned only the difference to the published weights is kept, each matrix's by its largest
singular values (as LoRA, Hu et al. 2021, keeps it from the start), beside the head.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import DataError
from embodied.language.encoders import weights_file, word_pieces

Array = NDArray[np.float32]
WEIGHTS, TABLES = "encoder.safetensors", "encoder.json"
MAX_STEP_TOKENS, MAX_TOKENS = 40, 256
"""Word pieces read of a step, and of a text."""
UNHEARD = -12.0
"""Log-probability of a value that the adapter was not trained to give."""


class Tokens:
    """Texts to the numbers of their word pieces, as the published encoder was trained on them.

    Args:
        name: Which published encoder.

    Raises:
        ConfigError: If it or torch is not installed.
    """

    def __init__(self, name: str = "minilm") -> None:
        self._tokenizer = word_pieces(name)
        self.end = int(self._tokenizer.token_to_id("[SEP]"))

    def sentences(self, sentences: Sequence[str]) -> list[list[int]]:
        """Return each sentence's pieces, without the marks at its ends."""
        read = self._tokenizer.encode_batch(list(sentences))
        return [each.ids[1:-1][:MAX_STEP_TOKENS] for each in read]

    def joined(self, goal: Sequence[int], steps: Sequence[Sequence[int]]) -> list[int]:
        """Return one row of a goal and steps, each ended by its mark."""
        row = [int(self._tokenizer.token_to_id("[CLS]")), *goal, self.end]
        for step in steps:
            if step and len(row) + len(step) < MAX_TOKENS:
                row += [*step, self.end]
        return row

    def row(self, goal: str, steps: Sequence[str] = ()) -> list[int]:
        """Return the numbers of a text."""
        said, *told = self.sentences([goal, *steps])
        return self.joined(said, told)


@dataclass(frozen=True)
class Mixing:
    """How much the encoder's answers count beside those of the small members.

    Attributes:
        goal: Share of its log-probabilities where there are no steps.
        steps: The same where there are.
        hint: Log odds that the grammar's reading adds then.
    """

    goal: float
    steps: float
    hint: float


class AdaptedEncoder:
    """The published encoder with what was learned added to it.

    Args:
        folder: Folder of `encoder.safetensors` and `encoder.json`.
        values: Slot by slot, the values in the order in which scores are wanted.
        name: Which encoder.

    Raises:
        ConfigError: If torch or the published encoder is missing.
        DataError: If the weights cannot be read.
    """

    def __init__(
        self, folder: Path, values: Mapping[str, Sequence[str]], *, name: str = "minilm"
    ) -> None:
        where = weights_file(name)
        import torch
        from safetensors.torch import load_file

        from planners.parsed.adapter import restored

        try:
            plain: dict[str, Any] = json.loads((folder / TABLES).read_text("utf-8"))
            tensors = load_file(folder / WEIGHTS)
        except (OSError, ValueError) as error:
            raise DataError(
                f"the parser's encoder in {folder} cannot be read ({error}): train it with "
                "`embodied train task=parser_encoder`"
            ) from error
        self.mixing = Mixing(**plain["mixing"])
        own = plain["values"]
        # the matrices are streamed through the core at each text: half as wide, half the time
        self._model = restored(where, tensors, [len(v) for v in own.values()])
        self._tokens = Tokens(name)
        self._columns = [
            np.array([own[slot].index(v) if v in own[slot] else -1 for v in wanted])
            for slot, wanted in values.items()
        ]
        self._torch = torch

    def scores(self, goal: str, steps: Sequence[str] = ()) -> list[Array]:
        """Return log-probabilities of each slot's values."""
        with self._torch.inference_mode():
            slots, _ = self._model([self._tokens.row(goal, steps)])
        found = []
        for slot, columns in zip(slots, self._columns, strict=True):
            told = slot[0].log_softmax(-1).numpy()
            found.append(np.where(columns < 0, np.float32(UNHEARD), told[columns]))
        return found


@cache
def shipped(name: str, values: tuple[tuple[str, tuple[str, ...]], ...]) -> AdaptedEncoder:
    """Read the adapter in the package, once a process."""
    with resources.as_file(resources.files("planners.parsed").joinpath("weights")) as folder:
        return AdaptedEncoder(folder, dict(values), name=name)
