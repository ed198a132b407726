"""Corrections in words, read as changes to the plan at hand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from planners.corrections import amounts, besides, instead, otherwise, which
from planners.corrections.changes import Change, Kind, Reader
from planners.corrections.nouns import known_types
from planners.corrections.plainly import plainly, without_lead
from planners.wanted import wanted

_REJECTS = re.compile(r"^\s*(?:no|nope|not)\b|\bwrong\b", re.I)


def understand(text: str, plan: Sequence[Subgoal], skills: Sequence[SkillSpec]) -> Change | None:
    """Read a correction as a change to the rest of a plan.

    Rules, not a model: corrections are short and of few forms, they must act at the next step, and
    what no rule reads is left to the planner or reported as not understood.

    Args:
        text: What was said.
        plan: What is still ahead.
        skills: What the embodiment declares.

    Returns:
        The change, or None where the words were not understood.
    """
    types = known_types(skills)
    words = plainly(text, types)
    declared = {spec.name for spec in skills}
    readers = [each for each in _READERS if each not in _TAKES or _TAKES[each] in declared]
    # "don't put it there, put it here": what is left when what is not wanted is taken out
    for said in dict.fromkeys((words, without_lead(wanted(words)))):
        for reader in readers if said else ():
            change = reader(said, plan, types)
            if change is not None:
                change = _in_its_role(change, plan, skills)
                return replace(change, rejects=change.rejects or _REJECTS.search(text) is not None)
    return None


def _in_its_role(change: Change, plan: Sequence[Subgoal], skills: Sequence[SkillSpec]) -> Change:
    """A thing named by itself takes the place of what the plan's skills would take it for.

    "No, the counter" is where things are to go, "no, the floor lamp" another lamp.
    """
    if change.kind is not Kind.OTHER_OBJECT or change.instead_of or change.thing is None:
        return change
    specs = {spec.name: spec for spec in skills}
    fitting: dict[str, ObjectRef] = {}
    for subgoal in plan:
        for argument, value in subgoal.arguments.items():
            spec = specs.get(subgoal.skill)
            types = spec.categories.get(argument) if spec else None
            if isinstance(value, ObjectRef) and (types is None or change.thing.category in types):
                fitting.setdefault(argument, value)
    if not fitting or "object" in fitting:
        return change
    if "receptacle" in fitting:
        return Change(Kind.OTHER_PLACE, change.thing)
    return replace(change, instead_of=next(iter(fitting.values())))


_READERS: tuple[Reader, ...] = (
    *amounts.READERS,
    *otherwise.READERS,
    *besides.READERS,
    *otherwise.WITHOUT,
    which.whereabouts,
    which.wrong,
    *instead.READERS,
    besides.asked,
)
"""In the order in which they are asked: whoever reads the words first is believed."""
_TAKES: Mapping[Reader, str] = {besides.seen_from_it: "turn"}
"""Readers to the skill without which they are of no use."""
