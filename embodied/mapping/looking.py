"""What a frame says of the things it does not show: searched, hidden, or gone."""

import numpy as np
from numpy.typing import NDArray

from embodied.mapping.camera import Floats
from embodied.mapping.effects import HOLDS_INSIDE
from embodied.mapping.instances import PROBES, Instance
from embodied.mapping.sightings import BODY_M, LOWEST_OBSTACLE_M
from embodied.mapping.things import Things
from embodied.mapping.view import View

TOLERANCE_M, TOLERANCE_SHARE = 0.08, 0.08
"""A point counts as seen where the depth there is its own within this."""
WITHDRAWN_BELOW = 0.3
"""An instance less sure than this is given up."""
ONCE_SEEN, TWICE_MISSED = 1, 2
"""Where labels err, what was seen from one pose and should have been from so many is given up."""
GOOD_LOOK_M, POOR_LOOK_M = 1.6, 6.0
"""A receptacle is searched well from here, hardly at all from there."""
AIR_M, AIR_SHARE, MOST_AIR_SHARE = 0.08, 0.06, 0.6
"""A point is wrong if this much before what is seen there; of a thing that is all wrong the place
is, and not its points."""
SURE_RANGE_M = 2.0
"""What was seen once from as near as this stands where it was seen."""


def look_for_the_rest(things: Things, depth_m: Floats, view: View) -> None:
    """Judge how well each instance is in view, and withdraw what should be seen and is not.

    Args:
        things: What is believed to be there; changed.
        depth_m: Planar depth of the frame, flat [H * W].
        view: From where.
    """
    around = [each for each in things if not each.held]
    if not around:
        return
    probes = np.concatenate([each.probes_m() for each in around])
    pixels, ahead, inside = view.camera.project(probes, view.pose)
    there = depth_m[pixels]
    slack = TOLERANCE_M + TOLERANCE_SHARE * ahead
    shown = (inside & (np.abs(there - ahead) < slack)).reshape(-1, PROBES)
    through = (inside & (there > ahead + 2.0 * slack)).reshape(-1, PROBES)
    pixels = pixels.reshape(-1, PROBES)
    for number, each in enumerate(around):
        share = float(shown[number].mean())
        if each.sighting is not None:
            _searched(each, max(share, 0.25), view)
        elif share >= 0.6 or through[number].mean() >= 0.6:
            _missed(each, pixels[number][shown[number]], things, view)
    for each in around:
        once = len(each.seen_from) <= ONCE_SEEN and len(each.missed_from) >= TWICE_MISSED
        if each.belief < WITHDRAWN_BELOW or (view.rough and once):
            things.withdraw(each)


def _searched(each: Instance, share: float, view: View) -> None:
    if each.category in HOLDS_INSIDE and not each.is_("open"):
        return
    x, y = view.pose.xy_m
    middle = each.centre_m
    range_m = float(np.hypot(middle[0] - x, middle[1] - y))
    near = np.clip((POOR_LOOK_M - range_m) / (POOR_LOOK_M - GOOD_LOOK_M), 0.0, 1.0)
    each.searched = max(each.searched, float(near) * min(1.0, share / 0.6))


def _missed(each: Instance, pixels: NDArray[np.intp], things: Things, view: View) -> None:
    """Note that an instance is not where it should be seen; join what became one."""
    hidden_inside = each.inside
    if hidden_inside is not None and hidden_inside.category in HOLDS_INSIDE:
        return
    if np.isinf(each.range_m):
        return  # put down and not seen since: where it lies is a guess
    for other in things:
        if other is each or other.sighting is None or not things.may_be_one(each, other):
            continue
        mask = other.sighting.detection.mask
        if mask is not None and len(pixels) and mask.reshape(-1)[pixels].mean() > 0.5:
            things.join(each, other, view, None if not view.rough else _NOTHING_NEW)
            return
    each.missed_from.add(view.pose)


def clear_the_air(things: Things, depth_m: Floats, view: View) -> None:
    """Drop points that rough views left where this one sees something behind them.

    Args:
        things: What is believed to be there; changed.
        depth_m: Planar depth of the frame, put right by all that is known, flat [H * W].
        view: From where.
    """
    large = [each for each in things if each.large and not each.held and not each.is_("open")]
    if not large:
        return
    points = np.concatenate([each.points_m for each in large])
    pixels, ahead, inside = view.camera.project(points, view.pose)
    wrong = inside & (depth_m[pixels] > ahead + AIR_M + AIR_SHARE * ahead)
    ends = np.cumsum([len(each.points_m) for each in large])
    for each, bad in zip(large, np.split(wrong, ends[:-1]), strict=True):
        if bad.any() and not bad.mean() > MOST_AIR_SHARE:
            each.points_m = each.points_m[~bad]
            each.low_m, each.high_m = each.points_m.min(axis=0), each.points_m.max(axis=0)


def standing_xy_m(things: Things, view: View) -> Floats:
    """Return the points of all that a body would meet, from above: float32 [N, 2].

    What was seen but once, and from afar, is left out: it may not be there.
    """
    found = [np.zeros((0, 3), dtype=np.float32)]
    for each in things:
        if not each.held and (each.agreed >= 2 or each.range_m < SURE_RANGE_M):
            found += [each.points_m] if each.ajar_m is None else [each.points_m, each.ajar_m]
    points = np.concatenate(found)
    return points[(points[:, 2] > LOWEST_OBSTACLE_M) & (points[:, 2] < BODY_M), :2]


class _NothingNew:
    """A view that went into one of two joined instances already."""

    def into(self, instance: Instance) -> None:
        """See `Fused`."""

    def against(self, instance: Instance) -> None:
        """See `Fused`."""


_NOTHING_NEW = _NothingNew()
