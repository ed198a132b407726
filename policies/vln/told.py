"""Routes that nobody described, told by a speaker that learned from those that people did."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from policies.vln.batches import Examples
from policies.vln.data import RouteData, Routes
from policies.vln.speaker import hear, train_speaker
from policies.vln.words import Vocabulary
from policies.vln.world import WorldTensors


@dataclass(frozen=True)
class Telling:
    """How routes are told.

    Attributes:
        routes: How many; 0 tells none.
        epochs: Times the speaker hears each instruction while it learns.
        temperature: Below 1 it says what is likelier.
        batch: Routes told at a time.
    """

    routes: int = 0
    epochs: int = 8
    temperature: float = 0.7
    batch: int = 512


@dataclass(frozen=True, eq=False)
class KeptRoutes:
    """Told routes, as `Routes` are."""

    texts: tuple[str, ...]
    heading_rad: NDArray[np.float32]
    paths: NDArray[np.int32]
    lengths: NDArray[np.int64]

    @property
    def path_ids(self) -> tuple[str, ...]:
        """A name for each."""
        return tuple(f"told{number}" for number in range(len(self.texts)))


def tell_routes(
    data: RouteData,
    split: str,
    vocabulary: Vocabulary,
    world: WorldTensors,
    telling: Telling,
    kept: Path,
    seed: int,
) -> Routes:
    """Return routes in the buildings of a split with words for them.

    Args:
        data: Opens the benchmark.
        split: Learned from; only its buildings are walked.
        vocabulary: Words.
        world: Where.
        telling: How.
        kept: File that they are read from if it is there, and written to if not.
        seed: Of routes, speaker and words.
    """
    if kept.exists():
        with np.load(kept) as file:
            read = {name: file[name] for name in file.files}
        return KeptRoutes(**{**read, "texts": tuple(read["texts"].tolist())})
    rng = np.random.default_rng(seed)
    routes = data.undescribed(split, telling.routes, rng)
    described = data.routes(split)
    torch.manual_seed(seed)
    speaker, losses = train_speaker(
        Examples(described, vocabulary, data.world()),
        described.paths,
        world,
        epochs=telling.epochs,
        rng=rng,
    )
    print("speaker, loss a word: " + " ".join(f"{loss:.2f}" for loss in losses), flush=True)
    paths, texts = torch.from_numpy(routes.paths.astype(np.int64)), []
    heading = torch.from_numpy(routes.heading_rad)
    for begin in range(0, len(paths), telling.batch):
        part = slice(begin, begin + telling.batch)
        heard = hear(world, paths[part], heading[part], torch.ones(len(heading[part])))
        spoken = speaker.tell(heard, telling.temperature)
        texts += [" ".join(vocabulary.words[row] for row in rows) for rows in spoken]
    told = KeptRoutes(tuple(texts), routes.heading_rad, routes.paths, routes.lengths)
    np.savez(kept, **{**vars(told), "texts": np.array(texts)})
    return told
