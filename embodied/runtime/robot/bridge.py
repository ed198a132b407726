"""A robot behind a middleware: senses in, commands out, with the stop below all."""

import threading
import time
from collections.abc import Callable

from embodied.core.action import Action
from embodied.core.observation import Observation
from embodied.runtime.robot.commands import CommandError
from embodied.runtime.robot.emergency import EmergencyStop
from embodied.runtime.robot.sending import Outlets, Sender
from embodied.runtime.robot.senses import Senses
from embodied.runtime.robot.spec import RobotSpec


class BridgedRobot:
    """A `Robot` for the live loop over whatever carries its messages.

    Commands go out one at a time under a lock that `halt` takes, too, so that a stop is always the
    last word. While the emergency stop is engaged, the robot is disabled or a source is stale, a
    command halts instead.

    Args:
        spec: What the robot has.
        outlets: Where commands go.
        emergency: The latch; engaging it halts this robot in the engaging thread.
        clock: Seconds, monotonic.

    Attributes:
        senses: Where what comes in is put.
        refused: Commands that were not sent because they were not valid.
        last_refusal: The last of them in words.
    """

    def __init__(
        self,
        spec: RobotSpec,
        outlets: Outlets,
        emergency: EmergencyStop,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.spec = spec
        self.senses = Senses(spec, clock=clock)
        self._sender = Sender(self.senses, outlets, clock=clock)
        self._emergency = emergency
        self._enabled = threading.Event()
        self._out = threading.RLock()
        self.refused = 0
        self.last_refusal = ""
        self._deaf = emergency.listen(lambda reason: self.halt())

    def enable(self, enabled: bool) -> None:
        """Let commands pass, or no longer; a robot that is disabled is halted."""
        if enabled:
            self._enabled.set()
            return
        self._enabled.clear()
        self.halt()

    def close(self) -> None:
        """Halt for the last time and let go of the emergency stop, which outlives this robot."""
        self.enable(False)
        self._deaf()

    def observe(self) -> Observation:
        """Return the newest of every sense; its stamp stands still while a source is stale."""
        return self.senses.observe()

    def command(self, action: Action) -> None:
        """Send an action on, unless something stands against it; then halt."""
        with self._out:
            blocked = (
                self._emergency.engaged
                or not self._enabled.is_set()
                or bool(self.senses.watch.stale())
            )
            if blocked:
                self.halt()
                return
            try:
                self._sender.send(action)
            except CommandError as error:
                self.refused += 1
                self.last_refusal = str(error)
                self.halt()

    def halt(self) -> None:
        """Stand still at once; safe from any thread, repeatable."""
        with self._out:
            self._sender.stop()
