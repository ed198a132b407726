"""Turning, tilting and stepping: what words say about the body itself."""

from collections.abc import Mapping

from planners.parsed.clauses import Clause
from planners.parsed.meaning import Deed, amount_of
from planners.parsed.refusals import Question, Refused

MOTIONS: Mapping[str, str] = {
    "left": "turn",
    "right": "turn",
    "around": "turn",
    "up": "tilt",
    "down": "tilt",
}
"""Direction to the skill that turns the view there."""
STEPS: Mapping[str, str] = {
    "left": "left",
    "right": "right",
    "forward": "forward",
    "back": "back",
    "up": "forward",
    "around": "back",
}
"""Direction that was said to the one that is stepped in."""
MOST_TIMES = 20
"""Turns or steps that one sentence may ask for: more is rather misheard."""
TILTED_BY_VERB: Mapping[str, str] = {"lower": "down", "raise": "up", "lift": "up"}


def motion(clause: Clause, skill: str) -> list[Deed]:
    """Return a turn of the body or a tilt of the camera.

    Raises:
        Refused: If it is to be done to a thing.
    """
    if any(ref.thing and ref.thing.types for ref in clause.objects):
        raise Refused("I can not do that to a thing.", alternative="I can turn and look myself.")
    amount = amount_of(clause, length=False)
    return [Deed(skill, direction=clause.direction, amount=amount, times=_times(clause))]


def tilt(clause: Clause) -> list[Deed]:
    """Return a tilt of the camera; some verbs say which way by themselves.

    Raises:
        Question: If it is not said which way.
    """
    first = clause.verb.split()[0]
    stem = next((v for v in TILTED_BY_VERB if first.startswith(v.removesuffix("e"))), "")
    clause.direction = clause.direction or TILTED_BY_VERB.get(stem, "")
    if not clause.direction:
        raise Question("Should I tilt the camera up or down?")
    return motion(clause, MOTIONS.get(clause.direction, "tilt"))


def step(clause: Clause) -> list[Deed]:
    """Return a step without turning; forward where no way is said.

    Raises:
        Refused: If it is a posture.
    """
    if clause.verb.startswith("stand"):
        raise Refused("I can not stand up or sit down.", alternative="I can step, turn and look.")
    backing = bool({"back", "away"} & {*clause.text.split(), *clause.particles})
    backing = backing or clause.verb.startswith("retreat")
    way = STEPS.get(clause.direction or ("back" if backing else "forward"), "forward")
    amount = amount_of(clause, length=True)
    return [Deed("move", direction=way, amount=amount, times=_times(clause))]


def _times(clause: Clause) -> int:
    if clause.times > MOST_TIMES:
        asked = f"Really {clause.times} times? I turn or step {MOST_TIMES} times at most."
        raise Question(asked, certain=True)
    return clause.times
