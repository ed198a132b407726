import math

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embodied.core.routes import RouteLeg
from policies.routes.alignment import Aligner
from policies.routes.memory import Edge
from policies.vln.legs import (
    DEMANDS,
    LEG_FEATURES,
    Layings,
    extend,
    judge,
    legs_of,
    start_layings,
)

LEGS = st.builds(
    RouteLeg,
    demand=st.sampled_from(DEMANDS[:-1]),
    direction=st.sampled_from(["", "left", "right", "around", "straight", "up", "down"]),
    landmark=st.sampled_from(["", "door"]),
)
ROUTES = st.lists(st.lists(LEGS, min_size=1, max_size=6), min_size=1, max_size=3)
IMPOSSIBLE = -5e3
WAYS = st.tuples(st.floats(-math.pi, math.pi), st.floats(-0.6, 0.6))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(LEGS, min_size=1, max_size=6), min_size=1, max_size=3),
    st.lists(WAYS, max_size=7),
)
@example([[RouteLeg("go_to")], [RouteLeg("turn")]], [(0.0, 0.0), (0.0, 0.0)])
def test_legs_are_laid_as_the_zero_shot_navigator_lays_them_where_nothing_is_seen(routes, ways):
    legs = legs_of(routes)
    aligners = [Aligner(route, lambda place, landmark: 0.0) for route in routes]
    fits = [aligner.start("p", 0.3) for aligner in aligners]
    layings, heading = start_layings(legs), 0.3
    for number, (turned, lift) in enumerate(ways):
        wide = torch.full((len(routes), 1, 1), 1.0)
        before = Layings(layings.done[:, None], layings.going[:, None])
        first = torch.full((len(routes), 1), number == 0)
        after = extend(legs, before, wide * turned, wide * lift, first)
        layings = Layings(after.done[:, 0, 0], after.going[:, 0, 0])
        edge = Edge(heading + turned, lift, 2.0)
        fits = [a.extend(f, edge, "p", "q") for a, f in zip(aligners, fits, strict=True)]
        heading += turned
    promise, end, told = judge(legs, layings, torch.full((len(routes),), len(ways)))
    assert told.shape == (len(routes), LEG_FEATURES)
    for row, (aligner, fit) in enumerate(zip(aligners, fits, strict=True)):
        promised, ended = aligner.promise(fit), aligner.complete(fit)
        for found, expected in ((promise[row].item(), promised), (end[row].item(), ended)):
            if expected > IMPOSSIBLE:
                assert found == pytest.approx(expected, abs=1e-3)
            else:
                assert found < IMPOSSIBLE


def test_a_route_without_legs_says_nothing_of_any_place():
    legs = legs_of([[], [RouteLeg("turn", "left")]])
    promise, end, told = judge(legs, start_layings(legs), torch.zeros(2))
    assert promise[0] == end[0] == 0.0
    assert promise[1] > 0.0
    assert (told[0, :4] == 0.0).all()
