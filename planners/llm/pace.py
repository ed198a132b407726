"""When to ask, and when to ask again."""

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any


class Transient(Exception):  # noqa: N818 - it is caught here and never reaches a user
    """An error that may pass.

    Args:
        message: What happened.
        wait_s: How long the server asked to wait, where it did.
    """

    def __init__(self, message: str, *, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s
        self.attempts = 1


class Pace:
    """Spaces requests evenly over all threads.

    Args:
        per_minute: Highest rate; None is none.
        clock: Seconds that only grow.
        sleep: Waits for some seconds.
    """

    def __init__(
        self,
        per_minute: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap_s = 60.0 / per_minute if per_minute else 0.0
        self._clock = clock
        self._sleep = sleep
        self._next_s = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may go."""
        if not self._gap_s:
            return
        with self._lock:
            now_s = self._clock()
            turn_s = max(now_s, self._next_s)
            self._next_s = turn_s + self._gap_s
        if turn_s > now_s:
            self._sleep(turn_s - now_s)


@cache
def shared_pace(server: str, per_minute: float | None) -> Pace:
    """Return the pace of a server: however many clients a process has, they keep it together."""
    return Pace(per_minute)


def pause(seconds: float) -> None:
    """Wait before the next attempt."""
    time.sleep(seconds)


def retrying(*, retries: int, longest_wait_s: float) -> Callable[..., Any]:
    """Return a caller that repeats on `Transient` errors.

    It waits as long as the server asks, or twice as long each time with some chance in it, so that
    clients that failed together do not come back together.

    Args:
        retries: Attempts after the first.
        longest_wait_s: Longest pause; a server that asks for a longer one is not asked again.
    """
    from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
    from tenacity.wait import wait_random_exponential

    backoff = wait_random_exponential(multiplier=0.5, max=longest_wait_s)

    def worth_it(error: BaseException) -> bool:
        return isinstance(error, Transient) and (error.wait_s or 0.0) <= longest_wait_s

    def pause_s(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = getattr(error, "wait_s", None)
        return float(asked) if asked is not None else float(backoff(state))

    def give_up(state: RetryCallState) -> Any:
        assert state.outcome is not None
        error = state.outcome.exception()
        if isinstance(error, Transient):
            error.attempts = state.attempt_number
        return state.outcome.result()

    return Retrying(
        retry=retry_if_exception(worth_it),
        stop=stop_after_attempt(retries + 1),
        wait=pause_s,
        sleep=lambda seconds: pause(seconds),
        retry_error_callback=give_up,
    )
