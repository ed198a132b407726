"""Corrections in words, read as changes to the plan at hand."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from embodied.core.task_plans import ANOTHER
from embodied.language.wishes import as_deeds
from planners.corrections import amounts, steps, which
from planners.corrections.changes import Change, Kind
from planners.corrections.colours import COLOURS
from planners.corrections.nouns import known_types, read_thing
from planners.corrections.steps import types_of
from planners.supports import supports_of, where_is
from planners.wanted import wanted

_LEAD = re.compile(
    r"^(?:(?:no(?! need)|nope|wait|actually|sorry|please|hey|robot|oh|i meant|i mean|well|ok|"
    r"maybe|perhaps|"
    r"okay|hm+|um+|uh+|hang on|you know what|i(?:'ve| have)? changed my mind|change of plans?|"
    r"on second thoughts?|what are you doing|where are you going|could you|can you|would you|"
    r"i(?:'d| would) rather(?: you)?|"
    r"i (?:said|told you(?: to)?|asked(?: you)?(?: for| to)?|want(?:ed)?(?: you)?(?: to)?))\b"
    r"[\s,.!?;:]*)+"
)
_TAIL = re.compile(
    r"(?:[\s,]+(?:please|thanks|thank you|now|okay|ok|will you|would you|i mean|i meant|rather|"
    r"after all|already|(?:right |just )now|at once|immediately|(?:straight|right) away|"
    r"while you(?:'re| are) (?:there|at it|on it)|on (?:the|your) way|"
    r"in the meantime))+$"
)
_REJECTS = re.compile(r"^\s*(?:no|nope|not)\b|\bwrong\b", re.I)
_NOT_BUT = re.compile(
    r"^not (?P<wrong>(?:(?:in|on|to|into|onto) )?(?:the|that|this|a|an|my) [^,;]+?)"
    r"[\s,;]+(?:but |rather |instead )?"
    r"(?P<right>(?:the|a|an|that|this|another|in|on)\s.+)$"
)
_RIGHT_NOT = re.compile(r"^(?P<right>.+?)[\s,;]+not (?P<wrong>.+)$")
_INTO = re.compile(r"^(?:in|on|to|into|onto)\s+")
_BIN = re.compile(
    r"^(?:throw (?:it|that|this|them)(?: (?:away|out))?|(?:bin|trash) (?:it|that|this|them))"
    r"(?P<rest>(?: (?:in|into) .+)?)$"
)
_BARE_COLOUR = re.compile(
    rf"^(?P<look>{'|'.join(sorted(COLOURS))})(?:[\s,]+not (?:the )?[a-z]+(?: one)?)?$"
)
_SIDES_AND_SIZES = frozenset(
    ["left", "right", "top", "bottom", "middle", "big", "small", "large", "little", ANOTHER]
)
_GOES = re.compile(r"\b(?:to|into|onto|back)\b")
_INSIDE = re.compile(r"\b(?:in|on|into|onto|inside)\b")
_NOT_IN_IT = re.compile(r"^not (?:in|on|into|onto) (?:it|there|that)[\s,;]+(?:but |rather )?")
_REWORDED = (
    # "there is no apple, take the tomato", "the fridge is full, use the counter"
    (re.compile(r"^(?:there(?:'s| is) no [a-z ]+|"
                r"(?:i|we) (?:don't|do not) have (?:an?|any) [a-z ]+|"
                r"(?:the|that|this|my) [a-z ]+? (?:is|'s) (?:broken|full|dirty|taken|locked|"
                r"empty|occupied|gone|too [a-z]+|not [a-z]+))[\s,;.]+(?:so |please |and )*"
                r"(?=(?:take|use|get|bring|put|try|grab|pick)\b)"), ""),
    (re.compile(r"^(?:let's|let us) (?:do|use|take|have|try|get|go (?:with|for)) "
                r"(?=(?:the|a|an|my|that|another)\b)"), ""),
    # "make it the counter", "how about a bowl", "rather the counter"
    (re.compile(r"^(?:make (?:it|that)|change (?:it|that) to|let's (?:use|take)|rather|preferably|"
                r"(?:how|what) about|better) (?=(?:the|a|an|my|that|another)\b)"), ""),
    (re.compile(r"^((?:the|a|an|my|that|another) .+?) (?:is|was|would be|will be|might be) "
                r"(?:better|nicer|even better|more suitable|right|fine)$"), r"\1"),
    (re.compile(r"^(?:change|replace|swap|exchange) (the .+?) (?:to|with|for|by) "
                r"((?:the|a|an) .+)$"), r"\2, not \1"),
    (re.compile(r"^((?:the|a|an|my|that) [a-z ]+?) (?:instead of|rather than|in place of) "
                r"((?:the|a|an|my|that) [a-z ]+)$"), r"\1, not \2"),
    # "swap it for a bowl", "I prefer the bowl", "can it go on the counter?"
    (re.compile(r"^(?:swap|replace|exchange|change) (?:it|that|this) (?:for|with|by) "
                r"(?=(?:the|a|an)\b)|^i (?:prefer|would prefer|'d prefer) (?=(?:the|a|an|my)\b)"),
     ""),
    (re.compile(r"^(?:can|could|should|does) (?:it|that|this)(?:n't)? (?:not )?(?:go|be|stand) "
                r"(?=(?:in|on|into|onto|next to)\b)"), "put it "),
)  # fmt: skip
"""The same thing said in more words."""
_TO_THE_BIN = "in the garbage can"
_PLACE = re.compile(
    r"^(?:(?:put|place|bring|set|leave|drop|take|move|stack)\s+(?P<what>.+?)\s+)?"
    r"(?:in|on|onto|into|to|inside|at)\s+(?P<where>(?:the|a|an|that|this|my|another)\s+.+?)(?:\s+instead)?$"
)
_BESIDE = re.compile(
    r"^(?:(?:put|place|bring|set|leave|drop|take|move|stack)\s+(?P<what>.+?)\s+)?(?:right )?"
    r"(?:next to|beside|near|close to|by)\s+"
    r"(?P<beside>(?:the|a|an|that|this|my|another)\s+.+?)(?:\s+instead)?$"
)
_THING = re.compile(
    r"^(?:(?:take|get|use|pick up|pick|bring|bring me|grab|fetch)\s+)?"
    r"(?P<thing>(?:the|a|an|that|this|another)\s+.+?)(?:\s+instead)?$"
)
_RELATIONS = {
    "in": r"in|into|inside",
    "on": r"on|onto|on top of",
    "next to": r"next to|beside|near|by|against",
    "left of": r"(?:to the |on the )?left of",
    "right of": r"(?:to the |on the )?right of",
    "behind": r"behind",
    "in front of": r"in front of",
}
_PLACED = re.compile(
    r"^(?:(?:put|place|set|leave|drop|move|push|stack)\s+(?P<what>.+?)\s+)?(?P<how>"
    + "|".join(f"(?:{pattern})" for pattern in _RELATIONS.values())
    + r")\s+(?P<where>it|(?:the|a|an|that|this|my|another)\s+.+?)(?:\s+instead)?$"
)


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
    words = " ".join(text.lower().replace("’", "'").split()).strip(" .!?")
    words = _TAIL.sub("", words)
    if (deeds := as_deeds(words)) != words:
        # what a thing is to be like is seen to before it goes anywhere
        words = deeds if deeds.startswith("put ") else f"first {deeds}"
    words = _LEAD.sub("", words).strip(" ,.;:")
    for pattern, meant in _REWORDED:
        words = pattern.sub(meant, words)
    words = _BIN.sub(lambda said: f"put it {said['rest'].strip() or _TO_THE_BIN}", words)
    types = known_types(skills)
    words = _BARE_COLOUR.sub(r"the \g<look> one", _NOT_IN_IT.sub("", words))
    if _is_bare_noun(words, types):
        words = f"the {words}"
    declared = {spec.name for spec in skills}
    readers = [each for each in _READERS if each not in _TAKES or _TAKES[each] in declared]
    # "don't put it there, put it here": what is left when what is not wanted is taken out
    for said in dict.fromkeys((words, _LEAD.sub("", wanted(words)))):
        for reader in readers if said else ():
            change = reader(said, plan, types)
            if change is not None:
                change = _in_its_role(change, plan, skills)
                return replace(change, rejects=change.rejects or _REJECTS.search(text) is not None)
    return None


def _is_bare_noun(words: str, types: frozenset[str]) -> bool:
    """Whether words are a noun and its colours, without an article: `blue block`."""
    bare = re.fullmatch(r"(?:(?!(?:the|a|an|and|also|then|my)\b)[a-z-]+ ?){1,3}", words)
    thing = read_thing(words, types) if bare else None
    if thing is None or not (COLOURS | _SIDES_AND_SIZES).issuperset(thing.attributes):
        return False
    return not thing.relation and words.split()[-1] not in ("left", "right", "light")


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


def _not_but(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    for pattern in (_NOT_BUT, _RIGHT_NOT):
        match = pattern.match(words)
        if match is None:
            continue
        right, wrong = match["right"], match["wrong"]
        for reader in (_placed, _place, which.one) if _INTO.match(right) else (which.one,):
            detail = reader(right, plan, types)
            if detail is not None:
                return detail
        prefer = types_of(plan)
        meant = read_thing(_INTO.sub("", right), types, prefer=prefer)
        not_meant = read_thing(_INTO.sub("", wrong), types, prefer=prefer)
        if meant is not None and not_meant is not None:
            kind = _role(not_meant.category, plan)
            return Change(kind, meant, instead_of=not_meant)
        if meant is not None:
            return _thing(f"the {right.removeprefix('the ')}", plan, types)
    return None


def _role(category: str, plan: Sequence[Subgoal]) -> Kind:
    for subgoal in plan:
        value = subgoal.arguments.get("receptacle")
        if isinstance(value, ObjectRef) and value.category == category:
            return Kind.OTHER_PLACE
    return Kind.OTHER_OBJECT


def _place(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    match = _PLACE.match(words)
    if match is None:
        return None
    prefer = types_of(plan)
    if words.startswith("take") and not _GOES.search(words):
        return None  # "take the mug in the cabinet" is which mug
    where = read_thing(match["where"], types, prefer=prefer)
    if where and where.category in prefer and spoken(where.category).split()[-1] not in words:
        # "on the table", while it goes to a desk, is a table
        where = read_thing(match["where"], types, avoid=(where.category,))
    where = where or _one_of_those(match["where"], "in", plan)
    if where is None:
        return None
    what = read_thing(match["what"], types, prefer=prefer) if match["what"] else None
    if what is not None and plan and what.category not in prefer:
        return Change(Kind.ALSO, text=words)  # "put the knife in the drawer", of no knife ahead
    return Change(Kind.OTHER_PLACE, where, what and ObjectRef("", phrase=what.category))


def _placed(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """Another place with how a thing is to be there, for skills that tell such things apart."""
    if not any("relation" in subgoal.arguments for subgoal in plan):
        return None
    words = re.sub(r"[\s,]+not (?:in|on|next to|left|right|behind|the)\b.*$", "", words)
    match = _PLACED.match(words)
    if match is None:
        return None
    relation = next(
        name for name, pattern in _RELATIONS.items() if re.fullmatch(pattern, match["how"])
    )
    where = read_thing(match["where"], types, prefer=types_of(plan))
    if match["where"] == "it":
        values = (step.arguments.get("receptacle") for step in plan if step.skill == "place")
        where = next((value for value in values if isinstance(value, ObjectRef)), None)
    where = where or _one_of_those(match["where"], relation, plan)
    if where is None:
        return None
    return Change(Kind.OTHER_PLACE, where, relation=relation)


def _one_of_those(words: str, relation: str, plan: Sequence[Subgoal]) -> ObjectRef | None:
    """`on the green one` is a thing like the one at hand, `in the green one` a place like its."""
    match = re.fullmatch(r"the (?P<looks>(?:[a-z]+ )+)one", words)
    role = "receptacle" if relation == "in" else "object"
    values = (subgoal.arguments.get(role) for subgoal in plan)
    like = next((value for value in values if isinstance(value, ObjectRef)), None)
    if match is None or like is None:
        return None
    looks = tuple(which.OTHERS.get(word, word) for word in match["looks"].split())
    return ObjectRef(like.category, looks, phrase=words)


def _beside(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """Next to something is on what that stands on."""
    match = _BESIDE.match(words)
    mark = match and read_thing(match["beside"], types)
    if not match or not mark or _INSIDE.search(match["what"] or ""):
        return None
    what = match["what"] and read_thing(match["what"], types, prefer=types_of(plan))
    for kind in supports_of(mark.category):
        if kind in types:
            where = ObjectRef(kind, (), where_is(spoken(mark.category)))
            return Change(
                Kind.OTHER_PLACE, where, ObjectRef("", phrase=what.category) if what else None
            )
    return None


def _thing(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    match = _THING.match(words)
    if match is None:
        return None
    named = types_of(plan)
    thing = read_thing(match["thing"], types, prefer=named)
    if thing is None:
        return None
    if thing.category in named:
        return Change(Kind.DETAIL, thing) if thing.attributes or thing.relation else None
    return Change(Kind.OTHER_OBJECT, thing)


Reader = Callable[[str, Sequence[Subgoal], frozenset[str]], Change | None]
_READERS: tuple[Reader, ...] = (
    *amounts.READERS,
    *steps.READERS,
    which.whereabouts,
    which.wrong,
    _placed,
    _not_but,
    which.one,
    _beside,
    _place,
    _thing,
    steps.asked,
)
_TAKES: Mapping[Reader, str] = {steps.seen_from_it: "turn"}
"""Readers to the skill without which they are of no use."""
