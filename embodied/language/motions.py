"""Motion corrections in words: direction words x frame x amount, read without a model."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from embodied.core.motion import (
    AWAY,
    CLOSE,
    FASTER,
    OPEN,
    SLOWER,
    TOWARDS,
    Frame,
    Motion,
    MotionKind,
)
from embodied.core.plan import ObjectRef

DIRECTION_WORDS: Mapping[str, tuple[str, ...]] = {
    "left": ("left", "leftward", "leftwards", "sideways to the left"),
    "right": ("right", "rightward", "rightwards", "sideways to the right"),
    "forward": ("forward", "forwards", "ahead", "straight ahead", "out", "outward", "outwards"),
    "back": ("back", "backward", "backwards", "in", "inward", "inwards", "back up", "back off"),
    "up": ("up", "upward", "upwards", "higher", "higher up", "further up"),
    "down": ("down", "downward", "downwards", "lower", "lower down", "further down"),
}
"""Direction to the words for it; by themselves, or after `to the`, `to my`, `to your`."""

AMOUNT_WORDS: Mapping[str, float] = {
    "a hair": 0.2,
    "a tiny bit": 0.2,
    "a tad": 0.4,
    "a touch": 0.4,
    "a little bit": 0.6,
    "a little": 0.6,
    "a bit": 0.6,
    "a wee bit": 0.6,
    "slightly": 0.6,
    "somewhat": 1.0,
    "some": 1.0,
    "quite a bit": 2.0,
    "a lot": 2.0,
    "much": 2.0,
    "way": 2.0,
    "far": 2.0,
}
"""Words for how far, as multiples of `USUAL_M` or `USUAL_RAD`."""

USUAL_M = 0.05
"""How far a motion goes that does not say how far."""
USUAL_RAD = math.radians(15.0)

UNITS: Mapping[str, tuple[float, float]] = {
    "mm": (0.001, 0.0),
    "millimeter": (0.001, 0.0),
    "millimetre": (0.001, 0.0),
    "cm": (0.01, 0.0),
    "centimeter": (0.01, 0.0),
    "centimetre": (0.01, 0.0),
    "m": (1.0, 0.0),
    "meter": (1.0, 0.0),
    "metre": (1.0, 0.0),
    "inch": (0.0254, 0.0),
    "inche": (0.0254, 0.0),
    "degree": (0.0, math.pi / 180.0),
    "deg": (0.0, math.pi / 180.0),
}
"""Unit to (metres, radians); a plural s is left out."""

NUMBERS: Mapping[str, float] = {
    "half a": 0.5,
    "a": 1.0,
    "an": 1.0,
    "one": 1.0,
    "two": 2.0,
    "a couple of": 2.0,
    "three": 3.0,
    "a few": 3.0,
    "four": 4.0,
    "five": 5.0,
    "six": 6.0,
    "eight": 8.0,
    "ten": 10.0,
    "twelve": 12.0,
    "fifteen": 15.0,
    "twenty": 20.0,
    "thirty": 30.0,
    "forty five": 45.0,
    "forty-five": 45.0,
    "ninety": 90.0,
}

SPEEDS: Mapping[str, str] = {
    SLOWER: r"slow(?: it)? down|slower|more slowly|slowly|not so (?:fast|quick(?:ly)?)|too fast|"
    r"easy(?: does it)?|(?:be )?(?:more |very |really )?(?:gentle|gently|careful(?:ly)?)"
    r"(?: (?:with|around|near) [a-z' ]+)?(?:[\s,;]+(?:it's|it is|that's) [a-z ]+)?|less speed|"
    r"take (?:care|your time)|it's fragile|(?:do not|don't|try not to) "
    r"(?:drop|spill|break|hit|knock over|crush|squash|hurt|bump into) "
    r"(?:it|them|(?:the|my) [a-z]+)",
    FASTER: r"speed(?: it)? up|faster|more quickly|quick(?:er|ly)?|hurry(?: up)?|too slow(?:ly)?|"
    r"not so slow(?:ly)?|more speed",
}
SPEED_FACTORS: Mapping[str, float] = {SLOWER: 0.5, FASTER: 1.5}

_PART = r"(?:(?:the|your|its) )?(?:arm|gripper|hand|wrist|fingers|end effector|robot|claw)"
_SELF = rf"(?:{_PART}|it|yourself)"
_LEAD = re.compile(
    r"^(?:(?:no|nope|wait|actually|sorry|please|hey|robot|oh|ok|okay|well|now|just|not there|"
    r"not like that|can you|could you|would you|try to|you should|you need to|i said|and|but)"
    r"\b[\s,.!;:]*)+"
)
_RETURNS = re.compile(r"^((?:come|go|move|get)(?: it)?) back (up|down|left|right|forward)\b")
"""To where it came from: `come back up` is up, though `back up` is back."""
_TAIL = re.compile(r"[\s,]*(?:please|now|from there|from here|then|instead|robot|thanks?)$")
_NUMBER = "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_MEASURE = rf"(?:by )?(?:about )?(?P<number>\d+(?:\.\d+)?|{_NUMBER})[ -]?(?P<unit>{_UNIT})s?"
_AMOUNT = "|".join(sorted(map(re.escape, AMOUNT_WORDS), key=len, reverse=True))
_AGAIN = r"(?:more|further|farther|again)"
_MOVE = (
    rf"(?:(?:move|go|shift|slide|nudge|bring|come|reach|drift|scoot|inch|steer|head|hold|stay|aim|get|"
    rf"keep going|keep moving|keep|be|a step)\b(?: {_SELF})?(?: over)?)"
)
_LIFT = rf"(?P<lift>raise|lift|lower)(?: {_SELF})?"
_TURN = rf"(?P<turn>rotate|turn|twist|spin|tilt|tip|lean)(?: {_SELF})?"
_WHOSE = r"(?:(?:to|on|towards?|toward) (?P<whose>the|my|your|its|our)(?: own)? )"
_DIRECTION = "|".join(
    sorted((word for words in DIRECTION_WORDS.values() for word in words), key=len, reverse=True)
)
_OF = r"(?: (?:side )?of (?P<of>(?:the|that|this|a) .+))?"
_HOLDS = re.compile(
    r"[\s,]*(?:until i (?:say|tell you|stop you).*|as long as .*|for (?:now|this one|a while)|"
    r"the whole (?:time|way)|all the (?:time|way))$"
)
_TO_OBJECT = re.compile(
    rf"^(?:{_MOVE} )?(?:{_MEASURE} |(?P<amount>{_AMOUNT}) ?)?"
    r"(?P<way>towards?|closer to|nearer to|nearer|closer|over to|away from|further from|"
    r"farther from|further away from|off) (?P<of>(?:the|that|this|my|a) .+|me|it)$"
)
_TURNED = {
    "counterclockwise": "left",
    "counter clockwise": "left",
    "counter-clockwise": "left",
    "anticlockwise": "left",
    "anti-clockwise": "left",
    "clockwise": "right",
}
_TILTED = {"up": "back", "down": "forward"}
_HALF = r"(?P<half> half ?way| a (?:bit|little))?"
_WIDER = r"(?: (?:more|wider|further|again|fully|all the way))?"
_OPENS = re.compile(
    rf"^(?:open(?: up)? {_PART}|let (?:it )?go|let go of (?:it|that)|release(?: it| that)?|drop it|"
    rf"loosen(?: your grip| the grip| it)?){_HALF}{_WIDER}$"
)
_CLOSES = re.compile(
    rf"^(?:close(?: up)? {_PART}|shut {_PART}|grip(?: it)?(?: tighter| harder)?|squeeze(?: it)?|"
    rf"clamp(?: it)?|tighten(?: your grip| the grip| it)?){_HALF}{_WIDER}$"
)
_REPEATS = re.compile(
    rf"^(?:{_MOVE} )?(?P<amount>(?:{_AMOUNT}) )?(?:{_AGAIN}|keep going|not enough|"
    r"(?:do (?:that|it) )?again|once more|go on like that)$"
)
_REVERSES = re.compile(
    rf"^(?:{_MOVE} )?(?:(?:that's|that is|you went) )?(?P<amount>(?:{_AMOUNT}) )?"
    r"(?:the other way|too far|too much|the opposite way|wrong (?:way|direction)|the wrong way|"
    r"other direction|back the other way)$"
)
_OTHER_WAY: Mapping[str, str] = {
    "high": "down",
    "low": "up",
    "left": "to the right",
    "right": "to the left",
    "forward": "back",
    "back": "forward",
}
_MISSED = re.compile(
    r"^(?:(?:you are|you're|that is|that's|it is|it's|you went) )?(?:(?:much|way|far) )?"
    rf"(?P<amount>(?:{_AMOUNT}) )?(?:too|not (?:quite )?(?:so|that)) (?:far |much )?"
    r"(?:to the |on the )?"
    rf"(?P<way>{'|'.join(_OTHER_WAY)})$"
)
_NO_WAY = re.compile(
    r"^(?!(?:keep|be|get|bring|aim|head)(?: (?:it|yourself))?$)"
    rf"(?:{_MOVE}|{_TURN.replace('?P<turn>', '?:')}|{_AMOUNT})(?: (?:{_AMOUNT}))?$"
)
_OPPOSITE = {
    "left": "right",
    "right": "left",
    "forward": "back",
    "back": "forward",
    "up": "down",
    "down": "up",
    TOWARDS: AWAY,
    AWAY: TOWARDS,
    OPEN: CLOSE,
    CLOSE: OPEN,
    SLOWER: FASTER,
    FASTER: SLOWER,
}
_WHICH = {word: name for name, words in DIRECTION_WORDS.items() for word in words}
_FRAMES = {"my": Frame.SPEAKER, "our": Frame.SPEAKER, "your": Frame.ROBOT, "its": Frame.ROBOT}


@dataclass(frozen=True)
class Unclear:
    """Words that ask for a motion and leave open which.

    Attributes:
        question: What to ask, one sentence.
    """

    question: str


WHICH_WAY = Unclear("Which way should I move: left, right, forward, back, up or down?")


def read_motion(
    text: str, *, last: Motion | None = None, frame: Frame = Frame.ROBOT
) -> Motion | Unclear | None:
    """Read words as a motion.

    Args:
        text: What was said.
        last: The motion that was asked for before: `a bit more` and `the other way` mean that.
        frame: Whose left is meant where nobody's is named.

    Returns:
        The motion; `Unclear` where it is one but not which; None where it is something else.
    """
    words = " ".join(text.lower().replace("’", "'").split()).strip(" .!?,;:")
    words = _LEAD.sub("", words).strip(" ,.;:!")
    words = _RETURNS.sub(r"\1 \2", words)
    if missed := _MISSED.match(words):  # "a bit too high" is a bit lower
        words = f"{missed['amount'] or ''}{_OTHER_WAY[missed['way']]}"
    holds = _HOLDS.search(words)
    if holds:
        words = words[: holds.start()]
    shorter = _TAIL.sub("", words)
    for reader in _READERS:
        found = reader(shorter, last, frame)
        if isinstance(found, Motion) and holds:
            return replace(found, holds=True)
        if found is not None:
            return found
    return None


def _speed(words: str, last: Motion | None, frame: Frame) -> Motion | Unclear | None:
    bare = re.sub(rf"^(?:{_MOVE} )?(?P<amount>{_AMOUNT})? ?", "", words)
    amount = next((a for a in AMOUNT_WORDS if re.search(rf"\b{a}\b", words)), None)
    for direction, pattern in SPEEDS.items():
        for said in (words, bare):
            if re.fullmatch(pattern, said):
                factor = SPEED_FACTORS[direction]
                if amount is not None and not re.fullmatch(pattern, words):
                    factor = factor ** (0.5 if AMOUNT_WORDS[amount] < 1 else 2.0)
                return Motion(MotionKind.SPEED, direction, frame, amount=factor, holds=True)
    return None


def _fingers(words: str, last: Motion | None, frame: Frame) -> Motion | Unclear | None:
    for pattern, direction in ((_OPENS, OPEN), (_CLOSES, CLOSE)):
        match = pattern.match(words)
        if match:
            share = 0.5 if match["half"] else 1.0
            return Motion(MotionKind.GRIPPER, direction, frame, amount=share)
    return None


def _same_again(words: str, last: Motion | None, frame: Frame) -> Motion | Unclear | None:
    again, back = _REPEATS.match(words), _REVERSES.match(words)
    match = again or back
    if match is None:
        return None
    if last is None:
        return WHICH_WAY
    amount = (match["amount"] or "").strip()
    if amount:
        last = replace(last, amount=_usual(last.kind) * AMOUNT_WORDS[amount])
    elif back and "too" in words and last.amount:
        last = replace(last, amount=last.amount / 2)
    return last if again else replace(last, direction=_OPPOSITE[last.direction])


def _to_object(words: str, last: Motion | None, frame: Frame) -> Motion | Unclear | None:
    match = _TO_OBJECT.match(words)
    if match is None:
        return None
    said = match["of"]
    away = re.search(r"\b(?:away|further|farther|off)\b", match["way"]) is not None
    direction = AWAY if away else TOWARDS
    metres = None
    if match["amount"]:
        metres = USUAL_M * AMOUNT_WORDS[match["amount"]]
    elif match["number"]:
        metres = _measured(match["number"], match["unit"], MotionKind.MOVE)
    if said == "me":
        # Who stands behind the robot or opposite it is only known to the body: its speaker's frame.
        back = "back" if direction == TOWARDS else "forward"
        return Motion(MotionKind.MOVE, back, Frame.SPEAKER, amount=metres)
    about = ObjectRef("", phrase=said)
    return Motion(MotionKind.MOVE, direction, Frame.OBJECT, amount=metres, about=about)


_BODY = re.compile(
    rf"^(?:(?:{_MOVE}|{_LIFT}|{_TURN}) ?)?"
    rf"(?:(?:{_MEASURE}|(?P<before>{_AMOUNT}))(?: {_AGAIN})? ?)?(?:{_AGAIN} )?"
    rf"(?:{_WHOSE}?(?P<direction>{_DIRECTION}|{'|'.join(_TURNED)}){_OF})?"
    rf"(?: {_AGAIN})?"
    rf"(?: (?:{_MEASURE.replace('?P<number>', '?P<number2>').replace('?P<unit>', '?P<unit2>')}"
    rf"|(?:by )?(?P<after>{_AMOUNT})))?(?: {_AGAIN})?$"
)


def _way(words: str, last: Motion | None, frame: Frame) -> Motion | Unclear | None:
    match = _BODY.match(words)
    if match is None or not words:
        return None
    said, lift, turn = match["direction"], match["lift"], match["turn"]
    if said is None and lift:
        said = "down" if lift == "lower" else "up"
    if said is None:
        return WHICH_WAY if _NO_WAY.match(words) or match["number"] else None
    kind = MotionKind.MOVE
    direction = _TURNED.get(said) or _WHICH[said]
    if turn in ("tilt", "tip", "lean"):
        kind, direction = MotionKind.TILT, _TILTED.get(direction, direction)
    elif turn or said in _TURNED:
        kind = MotionKind.ROTATE
        if direction not in ("left", "right"):
            return None
    if said in ("in", "out") and not match["before"] and not match["after"]:
        return None  # "in" and "out" by themselves are said of places
    whose = _FRAMES.get(match["whose"] or "", frame)
    about = ObjectRef("", phrase=match["of"]) if match["of"] else None
    if about is not None:
        whose = Frame.OBJECT
    return Motion(kind, direction, whose, amount=_amount(match, kind), about=about)


def _usual(kind: MotionKind) -> float:
    return USUAL_M if kind is MotionKind.MOVE else USUAL_RAD


def _amount(match: re.Match[str], kind: MotionKind) -> float | None:
    for number, unit in ((match["number"], match["unit"]), (match["number2"], match["unit2"])):
        if number is not None:
            return _measured(number, unit, kind)
    words = match["before"] or match["after"]
    return _usual(kind) * AMOUNT_WORDS[words] if words else None


def _measured(number: str, unit: str, kind: MotionKind) -> float | None:
    value = NUMBERS[number] if number in NUMBERS else float(number)
    metres, radians = UNITS[unit]
    return value * (metres if kind is MotionKind.MOVE else radians) or None


_READERS: tuple[Callable[[str, Motion | None, Frame], Motion | Unclear | None], ...] = (
    _speed,
    _fingers,
    _same_again,
    _to_object,
    _way,
)
