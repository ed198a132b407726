"""Ways of saying things that come to plainer ones."""

import re
from collections.abc import Mapping

_THE = r"(?:the|a|an|my|your|some)"
_FORMS: Mapping[str, str] = {
    # there's a mug on the desk, put it in the sink
    rf"^there(?:'s| is| are) (?P<what>{_THE} [a-z ]+?) (?:in|on|inside|on top of) "
    rf"(?P<where>{_THE} [a-z ]+?)[,;.]\s*(?:so |and |please |now )*(?=[a-z]+ (?:it|them)\b)": (
        r"take \g<what> from \g<where>, then "
    ),
    # use the butter knife to slice the bread
    rf"\buse (?P<tool>{_THE} [a-z ]+?) to (?P<deed>(?:cut|slice|chop)\b.+?)"
    r"(?=$|[,;.]|\s+(?:and|then)\b)": r"\g<deed> with \g<tool>",
}
"""A form to what it comes to."""


def plainly(text: str) -> str:
    """Return words in which what is told in a roundabout way is told plainly."""
    for form, plain in _FORMS.items():
        text = re.sub(form, plain, text, flags=re.IGNORECASE)
    return text
