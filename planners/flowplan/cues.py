"""Contextual cues: what the words say of a thing beside its type."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from embodied.core.instruction import Instruction
from embodied.core.plan import ObjectRef, Subgoal
from planners.corrections.nouns import RELATION, nouns_of
from planners.flowplan.information import Cue

LOOKS = (
    "red green blue yellow white black brown grey gray orange purple pink silver golden gold beige "
    "dark light small large big little tall short long round square wooden metal glass plastic "
    "dirty clean empty left right middle top bottom"
)
"""Words before a noun that tell one thing from another."""
_LOOKS = frozenset(LOOKS.split())


def cues_in(instruction: Instruction, types: Iterable[str]) -> tuple[Cue, ...]:
    """Find what the words say of things of these types: colours, sizes, where they stand.

    A rule that reads noun phrases; of several mentions of a type each adds what it says, the first
    place that is said stands.

    Args:
        instruction: Goal and steps.
        types: Types in the plan.
    """
    sentences = [instruction.text, *instruction.steps]
    named = tuple(dict.fromkeys(types))
    found = []
    for name in named:
        looks: dict[str, None] = {}
        relation = ""
        for sentence in sentences:
            for match in _mentions(name, sentence.lower()):
                words = [word for word in match["before"].split() if word in _LOOKS]
                looks.update(dict.fromkeys(words))
                where = (match["where"] or "").strip(" .,")
                # "look at the mug by the lamp" says what to do with it, not where it stands
                relation = relation or ("" if _ends_in(where, named) else where)
        if looks or relation:
            found.append(Cue(about=name, attributes=tuple(looks), relation=relation))
    return tuple(found)


def _ends_in(where: str, types: Iterable[str]) -> bool:
    """Whether a place is said by something that the plan itself is about."""
    last = where.rpartition(" ")[2]
    return any(noun.rpartition(" ")[2] == last for name in types for noun in nouns_of(name))


def _mentions(name: str, sentence: str) -> Iterable[re.Match[str]]:
    nouns = "|".join(re.escape(noun) for noun in nouns_of(name))
    return re.finditer(
        rf"\b(?P<before>(?:[a-z]+ ){{0,2}})(?:{nouns})\b(?:\s+(?:that is |which is )?"
        rf"(?P<where>{_SHORT}))?",
        sentence,
    )


# A relation ends with its noun: a greedy one would swallow the rest of the sentence.
_SHORT = RELATION.replace(r"[\w ]+", r"(?:the |a |an )?\w+")


def with_cues(subgoals: Sequence[Subgoal], cues: Sequence[Cue]) -> tuple[Subgoal, ...]:
    """Return subgoals whose references carry the cues of their types.

    Args:
        subgoals: A plan.
        cues: What is said of types; of several for one type, the first that says where it stands.
    """
    by_type: dict[str, Cue] = {}
    for cue in cues:
        known = by_type.get(cue.about)
        if known is None:
            by_type[cue.about] = cue
        else:
            words = tuple(dict.fromkeys((*known.attributes, *cue.attributes)))
            relation = known.relation or cue.relation
            by_type[cue.about] = Cue(about=cue.about, attributes=words, relation=relation)
    return tuple(_told(subgoal, by_type) for subgoal in subgoals)


def _told(subgoal: Subgoal, by_type: dict[str, Cue]) -> Subgoal:
    arguments = dict(subgoal.arguments)
    for name, value in subgoal.arguments.items():
        if isinstance(value, ObjectRef) and (cue := by_type.get(value.category)):
            words = tuple(dict.fromkeys((*value.attributes, *cue.attributes)))
            arguments[name] = replace(
                value, attributes=words, relation=value.relation or cue.relation
            )
    return replace(subgoal, arguments=arguments)
