"""A run's summary as a table, for terminals and for documents."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from embodied.evaluation.metrics import METRICS


def rows(summary: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (metric, value, 95 % interval) in words: percent, or metres where it says so."""
    intervals = summary.get("intervals_95", {})
    return [
        (name, _value(value, name), _interval(intervals.get(name), name))
        for name, value in summary["metrics"].items()
    ]


def title(summary: Mapping[str, Any]) -> str:
    """Return what was run, in one line."""
    words = [summary.get("label") or summary.get("benchmark"), summary.get("split")]
    agent = summary.get("agent")
    return ", ".join(str(word) for word in words if word) + (f": agent {agent}" if agent else "")


def footnote(summary: Mapping[str, Any]) -> str:
    """Return counts and time, in one line."""
    counts = " of ".join(
        f"{count} {one if count == 1 else many}"
        for count, one, many in (
            (summary["n"], "episode", "episodes"),
            (summary["n_trajectories"], "trajectory", "trajectories"),
        )
    )
    errors = f", {summary['n_error']} in error" if summary["n_error"] else ""
    timing = summary.get("timing", {})
    mean_s = timing.get("mean_episode_s")
    speed = f", {mean_s:.1f} s an episode" if mean_s else ""
    return counts + errors + speed


def as_table(summary: Mapping[str, Any]) -> Table:
    """Return a table for a rich console."""
    words = title(summary), footnote(summary)
    width = max(44, *map(len, words))  # neither is broken where the terminal has room
    table = Table(title=words[0], caption=words[1], min_width=width)
    table.add_column("metric")
    table.add_column("%", justify="right")
    table.add_column("95 % interval", justify="right")
    for row in rows(summary):
        table.add_row(*row)
    return table


def as_markdown(summary: Mapping[str, Any]) -> str:
    """Return the table as Markdown."""
    lines = [f"**{title(summary)}** ({footnote(summary)})", ""]
    lines += ["| metric | % | 95 % interval |", "|---|---:|---:|"]
    lines += [f"| {name} | {value} | {interval} |" for name, value, interval in rows(summary)]
    return "\n".join(lines)


def _number(value: float, name: str) -> str:
    return f"{value:.2f}" if _in_metres(name) else f"{100.0 * value:.1f}"


def _in_metres(name: str) -> bool:
    return name in METRICS and METRICS[name].unit == "m"


def _value(value: float | None, name: str) -> str:
    unit = " m" if _in_metres(name) else ""
    return "-" if value is None else _number(value, name) + unit


def _interval(pair: list[float] | None, name: str) -> str:
    return "-" if pair is None else " to ".join(_number(value, name) for value in pair)
