"""From a frame's sightings to the instances they are of."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from embodied.mapping.effects import HOLDS_INSIDE
from embodied.mapping.fusing import RoughView
from embodied.mapping.instances import Instance, Sighting, agreement, nest
from embodied.mapping.matching import match
from embodied.mapping.sightings import REACH_M
from embodied.mapping.things import Things
from embodied.mapping.view import View

PART_PAD_M, PART_SHARE = 0.012, 0.5
"""What lies by half within another of its type, and is not seen beside it, is part of it."""
OWN_M = 0.08
"""Points this far out of a thing are still its own."""


def assign(
    sightings: Sequence[Sighting], things: Things, view: View, *, released: Instance | None = None
) -> list[float]:
    """Take a frame's sightings in.

    Args:
        sightings: Of one frame.
        things: What is believed to be there; changed.
        view: From where, and how rough depth is.
        released: What was put down just before and is to be found again.

    Returns:
        For each sighting what its depth is to be multiplied by, by all that is known now.
    """
    rough = [RoughView(each, view.eye_m, view.noise) for each in sightings]
    fused = dict(zip(map(id, sightings), rough, strict=True)) if view.rough else {}
    left = list(sightings)
    if released is not None:
        _settle(released, left, things, view, fused)
    known = [each for each in things if not each.held and each.sighting is None]
    pairs = match(left, known, view)
    for number, sighting in enumerate(left):
        one = fused.get(id(sighting))
        if number in pairs:
            known[pairs[number]].take(sighting, view.pose, view.frame, fused=one)
        elif not (view.rough and (view.pose, sighting.detection.category) in things.refuted):
            things.add(sighting, view, one)
    things.note_together()
    _join_parts(things, view, fused)
    _note_inside(things)
    if view.rough:
        for each in things:
            if each.sighting is not None and id(each.sighting) in fused:
                _judge_reach(each, fused[id(each.sighting)])
    return [each.scale for each in rough]


def _judge_reach(each: Instance, view: RoughView) -> None:
    """Count anew what of a thing is in reach, by where it is for all that is known."""
    seen = view.sighting
    points = view.eye_m + view.scale * (seen.points_m - view.eye_m)
    own = ((points > each.low_m - OWN_M) & (points < each.high_m + OWN_M)).all(axis=1)
    own |= each.is_("open")  # its door may be anywhere
    near = np.hypot(*(points - view.eye_m)[:, :2].T) < REACH_M
    reach_px = float(np.count_nonzero(own & near)) * seen.area_px / len(points)
    each.sighting = replace(seen, reach_px=reach_px)


def _settle(
    thing: Instance,
    sightings: list[Sighting],
    things: Things,
    view: View,
    fused: dict[int, RoughView],
) -> None:
    """Find what was just put down among what is seen now; its sighting is taken out of the list."""
    if thing.inside is None:
        return
    known = [each for each in things if not each.held and each is not thing]
    pairs = match(sightings, known, view)
    fresh = [
        number
        for number, each in enumerate(sightings)
        if number not in pairs and each.detection.category == thing.category
    ]
    if not fresh:
        return
    middle = thing.inside.centre_m
    best = min(
        fresh,
        key=lambda n: float(
            np.linalg.norm((sightings[n].low_m + sightings[n].high_m) / 2.0 - middle)
        ),
    )
    sighting = sightings.pop(best)
    thing.take(sighting, view.pose, view.frame, fused=fused.get(id(sighting)))


def _join_parts(things: Things, view: View, fused: dict[int, RoughView]) -> None:
    """Join instances that a view shows to be parts of one."""
    seen = [each for each in things if each.sighting is not None]
    kinds = {each.category for each in seen}
    rest = [
        each
        for each in things
        if each.sighting is None
        and not each.held
        and not np.isinf(each.range_m)
        and each.category in kinds
    ]
    if not rest:
        return
    overlap, _ = agreement(
        np.array([each.low_m for each in seen]),
        np.array([each.high_m for each in seen]),
        np.array([each.low_m for each in rest]),
        np.array([each.high_m for each in rest]),
        pad_m=PART_PAD_M,
    )
    for i, j in zip(*np.nonzero(overlap > PART_SHARE), strict=True):
        one, other = seen[int(i)], rest[int(j)]
        there = one in things.all and other in things.all and one.sighting is not None
        if there and things.may_be_one(one, other) and not one.is_("open"):
            things.join(other, one, view, fused.get(id(one.sighting)))


def _note_inside(things: Things) -> None:
    """What came to light when something was opened, and lies within it, is inside it."""
    for door in things:
        if not door.is_("open") or door.sighting is None or door.category not in HOLDS_INSIDE:
            continue
        low, high = door.sighting.low_m - 0.05, door.sighting.high_m + 0.05
        for each in things:
            new = each.born >= door.opened_at and each.sighting is not None
            if new and each.inside is None and not each.large and each is not door:
                middle = each.centre_m
                if bool(((middle >= low) & (middle <= high)).all()):
                    nest(each, door)
