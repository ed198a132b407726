"""The lifecycle node `agent`: instructions in, commands out; it decides nothing by itself."""

import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from embodied_msgs.msg import Answer, Correction, Question
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from embodied.commands.robots import agent_for_robot
from embodied.core.arm_skills import arm_skills
from embodied.core.errors import EmbodiedError
from embodied.runtime.robot.bridge import BridgedRobot
from embodied.runtime.robot.diagnostics import findings
from embodied.runtime.robot.emergency import EmergencyStop
from embodied.runtime.robot.parameters import (
    PARAMETERS,
    coerced,
    listed,
    robot_spec,
    session_settings,
)
from embodied.runtime.robot.session import Session
from embodied.runtime.robot.topics import ANY_SENDER, wire
from embodied_ros.following import GoalServer
from embodied_ros.messages import diagnostics
from embodied_ros.outlets import RosOutlets
from embodied_ros.qos import profile
from embodied_ros.recorder import Recording
from embodied_ros.sensing import Sensing
from embodied_ros.spinning import spin

DIAGNOSTICS_S = 1.0
REST_S = 1.0
"""How long goals have to end, before the node goes."""
TELLING_S = 0.3
"""How long rclpy has to send their results: it does so after our callback, and tells nobody."""


class AgentNode(LifecycleNode):
    """Subscribes and serves while it is configured; moves the robot only while it is active."""

    def __init__(self) -> None:
        super().__init__("agent")
        for each in PARAMETERS:
            # Any type is let in, and looked at below: `10` for a number of seconds is no mistake.
            about = ParameterDescriptor(description=each.text, dynamic_typing=True)
            self.declare_parameter(each.name, each.default, about)
        self._session: Session | None = None
        self._active = False
        # One for the life of the process: configuring anew releases nothing.
        self._emergency = EmergencyStop()
        self._made: list[tuple[Any, Any]] = []
        self._recording = Recording(self.get_logger())
        self._record = self._recording.write
        self._asked = (0, "")
        self._heartbeat_s: float | None = None
        self._silent_s = 0.0
        self._logged = ""

    def values(self) -> dict[str, Any]:
        """Return every parameter's value.

        Raises:
            ConfigError: If one is of another kind than its default.
        """
        return {
            each.name: coerced(each, self.get_parameter(each.name).value) for each in PARAMETERS
        }

    # --- lifecycle -----------------------------------------------------------------------------

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Make the agent and everything it is connected to; nothing moves yet."""
        try:
            self._configure(self.values())
        except EmbodiedError as error:
            self.get_logger().error(f"cannot configure: {error}")
            self._take_down()
            return TransitionCallbackReturn.FAILURE
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Accept instructions and let commands pass."""
        self._robot.enable(True)
        self._active = True
        self.get_logger().info("active: waiting for instructions")
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """End what is under way and stand still."""
        self._active = False
        self._rest("the node was deactivated")
        self._robot.enable(False)
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Take everything down that `on_configure` made."""
        self._take_down()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stand still, then take everything down."""
        self.come_to_rest()
        self._take_down()
        return super().on_shutdown(state)

    def come_to_rest(self) -> None:
        """Halt the robot and end every goal, before the process goes."""
        self._active = False
        if self._session is not None:
            self._rest("the node was shut down")
            self._robot.enable(False)

    def _rest(self, text: str) -> None:
        """End every goal and give its client the time to hear of it."""
        assert self._session is not None
        told = self._session.book.open_count
        self._session.shut_down(text)
        until = time.monotonic() + REST_S
        while self._session.book.open_count and time.monotonic() < until:
            time.sleep(0.02)
        if told:
            time.sleep(TELLING_S)

    def _configure(self, values: dict[str, Any]) -> None:
        spec = robot_spec(values)
        agent = agent_for_robot(
            planner=values["planner"],
            policy=values["policy"],
            overrides=listed(values["overrides"]),
            ask=values["ask"],
            patience_s=values["patience_s"],
            frame=values["speaker_frame"],
            arm=bool(spec.joints),
        )
        outlets = RosOutlets(
            self, joints=spec.joints, base_frame=spec.base_frame, sent=self._record
        )
        self._own(RosOutlets.destroy, outlets)
        self._robot = self._own(BridgedRobot.close, BridgedRobot(spec, outlets, self._emergency))
        self._session = Session(
            self._robot,
            agent,
            self._emergency,
            skills=arm_skills(
                movable=listed(values["movable"]),
                receptacles=listed(values["receptacles"]),
                openable=listed(values["openable"]),
            )
            if spec.joints
            else (),
            settings=session_settings(values),
        )
        self._silent_s = values["e_stop_heartbeat_s"]
        self._own(
            Sensing.destroy,
            Sensing(self, self._robot, record=self._record, images=values["record_images"]),
        )
        # Words and stops have threads of their own: neither waits for a picture to be decoded.
        voice, stops = ReentrantCallbackGroup(), ReentrantCallbackGroup()
        self._listen("correction", Correction, self._on_correction, voice)
        self._listen("answer", Answer, self._on_answer, voice)
        self._listen("e_stop", Bool, self._on_e_stop, stops)
        self._listen("e_stop", Bool, self._on_e_stop, stops, quality=ANY_SENDER)
        self._question = self._speak("question", Question)
        self._emergency_state = self._speak("emergency", Bool)
        self._diagnostics = self._speak("/diagnostics", DiagnosticArray)
        # Told first and then listened to, a button pressed in between would go untold.
        self._own(lambda deaf: deaf(), self._emergency.listen(self._on_emergency))
        self._emergency_state.publish(Bool(data=self._emergency.engaged))
        self._own(
            self.destroy_service,
            self.create_service(Trigger, "release_e_stop", self._on_release, callback_group=stops),
        )
        server = GoalServer(
            self,
            self._session,
            is_active=lambda: self._active,
            recording=self._recording,
            record=values["record"],
            feedback_hz=values["feedback_hz"],
        )
        self._own(GoalServer.destroy, server)
        quiet = MutuallyExclusiveCallbackGroup()
        timers = [
            (DIAGNOSTICS_S, self._tell_health, quiet),
            (1.0 / values["feedback_hz"], self._ask, quiet),
        ]
        self._heartbeat_s = None
        if self._silent_s > 0:
            self._heartbeat_s = time.monotonic()
            timers.append((self._silent_s / 4, self._check_heartbeat, stops))
        for period_s, callback, group in timers:
            self._own(
                self.destroy_timer, self.create_timer(period_s, callback, callback_group=group)
            )

    def _take_down(self) -> None:
        """Undo what was configured, however far that came; the emergency stop stays as it is."""
        if self._session is not None:
            self._session.close("the node was taken down")
            self._session = None
        for destroy, made in reversed(self._made):
            destroy(made)
        self._made.clear()
        self._recording.close()

    def _own(self, destroy: Any, made: Any) -> Any:
        self._made.append((destroy, made))
        return made

    def _listen(self, name: str, type: Any, heard: Any, group: Any, *, quality: Any = None) -> None:
        row = wire(name)
        assert row.quality is not None

        def callback(message: Any) -> None:
            self._record(name, message)
            heard(message)

        self._own(
            self.destroy_subscription,
            self.create_subscription(
                type, name, callback, profile(quality or row.quality), callback_group=group
            ),
        )

    def _speak(self, name: str, type: Any) -> Any:
        row = wire(name)
        assert row.quality is not None
        publisher = self.create_publisher(type, name, profile(row.quality))
        return self._own(self.destroy_publisher, publisher)

    # --- people --------------------------------------------------------------------------------

    def _on_correction(self, message: Any) -> None:
        session = self._session
        refusal = "the node is not configured" if session is None else session.correct(message.text)
        if refusal:
            self.get_logger().warning(f"correction {message.text!r}: {refusal}")

    def _on_answer(self, message: Any) -> None:
        session = self._session
        if session is None:
            return
        if refusal := session.answer(message.text, number=message.question_id):
            self.get_logger().warning(f"answer {message.text!r}: {refusal}")

    def _ask(self) -> None:
        if self._session is None:
            return
        asked = self._session.question()
        if asked == self._asked:
            return
        self._asked = asked
        message = Question(id=asked[0], text=asked[1])
        message.stamp = self.get_clock().now().to_msg()
        self._question.publish(message)
        self._record("question", message)

    # --- emergency stop ------------------------------------------------------------------------

    def _on_e_stop(self, message: Any) -> None:
        if self._heartbeat_s is not None:
            self._heartbeat_s = time.monotonic()
        self._emergency.button(message.data)

    def _check_heartbeat(self) -> None:
        limit_s = self._silent_s
        if self._heartbeat_s is None or self._emergency.engaged:
            return
        if time.monotonic() - self._heartbeat_s > limit_s:
            self._emergency.engage(f"e_stop was not heard for {limit_s:g} s")

    def _on_emergency(self, reason: str) -> None:
        self._emergency_state.publish(Bool(data=True))
        if reason != self._logged:  # a button that is held says so many times a second
            self._logged = reason
            self.get_logger().error(f"emergency stop: {reason}")

    def _on_release(self, request: Any, response: Any) -> Any:
        refusal = self._emergency.release()
        response.success = not refusal
        response.message = refusal or "released"
        if not refusal:
            self._logged = ""
            if self._heartbeat_s is not None:
                self._heartbeat_s = time.monotonic()
            self._emergency_state.publish(Bool(data=False))
        return response

    # --- diagnostics and recording -------------------------------------------------------------

    def _tell_health(self) -> None:
        session = self._session
        if session is None:
            return
        health = session.health(
            active=self._active, recording=self._recording.path, dropped=self._recording.dropped
        )
        message = diagnostics(findings(health), node=self.get_name())
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)
        self._record("/diagnostics", message)


def main() -> None:
    """Run the node until it is told to end."""
    spin(AgentNode, ready=_start, ended=AgentNode.come_to_rest)


def _start(node: AgentNode) -> None:
    if not node.get_parameter("autostart").value:
        return
    if node.trigger_configure() is TransitionCallbackReturn.SUCCESS:
        node.trigger_activate()


if __name__ == "__main__":
    main()
