"""Work for a process of its own; by itself, since such a process imports what it is given."""

import os
from collections.abc import Callable


def make_squares() -> Callable[[int], tuple[int, int]]:
    """Made in the other process."""

    def square(number: int) -> tuple[int, int]:
        if number < 0:
            raise ValueError("no roots of this one")
        if number == 13:
            os._exit(3)
        return number * number, os.getpid()

    return square
