"""Which half is believed where the learned one and the grammar read words differently."""

import re

from embodied.core.task import LOOK_IN_LIGHT, PICK_WITH_MOVABLE
from embodied.core.task_plans import KNIVES, LAMPS
from planners.parsed.beyond import BEYOND, CHANGES, SURE, placements, skills_of
from planners.parsed.refusals import UNABLE
from planners.parsed.understanding import FOREIGN, Understanding, categories_of
from planners.parsed.words import load

CLEAR = -0.9
"""Evidence from which on the learned half is believed against a grammar that read two errands."""
PLAIN = -0.3
"""Evidence from which on it is believed where the grammar read walking or switching as well."""
DOUBTFUL = -2.0
"""Evidence below which the grammar may be believed where the two read different tasks."""
OBVIOUS = -0.15
"""Evidence from which on no objection of the grammar counts, where people asked just this."""
LOST = 0.12
"""Confidence below which the learned half is not believed where the grammar refuses."""
UNSURE = 0.35
"""Confidence below which it may."""
DEEDS_APART = frozenset({"open", "close", "turn", "tilt", "move"})
"""Skills that the words must name to be asked for, so that there is no mistaking them."""
_ONLY_IT = re.compile(r"^(?:please )?[a-z]+ (?:it|them|this|that)\b(?!.*\b(?:the|a|an|my)\b)", re.I)
"""Words that name nothing before `it`, nor after."""


def reads_commands(told: Understanding) -> bool:
    """Return whether the grammar's reading is believed rather than the learned one."""
    command, reading = told.command, told.reading
    if command is None or not command.subgoals or told.with_steps:
        return False
    if not command.unread and any(asks_beyond(told) for asks_beyond in BEYOND):
        return True
    doubtful = reading.evidence < DOUBTFUL and reading.confidence < UNSURE
    if told.amounts_to is not None:
        if _left_in_hand(told):
            return True
        if not told.expressible:
            return reading.evidence < CLEAR or not _knows_thing(told)
        return doubtful and not command.unread and not told.agrees
    skills = set(skills_of(told))
    if "pick" in skills and "place" not in skills and _lights(told):
        return False
    if DEEDS_APART & skills or skills == {"pick"}:
        return True
    if "place" in skills and {"look", "toggle"} & skills:
        return True
    if FOREIGN & skills:
        return reading.evidence < PLAIN or not reading.seen
    return doubtful or (reading.evidence < CLEAR and _asks_several_errands(told))


def is_open(told: Understanding) -> bool:
    """Return whether to ask: the grammar would, and the learned half is not sure either."""
    if told.question is None or told.with_steps:
        return False
    if told.question.known and told.reading.evidence < CLEAR:
        return True
    enough = SURE if told.question.known else UNSURE
    return told.question.certain or told.reading.confidence < enough


def is_made_up(told: Understanding) -> bool:
    """Return whether no word names what the learned task is about, and neither half is sure."""
    if told.amounts_to is not None or told.with_steps:
        return False
    named = load().says(told.text, told.reading.task.object, by_any_name=True)
    parent = told.reading.task.parent
    if named and parent and told.refusal is not None and told.refusal.raw in told.heard:
        # "put the keys by the door": no word says the place, and one says another; where it is
        # no word at all ("the sinc") it may be a slip of the keys
        placed = load().says(told.text, parent, by_any_name=True)
        return not placed and told.reading.confidence < SURE
    if named:
        return False
    return told.reading.confidence < SURE or _ONLY_IT.search(told.text) is not None


def is_lost(told: Understanding) -> bool:
    """Return whether neither half made sense of the words, or a verb is of no skill's."""
    if told.refusal is None:
        return False
    unable = told.refusal.kind == UNABLE
    return unable or told.reading.confidence < LOST or _light_unsaid(told)


def is_plain(told: Understanding) -> bool:
    """Return whether the learned half is so sure that what the grammar objects to was misread.

    Steps say the task a second time, so that less is asked of them.
    """
    if told.with_steps:
        return told.reading.confidence >= UNSURE
    if _light_unsaid(told):
        return False
    return told.reading.evidence > OBVIOUS and told.reading.seen > 0


def _asks_several_errands(told: Understanding) -> bool:
    """More is asked than one task has: things to several places, or several changes."""
    skills = skills_of(told)
    brought = {pair for pair in placements(told) if pair[0] not in KNIVES}
    if not brought and "slice" in skills and skills[-1] == "place":
        return True  # it is said where the knife goes
    vessels = {thing for thing, _ in brought} & {place for _, place in brought}
    places = {place for _, place in brought} - vessels
    if "place" not in skills:
        return told.reading.confidence < SURE
    if len(CHANGES & set(skills)) > 1 and told.reading.evidence < DOUBTFUL:
        return True
    if told.reading.task.task_type == PICK_WITH_MOVABLE:
        return len(places) > 1 and not vessels and told.reading.confidence < SURE
    return len(brought) > 1 and not vessels


def _knows_thing(told: Understanding) -> bool:
    """Whether the learned task is about what the grammar read, wherever it is to go."""
    return bool(told.hints) and told.reading.task.object in told.hints[1]


def _left_in_hand(told: Understanding) -> bool:
    """Whether something is taken up last, after something else was put down."""
    skills = skills_of(told)
    return skills[-1] == "pick" and "place" in skills


def _light_unsaid(told: Understanding) -> bool:
    """Whether something is to be looked at by a light that the words do not name."""
    named = any(load().says(told.text, lamp, by_any_name=True) for lamp in LAMPS)
    return told.reading.task.task_type == LOOK_IN_LIGHT and not (named or told.with_steps)


def _lights(told: Understanding) -> bool:
    """Whether a light is switched on, and nothing else is done to anything but picking up."""
    rest = [step for step in told.told.subgoals if step.skill != "pick"]
    switched = (*LAMPS, "LightSwitch")
    return bool(rest) and all(
        step.skill == "toggle" and categories_of(step)[0] in switched for step in rest
    )
