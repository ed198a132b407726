"""One table of several runs that differ in a few settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from rich.table import Table

from embodied.evaluation.report import rows as metric_rows
from embodied.evaluation.report import title


@dataclass(frozen=True)
class Row:
    """One run.

    Attributes:
        settings: What sets it apart from the others: setting to value.
        summary: Its `summary.json`.
    """

    settings: Mapping[str, str]
    summary: Mapping[str, Any]


def as_table(rows: Sequence[Row]) -> Table:
    """Return a table for a rich console.

    A line a metric and a line a setting beside them, so that 80 columns hold whole names.
    """
    table = Table(title=_title(rows))
    table.add_column("run", no_wrap=True)
    table.add_column("metric")
    table.add_column("%", justify="right")
    table.add_column("95 % interval", justify="right")
    for row in rows:
        errors = row.summary["n_error"]
        counted = f"{row.summary['n']} episodes" + (f", {errors} in error" if errors else "")
        told = [*(f"{name}={value}" for name, value in row.settings.items()), counted]
        for run, metric in zip_longest(told, metric_rows(row.summary)):
            table.add_row(run or "", *(metric or ("", "", "")))
        table.add_section()
    return table


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the table as Markdown."""
    names, *lines = _cells(rows)
    settings = len(rows[0].settings)
    rule = ["---"] * settings + ["---:"] * (len(names) - settings)
    table = [f"| {' | '.join(cells)} |" for cells in (names, *lines)]
    return "\n".join([f"**{_title(rows)}**", "", table[0], f"|{'|'.join(rule)}|", *table[1:]])


def _title(rows: Sequence[Row]) -> str:
    """What was run; the agent is left out where it is among the settings that differ."""
    return title({**rows[0].summary, "agent": None})


def _cells(rows: Sequence[Row]) -> list[list[str]]:
    """Names of the columns, then a line a run: settings, episodes, metrics with intervals."""
    metrics = list(rows[0].summary["metrics"])
    lines = [[*rows[0].settings, "episodes", "in error", *(f"{name} (95 %)" for name in metrics)]]
    for row in rows:
        summary = row.summary
        figures = [f"{value} ({interval})" for _, value, interval in metric_rows(summary)]
        counts = [str(summary["n"]), str(summary["n_error"])]
        lines.append([*row.settings.values(), *counts, *figures])
    return lines
