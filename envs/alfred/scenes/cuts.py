"""What cuts leave: how many pieces of a type, how big, and where they lie by the whole.

Pieces picked up where they were cut are fitted in the frame of the whole, whose start is known.
They stand in a row, so what is seen of many tells where those are that few recordings show.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from envs.alfred.scenes.boxfit import Box, Prior, Views, fit_box, thin
from envs.alfred.scenes.camera import Cameras, Floats
from envs.alfred.scenes.evidence import Cut
from envs.alfred.scenes.looks import STRAIGHT, look_outline, with_outline
from envs.household.frames import rotation_matrix
from envs.household.scene import PieceSpec

FEWEST = 5
MOST_VIEWS = 60
MOST_WEIGHT = 20.0
UPRIGHT_DEG = 5.0
LOOSE = ((0.05, 0.02, 0.10), (0.5, 0.5, 1.0))
FIRM = ((0.01, 0.008, 0.01), (0.25, 0.25, 0.25))
"""(sigmas of the centre, of the size's logarithm), alone and with the row known."""

ALONG_M = 0.004
THINNEST_M = 0.008
SMALLEST = 0.45
"""Of the largest piece, across the row."""


def fit_pieces(cuts: Iterable[Cut], wholes: Mapping[str, Box]) -> dict[str, tuple[PieceSpec, ...]]:
    """Fit the pieces of every type that was recorded often enough.

    Args:
        cuts: Pieces picked up where they were cut.
        wholes: Boxes of the wholes, by type.
    """
    found: dict[str, dict[int, list[Cut]]] = defaultdict(lambda: defaultdict(list))
    for cut in cuts:
        tilt = np.abs((np.array(cut.whole.rotation_deg)[[0, 2]] + 180.0) % 360.0 - 180.0)
        if cut.whole.type in wholes and (tilt < UPRIGHT_DEG).all():
            found[cut.whole.type][cut.number].append(cut)
    fitted = {name: _row(by_number, wholes[name]) for name, by_number in sorted(found.items())}
    return {name: pieces for name, pieces in fitted.items() if pieces}


def _row(cuts: Mapping[int, Sequence[Cut]], whole: Box) -> tuple[PieceSpec, ...]:
    known = {number: each for number, each in cuts.items() if len(each) >= FEWEST}
    if len(known) < 2:
        return ()
    alone = {
        number: _fit(each, Prior(whole, *LOOSE, weight_px=1.0)) for number, each in known.items()
    }
    numbers = np.array(sorted(alone), dtype=float)
    weights = np.array([min(len(known[int(n)]), MOST_WEIGHT) for n in numbers])
    centres = np.array([alone[int(n)].centre_m for n in numbers])
    sizes = np.array([alone[int(n)].size_m for n in numbers])
    spread = np.average(
        (centres - np.average(centres, axis=0, weights=weights)) ** 2, axis=0, weights=weights
    )
    along = 0 if spread[0] > spread[2] else 2
    pitch, first = np.polyfit(numbers, centres[:, along], 1, w=np.sqrt(weights))
    middle = np.array([_weighted_median(column, weights) for column in centres.T])
    typical = np.array([_weighted_median(column, weights) for column in sizes.T])
    typical[along] = np.clip(typical[along], THINNEST_M, max(abs(pitch), THINNEST_M))
    sigma = np.array(FIRM[0])
    sigma[along] = ALONG_M
    pieces = []
    for number in range(1, max(cuts) + 1):
        centre = middle.copy()
        centre[along] = first + pitch * number
        box = Box.around(centre, typical)
        prior = Prior(box, tuple(map(float, sigma)), FIRM[1], weight_px=3.0)  # type: ignore[arg-type]
        if number in known:
            box = _fit(cuts[number], prior)
        size = np.maximum(box.size_m, SMALLEST * typical)
        x, _, z = map(float, box.centre_m)
        bottom = max(box.low_m[1] - whole.low_m[1], 0.0)
        width, height, depth = map(float, np.maximum(size, THINNEST_M))
        pieces.append(PieceSpec((x, bottom, z), (width, height, depth)))
    return tuple(pieces)


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    share = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][int(np.searchsorted(share, 0.5))])


def _fit(cuts: Sequence[Cut], prior: Prior) -> Box:
    chosen = [cuts[index] for index in thin(len(cuts), most=MOST_VIEWS)]
    views = Views(
        cameras=Cameras.of([cut.sighting.pose for cut in chosen]),
        rotations=np.array([rotation_matrix(cut.whole.rotation_deg) for cut in chosen]),
        origins_m=np.array([cut.whole.position_m for cut in chosen]),
        bounds_px=np.array([cut.sighting.bounds_px for cut in chosen]),
    )
    whole = chosen[0].whole.type
    outline = look_outline(f"{whole}Sliced", prior.box.size_m, STRAIGHT)
    return fit_box(with_outline(views, outline), prior, aimed=False)
