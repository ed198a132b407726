"""Words for colours: what people tell things of one type apart by."""

from embodied.core.plan import ObjectRef

COLOURS = frozenset(
    [
        *("red", "green", "blue", "yellow", "white", "black", "brown", "grey", "gray", "orange"),
        *("purple", "pink", "silver", "golden", "gold", "beige", "dark", "light", "cyan", "teal"),
        *("turquoise", "violet", "magenta", "lime", "navy", "maroon", "olive", "tan", "crimson"),
    ]
)


def colours_of(reference: ObjectRef) -> frozenset[str]:
    """Return the colours that a reference names."""
    return frozenset(word for word in reference.attributes if word in COLOURS)
