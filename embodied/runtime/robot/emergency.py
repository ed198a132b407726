"""The emergency stop: a latch that nothing overrides."""

import threading
from collections.abc import Callable


class EmergencyStop:
    """Once engaged it stays so until a person releases it, and never while the button is pressed.

    Engaging calls the listeners in the very thread that engages, every time: halting twice does no
    harm, halting late does. This is software; it comes on top of the robot's own stop circuit and
    does not replace it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engaged = threading.Event()
        self._pressed: dict[str, bool] = {}
        self._reason = ""
        self._listeners: list[Callable[[str], None]] = []

    @property
    def engaged(self) -> bool:
        """Whether the robot must stand still."""
        return self._engaged.is_set()

    @property
    def reason(self) -> str:
        """Why it was engaged; empty while it is not."""
        return self._reason if self.engaged else ""

    def listen(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Have `listener(reason)` called whenever the stop is engaged.

        Returns:
            What ends that, once: the latch outlives those who listen.
        """
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                self._listeners = [each for each in self._listeners if each is not listener]

        return end

    def engage(self, reason: str) -> None:
        """Stop; safe from any thread, repeatable. The first reason is kept.

        Raises:
            Exception: What a listener raised, after every other has been called.
        """
        with self._lock:
            if not self._engaged.is_set():
                self._reason = reason
            self._engaged.set()
            listeners = tuple(self._listeners)
        failure: Exception | None = None
        for listener in listeners:
            try:
                listener(self._reason)
            except Exception as error:  # one that fails must not keep the others from halting
                failure = error
        if failure is not None:
            raise failure

    def button(self, pressed: bool, *, source: str = "e_stop") -> None:
        """Take the state of a button: pressed engages, let go alone does not release."""
        with self._lock:
            self._pressed[source] = pressed
        if pressed:
            self.engage(f"{source} is pressed")

    def release(self) -> str:
        """Let the robot move again, for a person to decide.

        Returns:
            Why not, where a button is still pressed; else nothing.
        """
        with self._lock:
            still = sorted(name for name, pressed in self._pressed.items() if pressed)
            if still:
                return f"{', '.join(still)} is still pressed"
            self._engaged.clear()
            self._reason = ""
            return ""
