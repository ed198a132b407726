"""`embodied eval ... -m`: several runs, one table."""

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied.commands.settings import SettingError, compose
from embodied.core.errors import ConfigError

FLAGS = frozenset(["-m", "--multirun"])


@dataclass(frozen=True)
class Variant:
    """One run of a sweep.

    Attributes:
        words: Its settings, all of them.
        chosen: What sets it apart: setting to value.
    """

    words: tuple[str, ...]
    chosen: Mapping[str, str]

    @property
    def folder(self) -> str:
        """Name of its folder within the sweep's."""
        return ",".join(f"{key}={value}" for key, value in self.chosen.items()).replace("/", "_")


def variants(words: Sequence[str]) -> list[Variant]:
    """Return the runs that words with several values ask for: each value with each other.

    Args:
        words: `key=value`, or `key=one,two` for two runs, in Hydra's grammar.

    Raises:
        SettingError: If a word cannot be read, or none has several values.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    parser = OverridesParser.create()
    plain: list[str] = []
    swept: list[list[tuple[str, str]]] = []
    for word in words:
        try:
            override = parser.parse_override(word)
        except HydraException as error:
            raise SettingError(f"Cannot read {word!r}: {str(error).splitlines()[0]}") from error
        if not override.is_sweep_override():
            plain.append(word)
            continue
        key = word.partition("=")[0]
        swept.append([(key, str(value)) for value in override.sweep_string_iterator()])
    if not swept:
        raise SettingError(
            "-m runs every combination of values, and no setting has several: "
            "write e.g. perception=privileged,privileged_noisy."
        )
    return [
        Variant((*plain, *(f"{key}={value}" for key, value in chosen)), dict(chosen))
        for chosen in itertools.product(*swept)
    ]


def run_sweep(words: Sequence[str]) -> int:
    """Run every variant, print one table and write it; runs that are there already are kept.

    Returns:
        The first exit code that is not 0; else 0.

    Raises:
        ConfigError: If settings of any variant are wrong; nothing has run then.
    """
    from rich.console import Console

    from embodied.commands.evaluate import evaluate
    from embodied.evaluation.ablation import Row, as_markdown, as_table

    # `output_dir` names the folder of the sweep; its runs lie within.
    given = [word.partition("=")[2] for word in words if word.startswith("output_dir=")]
    rest = [word for word in words if not word.startswith("output_dir=")]
    chosen = variants(rest)
    digest = hashlib.blake2b(json.dumps(sorted(rest)).encode(), digest_size=3).hexdigest()
    folder = Path(given[0] if given else f"outputs/sweep-{digest}").expanduser()
    configs = [
        compose("eval", [*variant.words, f'output_dir="{folder / variant.folder}"'])
        for variant in chosen
    ]
    rows: list[Row] = []
    for variant, config in zip(chosen, configs, strict=True):
        command = ["embodied", "eval", *variant.words]
        code = evaluate(config, command=command)
        if code:
            return code
        rows.append(Row(variant.chosen, _summary(folder / variant.folder)))
    Console().print(as_table(rows))
    table = {"rows": [{"settings": dict(row.settings), **row.summary} for row in rows]}
    (folder / "ablation.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    (folder / "ablation.md").write_text(as_markdown(rows) + "\n", encoding="utf-8")
    print(f"Table: {folder / 'ablation.md'} and {folder / 'ablation.json'}")
    return 0


def _summary(folder: Path) -> dict[str, Any]:
    try:
        summary: dict[str, Any] = json.loads((folder / "summary.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"The run in {folder} left no summary: {error}") from error
    return summary
