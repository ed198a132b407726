"""Wishes told by how things are to be: `the potato should be hot and on the plate`."""

import re

_THING = r"(?:(?:the|a|an|my|your|our|some|this|that|both|two) [a-z ]+?|it|them)"
_LED = r"(?:in|on|into|onto|inside|on top of|next to|beside)"
_BE = r"(?:should|must|has to|have to|needs? to|ought to|is to|are to|shall)(?: all| both)? be"
_SURE = r"(?:make sure|see to it|ensure|be sure|take care)(?: that)?"
_WANT = r"(?:(?:i|we)(?: want| need| would (?:like|love)|'?d (?:like|love))|have|get)"
_VERBS = {
    "hot": "heat",
    "warm": "heat",
    "heated": "heat",
    "cooked": "heat",
    "microwaved": "heat",
    "cold": "cool",
    "cool": "cool",
    "chilled": "cool",
    "cooled": "cool",
    "clean": "wash",
    "cleaned": "wash",
    "washed": "wash",
    "rinsed": "wash",
    "sliced": "slice",
    "cut": "slice",
    "chopped": "slice",
}
"""What a thing is to be like, to what has to be done to it."""
_STATE = rf"(?:nice and )?(?:{'|'.join(_VERBS)})(?: up)?"
_AND = r"(?:,? and|,)(?: then)?"
_HOW = rf"(?P<states>{_STATE}(?:{_AND} {_STATE})*)"
_WHERE = rf"(?:put |placed |set |brought )?(?P<where>{_LED} .+)"
_OF = (
    rf"(?:please )?(?:{_SURE} (?P<sure>{_THING})(?: is| are|'s| gets?| {_BE})|"
    rf"{_WANT}(?: to have)? (?P<wanted>{_THING})(?: to be)?|(?P<said>{_THING}) {_BE})"
)
_LIKE = re.compile(rf"{_OF} {_HOW}(?:{_AND} {_WHERE})?[.! ]*", re.IGNORECASE)
_PLACED = re.compile(
    rf"(?:please )?(?:{_SURE} (?P<sure>{_THING})(?: is| are|'s| gets?| ends? up| goes?| {_BE})|"
    rf"(?P<said>{_THING}) {_BE}) {_WHERE}",
    re.IGNORECASE,
)


def as_deeds(text: str) -> str:
    """Return what has to be done for a wish to come true, in words; other texts as they are."""
    if match := _LIKE.fullmatch(text.strip()):
        what = match["sure"] or match["wanted"] or match["said"]
        states = re.findall(rf"\b(?:{'|'.join(_VERBS)})\b", match["states"].lower())
        first, *more = dict.fromkeys(_VERBS[state] for state in states)
        done = [f"{first} {what}", *(f"{verb} it" for verb in more)]
        if match["where"]:
            done.append(f"put it {match['where']}")
        return " and ".join(done)
    if match := _PLACED.fullmatch(text.strip()):
        return f"put {match['sure'] or match['said']} {match['where']}"
    return text
