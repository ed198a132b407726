"""What the agent's node imports of ROS, standing in where ROS is not: it keeps what it is given.

Nothing here knows how rclpy behaves beyond the calls that the node makes; what is on the wire and
in time is `tests/ros/test_nodes.py`'s, with the real one.
"""

import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

PACKAGES = (
    "builtin_interfaces", "control_msgs", "diagnostic_msgs", "embodied_msgs", "geometry_msgs",
    "nav2_msgs", "rcl_interfaces", "sensor_msgs", "std_msgs", "std_srvs", "tf2_msgs",
    "trajectory_msgs", "launch", "launch_ros",
)  # fmt: skip
PARTS = ("action", "actions", "msg", "srv", "substitutions", "parameter_descriptions")


class Message:
    """A message: what it is given, and an empty message for every other field."""

    def __init__(self, *given: Any, **fields: Any) -> None:
        self.__dict__.update(fields, given=given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.__dict__[name] = made = Message()
        return made


class Anything(types.ModuleType):
    """A module that has a message of every name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (Message,), {"Goal": Message, "Result": Message, "Feedback": Message})
        setattr(self, name, made)
        return made


class Node:
    """A lifecycle node that writes down what it creates and destroys."""

    def __init__(self, name: str) -> None:
        self.parameters: dict[str, Any] = {}
        self.published: dict[str, list[Any]] = {}
        self.heard: dict[str, Any] = {}
        self.services: dict[str, Any] = {}
        self.timers: list[Any] = []
        self.alive: list[Any] = []
        self.log: list[str] = []

    def declare_parameter(self, name: str, default: Any, about: Any = None) -> None:
        self.parameters[name] = default

    def get_parameter(self, name: str) -> Any:
        return SimpleNamespace(value=self.parameters[name])

    def get_logger(self) -> Any:
        def note(text: str, **how: Any) -> None:
            self.log.append(text)

        return SimpleNamespace(info=note, warning=note, error=note)

    def get_clock(self) -> Any:
        return SimpleNamespace(now=lambda: SimpleNamespace(to_msg=Message))

    def get_name(self) -> str:
        return "agent"

    def kept(self, made: Any) -> Any:
        self.alive.append(made)
        return made

    def create_publisher(self, type: Any, name: str, quality: Any) -> Any:
        sent = self.published[name] = []
        return self.kept(SimpleNamespace(name=name, publish=sent.append))

    def create_subscription(self, type: Any, name: str, callback: Any, quality: Any, **how: Any):
        self.heard[name] = callback
        return self.kept(SimpleNamespace(name=name))

    def create_service(self, type: Any, name: str, callback: Any, **how: Any) -> Any:
        self.services[name] = callback
        return self.kept(SimpleNamespace(name=name))

    def create_timer(self, period_s: float, callback: Any, **how: Any) -> Any:
        self.timers.append(callback)
        return self.kept(SimpleNamespace(name=callback.__name__))

    def let_go(self, made: Any) -> None:
        self.alive.remove(made)

    destroy_publisher = destroy_subscription = destroy_service = destroy_timer = let_go

    def done(self, state: Any) -> str:
        return "success"

    on_configure = on_activate = on_deactivate = on_cleanup = on_shutdown = done


class Server:
    """An action server, called by the test in rclpy's place."""

    newest: "Server"

    def __init__(self, node: Any, type: Any, name: str, **callbacks: Any) -> None:
        self.__dict__.update(callbacks)
        self.node = node
        node.alive.append(self)
        Server.newest = self

    def destroy(self) -> None:
        self.node.alive.remove(self)


class Client:
    """An action client that nobody answers."""

    def __init__(self, node: Any, type: Any, name: str, **how: Any) -> None:
        self.node = node
        node.alive.append(self)

    def server_is_ready(self) -> bool:
        return False

    def destroy(self) -> None:
        self.node.alive.remove(self)


class Handle:
    """A goal as rclpy hands it to the node."""

    def __init__(self, number: int, instruction: str) -> None:
        self.goal_id = SimpleNamespace(uuid=bytes([number] * 16))
        self.request = SimpleNamespace(instruction=instruction, steps=[])
        self.is_active, self.is_cancel_requested = True, False
        self.status = ""

    def execute(self) -> None: ...

    def publish_feedback(self, message: Any) -> None: ...

    def succeed(self) -> None:
        self.status = "succeeded"

    def abort(self) -> None:
        self.status = "aborted"

    def canceled(self) -> None:
        self.status = "canceled"


def _modules() -> Iterator[tuple[str, types.ModuleType]]:
    for package in PACKAGES:
        yield package, Anything(package)
        for part in PARTS:
            yield f"{package}.{part}", Anything(f"{package}.{part}")
    answers = {"ACCEPT": "accept", "REJECT": "reject"}
    parts: dict[str, dict[str, Any]] = {
        "": {},
        ".action": {
            "ActionServer": Server,
            "ActionClient": Client,
            "CancelResponse": SimpleNamespace(**answers),
            "GoalResponse": SimpleNamespace(**answers),
        },
        ".callback_groups": {
            "MutuallyExclusiveCallbackGroup": Message,
            "ReentrantCallbackGroup": Message,
        },
        ".executors": {"ExternalShutdownException": Exception, "MultiThreadedExecutor": Message},
        ".lifecycle": {
            "LifecycleNode": Node,
            "LifecycleState": Message,
            "TransitionCallbackReturn": SimpleNamespace(SUCCESS="success", FAILURE="failure"),
        },
        ".node": {"Node": Node},
        ".qos": {
            "DurabilityPolicy": Message(),
            "QoSProfile": Message,
            "ReliabilityPolicy": Message(),
        },
        ".serialization": {"serialize_message": lambda message: b""},
        ".signals": {"SignalHandlerOptions": Message()},
    }
    for name, contents in parts.items():
        module = types.ModuleType(f"rclpy{name}")
        module.__dict__.update(contents)
        yield module.__name__, module
    paths = types.ModuleType("rosidl_runtime_py")
    paths.get_interface_path = str
    yield paths.__name__, paths
    shares = types.ModuleType("ament_index_python.packages")
    shares.get_package_share_directory = lambda name: f"/share/{name}"
    yield "ament_index_python", types.ModuleType("ament_index_python")
    yield shares.__name__, shares


@contextmanager
def standing_in(sources: Path) -> Iterator[None]:
    """Let `embodied_ros` be imported from its sources with all of this in ROS's place."""
    before = dict(sys.modules)
    sys.modules.update(_modules())
    sys.path.insert(0, str(sources))
    try:
        yield
    finally:
        sys.path.remove(str(sources))
        for name in set(sys.modules) - set(before):
            if name.partition(".")[0] in {"embodied_ros", "rclpy", "rosidl_runtime_py"} | set(
                PACKAGES
            ) | {"ament_index_python"}:
                del sys.modules[name]
