"""Qualities of service from the table in `embodied.runtime.robot.topics`."""

from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from embodied.runtime.robot.topics import BEST_EFFORT, TRANSIENT_LOCAL, Quality


def profile(quality: Quality) -> QoSProfile:
    """Return a quality as rclpy has it."""
    return QoSProfile(
        depth=quality.depth,
        reliability=(
            ReliabilityPolicy.BEST_EFFORT
            if quality.reliability == BEST_EFFORT
            else ReliabilityPolicy.RELIABLE
        ),
        durability=(
            DurabilityPolicy.TRANSIENT_LOCAL
            if quality.durability == TRANSIENT_LOCAL
            else DurabilityPolicy.VOLATILE
        ),
    )
