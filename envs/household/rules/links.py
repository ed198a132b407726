"""Which knob switches which burner, and which basin a tap runs into."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from envs.household.world import ObjectState, World

RUNS_INTO: dict[str, tuple[tuple[str, ...], ...]] = {
    "Faucet": (("SinkBasin", "BathtubBasin"), ("Sink", "Bathtub")),
    "ShowerHead": (("BathtubBasin",), ("Bathtub",)),
}
"""Water source to the types it runs into, first choice first."""

NEAR_M = 1.5
"""A basin farther from a tap than this is another tap's."""


@dataclass(frozen=True)
class Links:
    """What serves what, by object id.

    Attributes:
        burner_of: Knob to burner.
        knob_of: Burner to knob.
        basin_of: Tap or shower head to basin.
    """

    burner_of: dict[str, str]
    knob_of: dict[str, str]
    basin_of: dict[str, str]


def find_links(world: World) -> Links:
    """Pair knobs with burners (the least distance in all) and taps with the nearest basin."""
    burner_of = _pairs(world, world.of_type("StoveKnob"), world.of_type("StoveBurner"))
    basin_of = {}
    for source_type, choices in RUNS_INTO.items():
        for source in world.of_type(source_type):
            basin = next(
                (found for types in choices if (found := _nearest(world, source, types))), None
            )
            if basin is not None:
                basin_of[source.id] = basin
    return Links(burner_of, {burner: knob for knob, burner in burner_of.items()}, basin_of)


def _pairs(world: World, knobs: list[ObjectState], burners: list[ObjectState]) -> dict[str, str]:
    if not knobs or not burners:
        return {}
    rows, columns = linear_sum_assignment(
        cdist(
            world.positions_m[[knob.index for knob in knobs]],
            world.positions_m[[burner.index for burner in burners]],
        )
    )
    return {knobs[i].id: burners[j].id for i, j in zip(rows, columns, strict=True)}


def _nearest(world: World, source: ObjectState, types: tuple[str, ...]) -> str | None:
    basins = world.of_type(*types)
    if not basins:
        return None
    offsets = world.box_centres_m()[[basin.index for basin in basins]]
    distance = np.linalg.norm(offsets - world.box_centre_m(source.id), axis=1)
    return basins[int(distance.argmin())].id if distance.min() <= NEAR_M else None
