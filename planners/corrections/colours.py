"""Words for colours: what people tell things of one type apart by."""

COLOURS = frozenset(
    [
        *("red", "green", "blue", "yellow", "white", "black", "brown", "grey", "gray", "orange"),
        *("purple", "pink", "silver", "golden", "gold", "beige", "dark", "light", "cyan", "teal"),
        *("turquoise", "violet", "magenta", "lime", "navy", "maroon", "olive", "tan", "crimson"),
    ]
)
