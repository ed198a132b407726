"""A robot's outlets that write down what they are sent, and sensors that say something."""

import numpy as np

from embodied.runtime.robot.images import camera_of
from embodied.runtime.robot.spec import RobotSpec

JOINTS = tuple(f"j{number}" for number in range(1, 8))
ARM = RobotSpec(
    cameras=("front",),
    depth=False,
    joints=JOINTS,
    gripper_joints=("left", "right"),
    base_frame="base_link",
    ee_frame="tcp",
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now_s = 50.0

    def __call__(self):
        return self.now_s


class Recorder:
    """Outlets that remember."""

    def __init__(self):
        self.sent = []

    def of(self, kind):
        return [what for name, what in self.sent if name == kind]

    def twist(self, twist):
        self.sent.append(("twist", twist))

    def trajectory(self, points):
        self.sent.append(("trajectory", points))

    def gripper(self, opening_m, effort_n):
        self.sent.append(("gripper", (opening_m, effort_n)))

    def drive(self, goal):
        self.sent.append(("drive", goal))

    def stop(self):
        self.sent.append(("stop", None))


def feed(robot, *, stamp_s=1.0, image=True, joints=True):
    """Say everything that ARM has to hear once."""
    senses = robot.senses
    senses.transform("base_link", "front_optical", (1, 0, 0.8), (0, 0, 0, 1))
    senses.transform("base_link", "tcp", (0.4, 0, 0.3), (0, 0, 0, 1), stamp_s=stamp_s)
    if joints:
        names = [*reversed(JOINTS), "left", "right"]
        position = [*(np.arange(7)[::-1] / 10), 0.03, 0.03]
        senses.joints(names, position, [0.0] * 9, stamp_s=stamp_s)
    if image:
        k = [5.0, 0, 3.0, 0, 5.0, 2.0, 0, 0, 1]
        senses.camera("front", camera_of(width_px=6, height_px=4, k=k))
        picture = np.zeros((4, 6, 3), np.uint8)
        senses.image("front", picture, stamp_s=stamp_s, frame="front_optical")
    senses.missing()
