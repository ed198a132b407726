"""Corrections about what is done: something as well, first, not at all, or in another's place."""

import re
from collections.abc import Callable, Sequence

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import DEVICE_OF, KNIVES, SLICED
from embodied.language.shares import SHARE, SHARES
from embodied.language.wishes import as_deeds
from planners.corrections.changes import Change, Kind
from planners.corrections.nouns import read_thing

_ALSO = re.compile(
    r"^(?:and |then )?(?:also|as well|in addition|now|next(?! to\b)|additionally|after that|"
    r"afterwards|and then|then|"
    r"(?:when|once|after|as soon as) "
    r"(?:(?:you are|you're|you have|you've|it's|it is|that's|that is) )?"
    r"(?:done|finished|ready)|don't forget to|do not forget to|remember to|finally)[\s,]+"
    r"(?P<text>.+)$"
)
_IT = r"(?:it|them|that|the [a-z ]+?)"
_PARTICLE = r"(?: (?:up|down|off))?"
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
_WITHOUT = re.compile(
    r"^(?:(?:you )?(?:don't|do not)(?: need to| have to)?|no need to|skip|never mind|without|"
    r"leave out)"
    r"\s+(?:the )?(?P<verb>[a-z]+)(?:ing)?\b(?P<rest>.*)$"
)
_BEFORE = re.compile(r"^(?P<text>.+?)[\s,]+before (?:you (?:are |start )?)?(?P<verb>[a-z]+)\b.*$")
_PUT_DOWN = re.compile(
    r"^drop (?:it|that|this|them)(?: down)? (?:here|there)$|"
    r"^(?:put|set|lay|place) (?:it|that|this|them|that one|this one)(?: back)? down(?: again)?"
    r"(?: (?:gently|carefully|slowly|softly))?"
    r"(?: (?:here|there|somewhere|anywhere))?$"
)
_ON_THE_TABLE = re.compile(
    r"^(?:(?:the )?table|(?:(?:just )?(?:put|leave|lay|set|drop) (?:it|that|this) )?(?:back )?"
    r"(?:down )?(?:on|onto) the table)$"
)
"""Where an arm stands at one, and has no other word for putting down."""
_IN_PLACE = (
    re.compile(
        rf"^(?P<new>[a-z]+){_PARTICLE} {_IT}{_PARTICLE} (?:instead of|rather than|not) "
        r"(?P<old>[a-z]+)\b.*$"
    ),
    re.compile(
        rf"^(?:don't|do not) (?P<old>[a-z]+){_PARTICLE} {_IT}{_PARTICLE}[\s,;.]+"
        rf"(?:but |just |rather )?(?P<new>[a-z]+){_PARTICLE} {_IT}{_PARTICLE}(?: instead)?$"
    ),
    re.compile(
        rf"^(?P<new>[a-z]+){_PARTICLE} {_IT}{_PARTICLE}[\s,;.]+(?:don't|do not) "
        r"(?P<old>[a-z]+)\b.*$"
    ),
)
_INSTEAD = re.compile(
    rf"^(?:just )?(?P<new>[a-z]+){_PARTICLE} {_IT}{_PARTICLE} instead$|"
    rf"^instead[\s,]+(?:just )?(?P<new2>[a-z]+){_PARTICLE} {_IT}{_PARTICLE}$"
)
"""A deed in place of the one that changes what a thing is like, whichever that is."""
_HOW_FAR = re.compile(
    r"(?:(?:only|just|not all the way,?|"
    r"(?:open|close|pull|push) (?:it|the drawer)(?: open| shut)?)\s+)*"
    rf"(?P<share>{SHARE})(?: (?:open|closed|only))?"
)
_COMMAND = re.compile(
    r"^(?:just |quickly )?(?P<text>(?:open|close|shut|turn|switch|wash|clean|rinse|heat|warm|cook|"
    r"microwave|cool|chill|cut|slice|get|bring|fetch|grab|take|pick|put|place|move|push|stack|"
    r"throw|wipe|look at|examine)\s+.+)$"
)
_LEFT_OUT = frozenset(["heat", "cool", "clean", "slice", "close", "open", "toggle"])
"""Skills that a plan can do without."""
_SKILL_OF = {
    "heat": "heat",
    "warm": "heat",
    "cook": "heat",
    "microwave": "heat",
    "cool": "cool",
    "chill": "cool",
    "clean": "clean",
    "wash": "clean",
    "rinse": "clean",
    "cut": "slice",
    "slice": "slice",
    "close": "close",
    "open": "open",
    "toggle": "toggle",
    "switch": "toggle",
    "cutt": "slice",
    "put": "place",
    "putt": "place",
    "place": "place",
    "pick": "pick",
    "take": "pick",
    "look": "look",
}


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


def types_of(plan: Sequence[Subgoal]) -> tuple[str, ...]:
    """Return the types that a plan names, in its order."""
    return tuple(
        value.category
        for subgoal in plan
        for value in subgoal.arguments.values()
        if isinstance(value, ObjectRef)
    )


def first_thing(plan: Sequence[Subgoal]) -> ObjectRef | None:
    """Return the first thing that a plan handles, knives aside."""
    things = (step.arguments.get("object") for step in plan)
    return next((t for t in things if isinstance(t, ObjectRef) and t.category not in KNIVES), None)


def skill_of(verb: str) -> str | None:
    """Return the skill that a verb in any form asks for."""
    stem = verb.removesuffix("ing")
    return _SKILL_OF.get(stem) or _SKILL_OF.get(f"{stem}e")


def seen_from_it(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """Where a thing is as the robot stands: `it's behind you`."""
    match = _SEEN_FROM_IT.match(words)
    if match is None:
        return None
    return Change(Kind.FIRST, text=f"turn {match['side'] or 'around'}")


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


def _without(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    match = _WITHOUT.match(words)
    if match is None:
        return None
    skill = skill_of(match["verb"])
    if skill not in _LEFT_OUT:
        return None
    thing = read_thing(match["rest"], types, prefer=types_of(plan))
    return Change(Kind.WITHOUT, thing, skill=skill)


def _before(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    match = _BEFORE.match(words)
    skill = match and skill_of(match["verb"])
    if match is None or not skill:
        return None
    return Change(Kind.FIRST, text=match["text"], skill=skill)


def _in_place(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    for pattern in _IN_PLACE:
        match = pattern.match(words)
        new, old = (match and skill_of(match[name]) for name in ("new", "old"))
        if new in DEVICE_OF and old in DEVICE_OF and new != old:
            return Change(Kind.OTHER_DEED, skill=old, text=new)
    match = _INSTEAD.match(words)
    new = match and skill_of(match["new"] or match["new2"])
    planned = [step.skill for step in plan if step.skill in DEVICE_OF]
    if new in DEVICE_OF and planned and new not in planned:
        return Change(Kind.OTHER_DEED, skill=planned[0], text=new)
    return None


def _share(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """How far something is to be opened or closed: `only halfway`, `all the way`."""
    step = next((step for step in plan if isinstance(step.arguments.get("share"), float)), None)
    match = _HOW_FAR.fullmatch(words)
    if step is None or match is None:
        return None
    share = SHARES[match["share"]]
    # "open it halfway" is as far as it is to be open, "close it halfway" as far as it is not
    open_by = 1.0 - share if step.skill == "close" else share
    return Change(Kind.SHARE, skill=step.skill, share=open_by)


def _put_down(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    table = not any("table" in name.lower() for name in types) and _ON_THE_TABLE.match(words)
    return Change(Kind.PUT_DOWN) if table or _PUT_DOWN.match(words) else None


def asked(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """A task of its own, said in the middle of another without a word of when."""
    match = _COMMAND.match(words)
    # of "it" and "one" more would have to be known than who reads them knows
    if match is None or not plan or re.search(r"\b(?:one|there|here|instead)\b", words):
        return None
    return Change(Kind.ASKED, text=_WHEN_SO.sub("", match["text"]))


READERS: tuple[Callable[[str, Sequence[Subgoal], frozenset[str]], Change | None], ...] = (
    _put_down,
    _share,
    _in_place,
    _before,
    seen_from_it,
    _also,
    _without,
)
