"""What people say while the agent moves: a queue for any thread, and what the words ask for."""

import re
import threading
from dataclasses import dataclass

from embodied.core.correction import Correction, CorrectionKind
from embodied.core.motion import Frame, Motion
from embodied.language.motions import Unclear, read_motion
from embodied.runtime.dangers import must_halt
from embodied.runtime.halting import WORDS_OF_NOTHING, tells_what_is_wrong

_GAP = r"[\s,.!;:]*"
_FILLER = (
    r"(?:please|now|right|there|here|it|that|this|all|everything|immediately|no|oh|ok|okay|hey|"
    r"robot)"
)
_FILLER_ONLY = re.compile(rf"(?:{WORDS_OF_NOTHING})", re.I)

_DROP = (
    r"(?:forget (?:about )?(?:it|that|the [\w ]+?)|never ?mind(?: (?:it|that|the [\w ]+?))?|"
    r"(?:drop|leave) (?:everything|all that)|scratch that|change of plans?|"
    r"cancel (?:it|that)|stop (?:it|that|doing that))"
)
# Words that drop the old task, then the new one: "forget it, bring me the cup".
_DROP_THEN = re.compile(
    rf"(?:(?:{_FILLER}|wait|actually|hold on|stop){_GAP})*{_DROP}"
    r"(?:\s*[,.!;:]+\s*|\s+and\s+|\s+then\s+)"
    r"(?:and |then |just |instead,? |please )*(?P<rest>\S.*)",
    re.I | re.S,
)
# "no, instead wash the plate", "instead, wash the plate", "wait, do this instead: ..."
_INSTEAD_THEN = re.compile(
    rf"(?:(?:no|wait|actually|hold on|stop){_GAP})*(?:do this )?instead{_GAP}(?P<rest>\S.*)",
    re.I | re.S,
)
# "actually, wash the plate instead"; "the red one instead" names a target, so a verb is asked for.
_VERBS = (
    r"(?:bring|get|fetch|take|pick|put|place|move|go|drive|walk|open|close|shut|turn|switch|wash|"
    r"clean|heat|warm|cook|cool|chill|cut|slice|look|find|examine|throw|grab|carry|clear|set)"
)
_THEN_INSTEAD = re.compile(
    rf"(?:(?:no|wait|actually|hold on){_GAP})*"
    rf"(?P<rest>{_VERBS}\b(?!.*\bone\b).*?){_GAP}instead{_GAP}",
    re.I | re.S,
)


# Words that add to the task.
_ADDS = re.compile(
    r"\b(?:also|too|as well|then|after that|afterwards|first|before that|don't forget|"
    r"do not forget|remember to|finally|when you are done|when you're done|skip|without|"
    r"no need to|leave out)\b",
    re.I,
)
# Words that say which thing, or which place, is meant instead.
_CHOOSES = re.compile(
    r"\b(?:one|ones)\b|\binstead\b|\bnot (?:the|that|this|in|on|into|onto)\b|\bwrong\b|"
    r"^(?:(?:no|nope|actually|sorry|i (?:meant|mean)|it's|it is)\b[\s,.!:;]*)+"
    r"(?:(?:take|use|get|pick(?: up)?|put it) )?"
    r"(?:in |on |into |onto |at |next to |beside |near |by )?(?:the|a|an|that|another|my)\b|"
    r"^(?:use )?(?:the|that|another)\s+[\w -]+$|"
    r"^(?:put|place|set|drop|leave) (?:it|that|them) (?:in|on|into|onto|inside|next to|at)\b",
    re.I,
)
_WAIT = re.compile(
    r"^(?:(?:oh|no|please|hey|robot)\b[\s,.!]*)*(?:wait|hold on|hang on|whoa|hold it)\b[\s,.!;:-]+"
    r"(?P<rest>\S.*)$",
    re.I,
)
_PLACES = re.compile(
    r"\b(?:in|on|under|behind|next to|not|ones?|wrong|mean|meant|want|said)\b", re.I
)
"""Words by which what is told says what to do otherwise: `wait, it's in the drawer`."""
_POINTS = re.compile(
    r"^(?:no|take|use|pick|get|i meant|the|,|\s)*(?:this|that) (?:one|thing)[\s.!]*$", re.I
)
# "put it in the drawer instead", "take the blue block instead": another thing or place, same task.
_RECHOOSES = re.compile(
    r"^(?:\w+ (?:it|that|them)\b.*|(?:take|use|grab|pick(?: up)?) (?:the|a|an|that|another)\b"
    r"(?!.*\b(?:in|on|into|onto|to)\b).*)$",
    re.I,
)
_NOT_THERE = re.compile(
    r"^(?:(?:no|wait|actually|sorry|please|oh)\b[\s,.!]*)*(?:(?:put|place|set) it )?"
    r"(?:not (?:there|here|in there|on there|in here)|not (?:in|on|into|onto|to) (?:the|that|this)"
    r" \w+(?: \w+)?|(?:somewhere|anywhere|some place|someplace|any place) else|elsewhere|"
    r"(?:anywhere|somewhere|any place) but "
    r"(?:there|here|(?:in |on )?(?:the|that|this) \w+(?: \w+)?)|"
    r"(?:put|bring|take) (?:it|that|this) back(?: again)?(?: where (?:it|you) [\w ]+)?|"
    r"(?:wrong place|(?:that's|that is) (?:not the right|the wrong) place))[\s.!]*$",
    re.I,
)
WHERE_INSTEAD = "Where should it go instead?"
WHICH_ONE = "Which one do you mean: say its colour, or where it is?"


@dataclass(frozen=True)
class Heard:
    """What an utterance asks for.

    Attributes:
        kind: One of the five.
        instruction: The new instruction in words, where the old one is replaced.
        motion: The motion that is asked for, where it is one.
        question: What has to be asked back, one sentence, where the words leave it open.
    """

    kind: CorrectionKind
    instruction: str = ""
    motion: Motion | None = None
    question: str = ""


def classify(text: str, *, last: Motion | None = None, frame: Frame = Frame.ROBOT) -> Heard:
    """Tell the five kinds of corrections apart, by rules.

    Stopping wins where words can be read both ways: a halt too many costs a repeated sentence,
    one too few may cost the vase. Whatever is none of the others is an amendment, which a planner
    reads with the plan at hand.

    Args:
        text: An utterance, as typed or transcribed.
        last: The motion that was asked for before, for `a bit more`.
        frame: Whose left is meant where nobody's is named.
    """
    words = text.strip().replace("’", "'")
    for pattern in (_DROP_THEN, _INSTEAD_THEN, _THEN_INSTEAD):
        match = pattern.fullmatch(words)
        if match and must_halt(match["rest"]):
            return Heard(CorrectionKind.STOP)
        if match and pattern is _DROP_THEN and tells_what_is_wrong(match["rest"]):
            return Heard(CorrectionKind.STOP)  # "stop it, you're going to hit the vase"
        if match and pattern is _THEN_INSTEAD and _RECHOOSES.match(match["rest"]):
            return Heard(CorrectionKind.TARGET)
        if match and not _FILLER_ONLY.fullmatch(match["rest"]):
            return Heard(CorrectionKind.REPLACE, match["rest"].strip())
    if must_halt(words) or _warns(words):
        return Heard(CorrectionKind.STOP)
    motion = read_motion(words, last=last, frame=frame)
    if isinstance(motion, Unclear):
        return Heard(CorrectionKind.MOTION, question=motion.question)
    if motion is not None:
        return Heard(CorrectionKind.MOTION, motion=motion)
    if _POINTS.match(words):
        return Heard(CorrectionKind.TARGET, question=WHICH_ONE)
    if _NOT_THERE.match(words):
        return Heard(CorrectionKind.TARGET, question=WHERE_INSTEAD)
    if _CHOOSES.search(words) and not _ADDS.search(words):
        return Heard(CorrectionKind.TARGET)
    return Heard(CorrectionKind.AMEND)


def _warns(words: str) -> bool:
    """Whether words ask to wait and tell what is wrong: `wait, the bowl is full`."""
    match = _WAIT.match(words)
    if match is None or _PLACES.search(match["rest"]):
        return False
    return tells_what_is_wrong(match["rest"])


class CorrectionQueue:
    """Corrections waiting for the next control step; every method is safe from any thread.

    Args:
        frame: Whose left is meant where nobody's is named.
    """

    def __init__(self, *, frame: Frame = Frame.ROBOT) -> None:
        self._lock = threading.Lock()
        self._frame = frame
        self._last: Motion | None = None
        self._waiting: list[tuple[Correction, Heard]] = []

    def put(self, text: str, stamp_s: float) -> CorrectionKind:
        """Queue an utterance.

        Args:
            text: The words; must not be blank.
            stamp_s: When they were spoken, on the agent's clock.

        Returns:
            What they were understood to ask for.

        Raises:
            ValueError: If there are no words.
        """
        if not text.strip():
            raise ValueError("a correction needs words; got an empty text")
        with self._lock:
            heard = classify(text, last=self._last, frame=self._frame)
            self._last = heard.motion or self._last
            said = Correction(text.strip(), stamp_s, heard.kind, heard.motion)
            self._waiting.append((said, heard))
        return heard.kind

    def drain(self) -> list[tuple[Correction, Heard]]:
        """Return what was queued, in order, each with what it asks for; empty the queue."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting

    def forget(self) -> None:
        """Empty the queue and forget the last motion, for a new episode."""
        with self._lock:
            self._waiting, self._last = [], None
