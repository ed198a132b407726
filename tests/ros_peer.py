"""A process of its own on the wire: hears corrections and serves the action, without any ROS.

Run by `tests/ros/test_wire.py`: `python ros_peer.py DOMAIN`. A goal runs until it is cancelled;
each correction comes back as the text of its feedback.
"""

import sys
import time

from ros_wire import ACTION, ActionClientPeer, Wire, default, headed, idl_type, matched

RUNNING, CANCELLED = 2, 5


def main(domain):
    """Serve until the goal's result was asked for."""
    wire = Wire(domain)
    corrections = wire.reader("rt/correction", idl_type("embodied_msgs/msg/Correction"))
    requests, replies = {}, {}
    for service, (asked, told) in ActionClientPeer.SERVICES.items():
        base = f"follow_instruction/_action/{service}"
        requests[service] = wire.reader(f"rq/{base}Request", idl_type(asked, header=True))
        replies[service] = (wire.writer(f"rr/{base}Reply", idl_type(told, header=True)), told)
    feedback = wire.writer(
        "rt/follow_instruction/_action/feedback", idl_type(f"{ACTION}_FeedbackMessage")
    )
    status = wire.writer(
        "rt/follow_instruction/_action/status",
        idl_type("action_msgs/msg/GoalStatusArray"),
        latched=True,
    )
    goal, state, instruction, heard, waiting = None, 0, "", 0, None

    def reply(service, request, fill):
        writer, type = replies[service]
        answer = headed(type, guid=request.guid, number=request.number)
        fill(answer)
        matched(writer).write(answer)

    def tell(new):
        message = default("action_msgs/msg/GoalStatusArray")
        one = default("action_msgs/msg/GoalStatus")
        one.goal_info.goal_id.uuid, one.status = list(goal), new
        message.status_list = [one]
        status.write(message)

    until = time.monotonic() + 60.0
    while time.monotonic() < until:
        for request in requests["send_goal"].take(5):
            goal, state = list(request.goal_id.uuid), RUNNING
            instruction = request.goal.instruction
            reply("send_goal", request, lambda answer: setattr(answer, "accepted", True))
            tell(RUNNING)
        for said in corrections.take(5):
            heard += 1
            message = default(f"{ACTION}_FeedbackMessage")
            message.goal_id.uuid = goal
            message.feedback.subgoal, message.feedback.text = instruction, said.text
            matched(feedback).write(message)
        for request in requests["cancel_goal"].take(5):
            state = CANCELLED
            reply("cancel_goal", request, lambda answer: setattr(answer, "return_code", 0))
            tell(CANCELLED)
        waiting = next(iter(requests["get_result"].take(5)), waiting)
        if waiting is not None and state == CANCELLED:

            def fill(answer, heard=heard):
                answer.status = CANCELLED
                answer.result.reason, answer.result.corrections = "cancelled", heard

            reply("get_result", waiting, fill)
            time.sleep(0.3)
            return
        time.sleep(0.005)


if __name__ == "__main__":
    main(int(sys.argv[1]))
