"""A town of crossings, made here: streets two metres long, signs at some of them."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch")

from embodied.core.entity import Entity
from embodied.core.observation import Observation
from embodied.core.panorama import Panorama, Way
from embodied.core.plan import Status, Subgoal
from embodied.core.routes import ROUTE, spell_legs
from policies.vln.words import MARKS, Vocabulary

SIDE = 4
STREET_M = 2.0
NORTH, EAST, SOUTH, WEST = (0, 1), (1, 0), (0, -1), (-1, 0)
WORDS = "turn left right walk straight and then stop the lamp red door . ,"
SIGNS = {5: "lamp", 10: "red door", 6: "lamp"}


def _neighbours(number):
    x, y = number % SIDE, number // SIDE
    for dx, dy in (NORTH, EAST, SOUTH, WEST):
        if 0 <= x + dx < SIDE and 0 <= y + dy < SIDE:
            yield (y + dy) * SIDE + x + dx, float(np.arctan2(dx, dy) % (2 * np.pi))


@pytest.fixture
def town():
    """A grid of 16 crossings as arrays: number = y * 4 + x, y to the north."""
    count, width = SIDE * SIDE, 4
    near = np.full((count, width), -1, np.int32)
    heading = np.zeros((count, width), np.float32)
    for number in range(count):
        for column, (other, angle) in enumerate(_neighbours(number)):
            near[number, column], heading[number, column] = other, angle
    names = tuple(sorted(set(SIGNS.values())))
    objects = np.full((count, 2), -1, np.int32)
    for number, name in SIGNS.items():
        objects[number, 0] = names.index(name)
    places = np.arange(count)
    steps = abs(places[:, None] % SIDE - places % SIDE) + abs(
        places[:, None] // SIDE - places // SIDE
    )
    return SimpleNamespace(
        viewpoint_ids=tuple(f"place{number}" for number in range(count)),
        neighbours=near,
        heading_rad=heading,
        elevation_rad=np.zeros((count, width), np.float32),
        distance_m=np.where(near >= 0, STREET_M, 0).astype(np.float32),
        object_names=names,
        objects=objects,
        object_heading_rad=np.full((count, 2), 1.0, np.float32),
        object_elevation_rad=np.zeros((count, 2), np.float32),
        object_size_rad=np.full((count, 2, 2), 0.3, np.float32),
        views=None,
        geodesic_m=(steps * STREET_M).astype(np.float32).ravel(),
        geodesic_start=places * count,
        row=places,
    )


def make_routes(texts_paths, heading_rad=0.0):
    """Routes of `(text, [numbers])`, all begun at one heading."""
    longest = max(len(path) for _, path in texts_paths)
    paths = np.full((len(texts_paths), longest), -1, np.int32)
    for row, (_, path) in zip(paths, texts_paths, strict=True):
        row[: len(path)] = path
    return SimpleNamespace(
        texts=tuple(text for text, _ in texts_paths),
        path_ids=tuple(map(str, range(len(texts_paths)))),
        heading_rad=np.full(len(texts_paths), heading_rad, np.float32),
        paths=paths,
        lengths=np.array([len(path) for _, path in texts_paths]),
    )


@pytest.fixture
def routes():
    """Left, right and straight on from three places, two streets each."""
    found = []
    for start in (5, 6, 9):
        x, y = start % SIDE, start // SIDE
        found.append(("turn left and stop", [start, start - 1]))
        found.append(("turn right and stop", [start, start + 1]))
        found.append(("walk straight and stop", [start, start + SIDE]))
        if x >= 1 and y + 1 < SIDE:
            found.append(("walk straight then turn left", [start, start + SIDE, start + SIDE - 1]))
    return make_routes(found)


@pytest.fixture
def vocabulary():
    words = WORDS.split()
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(len(words) + len(MARKS), 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[: len(MARKS)] = 0.0
    return Vocabulary((*MARKS, *words), vectors)


@pytest.fixture
def model(vocabulary):
    return make_model(vocabulary)


def make_model(vocabulary, **settings):
    """A small network with random weights, the same at every call."""
    import torch

    from policies.vln.model import ModelConfig, VlnModel

    torch.manual_seed(0)
    sizes = {"vector_size": 8, "width": 32, "heads": 2, "dropout": 0.0}
    made = VlnModel(ModelConfig(len(vocabulary.words), **{**sizes, **settings}))
    made.text.vectors.copy_(torch.from_numpy(vocabulary.vectors))
    return made.eval()


@pytest.fixture
def places(town, vocabulary):
    from policies.vln.weights import name_vectors
    from policies.vln.world import WorldTensors

    return WorldTensors(town, name_vectors(town.object_names, vocabulary))


def stand(town, number, heading_rad):
    """What an environment shows at a place: panorama and entities."""
    ways = [
        Way(
            town.viewpoint_ids[other],
            float((angle - heading_rad + np.pi) % (2 * np.pi) - np.pi),
            0.0,
            STREET_M,
        )
        for other, angle in _neighbours(number)
    ]
    ways.sort(key=lambda way: abs(way.heading_rad))
    things = tuple(
        Entity(name, direction_rad=(1.0 - heading_rad, 0.0), size_rad=(0.3, 0.3))
        for place, name in SIGNS.items()
        if place == number
    )
    return Panorama(town.viewpoint_ids[number], heading_rad, 0.0, tuple(ways)), things


@pytest.fixture
def tiny_encoder(tmp_path):
    """A folder with an encoder as transformers keeps them, of random numbers."""
    import torch

    tokenizers = pytest.importorskip("tokenizers")
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS.split(), "stra", "##ight", "##d"]
    words.remove("straight")
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordPiece({word: k for k, word in enumerate(words)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    folder = tmp_path / "encoder"
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=32
    ).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    transformers.BertModel(sizes).save_pretrained(folder)
    return str(folder)


def walk(policy, town, text, start, heading_rad, legs=()):
    """Follow a text from a place; return the numbers of the places passed."""
    here, passed = start, [start]
    policy.reset()
    policy.begin(Subgoal("follow", {"instruction": text, ROUTE: spell_legs(legs)}, text))
    for _ in range(60):
        panorama, entities = stand(town, here, heading_rad)
        action, outcome = policy.act(Observation(panorama=panorama, entities=entities))
        if outcome.status is Status.DONE:
            assert action is None
            return passed
        near = [way.viewpoint for way in panorama.ways]
        assert action.viewpoint in near
        way = panorama.ways[near.index(action.viewpoint)]
        heading_rad = (heading_rad + way.heading_rad) % (2 * np.pi)
        here = town.viewpoint_ids.index(action.viewpoint)
        passed.append(here)
    raise AssertionError("never stopped")


def make_restless(vocabulary, **settings):
    """A network of strong opinions, that stops late and goes back gladly."""
    import torch

    restless = make_model(vocabulary, **settings)
    with torch.no_grad():
        restless.score.weight *= 30.0
        restless.score.bias[1] -= 200.0
        restless.turn_back -= 5.0
        if restless.config.encoder:
            restless.text.context.weight.normal_()
    return restless


@pytest.fixture
def helpers():
    """The functions above, for tests that make worlds of their own."""
    return SimpleNamespace(
        make_routes=make_routes,
        make_model=make_model,
        make_restless=make_restless,
        stand=stand,
        walk=walk,
    )
