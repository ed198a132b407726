"""From tags to clauses: one thing to do each, with what it is done to, whereto and how far."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from planners.parsed.tagging import Tag, Thing

LINKS = {"is", "are", "has", "have", "been", "be", "should", "gets", "was", "were", "needs", "get"}
"""Words between a thing and what is done to it: "once the tomato is sliced"."""
STANDS = {"is", "are"}
AS_IT_IS = {"open", "closed", "on", "off"}
"""What after `is` says how something stands, and asks for nothing."""
BELONGS = {"belongs", "belong", "goes"}
TWO_SIDED = {"between", "among"}
"""Words that lead to a place with things on more than one side."""
IGNORED = {"asking", "polite", "here"}


@dataclass(frozen=True)
class Ref:
    """Something mentioned in a clause.

    Attributes:
        thing: What was said of it; None where only a place was pointed at ("in there").
        pronoun: Whether it stands for something mentioned before.
        led_by: The words before it: `in`, `from`, `under`.
        contents: What is said to be in it: "the bowl with the apple in it".
    """

    thing: Thing | None = None
    pronoun: bool = False
    led_by: str = ""
    contents: Thing | None = None

    @property
    def one_more(self) -> bool:
        """Whether it is one more of its kind: `another`, `one here and one there`."""
        return self.thing is not None and (self.thing.other or self.thing.phrase == "one")


@dataclass
class Clause:
    """One thing to do.

    Attributes:
        intent: What the verb asks for; a row of the grammar's verbs, or `none`.
        text: The words.
        verb: The verb's words.
        objects: What it is done to.
        goals: Whereto, under what, next to what.
        sources: From where.
        tool: What with.
        direction: `left right around up down forward back`, or nothing.
        amount: Number and unit, where they were said.
        times: How often.
        particles: Small words left over: `on`, `off`, `in`, `away`, `back`.
        unknown: Words in no table.
        order: `earlier` or `later` where the words say so.
        here: Whether it is to be brought to the speaker.
    """

    intent: str = ""
    text: str = ""
    verb: str = ""
    objects: list[Ref] = field(default_factory=list)
    goals: list[Ref] = field(default_factory=list)
    sources: list[Ref] = field(default_factory=list)
    tool: Ref | None = None
    direction: str = ""
    amount: tuple[float, str] | None = None
    times: int = 1
    particles: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    order: str = ""
    here: bool = False


@dataclass
class _Segment:
    verb: Tag | None = None
    tags: list[Tag] = field(default_factory=list)
    order: str = ""
    after_stop: bool = False
    passive: bool = False


def _segments(tags: Sequence[Tag]) -> list[_Segment]:
    found = [_Segment()]
    for index, tag in enumerate(tags):
        now = found[-1]
        if tag.kind in ("stop", "joint"):
            if now.verb or now.tags or now.order:
                found.append(_Segment(after_stop=tag.kind == "stop" and tag.text in ".;!?"))
        elif tag.kind in ("earlier", "later"):
            if now.verb or now.tags:
                now = _Segment()
                found.append(now)
            now.order = tag.kind
        elif tag.kind in ("verb", "none"):
            _start(found, tag, tags[index - 1] if index else None)
        else:
            now.tags.append(tag)
    return [each for each in found if each.verb or each.tags]


def _start(found: list[_Segment], tag: Tag, before: Tag | None) -> None:
    now = found[-1]
    things = [t for t in now.tags if t.thing]
    awaited = now.order == "earlier" and not tag.inflected
    if now.verb is None and things and awaited and before is not None and before.kind == "thing":
        # "once you have the mug put it down": what is had was taken, and a new clause begins
        found.append(_Segment(verb=tag))
        return
    if now.verb is None and before is not None and before.text in STANDS and tag.text in AS_IT_IS:
        now.tags.append(Tag("word", text=tag.text))
        return
    if now.verb is None and things:
        now.verb, now.passive = tag, True
        return
    if now.verb is None:
        now.verb = tag
        return
    # "bring the book over to sit on": a verb that follows a preposition or thing opens a clause
    if before is not None and before.text in LINKS:
        now.tags.append(Tag("word", text=tag.text))
        return
    found.append(_Segment(verb=tag))


def clauses_of(tags: Sequence[Tag]) -> list[Clause]:
    """Return the clauses of a sentence in the order of its words."""
    found: list[Clause] = []
    order = ""
    for segment in _segments(tags):
        order = segment.order or ""
        if segment.verb is None and found and not segment.after_stop:
            more = _continued(found[-1], segment)
            if more is None:
                continue
            found.append(replace(more, order=order))
        else:
            clause = _filled(Clause(order=order), segment)
            found.append(clause)
    return [each for each in found if each.intent or each.objects or each.unknown]


def _continued(last: Clause, segment: _Segment) -> Clause | None:
    """Read a segment without a verb: more of the clause before, or the same verb once more."""
    said = _filled(Clause(), segment)
    if last.objects and "both" in said.text and all(ref.pronoun for ref in said.objects):
        last.objects = [_twice(ref) for ref in last.objects]
        return None
    if last.tool is None and not said.goals and said.objects and not said.direction:
        into = last.goals if last.goals and last.intent in ("go", "find") else last.objects
        if last.goals and last.goals[-1].led_by in TWO_SIDED:
            last.goals += [replace(ref, led_by=last.goals[-1].led_by) for ref in said.objects]
            return None
        if last.goals and last.intent not in ("go", "find"):
            # "put the pen and the pencil in the box" ended already: a new object of the same verb
            fresh = Clause(intent=last.intent, verb=last.verb, text=last.text)
            fresh.objects, fresh.goals = said.objects, list(last.goals)
            if any(ref.thing and ref.thing.types for ref in said.objects):
                return fresh
            return None
        into += said.objects
        last.unknown += said.unknown
        last.particles += said.particles
        return None
    if said.objects or said.goals:
        said.goals = [ref for ref in said.goals if ref.led_by != "not"]
        if not said.objects and not said.goals:
            return None
        if not said.objects:
            last.goals += said.goals
            last.sources += said.sources
            return None
        if not last.goals and last.intent in ("put", "take", "clean") and last.objects:
            # "put the pen and the pencil into the box": both go there
            last.objects += said.objects
            last.goals += said.goals
            last.unknown += said.unknown
            return None
        said.intent, said.verb = last.intent, last.verb
        return said
    if said.direction or said.amount:
        if not last.direction and not last.objects:
            last.direction = said.direction
            last.amount = last.amount or said.amount
            return None
        said.intent, said.verb = last.intent, last.verb
        return said
    if said.particles and last.intent in ("on", "off", "turn") and last.objects:
        again = Clause(intent=last.intent, verb=last.verb, text=last.text)
        again.objects, again.particles = list(last.objects), said.particles
        last.times = again.times = max(last.times, said.times)
        return again
    last.particles += said.particles
    last.unknown += said.unknown
    return None


def _twice(ref: Ref) -> Ref:
    return replace(ref, thing=replace(ref.thing, count=2)) if ref.thing else ref


def _filled(clause: Clause, segment: _Segment) -> Clause:
    tags = segment.tags
    if segment.verb:
        clause.intent = "none" if segment.verb.kind == "none" else str(segment.verb.value)
        clause.verb = segment.verb.text
    elif clause.order == "earlier" and any(tag.thing for tag in tags):
        clause.intent = clause.verb = "take"
    clause.text = " ".join(filter(None, [clause.verb, *(tag.text for tag in tags)]))
    role, led_by = "object", ""
    refs: list[Ref] = []
    for index, tag in enumerate(tags):
        rest = tags[index + 1 :]
        if tag.kind in ("thing", "pronoun"):
            ref = Ref(tag.thing or Thing((), tag.text, "it"), tag.kind == "pronoun", led_by)
            if index and refs and _one_noun(tags[index - 1], tag):
                _rename(clause, refs, ref)
                continue
            if index and tags[index - 1].kind == "thing" and tag.text.startswith("of "):
                continue  # "a glass of wine" is a glass
            role, led_by = _attach(clause, ref, role, refs)
        elif tag.kind == "carrying" or (tag.kind == "goal" and tag.text in ("with", "using")):
            role = "carried"
        elif tag.kind == "goal":
            if _names_something(rest):
                role, led_by = "goal", tag.text
            else:
                clause.particles += tag.text.split()
        elif tag.kind == "source":
            if _names_something(rest):
                role, led_by = "source", tag.text
            else:
                clause.particles += tag.text.split()
        elif tag.kind == "there":
            if role == "carried" or (refs and refs[-1].contents):
                continue
            clause.goals.append(Ref(None, True, tag.text))
        elif tag.kind == "here":
            clause.here = True
        elif tag.kind == "direction":
            clause.direction = clause.direction or str(tag.value)
        elif tag.kind == "number":
            clause.amount = (float(tag.value), tag.text)
        elif tag.kind == "times":
            clause.times = max(1, round(float(tag.value)))
        elif tag.kind == "word":
            _word(clause, tag.text)
    return clause


def _one_noun(before: Tag, tag: Tag) -> bool:
    """Whether two names stand side by side and so are one: the kitchen island counter."""
    bare = tag.thing is not None and tag.thing.phrase == tag.thing.head
    return before.kind == "thing" and tag.kind == "thing" and bare


def _rename(clause: Clause, refs: list[Ref], ref: Ref) -> None:
    """Let the second of two names be what the first is."""
    last = refs.pop()
    assert last.thing is not None
    assert ref.thing is not None
    phrase = f"{last.thing.phrase} {ref.thing.phrase}"
    merged = replace(last, thing=replace(last.thing, types=ref.thing.types, head=ref.thing.head,
                                         phrase=phrase))  # fmt: skip
    refs.append(merged)
    for group in (clause.objects, clause.goals, clause.sources):
        for index, each in enumerate(group):
            if each is last:
                group[index] = merged


def _names_something(rest: Sequence[Tag]) -> bool:
    """Whether a thing follows, before anything else does."""
    return next((tag.kind in ("thing", "pronoun") for tag in rest if tag.kind != "word"), False)


def _attach(clause: Clause, ref: Ref, role: str, refs: list[Ref]) -> tuple[str, str]:
    """Put a reference where it belongs; return what the next one is."""
    if role == "carried" and ref.pronoun:
        clause.tool = ref
    elif role == "carried":
        owner = clause.goals or clause.objects
        if owner and clause.intent in ("take", "put", "cool", "heat", "go") and ref.thing:
            place = clause.objects if clause.objects else owner
            place[-1] = replace(place[-1], contents=ref.thing)
            refs.append(place[-1])
            return "done", ""
        clause.tool = ref
    elif role == "goal":
        clause.goals.append(ref)
    elif role == "source":
        clause.sources.append(ref)
    elif role == "done":
        return "object", ""
    else:
        clause.objects.append(ref)
    refs.append(ref)
    return "object", ""


def _word(clause: Clause, word: str) -> None:
    if word in LINKS or word in BELONGS:
        clause.particles.append(word)
    elif word not in ("the", "a", "an", "and", "of", "so", "we", "can", "i", "you", "s", "re"):
        clause.unknown.append(word)
