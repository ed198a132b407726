"""Words that ask for stillness, as people cry them and as speech recognisers write them down.

Stopping wins where words can be read both ways: a halt too many costs a repeated sentence, one too
few may cost the vase. So "stop" halts wherever it begins what is said, whatever follows, unless
what follows plainly names another thing to be stopped or a place or a time to stop at: "stop the
microwave", "stop at the stairs", "stop when you see the table".
"""

import re

_OWN = (
    r"(?:arm|hand|gripper|fingers?|wrist|claw|robot|end effector|movements?|motions?|motors?|"
    r"machine|task|mission|program|programme|plan|run|job|whole thing|operation|process)"
)
"""What only the robot itself, or what it is at, can be meant by."""
_LEAD = (
    r"(?:(?:can|could|would|will) you|(?:i|we) (?:say|said|told you to|want you to|need you to)|"
    r"you (?:need to|have to|must|should|better)|for \w+'?s'? sake|(?:my )?god|jesus|damn(?: it)?|"
    r"just|but|so|well|actually|quick(?:ly)?|sorry|thanks|thank you)"
)
"""What people say before it."""
_FILLER = (
    rf"(?:(?:(?:the|your|all|any|this) )++{_OWN}|(?:all )?{_OWN}|this (?:instant|second|minute)|"
    r"(?:for )?a (?:moment|second|sec|minute|bit|while)|what you(?: are|'re|re) doing|"
    r"doing (?:that|it|this)|where you are|in place|at once|for now|thank you|"
    r"please|now|right|there|here|it|that(?!'s| is|'ll| will)|this|all|everything|anything|"
    r"immediately|instantly|already|no|oh|okay|ok|hey|ah|robot|moving|going|yourself|thanks|mate|man|dude|"
    r"and|or)"
)
"""What people say around it; longer ones first, since what has matched is not tried again."""
_STOP = (
    r"(?:s+t+o+p+|stp|stpo|sotp|tsop|halt|abort|e-?stop|emergency stop|stand still|hold still|"
    r"keep still|stay still|(?:do not|don'?t) move)"
)
"""Words that halt whatever follows them."""
_HALT = (
    rf"(?:{_STOP}|freeze|wait|pause|cancel|cease|quit|whoa|woah|emergency|enough|hold on|hold it|"
    r"hold up|hang on|cut it out|"
    r"that(?:'ll| will) do|i(?:'ll| will) (?:take (?:it|over) from here|take over|"
    r"do (?:it|that|the rest) (?:myself|from here))|"
    r"(?:that'?s|that is) (?:far |wide |high |low )?enough|far enough|"
    r"forget it|forget that|forget|never ?mind)"
)
"""Words that halt by themselves."""
_GAP = r"[\s,.!?;:]*"

WORDS_OF_NOTHING = rf"(?:(?:{_FILLER}|{_LEAD})\b{_GAP})++"
"""What asks for nothing by itself."""
# Possessive throughout: however long what is said, it is told at once whether it is a halt.
_BEFORE = rf"(?:(?:{_FILLER}|{_LEAD})\b{_GAP})*+"
_NOTHING_BUT = re.compile(rf"{_BEFORE}\b{_HALT}\b(?:{_GAP}\b(?:{_HALT}|{_FILLER})\b)*+{_GAP}", re.I)
_OUTCRY = re.compile(
    rf"(?:no{_GAP}){{3,}}|(?:please{_GAP})?(?:do not|don'?t){_GAP}|"
    rf"(?:just |give me )?(?:a|one) (?:moment|second|sec|minute){_GAP}(?:please{_GAP})?",
    re.I,
)
_FIRST = re.compile(rf"{_BEFORE}\b{_STOP}\b(?:{_GAP}\b{_STOP}\b)*+(?P<rest>.*)", re.I | re.S)
# A place or a time to stop at; "before you hit it" and "at once" are none.
_WHERE_OR_WHEN = re.compile(
    r"\s+(?:(?:just|right|directly|immediately|somewhere|about|close|short|there|here)\s+)*"
    r"(?:at(?! once)|by|in(?! place)|inside|on|near|next to|beside|behind|under|underneath|above|"
    r"over|to|towards?|opposite|facing|between|outside|against|of|past|beyond|through|halfway|"
    r"midway|prior to|with(?! (?:it|that|this)\b)|when|whenever|once|after|as(?! you are)|if|"
    r"before (?:(?:you|we) (?:reach|get|enter|step|come|arrive|pass|are)|"
    r"(?!you|it|something|anything|i\b|we|somebody|someone)))\b",
    re.I,
)
# Another thing that is to be stopped.
_ANOTHERS = re.compile(
    r"\s+(?:the|a|an|my|your|his|her|our|their|another|some|any|every|both)\s+\w+", re.I
)
_OF_ITSELF = re.compile(rf"\b{_OWN}\b", re.I)
# "you are hitting it stop": no pause was written down, and no "do not" or "the bus" goes before it.
_LAST = re.compile(
    r"(?:no|you(?:'\w+| are)|(?:it|that|this)(?:'s| is)|careful|watch out|look out|ouch|help)\b.*"
    r"(?<!\bnot )(?<!n't )(?<!dont )(?<!never )(?<!\bto )(?<!\bthe )(?<!\ba )(?<!\bbus )"
    rf"(?<!\bthen )(?<!\band )(?<!\bsay )\b{_STOP}\b(?:{_GAP}\b(?:{_HALT}|{_FILLER})\b)*+{_GAP}",
    re.I | re.S,
)
# What follows "stop it" or "forget it" and is no task: it tells what is wrong.
_TELLS = re.compile(
    r"(?:(?:oh|ow|ouch|no|or)\b[\s,.!]*)*"
    r"(?:(?:you|he|she|they|we|it|that|this|there|i)"
    r"(?:'(?:re|ll|ve|s|m|d)| (?:are|is|was|were|will|am|just|almost|nearly|have|has|had|hit|"
    r"hurts?|broke|said|might|can't|cannot))|"
    r"(?:the|my|his|her|your|a|an|some) [\w ]{1,30}?\b(?:is|are|was|were|hurts?|falls?|fell)|"
    r"someone|somebody|watch out|look out|mind|(?:be )?careful|stay|do not|don'?t|ow|ouch|"
    r"help(?! me))\b",
    re.I,
)
_CLAUSE = re.compile(r"[.,!?;:]+")


def asks_to_halt(text: str) -> bool:
    """Whether an utterance asks the robot to stand still.

    Args:
        text: What was said, as typed or transcribed; upper and lower case, quotation marks and
            missing punctuation make no difference.
    """
    words = _plain(text)
    if _NOTHING_BUT.fullmatch(words) or _OUTCRY.fullmatch(words):
        return True
    first = _FIRST.match(words)
    if first is not None and not _goes_on(first["rest"]):
        return True
    if _LAST.fullmatch(words):
        return True
    # "that is the wrong one, stop!"
    return any(
        _NOTHING_BUT.fullmatch(clause.strip()) and re.search(rf"\b{_STOP}\b", clause, re.I)
        for clause in _CLAUSE.split(words)
    )


def tells_what_is_wrong(text: str) -> bool:
    """Whether words tell of something rather than ask for it: "you're going to hit the vase"."""
    return _TELLS.match(_plain(text)) is not None


def _goes_on(rest: str) -> bool:
    """Whether what follows the word makes it something else than a halt."""
    if _WHERE_OR_WHEN.match(rest):
        return True
    return bool(_ANOTHERS.match(rest)) and not _OF_ITSELF.search(rest)


def _plain(text: str) -> str:
    """Return an utterance with dashes as commas, and without quotation marks and signs."""
    words = text.replace("’", "'").replace("‘", "'")
    words = re.sub(r"\s+-+\s+|[–—…]+", ", ", words)
    words = re.sub(r"(?<!\w)'|'(?!\w)", " ", words)
    return " ".join(re.sub(r"[^\w\s',.!?;:-]+", " ", words).split())
