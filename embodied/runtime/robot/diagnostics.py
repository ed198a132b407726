"""What the node says of its health, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """Levels of diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2
    STALE = 3


@dataclass(frozen=True)
class Finding:
    """One line of diagnostics.

    Attributes:
        name: What it is about.
        level: How bad it is.
        message: In words.
        values: Numbers to look at.
    """

    name: str
    level: Level
    message: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Health:
    """What is known at a moment.

    Attributes:
        active: Whether the node is in its active state.
        stale: Stale sources, each with what is known of it.
        counts: Messages of each source so far.
        emergency: Why the emergency stop is engaged; empty while it is not.
        goal: The instruction being carried out, if one is.
        ticks: Control ticks due in this goal, or in the last.
        missed: Of these, how many were missed.
        stale_ticks: Ticks at which the robot was held for want of news.
        dead: Times a tick took so long that the robot was halted.
        refused: Commands that were not sent because they were not valid.
        last_refusal: The last of them in words.
        recording: Where it is recorded; empty where it is not.
        dropped: Messages that the recording lost.
    """

    active: bool
    stale: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    emergency: str = ""
    goal: str = ""
    ticks: int = 0
    missed: int = 0
    stale_ticks: int = 0
    dead: int = 0
    refused: int = 0
    last_refusal: str = ""
    recording: str = ""
    dropped: int = 0


MOST_MISSED = 0.01
"""Share of missed ticks above which the control loop counts as overloaded."""
FEWEST_TICKS = 100
"""Ticks before the share means anything."""


def findings(health: Health) -> tuple[Finding, ...]:
    """Return the lines, one a part of the node."""
    return (_state(health), _sensors(health), _control(health), _recording(health))


def _state(health: Health) -> Finding:
    if health.emergency:
        return Finding("state", Level.ERROR, f"emergency stop: {health.emergency}")
    if not health.active:
        return Finding("state", Level.OK, "inactive")
    return Finding("state", Level.OK, f"carrying out: {health.goal}" if health.goal else "ready")


def _sensors(health: Health) -> Finding:
    values = {name: str(count) for name, count in health.counts.items()}
    if not health.active:
        return Finding("sensors", Level.OK, "inactive", values)
    if health.stale:
        said = "; ".join(f"{name}: {what}" for name, what in sorted(health.stale.items()))
        return Finding("sensors", Level.STALE, said, values)
    return Finding("sensors", Level.OK, "all fresh", values)


def _control(health: Health) -> Finding:
    values = {
        "ticks": str(health.ticks),
        "missed": str(health.missed),
        "stale_ticks": str(health.stale_ticks),
        "dead": str(health.dead),
        "refused": str(health.refused),
    }
    if health.dead:
        return Finding("control", Level.ERROR, "a control tick hung; the robot was halted", values)
    if health.refused:
        return Finding("control", Level.WARN, f"command refused: {health.last_refusal}", values)
    if health.ticks >= FEWEST_TICKS and health.missed > MOST_MISSED * health.ticks:
        share = 100.0 * health.missed / health.ticks
        return Finding("control", Level.WARN, f"{share:.1f} % of the ticks were missed", values)
    return Finding("control", Level.OK, "in time", values)


def _recording(health: Health) -> Finding:
    values = {"file": health.recording, "dropped": str(health.dropped)}
    if health.dropped:
        return Finding("recording", Level.WARN, f"{health.dropped} messages lost", values)
    return Finding("recording", Level.OK, "on" if health.recording else "off", values)
