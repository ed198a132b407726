"""Keys of a terminal as axes, and lines after a colon as words."""

import atexit
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
STOP_KEY = " "
"""Says stop at once; within a line of words it is a space."""
ARROWS: Mapping[str, str] = {"A": "w", "B": "s", "D": "a", "C": "d"}
"""Arrow keys, which terminals send as Escape, a bracket and a letter, to what they do."""


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
        self._escaped = False

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
        """Take one key; return what it says: a line of words once its end was pressed, or stop."""
        if key == "\x1b" or self._escaped:
            # What else a terminal sends for its other keys must not be taken for letters.
            self._escaped = key in "\x1b[O" or key.isdigit() or key == ";"
            key = ARROWS.get(key, "") if not self._escaped else ""
            if not key or self._line is not None:
                return None
        if self._line is not None:
            if key in "\r\n":
                line, self._line = self._line, None
                return line.strip() or None
            self._line = self._line[:-1] if key in "\b\x7f" else self._line + key
            return None
        if key == STOP_KEY:
            with self._lock:
                self._pressed.clear()
            return "stop"
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

    def restore() -> None:
        termios.tcsetattr(number, termios.TCSADRAIN, before)

    # The thread that reads does not outlive the process and is not asked before it goes.
    atexit.register(restore)
    try:
        tty.setcbreak(number)
        yield
    finally:
        restore()
        atexit.unregister(restore)


@cache
def keyboard() -> Keyboard:
    """The process's keyboard."""
    return Keyboard()
