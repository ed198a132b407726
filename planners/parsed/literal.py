"""A person's own words against what annotators meant by them.

The learned half reads as ALFRED's annotators wrote: a `tv stand` there is a Dresser, a `knife`
either knife. Whoever speaks in a room of their own and names a type by its name means that type;
where there is none, a search in vain leads to what else is called so
(`planners/corrections/progress.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from embodied.core.skills import SkillSpec
from embodied.core.task import PICK_AND_PLACE, PICK_TWO, PICK_WITH_MOVABLE, Task
from embodied.core.task_plans import DEVICES
from planners.parsed.meaning import NEAR
from planners.parsed.understanding import Understanding
from planners.parsed.words import Words, load

SURE = 0.8
"""Confidence from which on what annotators called so is believed before the grammar's names."""
_SEVERAL = re.compile(
    r"\b(?:two|both|pair|couple|another|other|second|all|several|some|more|of them|each|every|"
    r"set)\b"
)
FIELDS = ("object", "mrecep", "parent")


def literal(understanding: Understanding, skills: Sequence[SkillSpec]) -> Task:
    """Return the learned task with what the words say outright: types by their own names.

    Args:
        understanding: What was made of the words.
        skills: What the embodiment declares; a place that does not take the object is not meant.
    """
    task, words = understanding.reading.task, load()
    if understanding.with_steps:
        return task  # steps say what is meant a second time, and are read by the learned half alone
    text = " ".join(re.findall(r"[a-z]+", understanding.text.lower()))
    read = understanding.amounts_to
    plain = read is not None and read.task_type == PICK_AND_PLACE
    if task.task_type in DEVICES:
        # Nothing in the words asks for heat, cold or water, nor goes by what gives them.
        skill, device = DEVICES[task.task_type]
        unsaid = understanding.reading.confidence < SURE and not words.asks_for(text, skill)
        by = task.parent != device and _goes_by(understanding, device)
        if (plain or unsaid) and not by:
            task = replace(task, task_type=PICK_AND_PLACE)
    if plain and task.task_type == PICK_WITH_MOVABLE and _comes_from(understanding, task.mrecep):
        task = replace(task, task_type=PICK_AND_PLACE, mrecep="")
    several = _SEVERAL.search(text) is not None or words.says_several(text, task.object)
    if read is not None and (read.task_type, task.task_type) == (PICK_AND_PLACE, PICK_TWO):
        task = task if several else replace(task, task_type=PICK_AND_PLACE)
    if read is not None and read.task_type == task.task_type:
        for field in FIELDS:
            value = getattr(read, field)
            if value and words.says(text, value):
                task = _fitting(replace(task, **{field: value}), task, skills)
    if read is not None and any(clause.intent == "trash" for clause in understanding.clauses):
        return replace(task, parent=read.parent)  # said by the verb
    if task.parent and not words.says(text, task.parent, by_any_name=True):
        unsure = understanding.reading.confidence < SURE
        last = _last_place(text, words) or (read.parent if read and unsure else "")
        task = _fitting(replace(task, parent=last or task.parent), task, skills)
    if read is not None and read.task_type == task.task_type:
        # what annotators called so may be no place for the thing, where the words' own place is
        return _fitting(task, read, skills)
    return task


def _goes_by(understanding: Understanding, type_name: str) -> bool:
    """Whether something is to be put into or onto a type, be it only for a while."""
    goals = [ref for clause in understanding.clauses for ref in clause.goals]
    return any(ref.thing and type_name in ref.thing.types and ref.led_by not in NEAR
               for ref in goals)  # fmt: skip


def _comes_from(understanding: Understanding, type_name: str) -> bool:
    """Whether something is taken out of a type, and nothing is said to go into it."""
    sources = [ref for clause in understanding.clauses for ref in clause.sources]
    taken = any(ref.thing and type_name in ref.thing.types for ref in sources)
    return taken and not _goes_by(understanding, type_name)


def _last_place(text: str, words: Words) -> str:
    """The type by whose own name a text ends: `a hot potato on the shelf`."""
    for type_name, name in words.names.items():
        if re.search(rf"\b(?:in|on|into|onto|inside)(?: the| a| an)? {name}$", text):
            return type_name
    return ""


def fits(task: Task, skills: Sequence[SkillSpec]) -> bool:
    """Return whether a task's places take its things."""
    place = next((skill for skill in skills if skill.name == "place"), None)
    if place is None or not place.fits:
        return True
    held = task.mrecep or task.object
    pairs = [(held, task.parent)] + ([(task.object, task.mrecep)] if task.mrecep else [])
    return all(not where or what in place.fits.get(where, ()) for what, where in pairs)


def _fitting(task: Task, but: Task, skills: Sequence[SkillSpec]) -> Task:
    """The task, or the other one where its places do not take its things."""
    return task if fits(task, skills) else but
