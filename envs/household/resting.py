"""Which receptacle's surface lies under a thing."""

import numpy as np

from envs.household.world import World

SIDE_M = 0.02
BELOW_M, ABOVE_M = 0.08, 0.30
"""How far a thing's bottom may lie under and over the surface it rests on.

Rebuilt surfaces are a few centimetres off, and cloth or fruit in a deep bin lies on other
things that are gone.
"""

MISFIT_M = 0.3
"""What it costs a surface, as height, that things of this type do not belong there."""


def resting_place(
    world: World, object_id: str, *, among: str | None = None
) -> tuple[str, int | None] | None:
    """Return (receptacle, index of its space) that a thing rests in, None where it is on none.

    The surface least far below the bottom of the thing's bounding box, under its middle;
    surfaces where its type belongs come first.

    Args:
        world: The world.
        object_id: The thing.
        among: The receptacle it is known to rest in: only the space is looked for.
    """
    state = world[object_id]
    low, high = world.extent_m(object_id)
    bottom = np.array([(low[0] + high[0]) / 2.0, low[1], (low[2] + high[2]) / 2.0])
    own = {object_id, *world.contents(object_id)}
    best: tuple[float, str, int] | None = None
    for receptacle in world:
        if receptacle.id in own or not receptacle.shown or receptacle.id == world.held:
            continue
        if among is not None and receptacle.id != among:
            continue
        misfit = 0.0 if state.spec.type in receptacle.spec.info.fits else MISFIT_M
        for placed in world.spaces(receptacle.id):
            local = (bottom - placed.centre_m) @ placed.rotation
            gap = float(local[1])
            half = np.asarray(placed.space.size_m) / 2.0 + SIDE_M
            beside = bool((np.abs(local[[0, 2]]) > half).any())
            if among is None and (beside or not -BELOW_M <= gap <= ABOVE_M):
                continue
            cost = abs(gap) + misfit + (1.0 if beside else 0.0)
            if best is None or cost < best[0]:
                best = (cost, receptacle.id, placed.index)
    if best is not None:
        return best[1], best[2]
    return (among, None) if among is not None else None
