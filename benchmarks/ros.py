"""How long words take to reach the servo topic, with both nodes running on a real rclpy.

    ros2 launch embodied_bringup sim.launch.py      # in one terminal
    python benchmarks/ros.py --trials 20            # in another, with the same environment

`stop`: from publishing "stop" to the first twist of zeros after which nothing moves.
`motion`: from publishing "move up a lot" to the first twist that goes up.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import ros_client as ros
from geometry_msgs.msg import TwistStamped

TASK = "put the red block in the bowl"
UP_M_S = 0.02


class Stopwatch:
    """Notes when each twist came."""

    def __init__(self, client):
        self.came = []
        client.node.create_subscription(TwistStamped, "servo/twist", self._note, 50)

    def _note(self, message):
        linear = message.twist.linear
        self.came.append((time.monotonic(), np.array([linear.x, linear.y, linear.z])))

    def after(self, said_s, holds):
        """Return seconds from `said_s` to the first twist for which something holds."""

        def found():
            return next((at - said_s for at, v in self.came if at > said_s and holds(v)), None)

        return ros.wait_until(found, what="the twist")


def trial(client, watch):
    """Return (motion, stop) in seconds."""
    goal = client.send(TASK).moves()
    watch.came.clear()
    ros.wait_until(lambda: any(v[2] < -UP_M_S for _, v in watch.came), what="the way down")
    said_s = time.monotonic()
    client.say("move up a lot")
    motion_s = watch.after(said_s, lambda v: v[2] > UP_M_S)
    said_s = time.monotonic()
    client.say("stop")
    stop_s = watch.after(said_s, lambda v: not v.any())
    goal.end()
    return motion_s, stop_s


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    trials = parser.parse_args().trials
    client = ros.Client(int(os.environ.get("ROS_DOMAIN_ID", "0")))
    ros.wait_until(client.action.server_is_ready, what="the agent")
    watch = Stopwatch(client)
    try:
        taken = np.array([trial(client, watch) for _ in range(trials)]) * 1000
    finally:
        client.close()
    for name, values in zip(("motion", "stop"), taken.T, strict=True):
        middle, p99 = np.percentile(values, [50, 99])
        print(f"{name}: median {middle:.1f} ms, p99 {p99:.1f} ms, most {values.max():.1f} ms")


if __name__ == "__main__":
    main()
