"""Ways of saying things that come to plainer ones."""

import re
from collections.abc import Mapping

from embodied.language.wishes import as_deeds
from planners.parsed.words import load

_THE = r"(?:the|a|an|my|your|some)"
_STANDS = (
    rf"(?:in|on|inside|on top of) (?P<where>{_THE} [a-z ]+?)[,;.]\s*(?:so |and |please |now )*"
    r"(?=[a-z]+ (?:it|them)\b)"
)
_NO_VESSEL = "".join(
    f"(?<!{name})" for name in ("plate", "bowl", "pan", "pot", "cup", "mug", "box", "tray", "glass")
)
"""With a vessel comes what is in it."""
_FORMS: Mapping[str, str] = {
    # may I have a cold apple
    r"^(?:may|can|could|might) (?:i|we) (?:please )?(?:have|get) (?=(?:a|an|some|two|my)\b)": (
        "i would like "
    ),
    # put the fork together with the knife on the table
    rf"\b(?P<put>(?:put|place|set|lay|bring) )(?P<what>{_THE} [a-z]+){_NO_VESSEL} "
    rf"(?:together |along )?with (?P<other>{_THE} [a-z]+) (?=(?:in|on|into|onto|to)\b(?! it))": (
        r"\g<put>\g<what> and \g<other> "
    ),
    # put the apple on the table with the plate, put it with the bread
    rf"^(?P<put>(?:put|place|set|lay|leave) (?:it|{_THE} [a-z ]+?){_NO_VESSEL} )"
    rf"(?P<where>(?:in|on) {_THE} [a-z ]+? )?(?:together |along )?with "
    rf"(?P<mark>{_THE} [a-z ]+(?<!ing))$": (r"\g<put>\g<where>next to \g<mark>"),
    # mug -> sink
    r"\s*[-=]+>\s*": " to ",
    # put it back where it was
    r"\b(?:back )?(?:to )?(?:where (?:it|they) (?:was|were|stood|lay|came from|belongs?|goes)|"
    r"where you (?:found|got|took) (?:it|them)(?: from)?|(?:to|in|into|on) its (?:old )?place)\b": (
        "back"
    ),
    # put it where the laptop is
    r"\b(?P<put>(?:put|place|set|lay|leave|bring|move|take|drop)\b.*?)\bwhere "
    r"(?P<what>(?:the|my|your|that|those|these) [a-z ]+?) "
    r"(?:is|are|stands?|lies?|sits?)(?: (?:standing|lying|sitting))?\b(?! (?:in|on|at|to)\b)": (
        r"\g<put>next to \g<what>"
    ),
    # microwave it for two minutes
    r",? for (?:about |at least |around )?(?:an?|one|two|three|five|ten|half an?|a few|a couple of|"
    r"[0-9]+) (?:more )?(?:seconds?|secs?|minutes?|mins?|hours?|while|bit|moment)\b": "",
    # warm up my coffee, heat the tea in the mug
    r"\b(?P<deed>(?:re)?heat(?: up)?|warm(?: up)?|microwave|nuke) "
    r"(?:my|the|this|some|his|her|your) (?:cup of |mug of )?(?:coffee|tea|cocoa|hot chocolate)\b"
    r"(?: in (?:the|my|a) (?:mug|cup))?"
    r"(?! (?:machine|maker|table|mug|cup|pot|kettle))": r"\g<deed> the mug",
    # clean up the kitchen
    r"^(?:clean|tidy|clear|straighten)(?: up)? (?:the|my|this|your) (?:whole |entire )?"
    r"(?:kitchen|room|bedroom|bathroom|living ?room|house|home|place|apartment|flat)$": "tidy up",
    # the fridge is where the milk goes
    rf"^(?P<where>{_THE} [a-z ]+?) is where (?P<what>{_THE} [a-z ]+?) "
    r"(?:goes|go|belongs?|lives?|should (?:go|be))$": r"put \g<what> in \g<where>",
    r"^why (?:don['’]?t|do not) you\b[\s,]*": "",
    # there's a mug on the desk, put it in the sink
    rf"^there(?:'s| is| are) (?P<what>{_THE} [a-z ]+?) {_STANDS}": (
        r"take \g<what> from \g<where>, then "
    ),
    # the mug is in the fridge, put it in the sink
    rf"^(?P<what>{_THE} [a-z ]+?) (?:is|are) {_STANDS}": r"take \g<what> from \g<where>, then ",
    # use the butter knife to slice the bread
    rf"\buse (?P<tool>{_THE} [a-z ]+?) to (?P<deed>(?:cut|slice|chop)\b.+?)"
    r"(?=$|[,;.]|\s+(?:and|then)\b)": r"\g<deed> with \g<tool>",
    # this mug is dirty, wash it
    r"^(?:this|that|the|my|your) (?P<what>[a-z ]+?) (?:is|are|looks?|seems?) "
    r"(?!(?:in|on|at|under|next|inside|to|not)\b)[a-z ]+[,;.]\s*(?:so |and |please )*"
    r"(?P<verb>[a-z]+(?: up| down)?) (?:it|them)\b": r"\g<verb> the \g<what>",
}
"""A form to what it comes to."""
_BESIDE_THE_POINT = re.compile(
    r"^(?P<said>(?:it's|it is|i'm|i am|i|we|my|the|this)\b[^,;.!]{3,50})[,;.!]\s*"
    r"(?:so |and |please )*(?P<rest>.+)$",
    re.IGNORECASE,
)
"""What is told before it is said what to do: `it's too dark, turn on the lamp`."""
_TELLS = re.compile(
    r"'s\b|'m\b|\b(?:is|are|am|was|were|has|have|had|feels?|looks?|seems?|spilled|broke)\b",
    re.IGNORECASE,
)


def plainly(text: str) -> str:
    """Return words in which what is told in a roundabout way is told plainly."""
    text = as_deeds(text)
    for form, plain in _FORMS.items():
        text = re.sub(form, plain, text, flags=re.IGNORECASE)
    match = _BESIDE_THE_POINT.match(text)
    if match is None or not _TELLS.search(match["said"]):
        return text
    if re.search(r"\b(?:it|them|this|that)\b", match["rest"], re.IGNORECASE):
        return text
    verbs = load().verbs
    said, rest = (re.findall(r"[a-z]+", match[part].lower()) for part in ("said", "rest"))
    asks = any(verbs.at(said, at) for at in range(len(said)))
    return match["rest"] if rest and verbs.at(rest, 0) and not asks else text
