"""How far: words for a share of the way, as a door is opened."""

import re
from collections.abc import Mapping

_PHRASES: Mapping[float, str] = {
    0.1: "a tiny bit; barely; a crack; a tenth; just a crack; a hair",
    0.25: (
        "a little; a bit; a little bit; slightly; a quarter; one quarter; ajar; a fourth;"
        " partly; a quarter of the way; one fourth"
    ),
    0.3333: "a third; one third; a third of the way; one-third",
    0.5: (
        "half; halfway; half way; half-way; by half; midway; half of the way; half the "
        "way; to the middle; to half; in half; half-open; half open; half closed; half "
        "shut; partway; part way; partially; to the halfway point; to its halfway point; "
        "not so far; not that far; not so wide"
    ),
    0.6667: "two thirds; two-thirds; two thirds of the way; two-thirds of the way",
    0.75: (
        "three quarters; three-quarters; three fourths; three quarters of the way; most "
        "of the way; mostly; three-quarters of the way"
    ),
    1.0: (
        "fully; completely; entirely; all the way; wide; full; wide open; totally; to the"
        " end; to the stop; as far as it goes; the whole way; wholly; right up"
    ),
}
"""Share to what it is called."""
SHARES: Mapping[str, float] = {
    phrase.strip(): share for share, phrases in _PHRASES.items() for phrase in phrases.split(";")
}
SHARE = "|".join(sorted(map(re.escape, SHARES), key=len, reverse=True))
"""A pattern of them all, the longest first."""
