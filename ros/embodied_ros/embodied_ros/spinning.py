"""From the first line of a process to its last: one signal ends it, and it ends at rest."""

import signal
import threading
from collections.abc import Callable
from typing import Any

import rclpy
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.signals import SignalHandlerOptions

THREADS = 12
"""Callback groups that may have something to do at once, and goals that wait for their end."""


def spin(
    make: Callable[[], Any],
    *,
    ready: Callable[[Any], None] | None = None,
    ended: Callable[[Any], None] | None = None,
) -> None:
    """Run a node until SIGINT or SIGTERM.

    The signals are ours, since rclpy's handlers would take the middleware down before the robot
    was told to stand still.

    Args:
        make: Makes the node.
        ready: Called with it once its callbacks run.
        ended: Called with it before the middleware is taken down; its callbacks still run.
    """
    asked, over = threading.Event(), threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: asked.set())
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = make()
    executor = MultiThreadedExecutor(num_threads=THREADS)
    executor.add_node(node)
    thread = threading.Thread(
        target=_spin, args=(executor, asked, over), name="executor", daemon=True
    )
    thread.start()
    try:
        if ready is not None:
            ready(node)
        while not asked.wait(0.5):  # a wait without end would keep signals from being handled
            pass
    finally:
        if ended is not None:
            ended(node)
        over.set()
        executor.shutdown(timeout_sec=2.0)
        thread.join(timeout=2.0)
        node.destroy_node()
        rclpy.try_shutdown()
        # Launch repeats a ctrl-c that the terminal has sent. The interpreter gives signals back to
        # the system while it goes, where the second would count as a death; one that is ignored
        # stays so. SIGTERM still ends what hangs.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _spin(executor: MultiThreadedExecutor, asked: threading.Event, over: threading.Event) -> None:
    try:
        while not over.is_set():
            executor.spin_once(timeout_sec=0.2)
    except ExternalShutdownException:
        pass
    finally:
        asked.set()  # an executor that died must not leave a process that hears nobody
