"""The look of every object type: `shape_of` turns an `ObjectSpec` into a `Shape`.

One function a type, in a module a family; each writes its parts between coordinates in metres
with a `Kit`. Sizes come from the spec, colours from the room's palette and the spec's style.

Style keys: `seed` (number), `colour` (a name of `palette.NAMED` or `#rrggbb`), `variant`,
`hinge` (`left`, `right`, `top`, `bottom`, as seen by a person in front), `travel` (of a drawer,
metres).
"""

from collections.abc import Callable, Mapping, Sequence

from envs.household.palette import RoomPalette
from envs.household.scene import ObjectSpec
from envs.household.shape import Shape
from envs.household.shapes import (
    appliances,
    bathroom,
    food,
    gadgets,
    kitchen,
    lamps,
    seating,
    storage,
    tableware,
    things,
    toiletries,
    tools,
    walls,
)
from envs.household.shapes.kit import Kit

FAMILIES = (
    appliances,
    bathroom,
    food,
    gadgets,
    kitchen,
    lamps,
    seating,
    storage,
    tableware,
    things,
    toiletries,
    tools,
    walls,
)

SHAPES: Mapping[str, Callable[[Kit], Shape]] = {
    name: build for family in FAMILIES for name, build in family.SHAPES.items()
}
"""Type name -> the function that builds it."""


def shape_of(
    spec: ObjectSpec, room: RoomPalette | None = None, owned: Sequence[ObjectSpec] = ()
) -> Shape:
    """Build an object's shape, scaled to its size.

    Args:
        spec: The object. Its own `shape`, where it has one, is returned as it is.
        room: Colours of its room; a default room where None.
        owned: Objects built into it; a counter leaves holes for its basins and its front to its
            drawers.

    Raises:
        UnknownNameError: If the type is not in the catalogue.
    """
    if spec.shape is not None:
        return spec.shape
    name = spec.info.name
    return SHAPES[name](Kit(spec, room or RoomPalette(), owned))
