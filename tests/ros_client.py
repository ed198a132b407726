"""Nodes as processes, and a client of theirs with rclpy; imported only where rclpy is."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import rclpy
from action_msgs.msg import GoalStatus
from embodied_msgs.action import FollowInstruction
from embodied_msgs.msg import Correction
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile, ReliabilityPolicy
from std_srvs.srv import Trigger

SOURCES = Path(__file__).resolve().parents[1] / "ros" / "embodied_ros"
PATIENCE_S = 90.0
STATUS = {
    GoalStatus.STATUS_SUCCEEDED: "succeeded",
    GoalStatus.STATUS_CANCELED: "canceled",
    GoalStatus.STATUS_ABORTED: "aborted",
}


def wait_until(holds, *, patience_s=PATIENCE_S, what="it"):
    """Wait until something holds; return what it returned."""
    until = time.monotonic() + patience_s
    while not (got := holds()):
        if time.monotonic() > until:
            raise TimeoutError(f"{what} never came to be")
        time.sleep(0.01)
    return got


def start(node, *words, log):
    """Start one of our nodes as a process of its own, its output in a file."""
    path = os.pathsep.join([str(SOURCES), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", f"embodied_ros.{node}", "--ros-args", *words],
        env=os.environ | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
    )


def parameters(**values):
    """Return parameters as words of a command line."""
    return [word for name, value in values.items() for word in ("-p", f"{name}:={value}")]


def end(process, *, patience_s=20.0):
    """End a process as launch does, and return its exit code."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGINT)
    try:
        return process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


class Goal:
    """A goal that was sent."""

    def __init__(self, client, words):
        self.feedback = []
        future = client.send_goal_async(
            FollowInstruction.Goal(instruction=words),
            feedback_callback=lambda message: self.feedback.append(message.feedback),
        )
        self.handle = wait_until(future.result, what="the answer to a goal")
        self.accepted = self.handle.accepted
        self._future = self.handle.get_result_async() if self.accepted else None

    def cancel(self):
        """Cancel it; return the answer's code."""
        future = self.handle.cancel_goal_async()
        return wait_until(future.result, what="the answer to a cancellation").return_code

    def moves(self):
        """Wait until it moves the arm."""
        wait_until(lambda: any(each.subgoal for each in self.feedback), what="feedback")
        return self

    def end(self, *, patience_s=PATIENCE_S):
        """Wait for its end; return (status, result)."""
        answer = wait_until(self._future.result, patience_s=patience_s, what="the result")
        return STATUS[answer.status], answer.result


class Client:
    """A node of the test's own."""

    def __init__(self, domain):
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=domain)
        self.node = rclpy.create_node("person", context=self.context)
        self._executor = SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self.node)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()
        self.action = ActionClient(self.node, FollowInstruction, "follow_instruction")
        self._correction = self.node.create_publisher(Correction, "correction", 10)

    def _spin(self):
        while not self._over.is_set():
            self._executor.spin_once(timeout_sec=0.05)

    def send(self, words):
        """Send a goal."""
        return Goal(self.action, words)

    def say(self, words):
        """Say something to the agent."""
        wait_until(self._correction.get_subscription_count, what="somebody who listens")
        self._correction.publish(Correction(text=words, speaker="test"))

    def listen(self, type, topic, *, reliable=False):
        """Return a list that fills with what comes on a topic."""
        heard = []
        policy = ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT
        self.node.create_subscription(
            type, topic, heard.append, QoSProfile(depth=50, reliability=policy)
        )
        return heard

    def call(self, type, service, request):
        """Call a service."""
        client = self.node.create_client(type, service)
        wait_until(client.service_is_ready, what=service)
        future = client.call_async(request)
        return wait_until(future.result, what=f"the answer of {service}")

    def release(self):
        """Release the emergency stop."""
        return self.call(Trigger, "release_e_stop", Trigger.Request())

    def close(self):
        """Take it down."""
        self._over.set()
        self._thread.join()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)
