"""Keys of a terminal as axes, and lines after a colon as words."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import IO

HOLD_S = 0.3
"""A key counts as held for so long after it was last heard: terminals only tell of repeats."""
KEYS: Mapping[str, tuple[int, float]] = {
    "w": (0, 1.0),
    "s": (0, -1.0),
    "a": (1, 1.0),
    "d": (1, -1.0),
    "r": (2, 1.0),
    "f": (2, -1.0),
}
"""Key to its axis and sign: on and back along the task, aside as last corrected, the third way."""
WORDS_KEY = ":"
"""Begins a line of words for the agent."""


class Keyboard:
    """Which keys are held now; safe from any thread.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pressed: dict[int, tuple[float, float]] = {}
        self._line: str | None = None

    def axes(self) -> tuple[float, float, float]:
        """Return three numbers in [-1, 1]."""
        now_s = self._clock()
        with self._lock:
            values = [
                sign if now_s - at_s <= HOLD_S else 0.0
                for sign, at_s in (self._pressed.get(axis, (0.0, -HOLD_S)) for axis in range(3))
            ]
        return values[0], values[1], values[2]

    def press(self, key: str) -> str | None:
        """Take one key; return a line of words once its end was pressed."""
        if self._line is not None:
            if key in "\r\n":
                line, self._line = self._line, None
                return line.strip() or None
            self._line = self._line[:-1] if key in "\b\x7f" else self._line + key
            return None
        if key == WORDS_KEY:
            self._line = ""
        elif key.lower() in KEYS:
            axis, sign = KEYS[key.lower()]
            with self._lock:
                self._pressed[axis] = (sign, self._clock())
        return None

    def listen(self, stream: IO[str], say: Callable[[str], None]) -> threading.Thread:
        """Take keys from a terminal, key by key, on a thread; lines after a colon are said."""

        def hear() -> None:
            with _key_by_key(stream):
                while key := stream.read(1):
                    line = self.press(key)
                    if line:
                        say(line)

        thread = threading.Thread(target=hear, name="keyboard", daemon=True)
        thread.start()
        return thread


@contextlib.contextmanager
def _key_by_key(stream: IO[str]) -> Iterator[None]:
    """Put a terminal into the mode that hands keys on at once; others are left as they are."""
    if not stream.isatty():
        yield
        return
    import termios
    import tty

    number = stream.fileno()
    before = termios.tcgetattr(number)
    try:
        tty.setcbreak(number)
        yield
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


@cache
def keyboard() -> Keyboard:
    """The process's keyboard."""
    return Keyboard()
