"""What people say in the middle of a task, without all that says nothing of it."""

import re

from embodied.core.task_plans import ANOTHER
from embodied.language.wishes import as_deeds
from planners.corrections.colours import COLOURS
from planners.corrections.nouns import read_thing

_LEAD = re.compile(
    r"^(?:(?:no(?! need)|nope|wait|actually|sorry|please|hey|robot|oh|i meant|i mean|well|ok|"
    r"maybe|perhaps|"
    r"okay|hm+|um+|uh+|hang on|you know what|i(?:'ve| have)? changed my mind|change of plans?|"
    r"on second thoughts?|what are you doing|where are you going|could you|can you|would you|"
    r"i(?:'d| would) rather(?: you)?|"
    r"i (?:said|told you(?: to)?|asked(?: you)?(?: for| to)?|want(?:ed)?(?: you)?(?: to)?))\b"
    r"[\s,.!?;:]*)+"
)
_TAIL = re.compile(
    r"(?:[\s,]+(?:please|thanks|thank you|now|okay|ok|will you|would you|i mean|i meant|rather|"
    r"after all|already|"
    r"for (?:about )?(?:an?|one|two|three|five|ten|[0-9]+) (?:second|minute)s?|"
    r"(?:right |just )now|at once|immediately|(?:straight|right) away|"
    r"while you(?:'re| are) (?:there|at it|on it)|on (?:the|your) way|"
    r"in the meantime))+$"
)
_BIN = re.compile(
    r"^(?:throw (?:it|that|this|them)(?: (?:away|out))?|(?:bin|trash) (?:it|that|this|them))"
    r"(?P<rest>(?: (?:in|into) .+)?)$"
)
_BARE_COLOUR = re.compile(
    rf"^(?P<look>{'|'.join(sorted(COLOURS))})(?:[\s,]+not (?:the )?[a-z]+(?: one)?)?$"
)
_SIDES_AND_SIZES = frozenset(
    ["left", "right", "top", "bottom", "middle", "big", "small", "large", "little", ANOTHER]
)
_NOT_IN_IT = re.compile(r"^not (?:in|on|into|onto) (?:it|there|that)[\s,;]+(?:but |rather )?")
_REWORDED = (
    # "there is no apple, take the tomato", "the fridge is full, use the counter"
    (re.compile(r"^(?:there(?:'s| is) no [a-z ]+|"
                r"(?:i|we) (?:don't|do not) have (?:an?|any) [a-z ]+|"
                r"(?:the|that|this|my) [a-z ]+? (?:is|'s) (?:broken|full|dirty|taken|locked|"
                r"empty|occupied|gone|too [a-z]+|not [a-z]+))[\s,;.]+(?:so |please |and )*"
                r"(?=(?:take|use|get|bring|put|try|grab|pick)\b)"), ""),
    (re.compile(r"^(?:let's|let us) (?:do|use|take|have|try|get|go (?:with|for)) "
                r"(?=(?:the|a|an|my|that|another)\b)"), ""),
    # "make it the counter", "how about a bowl", "rather the counter"
    (re.compile(r"^(?:make (?:it|that)|change (?:it|that) to|let's (?:use|take)|rather|preferably|"
                r"(?:how|what) about|better) (?=(?:the|a|an|my|that|another)\b)"), ""),
    (re.compile(r"^just (?=(?:leave|put|set|drop|place)\b)"), ""),
    (re.compile(r"^(?:use|take|get|bring) (?=(?:the|a|an|my|that) [a-z ]+? "
                r"(?:instead of|rather than|in place of) )"), ""),
    (re.compile(r"^((?:(?:in|on|into|onto) )?(?:the|a|an|my|that|another) .+?) "
                r"(?:is|was|would be|will be|might be) "
                r"(?:better|nicer|even better|more suitable|right|fine)$"), r"\1"),
    (re.compile(r"^(?:change|replace|swap|exchange) (the .+?) (?:to|with|for|by) "
                r"((?:the|a|an) .+)$"), r"\2, not \1"),
    (re.compile(r"^((?:the|a|an|my|that) [a-z ]+?) (?:instead of|rather than|in place of) "
                r"((?:the|a|an|my|that) [a-z ]+)$"), r"\1, not \2"),
    # "swap it for a bowl", "I prefer the bowl", "can it go on the counter?"
    (re.compile(r"^(?:swap|replace|exchange|change) (?:it|that|this) (?:for|with|by) "
                r"(?=(?:the|a|an)\b)|^i (?:prefer|would prefer|'d prefer) (?=(?:the|a|an|my)\b)"),
     ""),
    (re.compile(r"^(?:can|could|should|does) (?:it|that|this)(?:n't)? (?:not )?(?:go|be|stand) "
                r"(?=(?:in|on|into|onto|next to)\b)"), "put it "),
)  # fmt: skip
"""The same thing said in more words."""
_TO_THE_BIN = "in the garbage can"


def plainly(text: str, types: frozenset[str]) -> str:
    """Return words without what says nothing of the plan, and what is told at length told plainly.

    Args:
        text: What was said.
        types: What the embodiment has names for.
    """
    words = " ".join(text.lower().replace("’", "'").split()).strip(" .!?")
    words = _TAIL.sub("", words)
    if (deeds := as_deeds(words)) != words:
        # what a thing is to be like is seen to before it goes anywhere
        words = deeds if deeds.startswith("put ") else f"first {deeds}"
    words = without_lead(words).strip(" ,.;:")
    for pattern, meant in _REWORDED:
        words = pattern.sub(meant, words)
    words = _BIN.sub(lambda said: f"put it {said['rest'].strip() or _TO_THE_BIN}", words)
    words = _BARE_COLOUR.sub(r"the \g<look> one", _NOT_IN_IT.sub("", words))
    return f"the {words}" if _is_bare_noun(words, types) else words


def without_lead(words: str) -> str:
    """Return words without what people say before it comes to the point."""
    return _LEAD.sub("", words)


def _is_bare_noun(words: str, types: frozenset[str]) -> bool:
    """Whether words are a noun and its colours, without an article: `blue block`."""
    bare = re.fullmatch(r"(?:(?!(?:the|a|an|and|also|then|my)\b)[a-z-]+ ?){1,3}", words)
    thing = read_thing(words, types) if bare else None
    if thing is None or not (COLOURS | _SIDES_AND_SIZES).issuperset(thing.attributes):
        return False
    return not thing.relation and words.split()[-1] not in ("left", "right", "light")
