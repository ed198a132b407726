"""How many cores there are, and how processes that run side by side share them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

THREADS = "OMP_NUM_THREADS"
"""Read by torch's, BLAS's and OpenMP's thread pools when they are made."""


def usable_cores() -> int:
    """Return how many CPU cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux; containers often grant fewer than there are
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def threads_shared(processes: int) -> Iterator[None]:
    """Let processes started meanwhile have their share of the cores, and no more threads.

    Two that each take every core wait for one another: `policy=vln` walks six times slower so.
    What the user has set stands.

    Args:
        processes: How many run side by side.
    """
    if THREADS in os.environ:
        yield
        return
    os.environ[THREADS] = str(max(1, usable_cores() // max(1, processes)))
    try:
        yield
    finally:
        del os.environ[THREADS]
