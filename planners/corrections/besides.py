"""Corrections about what is done besides: first, as well, afterwards, on the way."""

import re
from collections.abc import Sequence

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import SLICED
from embodied.language.wishes import as_deeds
from planners.corrections.ahead import first_thing
from planners.corrections.changes import Change, Kind, Reader
from planners.corrections.nouns import read_thing
from planners.corrections.otherwise import skill_of

_ALSO = re.compile(
    r"^(?:and |then )?(?:also|as well|in addition|now|next(?! to\b)|additionally|after that|"
    r"afterwards|and then|then|"
    r"(?:when|once|after|as soon as) "
    r"(?:(?:you are|you're|you have|you've|it's|it is|that's|that is) )?"
    r"(?:done|finished|ready)|don't forget to|do not forget to|remember to|finally)[\s,]+"
    r"(?P<text>.+)$"
)
_ALSO_LAST = re.compile(
    r"^(?P<text>.+?)[\s,]+(?:too|as well|also|afterwards|after that|next|later|(?:in|at) the end|"
    r"(?:when|once|after) (?:you(?:'re| are)|it's|it is|that's|that is) (?:done|finished|ready))$"
)
_AND = re.compile(r"^and (?:then )?(?P<text>.+)$")
_ONE_THERE = re.compile(
    r"^(?:a|another|one|one more|the other)(?: one)? (?P<where>(?:in|on|into|onto|to) .+)$"
)
"""One more of what is at hand goes elsewhere: `and one in the fridge`."""
_LIKEWISE = re.compile(
    r"^(?:and )?(?:(?:do )?the same (?:with|for|to)|(?:do|repeat) (?:it|that) (?:with|for)) "
    r"(?P<text>.+?)(?: (?:too|as well|again))?$"
)
_LOOKS = re.compile(r"^(?:the|another|that|this|a) (?P<looks>(?:[a-z]+ )*)one$")
_BOTH = re.compile(
    r"^(?:and |oh,? |also )*(?P<one>(?:the|a|an|my) [a-z -]+?) and "
    r"(?P<other>(?:the|a|an|my) [a-z -]+?) "
    r"(?P<also>too|as well|also)[\s.!]*$",
    re.I,
)
_ARTICLE = r"(?:the|a|an|my|one|two|another)"
_AND_MORE = re.compile(
    rf"^(?:and|also) {_ARTICLE} [a-z -]+?(?:(?:, and|,| and) {_ARTICLE} [a-z -]+?)+$", re.I
)
_TWO_PARTS = re.compile(
    r"^(?!(?:and )?then\b)(?P<first>(?:(?!\bfirst\b).)+?)(?:[\s,;.]+and)?[\s,;.]+"
    r"then (?P<rest>.+)$",
    re.I,
)
_THEN = re.compile(r"\b(?:then|after|afterwards|next|later|finally|when|once|end)\b")
_WHEN_SO = re.compile(
    r"[\s,]+(?:when|once|after|as soon as) (?:it's|it is|they're|they are) [a-z]+$"
)
_DO = re.compile(r"^do (?=(?:the|a|an|another|one|my|your|this|that)\b)")
_FIRST = re.compile(r"^(?:but )?(?:first|before that|before you do that)[\s,]+(?P<text>.+)$")
_FIRST_LAST = re.compile(
    r"^(?P<text>.+?)[\s,]+(?:first|before(?:hand| that)?)"
    r"(?:[\s,]+(?:and )?then (?:it|(?:the|that|this) [a-z ]+))?$"
)
_MOTION = re.compile(
    r"^(?P<text>(?:go |move |step |turn |look |tilt |come |drive |walk )?"
    r"(?:a (?:bit|little)|slightly|further|farther|closer|back|left|right|up|down|around|forward|"
    r"forwards|backwards?|to the (?:left|right))\b(?! of\b).*)$"
)
_SEEN_FROM_IT = re.compile(
    r"^(?:(?:turn|look) (?:around|left|right)[\s,;.]+)?"
    r"(?:it's|it is|they're|they are|there(?:'s| is) one|(?:the|my) [a-z ]+? (?:is|are)) "
    r"(?:right |just |directly |over )*(?:(?P<behind>behind you)|"
    r"(?:on|to) your (?P<side>left|right)(?: side| hand side)?)$"
)
"""Where a thing is as the robot stands: it looks there first."""
_MOVES = re.compile(r"(?:go|move|step|turn|look|tilt|come|drive|walk)\b")
_BEFORE = re.compile(r"^(?P<text>.+?)[\s,]+before (?:you (?:are |start )?)?(?P<verb>[a-z]+)\b.*$")
_COMMAND = re.compile(
    r"^(?:just |quickly )?(?P<text>(?:open|close|shut|turn|switch|wash|clean|rinse|heat|warm|cook|"
    r"microwave|cool|chill|cut|slice|get|bring|fetch|grab|take|pick|put|place|move|push|stack|"
    r"throw|wipe|look at|examine)\s+.+)$"
)
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


def parts_of(text: str) -> tuple[str, ...]:
    """Return what is said one after the other: `put it on the table, then wash the plate`."""
    if both := _BOTH.match(text):
        return f"{both['one']} {both['also']}", f"{both['other']} {both['also']}"
    if _AND_MORE.match(text.strip(" .!")):
        named = re.split(rf"(?:,? and|,|^and|^also) (?={_ARTICLE}\b)", text.strip(" .!"))
        return tuple(f"and {each}" for each in named if each)
    wish = as_deeds(text)
    done, ends, where = wish.partition(" and put it ")
    if ends and wish != text:
        return f"first {done}", f"put it {where}"
    match = _TWO_PARTS.match(text)
    if match is None:
        return (text,)
    return match["first"], f"then {match['rest']}"


def seen_from_it(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """Where a thing is as the robot stands: `it's behind you`."""
    match = _SEEN_FROM_IT.match(words)
    if match is None:
        return None
    return Change(Kind.FIRST, text=f"turn {match['side'] or 'around'}")


def _before(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    match = _BEFORE.match(words)
    skill = match and skill_of(match["verb"])
    if match is None or not skill:
        return None
    return Change(Kind.FIRST, text=match["text"], skill=skill)


def _also(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    for pattern, kind in (
        (_FIRST, Kind.FIRST),
        (_FIRST_LAST, Kind.FIRST),
        (_ALSO, Kind.ALSO),
        (_ALSO_LAST, Kind.ALSO),
        (_MOTION, Kind.FIRST),
        (_AND, Kind.ALSO),
        (_LIKEWISE, Kind.ALSO),
    ):
        match = pattern.match(words)
        if match is None:
            continue
        text = _WHEN_SO.sub("", _DO.sub("", match["text"].removeprefix("and ")))
        named = kind is Kind.ALSO or pattern in (_FIRST, _FIRST_LAST)
        like = first_thing(plan)
        if (there := _ONE_THERE.match(text)) and like is not None:
            return Change(kind, text=f"put another {_spelled(like)} {there['where']}")
        thing = _named_alone(text, plan, types) if named else None
        if thing is not None:
            count = next((NUMBERS[word] for word in text.split() if word in NUMBERS), 1)
            return Change(kind, thing, text=text, count=count)
        named_by_look = re.search(r"\bone\b", text) and not _COMMAND.match(text)
        if pattern is not _LIKEWISE and not named_by_look:
            untimed = kind is Kind.ALSO and not _THEN.search(words)
            if pattern is _MOTION and not _MOVES.match(text):
                text = f"move {text}"
            return Change(kind, text=text, any_time=untimed)
    return None


def _spelled(thing: ObjectRef) -> str:
    """Return what a thing is called, a slice as a slice."""
    return f"{'slice of ' if SLICED in thing.attributes else ''}{spoken(thing.category)}"


def _named_alone(text: str, plan: Sequence[Subgoal], types: frozenset[str]) -> ObjectRef | None:
    """Return the thing that words name without saying what to do with it: `the pen`."""
    like = plan[0].arguments.get("object") if plan else None
    if (looks := _LOOKS.match(text)) and isinstance(like, ObjectRef):
        return read_thing(f"the {looks['looks']}{spoken(like.category)}", types)
    counted = "|".join(NUMBERS)
    alone = re.fullmatch(
        rf"(?:the|a|an|another|one|my|your|this|that|{counted})(?: more)?\s+[a-z -]+", text
    )
    placed = re.search(r"\b(?:in|on|into|onto|to|under|with|next|by)\b", text)
    return read_thing(text, types) if alone and not placed else None


def asked(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """A task of its own, said in the middle of another without a word of when."""
    match = _COMMAND.match(words)
    # of "it" and "one" more would have to be known than who reads them knows
    if match is None or not plan or re.search(r"\b(?:one|there|here|instead)\b", words):
        return None
    return Change(Kind.ASKED, text=_WHEN_SO.sub("", match["text"]))


READERS: tuple[Reader, ...] = (_before, seen_from_it, _also)
