"""The action server `follow_instruction`: goals in, feedback and results out."""

import threading
import time
from collections.abc import Callable
from typing import Any

from embodied_msgs.action import FollowInstruction
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup

from embodied.core.instruction import Instruction
from embodied.runtime.robot.goals import GoalEnd, Why
from embodied.runtime.robot.session import Session
from embodied_ros.messages import feedback_message, result_message
from embodied_ros.recorder import Recording

STATE_LAG_S = 1.0
"""How long rclpy may take to note a cancellation that this node has already acted on."""


class GoalServer:
    """Hands goals to a session and tells their clients how it goes.

    Args:
        node: The node.
        session: What carries goals out.
        is_active: Whether the node is in its active state.
        recording: Writes while a goal runs.
        record: Folder of recordings; empty records nothing.
        feedback_hz: Feedback messages a second.
    """

    def __init__(
        self,
        node: Any,
        session: Session,
        *,
        is_active: Callable[[], bool],
        recording: Recording,
        record: str,
        feedback_hz: float,
    ) -> None:
        self._logger = node.get_logger()
        self._session = session
        self._is_active = is_active
        self._recording, self._record = recording, record
        self._feedback_s = 1.0 / feedback_hz
        # rclpy answers a goal's client before it calls `_on_accepted`: a cancellation may be first.
        self._cancelled: set[str] = set()
        self._server = ActionServer(
            node,
            FollowInstruction,
            "follow_instruction",
            execute_callback=self._execute,
            goal_callback=self._on_goal,
            handle_accepted_callback=self._on_accepted,
            cancel_callback=self._on_cancel,
            callback_group=ReentrantCallbackGroup(),
        )

    def destroy(self) -> None:
        """Take the server down."""
        self._server.destroy()

    def _on_goal(self, request: Any) -> GoalResponse:
        refusal = (
            self._session.refusal(request.instruction)
            if self._is_active()
            else "the node is not active"
        )
        if refusal:
            self._logger.warning(f"refused {request.instruction!r}: {refusal}")
            return GoalResponse.REJECT
        return GoalResponse.ACCEPT

    def _on_accepted(self, handle: Any) -> None:
        self._session.accept(_name(handle))
        if _name(handle) in self._cancelled:
            self._session.cancel(_name(handle))
        if not self._is_active():  # taken down since it was asked for: it must not begin later
            why = "the node is not active any more"
            self._session.book.end(_name(handle), Why.STOPPED, why)
        handle.execute()

    def _on_cancel(self, handle: Any) -> CancelResponse:
        """Halt in this very callback; rclpy's own answer would be to refuse."""
        self._cancelled.add(_name(handle))
        self._session.cancel(_name(handle))
        return CancelResponse.ACCEPT

    def _execute(self, handle: Any) -> Any:
        request, name = handle.request, _name(handle)
        instruction = Instruction.from_text(request.instruction, id=name, steps=request.steps)
        self._recording.open(self._record)
        ends: list[GoalEnd] = []
        worker = threading.Thread(
            target=lambda: ends.append(self._session.run(name, instruction)),
            name="control",
            daemon=True,
        )
        worker.start()
        try:
            while worker.is_alive():
                worker.join(self._feedback_s)
                if worker.is_alive() and self._session.book.active == name:
                    handle.publish_feedback(feedback_message(self._session.feedback()))
        except Exception:
            self._session.cancel(name)  # nothing moves for a goal that nobody is told of
            raise
        end = ends[0] if ends else GoalEnd(Why.FAILED, "the control thread died", 0.0)
        self._logger.info(f"{request.instruction!r}: {end.why.value}: {end.text}")
        if self._session.book.active is None:
            self._recording.close()
        _settle(handle, end)
        self._cancelled.discard(name)
        return result_message(end)


def _settle(handle: Any, end: GoalEnd) -> None:
    """Tell rclpy how the goal ended; it notes a cancellation only after our callback."""
    if end.why is Why.CANCELLED:
        until = time.monotonic() + STATE_LAG_S
        while not handle.is_cancel_requested and time.monotonic() < until:
            time.sleep(0.005)
    if not handle.is_active:
        return
    if handle.is_cancel_requested and end.why is Why.CANCELLED:
        handle.canceled()
    elif end.success:
        handle.succeed()
    else:
        handle.abort()


def _name(handle: Any) -> str:
    return bytes(handle.goal_id.uuid).hex()
