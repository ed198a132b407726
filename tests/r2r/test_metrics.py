import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.evaluation.metrics import metrics_named, ratio
from envs.r2r.graph import load_graph
from envs.r2r.metrics import MEASURES, measure_route

NAMES = ("TL", "NE", "OSR", "SR", "SPL", "nDTW", "SDTW", "CLS")


def rows(house: Path, names: str) -> list[int]:
    return [load_graph(house, "house").row(name) for name in names]


def test_a_detour_and_an_early_stop_by_hand(house: Path) -> None:
    graph = load_graph(house, "house")
    got = measure_route(rows(house, "abdbc"), rows(house, "abcf"), graph.distance_m)
    # a, b, c lie on the reference, f is 2.5 m off; the reference is 6.5 m long, the way 8 m
    coverage = (3.0 + math.exp(-2.5 / 3.0)) / 4.0
    expected_m = coverage * 6.5
    assert got == pytest.approx(
        {
            "trajectory_length_m": 8.0,
            "navigation_error_m": 2.5,
            "success": 1.0,
            "oracle_success": 1.0,
            "spl": 6.5 / 8.0,
            # a-a, b-b, d-b 2 m, b-b, c-c, c-f 2.5 m; four viewpoints of the reference
            "ndtw": math.exp(-4.5 / 12.0),
            "sdtw": math.exp(-4.5 / 12.0),
            "cls": coverage * expected_m / (expected_m + 8.0 - expected_m),
        },
        abs=1e-6,
    )


def test_passing_by_the_goal_is_only_an_oracle_s_success(house: Path) -> None:
    graph = load_graph(house, "house")
    got = measure_route(rows(house, "abdba"), rows(house, "abd"), graph.distance_m)
    assert (got["success"], got["oracle_success"], got["spl"], got["sdtw"]) == (0.0, 1.0, 0.0, 0.0)
    assert got["navigation_error_m"] == pytest.approx(4.0)


def test_success_is_nearer_than_three_metres_not_at_three(house: Path) -> None:
    distance_m = np.array([[0.0, 3.0], [3.0, 0.0]])
    assert measure_route([0], [1, 1], distance_m)["success"] == 0.0
    assert measure_route([0], [1, 1], distance_m - 1e-9)["success"] == 1.0


def test_the_published_example_of_rxr() -> None:
    # RxR's README prints a follower's path with one viewpoint more than the guide's five, and its
    # metrics: SPL 0.9479355350139731, DTW 1.5461700564297585, nDTW and SDTW 0.9020566069282614.
    # (Its distances are not those of the simulator's graphs, in which SPL is 0.9482 here.)
    dtw_m, spl, far_m = 1.5461700564297585, 0.9479355350139731, 2.7
    edge_m = spl * (far_m + dtw_m) / (4.0 - 3.0 * spl)  # guide 4 edges, follower 3 and the detour
    line_m = np.arange(6) * edge_m
    distance_m = np.abs(line_m[:, None] - line_m)
    distance_m[5, :5] = distance_m[:5, 5] = 9.0
    distance_m[1, 5] = distance_m[5, 1] = far_m
    distance_m[2, 5] = distance_m[5, 2] = dtw_m
    guide, follower = [0, 1, 2, 3, 4], [0, 1, 5, 2, 3, 4]
    got = measure_route(follower, guide, distance_m)
    assert got["navigation_error_m"] == 0.0
    assert got["success"] == 1.0
    assert got["spl"] == pytest.approx(spl, abs=1e-6)
    assert got["ndtw"] == pytest.approx(0.9020566069282614, abs=1e-6)
    assert got["sdtw"] == pytest.approx(0.9020566069282614, abs=1e-6)


def alignments(path: list[int], reference: list[int]):
    """Every monotone alignment of two paths that moves on in one of them or in both."""
    if len(path) == 1 and len(reference) == 1:
        yield [(path[0], reference[0])]
        return
    for skip_one, skip_two in ((1, 1), (1, 0), (0, 1)):
        if len(path) > skip_one and len(reference) > skip_two:
            for rest in alignments(path[skip_one:], reference[skip_two:]):
                yield [(path[0], reference[0]), *rest]


@given(st.data())
def test_measures_against_their_definitions(data) -> None:
    points = np.random.default_rng(data.draw(st.integers(0, 999))).normal(scale=3.0, size=(6, 2))
    distance_m = np.linalg.norm(points[:, None] - points[None], axis=2)
    path = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))
    path = [row for step, row in enumerate(path) if step == 0 or row != path[step - 1]]
    reference = [path[0], *data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=3))]
    got = measure_route(path, reference, distance_m)
    dtw_m = min(
        sum(distance_m[one, two] for one, two in pairs) for pairs in alignments(path, reference)
    )
    assert got["ndtw"] == pytest.approx(math.exp(-dtw_m / (3.0 * len(reference))))
    assert set(got) == set(MEASURES)
    assert all(0.0 <= got[name] <= 1.0 for name in MEASURES[2:])
    assert got["oracle_success"] >= got["success"] >= got["spl"]
    turning = [row for row in path for _ in range(3)]
    assert measure_route(turning, reference, distance_m) == got


def record(status: EpisodeStatus, number: int, **measures: float) -> EpisodeRecord:
    return EpisodeRecord(EpisodeSpec(f"{number}_0", str(number), "s"), status, measures=measures)


def values(*records: EpisodeRecord) -> dict[str, float | None]:
    return {metric.name: ratio(metric, records) for metric in metrics_named(NAMES)}


def test_an_error_scores_nothing_and_stays_in_every_rate(house: Path) -> None:
    graph = load_graph(house, "house")
    full = measure_route(rows(house, "abd"), rows(house, "abd"), graph.distance_m)
    got = values(
        record(EpisodeStatus.SUCCESS, 1, **full),
        record(EpisodeStatus.ERROR, 2, **full),
        record(EpisodeStatus.ERROR, 3),
    )
    assert got["TL"] == pytest.approx(4.0)  # of the two that were measured
    assert got["NE"] == 0.0
    for name in NAMES[2:]:
        assert got[name] == pytest.approx(1.0 / 3.0)


def test_a_split_without_goals_has_no_score() -> None:
    assert set(values(record(EpisodeStatus.FAILURE, 1, scored=0.0)).values()) == {None}
