"""`embodied report`: print the table of a run's folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError

HELP = """\
Usage: embodied report DIR [--markdown]

Prints the table of a run, from the records in its folder. Works while the run goes on.

  --markdown  print it for a document"""


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        ConfigError: If the folder holds no run.
        DataError: If its records are damaged.
    """
    if "-h" in words or "--help" in words:
        print(HELP)
        return 0
    folders = [word for word in words if not word.startswith("-")]
    flags = {word for word in words if word.startswith("-")}
    if len(folders) != 1 or flags - {"--markdown"}:
        raise ConfigError(f"embodied report takes one folder.\n\n{HELP}")
    summary = _summarize(Path(folders[0]))
    from embodied.evaluation.report import as_markdown, as_table

    if "--markdown" in flags:
        print(as_markdown(summary))
        return 0
    from rich.console import Console

    Console().print(as_table(summary))
    return 0


def _summarize(folder: Path) -> dict[str, Any]:
    from omegaconf import OmegaConf

    from embodied.evaluation.metrics import metrics_named
    from embodied.evaluation.store import CONFIG, EPISODES, load_records
    from embodied.evaluation.summary import summarize

    if not (folder / CONFIG).exists():
        within = sorted(path.parent.name for path in folder.glob(f"*/{CONFIG}"))
        if within:
            some = ", ".join(within[:4]) + (", ..." if len(within) > 4 else "")
            raise ConfigError(f"{folder} holds several runs; name one of those in it: {some}")
        raise ConfigError(f"{folder} holds no run: there is no {CONFIG} in it.")
    config: Any = OmegaConf.to_container(OmegaConf.load(folder / CONFIG))
    return summarize(
        load_records(folder / EPISODES),
        metrics=metrics_named(config["benchmark"]["metrics"]),
        seed=config["seed"],
        about={
            "benchmark": config["benchmark"]["name"],
            "label": config["benchmark"]["label"],
            "split": config["benchmark"]["split"],
            "agent": config["agent"]["name"],
        },
    )
