"""What is said in the middle of a task and changes nothing of it: thanks, and what it is at."""

import re

_GAP = r"[\s,.!?;:]*"
_NAME = r"(?:robot|mate|man|dude|there|you|buddy|then|now|please|ok|okay|so|and|but|well|hey|hm+)"
_PRAISE = (
    r"(?:thanks(?: a lot| so much)?|thank you(?: very much| so much)?|cheers|"
    r"(?:(?:very )?good|great|nice|well)(?: job| work| one| done)?|"
    r"(?:that's |that is |it's |this is )?"
    r"(?:perfect|correct|great|good|fine|nice|excellent|brilliant|lovely|awesome)|that's it|"
    r"yes,? (?:that|this) one|"
    r"well done|excellent|awesome|brilliant|lovely|cool|yes|yeah|yep|sure|exactly|"
    r"hello|hi|good (?:morning|evening|afternoon)|looks good|looking good|carry on|"
    r"you're doing (?:great|well|fine))"
)
_NOTHING = re.compile(
    rf"(?:{_NAME}\b{_GAP})*{_PRAISE}\b(?:{_GAP}(?:{_PRAISE}|{_NAME})\b)*{_GAP}", re.I
)
_ON = r"[^,.;:!?]*"
"""The rest of the question: what comes after a stop is said for itself, "... put it down"."""
_WONDERS = re.compile(
    rf"(?:{_NAME}\b{_GAP})*(?:"
    r"(?:what|where|why)(?: on earth)? (?:are|were) you (?:doing|going|up to|at|looking for|headed|"
    rf"driving|moving|walking|taking|heading)\b{_ON}|what's (?:next|happening|going on|the plan)|"
    r"what (?:is next|is the plan|is going on|now|next|comes next|did you understand|"
    r"have you understood|do you have in mind)|are you (?:sure|there|okay|ok|lost|stuck|done)|"
    rf"how(?: far| long|'s it going| is it going| are you doing)\b{_ON}|"
    rf"what's (?:taking|keeping)\b{_ON}|can you (?:hear|see)\b{_ON}|"
    rf"(?:which|who|what|where|when|how)\b(?: one)? (?:are|did|do|have|were|will) you\b{_ON}|"
    rf"why (?:are|did|do|have|were) you\b(?! not\b){_ON}|"
    rf"(?:are|did|do|have|were) you\b(?! (?:mind|able)\b){_ON}\?|"
    rf"do you (?:know|understand|see)\b{_ON}|did you (?:hear|understand|get)\b{_ON}|why"
    rf"){_GAP}",
    re.I,
)


def asks_nothing(words: str) -> bool:
    """Whether words are thanks, praise or a greeting, and nothing more."""
    return _NOTHING.fullmatch(words.replace("’", "'").strip()) is not None


def wonders(words: str) -> bool:
    """Whether words ask what is being done, rather than for anything to be done."""
    return _WONDERS.fullmatch(words.replace("’", "'").strip()) is not None
