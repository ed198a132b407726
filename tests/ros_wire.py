"""Our ROS interfaces without ROS: read from their files, in CDR and over DDS with ROS's names."""

import time
import typing
from functools import cache
from pathlib import Path

ROS = Path(__file__).resolve().parents[1] / "ros"
MESSAGES = ROS / "embodied_msgs"
ACTION = "embodied_msgs/action/FollowInstruction"

CANCEL_GOAL = {
    "action_msgs/srv/CancelGoal_Request": "action_msgs/GoalInfo goal_info",
    "action_msgs/srv/CancelGoal_Response": (
        "int8 ERROR_NONE=0\nint8 return_code\naction_msgs/GoalInfo[] goals_canceling"
    ),
}
"""As in ROS's rcl_interfaces, which rosbags does not ship."""

ACTION_PARTS = {
    "SendGoal_Request": "unique_identifier_msgs/UUID goal_id\n{action}_Goal goal",
    "SendGoal_Response": "bool accepted\nbuiltin_interfaces/Time stamp",
    "GetResult_Request": "unique_identifier_msgs/UUID goal_id",
    "GetResult_Response": "int8 status\n{action}_Result result",
    "FeedbackMessage": "unique_identifier_msgs/UUID goal_id\n{action}_Feedback feedback",
}
"""What rosidl makes of every action, beside its three parts."""


@cache
def typestore():
    """ROS's messages, and ours as their files have them."""
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore

    store = get_typestore(Stores.ROS2_HUMBLE)
    texts = {
        f"embodied_msgs/msg/{path.stem}": path.read_text()
        for path in sorted((MESSAGES / "msg").glob("*.msg"))
    }
    for path in sorted((MESSAGES / "action").glob("*.action")):
        parts = path.read_text().split("\n---\n")
        for part, text in zip(("Goal", "Result", "Feedback"), parts, strict=True):
            texts[f"embodied_msgs/action/{path.stem}_{part}"] = text
    texts |= {f"{ACTION}_{name}": text.format(action=ACTION) for name, text in ACTION_PARTS.items()}
    for name, text in (texts | CANCEL_GOAL).items():
        (form,) = get_types_from_msg(text, name).values()
        store.register({name: form})
    return store


def fields_of(name):
    """Return a type's fields as rosbags has them: (name, (kind, argument))."""
    return typestore().fielddefs[name][1]


@cache
def idl_type(name, *, header=False):
    """Return a type as cyclonedds has it, under the name that ROS gives it on the wire.

    Args:
        name: `package/kind/Name`.
        header: Whether a service's header comes first, as rmw_cyclonedds sends it.
    """
    from cyclonedds.idl import make_idl_struct, types

    package, kind, last = name.split("/")
    first = {"guid": types.uint64, "number": types.int64} if header else {}
    return make_idl_struct(
        f"{last}{'_headed' if header else ''}",
        f"{package}::{kind}::dds_::{last}_",
        first | {field: _idl_field(*form) for field, form in fields_of(name)},
    )


def _idl_field(kind, argument):
    from cyclonedds.idl import types

    label = kind.name
    if label == "BASE":
        base = argument[0]
        plain = {"string": str, "bool": bool}
        return plain.get(base) or getattr(types, {"octet": "byte"}.get(base, base))
    if label == "NAME":
        return idl_type(argument)
    inner, size = argument
    item = _idl_field(*inner)
    if label == "ARRAY":
        return types.array[item, size]
    return types.sequence[item, size] if size else types.sequence[item]


def default(name):
    """Return a message of cyclonedds with every field at its zero."""
    return _filled(idl_type(name), name)


def _filled(made, name, **first):
    return made(**first, **{field: _zero(*form) for field, form in fields_of(name)})


def _zero(kind, argument):
    label = kind.name
    if label == "BASE":
        return {"string": "", "bool": False}.get(
            argument[0], 0.0 if argument[0].startswith("float") else 0
        )
    if label == "NAME":
        return default(argument)
    inner, size = argument
    return [_zero(*inner) for _ in range(size)] if label == "ARRAY" else []


def headed(name, *, guid, number):
    """Return a service's request or reply with its header and zeros."""
    return _filled(idl_type(name, header=True), name, guid=guid, number=number)


ALONE = """<CycloneDDS><Domain id="any"><General>
<Interfaces><NetworkInterface name="lo" multicast="false"/></Interfaces>
<AllowMulticast>false</AllowMulticast></General>
<Discovery><ParticipantIndex>auto</ParticipantIndex><MaxAutoParticipantIndex>60</MaxAutoParticipantIndex>
<Peers><Peer address="127.0.0.1"/></Peers></Discovery></Domain></CycloneDDS>"""
"""Settings of Cyclone that keep a test on this machine's loopback."""


def qos(*, latched=False, best_effort=False):
    """Return a quality as rmw_cyclonedds sets it."""
    from cyclonedds.core import Policy, Qos
    from cyclonedds.util import duration

    reliability = (
        Policy.Reliability.BestEffort
        if best_effort
        else Policy.Reliability.Reliable(duration(seconds=1))
    )
    durability = Policy.Durability.TransientLocal if latched else Policy.Durability.Volatile
    return Qos(reliability, durability, Policy.History.KeepLast(20))


class Wire:
    """A DDS participant that speaks ROS's names."""

    def __init__(self, domain):
        from cyclonedds.domain import DomainParticipant

        self.participant = DomainParticipant(domain)

    def writer(self, topic, type, **quality):
        from cyclonedds.pub import DataWriter
        from cyclonedds.topic import Topic

        return DataWriter(
            self.participant, Topic(self.participant, topic, type), qos=qos(**quality)
        )

    def reader(self, topic, type, **quality):
        from cyclonedds.sub import DataReader
        from cyclonedds.topic import Topic

        return DataReader(
            self.participant, Topic(self.participant, topic, type), qos=qos(**quality)
        )


def take(reader, holds=lambda message: True, *, patience_s=20.0):
    """Return the next message for which something holds.

    Raises:
        TimeoutError: If none comes.
    """
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        for message in reader.take(20):
            if hasattr(message, "sample_info") and not message.sample_info.valid_data:
                continue
            if holds(message):
                return message
        time.sleep(0.005)
    raise TimeoutError(f"nothing came on {reader.topic.name}")


def matched(writer, *, readers=1, patience_s=20.0):
    """Wait until a writer has its readers."""
    until = time.monotonic() + patience_s
    while len(writer.get_matched_subscriptions()) < readers:
        if time.monotonic() > until:
            raise TimeoutError(f"nobody reads {writer.topic.name}")
        time.sleep(0.01)
    return writer


class ActionClientPeer:
    """A client of an action made of three services and two topics, over bare DDS."""

    SERVICES: typing.ClassVar = {
        "send_goal": (f"{ACTION}_SendGoal_Request", f"{ACTION}_SendGoal_Response"),
        "cancel_goal": (
            "action_msgs/srv/CancelGoal_Request",
            "action_msgs/srv/CancelGoal_Response",
        ),
        "get_result": (f"{ACTION}_GetResult_Request", f"{ACTION}_GetResult_Response"),
    }

    def __init__(self, wire, name="follow_instruction", *, guid=0x1234):
        self._guid, self._number = guid, 0
        self._requests, self._replies = {}, {}
        for service, (asked, told) in self.SERVICES.items():
            base = f"{name}/_action/{service}"
            self._requests[service] = wire.writer(f"rq/{base}Request", idl_type(asked, header=True))
            self._replies[service] = wire.reader(f"rr/{base}Reply", idl_type(told, header=True))
        self.feedback = wire.reader(
            f"rt/{name}/_action/feedback", idl_type(f"{ACTION}_FeedbackMessage")
        )
        self.status = wire.reader(
            f"rt/{name}/_action/status",
            idl_type("action_msgs/msg/GoalStatusArray"),
            latched=True,
        )

    def wait_for_server(self, *, patience_s=20.0):
        for service, writer in self._requests.items():
            matched(writer, patience_s=patience_s)
            until = time.monotonic() + patience_s
            while not self._replies[service].get_matched_publications():
                if time.monotonic() > until:
                    raise TimeoutError(f"nobody answers {service}")
                time.sleep(0.01)

    def ask(self, service, fill):
        """Send a request; return its number."""
        self._number += 1
        request = headed(self.SERVICES[service][0], guid=self._guid, number=self._number)
        fill(request)
        self._requests[service].write(request)
        return self._number

    def answer(self, service, number, *, patience_s=20.0):
        """Return the reply to a request."""
        return take(
            self._replies[service],
            lambda told: told.number == number and told.guid == self._guid,
            patience_s=patience_s,
        )

    def send_goal(self, goal_id, instruction):
        def fill(request):
            request.goal_id.uuid = list(goal_id)
            request.goal.instruction = instruction

        return self.answer("send_goal", self.ask("send_goal", fill))

    def cancel(self, goal_id):
        def fill(request):
            request.goal_info.goal_id.uuid = list(goal_id)

        return self.answer("cancel_goal", self.ask("cancel_goal", fill))

    def ask_result(self, goal_id):
        def fill(request):
            request.goal_id.uuid = list(goal_id)

        return self.ask("get_result", fill)

    def result(self, goal_id, *, patience_s=20.0):
        return self.answer("get_result", self.ask_result(goal_id), patience_s=patience_s)
