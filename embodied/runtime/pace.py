"""Real time for a simulation that a person watches and speaks to."""

import time
from collections.abc import Callable

from embodied.core.episode import EpisodeRecord, EpisodeSpec
from embodied.core.instruction import Instruction
from embodied.core.protocols import Step


class Pacer:
    """A subscriber that lets no step be over before its time.

    Args:
        rate_hz: Steps a second.
        clock: Seconds, monotonic.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        rate_hz: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._period_s = 1.0 / rate_hz
        self._clock, self._sleep = clock, sleep
        self._due_s = 0.0

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        """Start counting time."""
        self._due_s = self._clock()

    def on_step(self, step: Step) -> None:
        """Wait until the step's time is over; time that was lost is not made up for."""
        now_s = self._clock()
        self._due_s = max(self._due_s + self._period_s, now_s)
        if self._due_s > now_s:
            self._sleep(self._due_s - now_s)

    def on_end(self, record: EpisodeRecord) -> None:
        """Stop counting."""
