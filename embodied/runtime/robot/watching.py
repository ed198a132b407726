"""Watchdogs: which of a robot's sources has gone quiet."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from embodied.core.errors import ConfigError


@dataclass
class _Source:
    limit_s: float
    at_s: float | None = None
    stamp_s: float | None = None
    count: int = 0
    broken: str = ""


class Watch:
    """Knows when each source was last heard; every method is safe from any thread.

    Ages are counted on this machine's clock from the moment of arrival, since the clocks of other
    machines may differ. A message that repeats the stamp of the one before is no news: a driver
    that sends its last picture for ever is a dead camera.

    Args:
        limits_s: Source to the age at which it counts as stale.
        clock: Seconds, monotonic.

    Raises:
        ConfigError: If a limit is not above 0.
    """

    def __init__(
        self, limits_s: Mapping[str, float], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        for name, limit_s in limits_s.items():
            if not limit_s > 0:
                raise ConfigError(f"{name} may be {limit_s!r} s old; give a number above 0.")
        self._clock = clock
        self._lock = threading.Lock()
        self._sources = {name: _Source(limit_s) for name, limit_s in limits_s.items()}

    def saw(self, name: str, stamp_s: float | None = None, *, came_s: float = float("inf")) -> bool:
        """Note that a source was heard; return whether it said something new.

        Args:
            name: The source.
            stamp_s: The sender's stamp; None where messages have none.
            came_s: When it came, on the clock; what has not come yet came now.
        """
        with self._lock:
            source = self._sources.get(name)
            if source is None:
                return True
            if stamp_s is not None and stamp_s == source.stamp_s and stamp_s != 0.0:
                return False
            source.at_s = min(came_s, self._clock())
            source.stamp_s, source.broken = stamp_s, ""
            source.count += 1
            return True

    def spoiled(self, name: str, why: str) -> None:
        """Note that a source sent something that cannot be read."""
        with self._lock:
            if name in self._sources:
                self._sources[name].broken = why

    def counts(self) -> dict[str, int]:
        """Return how often each source said something new."""
        with self._lock:
            return {name: source.count for name, source in self._sources.items()}

    def stale(self) -> dict[str, str]:
        """Return the sources that are stale, each with what is known of it in words."""
        now_s = self._clock()
        with self._lock:
            return {
                name: _words(source, now_s)
                for name, source in self._sources.items()
                if source.at_s is None or now_s - source.at_s > source.limit_s
            }


def _words(source: _Source, now_s: float) -> str:
    if source.broken:
        return source.broken
    if source.at_s is None:
        return "nothing has come yet"
    return f"nothing for {now_s - source.at_s:.1f} s"
