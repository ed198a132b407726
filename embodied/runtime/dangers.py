"""What people cry when they see harm coming: it halts, though nobody said stop.

A halt too many costs a "go on", one too few may cost a finger. What only asks for care ("careful",
"gently") slows down instead and is none of these.
"""

import re

from embodied.runtime.halting import asks_to_halt

_THING = r"(?:the|my|your|his|her|that|this|our|a|an|some) [a-z -]{1,30}?"
_LIVING = (
    r"(?:child(?:ren)?|kids?|baby|toddler|person|people|man|men|woman|women|boys?|girls?|guy|dogs?|"
    r"cats?|pet|hand|finger|animal)"
)
_BODY = r"(?:hands?|fingers?|thumb|arm|wrist|elbow|head|hair|face|eyes?|sleeve|foot|feet|toes?|leg)"
_NO_THING = (
    r"\b(?! ?(?:towels?|soap|mugs?|cups?|bowls?|bottles?|toys?|food|beds?|chairs?|blender|mixer|"
    r"phones?|set|cloth|stool|rests?|brush|mirror|print|painting|book|picture|statue)\b)"
)
"""A hand towel, a dog's bowl and an arm chair are no living things."""
_HARM = (
    r"(?:hit(?:ting)?|break(?:ing)?|crush(?:ing)?|hurt(?:ing)?|knock(?:ing)?|spill(?:ing)?|"
    r"drop(?:ping)?|pinch(?:ing)?|squash(?:ing)?|squeez(?:e|ing)|burn(?:ing)?|scratch(?:ing)?|"
    r"crash(?:ing)?|bump(?:ing)?|collid(?:e|ing)|tip(?:ping)?|fall(?:ing)?|smash(?:ing)?|"
    r"bend(?:ing)?|tear(?:ing)?|rip(?:ping)?|trip(?:ping)?)"
)
_SOON = r"(?:(?:just|about|almost|nearly|gonna|going|to|be|now)\s+)*"
_FALLS = (
    r"(?:fall(?:ing)?|slip(?:ping)?|spill(?:ing)?|leak(?:ing)?|break(?:ing)?|burn(?:ing)?|"
    r"tip(?:ping)?|on fire|smoking|dangerous|not safe|unsafe)"
)
_ELSEWHERE = r"(?! (?:it|that|this) (?:in|on|into|onto)\b)"
"""Who tells where a thing is dropped tells of the place."""
_CRIES = (
    # outcries
    r"watch (?:out|it|yourself|where you(?:'re| are) going)\b.*",
    r"watch your (?:step|head|hands?|elbow|arm|back)\b.*",
    r"look out(?! of\b| the\b)\b.*",
    r"mind (?:out|the|your|my|his|her|that)\b.*",
    r"ouch|ow+|argh*|aah+|yikes|danger(?:ous)?|help(?: me)?|hands? off|hot|mayday",
    # what the robot does, or is about to
    rf"you(?:'re| are|'ll| will| might| could)? {_SOON}{_HARM}\b{_ELSEWHERE}.*",
    r"you(?:'ve| have)? (?:just )?(?:dropped|broken?|hit|spilled|crushed|squashed|hurt|knocked)\b"
    rf"{_ELSEWHERE}.*",
    r"(?:(?:that's|that is|you(?:'re| are)|it's|way|much|far) )*too close\b.*|not so close",
    # what happens to a thing
    rf"(?:it|that|this|he|she|something|everything|{_THING})(?:'s|'ll| is| are| will) {_SOON}"
    rf"{_FALLS}\b.*",
    rf"(?:it|that|{_THING}) (?:just )?(?:fell|broke|spilled|slipped|tipped)\b.*",
    # who is in the way
    rf"(?:there(?:'s| is| are)|i see|here (?:comes|is)) (?:(?:a|an|the|my|some|your|two) )?"
    rf"(?:[a-z]+ )?{_LIVING}{_NO_THING}.*",
    r"(?:someone|somebody)(?:'s| is)\b.*|(?:someone|somebody)",
    rf"(?:that's |that is |you(?:'re| are) on |not )?(?:my|his|her) {_BODY}{_NO_THING}.*",
    rf"(?:do not|don't) (?:touch|hit|hurt|grab) (?:me|him|her|us|my {_BODY})",
    # what it is to do
    r"(?:stay|remain|keep) (?:there|put|here|right there|where you are)|stand by",
    r"(?:shut|power|switch|turn) (?:(?:yourself|the (?:robot|arm|motors?)) )?(?:down|off)"
    r"(?: yourself)?",
    r"kill it|(?:kill|press|hit) the (?:power|(?:red )?button)|kill switch|red button|e stop",
)
"""What is cried, the rest of the sentence with it where it only tells more of the same."""
_LEAD = re.compile(
    r"^(?:(?:no|hey|oh|oi|robot|careful|please|wait|god|my god|quick(?:ly)?|but|and|uh|ah)\b"
    r"[\s,.!?;:-]*)+",
    re.I,
)
_DANGER = re.compile("|".join(f"(?:{cry})" for cry in _CRIES), re.I | re.S)
_TAIL = re.compile(r"(?:[\s,.!?;:]+(?:now|please|robot|right now|at once))*[\s,.!?;:]*$", re.I)
LONGEST = 120
"""Characters of a cry: whoever says more asks for something."""


def must_halt(text: str) -> bool:
    """Whether an utterance halts the robot: who says stop, and who sees harm coming."""
    return asks_to_halt(text) or cries_danger(text)


def cries_danger(text: str) -> bool:
    """Whether an utterance warns of harm: `watch out!`, `my finger!`, `it's falling`.

    Args:
        text: What was said, as typed or transcribed.
    """
    words = " ".join(text.replace("’", "'").split())
    if len(words) > LONGEST:
        return False
    cried = _TAIL.sub("", words)
    return any(_DANGER.fullmatch(each) for each in (cried, _LEAD.sub("", cried)) if each)
