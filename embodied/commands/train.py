"""`embodied train`: train a small model and write its weights with a card."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from embodied.commands.settings import compose, groups, print_config
from embodied.core.errors import ConfigError


class TrainingTask(Protocol):
    """What `task.make` of a config in `configs/task/` has to be."""

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Train, going on from a checkpoint in `output_dir` if there is one.

        Returns:
            What to tell the person: the scores reached, and where the weights are.
        """


def _tasks() -> list[str]:
    return [name for name in groups()["task"] if name != "none"]


def help_text() -> str:
    """Return the command's help."""
    listed = "\n".join(f"  {name}" for name in _tasks())
    return (
        "Usage: embodied train task=NAME [key=value ...]\n\n"
        "Trains one of the models below. Checkpoints, tensorboard logs, weights and a card that\n"
        "says how they were made go to output_dir; the same command goes on where it was.\n\n"
        f"Tasks:\n{listed}\n\n"
        "`embodied train task=NAME --config` prints every option there is."
    )


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        EmbodiedError: If settings are wrong, or data or packages are missing.
    """
    if not words or "-h" in words or "--help" in words:
        print(help_text())
        return 0
    if not any(word.startswith("task=") for word in words):
        raise ConfigError(f"Say what to train: task={'|'.join(groups().get('task', []))}")
    config = compose("train", [word for word in words if word != "--config"])
    if "--config" in words:
        print_config(config)
        return 0
    from embodied.evaluation.configured import make

    task: TrainingTask = make(config["task"]["make"], what="task.make")
    print(task.run(output_dir=Path(config["output_dir"]), seed=config["seed"]))
    return 0
