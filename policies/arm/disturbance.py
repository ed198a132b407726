"""Errors in what an arm is told of its table, as a calibration or a recogniser may have them.

They measure what corrections are worth: nothing the arm does by itself can find them out.
"""

import numpy as np
from numpy.typing import NDArray

from policies.arm.things import Thing

Floats = NDArray[np.float64]


class Disturbance:
    """Shifts things, or takes one for another, for a whole episode.

    Each episode draws one error: with `shift` every thing on the table is seen `least_m` to
    `most_m` aside of where it is, all the same way; with `confuse` two movable things of a type are
    taken for each other; else there is none.

    Args:
        shift: Share of episodes with a shift.
        confuse: Share of episodes with two things confused.
        least_m: Smallest shift.
        most_m: Largest.
        seed: Of the draws, one after another as episodes begin.
    """

    def __init__(
        self,
        *,
        shift: float = 0.4,
        confuse: float = 0.2,
        least_m: float = 0.02,
        most_m: float = 0.035,
        seed: int = 0,
    ) -> None:
        self._shares = (shift, confuse)
        self._range_m = (least_m, most_m)
        self._rng = np.random.default_rng(seed)
        self.reset()

    def reset(self) -> None:
        """Draw the error of another episode."""
        draw = float(self._rng.random())
        shift, confuse = self._shares
        self.kind = "shift" if draw < shift else "confuse" if draw < shift + confuse else "none"
        angle = self._rng.uniform(0.0, 2 * np.pi)
        length = self._rng.uniform(*self._range_m)
        self.shift_m = length * np.array([np.cos(angle), np.sin(angle), 0.0])
        self._pair: tuple[tuple[str, ...], tuple[str, ...], str] | None = None

    def seen(self, things: tuple[Thing, ...], hand_m: Floats) -> tuple[Thing, ...]:
        """Return things as they are seen."""
        if self.kind == "shift":
            return tuple(_moved(each, self.shift_m) for each in things)
        if self.kind == "confuse":
            return self._confused(things)
        return things

    def _confused(self, things: tuple[Thing, ...]) -> tuple[Thing, ...]:
        if self._pair is None:
            cubes = [each for each in things if not each.is_vessel and each.attributes]
            if len(cubes) < 2:
                return things
            one, other = self._rng.permutation(len(cubes))[:2]
            first, second = cubes[int(one)], cubes[int(other)]
            self._pair = (first.attributes, second.attributes, first.category)
        one_looks, other_looks, category = self._pair
        looks = {one_looks: other_looks, other_looks: one_looks}
        return tuple(
            Thing(
                each.category,
                looks.get(each.attributes, each.attributes),
                each.position_m,
                each.size_m,
                each.yaw_rad,
                each.openness,
            )
            if each.category == category
            else each
            for each in things
        )


def _moved(thing: Thing, shift_m: Floats) -> Thing:
    return Thing(
        thing.category,
        thing.attributes,
        thing.position_m + shift_m,
        thing.size_m,
        thing.yaw_rad,
        thing.openness,
    )
