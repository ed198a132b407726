"""The small language model's training: from texts to weights that answer."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from embodied.core.annotated import AnnotatedTask
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.task import PICK_AND_PLACE, Task
from embodied.core.task_plans import subgoals_of
from planners.llm.plan_once.corpus import exchanges as plans
from planners.llm.types import Exchange, LlmRequest, Message
from planners.lm.examples import IGNORED, batches, encode
from planners.lm.tokenizer import train_tokenizer
from planners.lm.train import PlannerLmTraining, drawn

OBJECTS = ("Mug", "Book", "Vase", "Watch")
PLACES = ("Desk", "Shelf", "Sofa")


class Texts:
    """A dozen tasks in one wording."""

    def annotated(self, *, split: str) -> Sequence[AnnotatedTask]:
        tasks = [Task(PICK_AND_PLACE, one, two) for one in OBJECTS for two in PLACES]
        return [
            AnnotatedTask(
                Instruction.from_text(f"Put the {task.object} on the {task.parent}."),
                task,
                subgoals_of(task),
                True,
                split,
                f"task-{number}/trial",
            )
            for number, task in enumerate(tasks)
        ]


TEXTS = Texts().annotated(split="train")


def names(tasks: Iterable[AnnotatedTask], rng: np.random.Generator) -> Iterator[Exchange]:
    for task in tasks:
        yield Exchange((Message.user(task.instruction.text),), task.task.object)


def yes(tasks: Iterable[AnnotatedTask], rng: np.random.Generator) -> Iterator[Exchange]:
    for _ in tasks:
        yield Exchange((Message.user("?"),), "yes", weight=2.0)


def training(init: str | None = None, **schedule: object) -> PlannerLmTraining:
    return PlannerLmTraining(
        init=init,
        source=Texts(),
        corpora={
            "names": {"share": 3.0, "exchanges": names},
            "yes": {"share": 1.0, "exchanges": yes},
        },
        shape={"vocabulary_size": 400, "hidden": 48, "layers": 2, "heads": 2, "feed_forward": 96},
        schedule={
            "exchanges": 160,
            "batch_tokens": 128,
            "learning_rate": 5e-3,
            "dropped_share": 0.0,
            **schedule,
        },
        held_out_scored=4,
        held_out_share=0.1,
        threads=1,
    )


def test_the_glue_of_json_is_one_token() -> None:
    answer = plans(TEXTS, np.random.default_rng(0))
    texts = [each.answer for each in answer] * 3
    tokenizer = train_tokenizer(texts, vocabulary_size=400, max_length=64)
    tokens = tokenizer.tokenize('{"subgoals":[{"skill":"pick","object":{"category":"Mug"}}')
    assert tokens[:4] == ['{"subgoals":[{"skill":"', "pick", '","object":{"category":"', "Mug"]
    strange = 'žluťoučký {"a": [1]} 杯子\t"'
    assert tokenizer.decode(tokenizer(strange)["input_ids"]) == strange


def test_of_the_standing_instructions_the_first_line_is_read() -> None:
    tokenizer = train_tokenizer(["x"], vocabulary_size=300, max_length=64)
    said = [
        {"role": "system", "content": "Plan the task.\nMany rules."},
        {"role": "user", "content": "Goal: x"},
    ]
    text = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
    assert text == "<|system|>Plan the task.<|user|>Goal: x<|assistant|>"


def test_answers_alone_are_learned_and_every_example_is_met_once() -> None:
    tokenizer = train_tokenizer(["ab"], vocabulary_size=300, max_length=64)
    asked = [Exchange((Message.user("q" * n),), "a" * (n % 3 + 1)) for n in range(1, 30)]
    examples = encode(asked, tokenizer, max_tokens=24)
    rng = np.random.default_rng(0)
    learned = 0
    for batch in batches(examples, rng, batch_tokens=96, pad=0, dropped_share=0.5):
        assert batch.tokens.size <= 96 or len(batch.tokens) == 1
        told = batch.labels != IGNORED
        learned += len(batch.tokens)
        # what is to be said at a place stands at the next one, wherever questions were blotted out
        rows, places = np.nonzero(told)
        assert (batch.tokens[rows, places + 1] == batch.labels[rows, places]).all()
        ends = batch.labels[rows, places] == tokenizer.eos_token_id
        assert ends.sum() == len(batch.tokens)
    assert (
        learned == len(examples) == sum(len(e.messages[0].text + e.answer) + 3 <= 24 for e in asked)
    )


def test_corpora_are_drawn_by_weight_and_number() -> None:
    rng = np.random.default_rng(0)
    assert len(drawn(yes, TEXTS, 7, rng)) == 7
    assert drawn(lambda tasks, rng: iter(()), TEXTS, 7, rng) == []


def test_it_learns_goes_on_where_it_was_and_answers_in_use(tmp_path: Path) -> None:
    pytest.importorskip("llguidance")
    from planners.llm.local import LocalClient

    training(epochs=1).run(output_dir=tmp_path, seed=0)
    first = json.loads((tmp_path / "weights" / "card.json").read_text())
    said = training(epochs=8).run(output_dir=tmp_path, seed=0)
    card = json.loads((tmp_path / "weights" / "card.json").read_text())
    assert card["cpu_seconds"] >= first["cpu_seconds"]
    assert "yes" in said
    assert list((tmp_path / "logs").iterdir())
    llm = LocalClient(tmp_path / "weights", device="cpu", threads=1)
    asked = [*names(TEXTS, np.random.default_rng(0)), *yes(TEXTS[:1], np.random.default_rng(0))]
    replies = llm.complete_many([LlmRequest(each.messages, max_tokens=8) for each in asked])
    right = [reply.text == each.answer for reply, each in zip(replies, asked, strict=True)]
    assert right[-1]
    assert sum(right) >= 9  # of 13; whoever says the same each time gets 3


def test_it_goes_on_from_weights_of_its_shape(tmp_path: Path) -> None:
    training(epochs=8).run(output_dir=tmp_path / "first", seed=0)
    weights = str(tmp_path / "first" / "weights")
    said = training(weights, epochs=1, learning_rate=1e-6).run(output_dir=tmp_path / "on", seed=1)
    assert (
        said.splitlines()[1:3]
        == (training(epochs=8).run(output_dir=tmp_path / "first", seed=0).splitlines()[1:3])
    ), "next to nothing was learned: it answers as before"
    card = json.loads((tmp_path / "on" / "weights" / "card.json").read_text())
    assert card["init"] == weights
    other = PlannerLmTraining(
        source=Texts(),
        corpora={"yes": {"share": 1.0, "exchanges": yes}},
        shape={"vocabulary_size": 400, "hidden": 24, "layers": 2, "heads": 2, "feed_forward": 96},
        init=weights,
        threads=1,
    )
    with pytest.raises(ConfigError, match="another shape"):
        other.run(output_dir=tmp_path / "other", seed=0)


def test_without_corpora_there_is_nothing_to_learn() -> None:
    with pytest.raises(ConfigError, match="corpora"):
        PlannerLmTraining(source=Texts(), corpora={})
