"""`embodied train`: train a small model and write its weights with a card."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from embodied.commands.settings import compose, groups, print_config
from embodied.core.errors import ConfigError

CONFIG = "config.yaml"
FREE_KEYS = ("task.make.threads", "task.make.corpora")
"""Settings that may change when a training goes on, beside those of any run: how fast it is, and
what the small language model learns from, see docs/llm.md."""


class TrainingTask(Protocol):
    """What `task.make` of a config in `configs/task/` has to be."""

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Train, going on from a checkpoint in `output_dir` if there is one.

        Returns:
            What to tell the person: the scores reached, and where the weights are.
        """


def _settle_config(folder: Path, config: Mapping[str, Any]) -> None:
    """Keep the settings beside the checkpoints; others do not go on from them.

    Raises:
        ConfigError: If the folder holds a training with other settings; the message names them.
    """
    from omegaconf import OmegaConf

    from embodied.evaluation.files import write_whole
    from embodied.evaluation.store import differing_keys

    path = folder / CONFIG
    if path.exists() and any(folder.rglob("checkpoint.pt")):
        old: Any = OmegaConf.to_container(OmegaConf.load(path))
        changed = [
            each
            for each in differing_keys(old, config)
            if not (each[0].startswith(FREE_KEYS) or each[0].endswith(".data_root"))
        ]
        if changed:
            raise ConfigError(
                f"{folder} holds a training with other settings:\n"
                + "".join(f"  {key}: {was!r} there, {now!r} now\n" for key, was, now in changed)
                + "Choose another output_dir=..., or delete the folder to start afresh."
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, FileNotFoundError, NotADirectoryError) as error:
        raise ConfigError(
            f"Cannot make {folder}: {error.strerror}. Choose another output_dir=..."
        ) from error
    write_whole(path, OmegaConf.to_yaml(OmegaConf.create(dict(config))))


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
    folder = Path(config["output_dir"])
    _settle_config(folder, config)
    print(task.run(output_dir=folder, seed=config["seed"]))
    return 0
