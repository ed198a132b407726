"""What tests of ROS share: a quiet domain on the loopback, and whether rclpy is here."""

import os

import pytest
from ros_wire import ALONE


@pytest.fixture
def domain(monkeypatch):
    """A DDS domain that no other test uses, on the loopback alone."""
    pytest.importorskip("cyclonedds", reason='needs cyclonedds: pip install "embodied[wire]"')
    monkeypatch.setenv("CYCLONEDDS_URI", ALONE)
    return 20 + os.getpid() % 80
