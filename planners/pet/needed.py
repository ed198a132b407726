"""What a step needs of all there is in a room, by the table of whereabouts."""

from collections.abc import Sequence

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import ANY_LAMP, LAMPS
from embodied.mapping.whereabouts import Whereabouts

KEPT_SHARE = 0.997
"""Share of a thing's likely places that Eliminate is taught to keep."""


def needed_types(step: Subgoal, types: Sequence[str], table: Whereabouts) -> tuple[str, ...]:
    """Return which types in a room a step needs: what it names, and where to look for it.

    Places are kept, the likeliest first, until they hold `KEPT_SHARE` of what such a thing's
    whereabouts in this room add up to. A step that goes to a place or device needs that alone.

    Args:
        step: The step.
        types: Types of the things and furniture in the room, each once.
        table: Where things are kept.
    """
    named = [one.category for one in step.arguments.values() if isinstance(one, ObjectRef)]
    if step.skill == "look":
        named = [named[0], *(LAMPS if named[1] == ANY_LAMP else (named[1],))]
    sought = {"pick": named[:1], "look": named[1:]}.get(step.skill, [])
    kept = set(named)
    for thing in sought:
        counts = {kind: 1 for kind in types if kind in table.receptacles}
        places = table.mass(thing, counts)
        limit, so_far = KEPT_SHARE * sum(places.values()), 0.0
        for kind, expected in places.items():
            if so_far >= limit:
                break
            kept.add(kind)
            so_far += expected
    return tuple(kind for kind in types if kind in kept)
