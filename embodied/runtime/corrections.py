"""What people say while the agent moves: a queue for any thread, and what the words ask for."""

import re
import threading
from dataclasses import dataclass

from embodied.core.correction import Correction, CorrectionKind

_FILLER = (
    r"(?:please|now|right|there|here|it|that|this|all|everything|immediately|no|oh|ok|okay|hey|"
    r"robot|moving|going|at once|what you are doing|what you're doing|doing that|"
    r"for a (?:moment|second|minute)|a (?:moment|second|minute))"
)
_HALT = (
    r"(?:stop|halt|freeze|wait|abort|cancel|hold on|hold it|stand still|emergency stop|"
    r"don't move|do not move|that's enough|that is enough|forget it|forget that|never ?mind)"
)
_GAP = r"[\s,.!;:]*"

# Nothing but words of halting: the whole utterance asks for stillness.
_STOP_ONLY = re.compile(rf"(?:{_FILLER}{_GAP})*{_HALT}(?:{_GAP}(?:{_HALT}|{_FILLER}))*{_GAP}", re.I)
_FILLER_ONLY = re.compile(rf"(?:{_FILLER}{_GAP})+", re.I)
# A cry that goes on: "stop! you'll hit the vase". "stop the microwave" and "stop at the stairs"
# are no cries, since no pause follows the word.
_STOP_CRY = re.compile(
    rf"(?:{_FILLER}{_GAP})*(?:stop|halt|freeze|abort|don't move|do not move)\s*[,.!;:]", re.I
)

_DROP = (
    r"(?:forget (?:about )?(?:it|that|the [\w ]+?)|never ?mind(?: (?:it|that|the [\w ]+?))?|"
    r"scratch that|change of plans?|cancel (?:it|that)|stop (?:it|that|doing that))"
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


@dataclass(frozen=True)
class Heard:
    """What an utterance asks for.

    Attributes:
        kind: Stop, replace or amend. Motion and target corrections arrive as amendments, which
            a planner reads with the plan at hand.
        instruction: The new instruction in words, where the old one is replaced.
    """

    kind: CorrectionKind
    instruction: str = ""


def classify(text: str) -> Heard:
    """Tell stop and replace from everything else.

    Stopping wins where words can be read both ways: a halt too many costs a repeated sentence,
    one too few may cost the vase.

    Args:
        text: An utterance, as typed or transcribed.

    Returns:
        The kind, and the new instruction of a replacement.
    """
    words = text.strip().replace("’", "'")
    for pattern in (_DROP_THEN, _INSTEAD_THEN, _THEN_INSTEAD):
        match = pattern.fullmatch(words)
        if match and _STOP_ONLY.fullmatch(match["rest"]):
            return Heard(CorrectionKind.STOP)
        if match and not _FILLER_ONLY.fullmatch(match["rest"]):
            return Heard(CorrectionKind.REPLACE, match["rest"].strip())
    if _STOP_ONLY.fullmatch(words) or _STOP_CRY.match(words):
        return Heard(CorrectionKind.STOP)
    return Heard(CorrectionKind.AMEND)


class CorrectionQueue:
    """Corrections waiting for the next control step; every method is safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Correction, str]] = []

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
        heard = classify(text)
        with self._lock:
            correction = Correction(text=text.strip(), stamp_s=stamp_s, kind=heard.kind)
            self._waiting.append((correction, heard.instruction))
        return heard.kind

    def drain(self) -> list[tuple[Correction, str]]:
        """Return what was queued, in order, each with its new instruction; empty the queue."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting
