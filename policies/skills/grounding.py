"""Which instance a reference means."""

from collections.abc import Collection

import numpy as np

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef
from embodied.mapping.instances import Instance
from embodied.mapping.relations import CONTAINS
from policies.skills.body import Body
from policies.skills.cues import cue_of, fitting
from policies.skills.types import CLOSED_RECEPTACLES, alike

SLICED = "sliced"
ANOTHER = "another"
MOST_FAILURES = 3
"""An instance that failed as often is not tried again while there is another."""
LEAST_BELIEF = 0.45


def types_of(reference: ObjectRef) -> tuple[str, ...]:
    """Return the types that a reference may mean, first choice first."""
    if SLICED in reference.attributes and not reference.category.endswith("Sliced"):
        return (f"{reference.category}Sliced",)
    return alike(reference.category)


def candidates(body: Body, reference: ObjectRef) -> list[Instance]:
    """Return the instances that a reference may mean, those in the hand left out."""
    found = body.map.of_type(*types_of(reference))
    return [each for each in found if each.belief >= LEAST_BELIEF]


def worded(body: Body, reference: ObjectRef, found: list[Instance]) -> list[Instance]:
    """Return those of what was found that stand where the words say."""
    cue = cue_of(reference)
    if cue is None:
        return found
    return fitting(cue, found, body.map, used=lambda each: each.is_("placed"))


def meant(body: Body, reference: ObjectRef) -> list[Instance]:
    """Return what may be picked up for a reference: all its words fit, and not yet brought."""
    found = [each for each in candidates(body, reference) if not each.is_("placed")]
    return worded(body, reference, found)


def holder_of(body: Body, thing: Instance) -> Instance | None:
    """Return what something stands in or on, as far as is known."""
    if thing.inside is not None:
        return thing.inside
    return min(body.map.holders(thing), key=lambda e: float(e.size_m.prod()), default=None)


LAIN_ON = frozenset(
    ["ArmChair", "Bed", "Cart", "CoffeeMachine", "Dresser", "Shelf", "Sofa", "TVStand", "Toilet"]
)
"""What things lie low in as far as their boxes tell, and on as people say."""


def where_words(body: Body, thing: Instance) -> str:
    """Return where something is in words: `in the fridge`, `on the counter top`."""
    holder = holder_of(body, thing)
    if holder is None:
        return "over there"
    inside = holder.category in CONTAINS and holder.category not in LAIN_ON
    return f"{'in' if inside else 'on'} the {spoken(holder.category)}"


def to_take(body: Body, reference: ObjectRef) -> Instance | None:
    """Choose what to pick up: nothing that was put where it belongs, rather a loaded vessel."""
    found = [each for each in candidates(body, reference) if body.refusals[each] < MOST_FAILURES]
    if ANOTHER in reference.attributes:
        rejected = {each.itself for each in body.rejected}
        found = [each for each in found if not each.is_("placed") and each not in rejected]
    found = worded(body, reference, found) or found

    def order(each: Instance) -> tuple[float, ...]:
        loaded = any(inner.is_("placed") for inner in body.map.contents(each))
        shut = body.shut_in(each) is not None
        return (each.is_("placed"), not loaded, _effort(body, each) + 4.0 * shut)

    return min(found, key=order, default=None)


def to_use(
    body: Body, reference: ObjectRef, *, rather: Collection[Instance] = ()
) -> Instance | None:
    """Choose a receptacle, lamp or device: one that was used already, else the least effort."""
    found = [each for each in candidates(body, reference) if body.refusals[each] < MOST_FAILURES]
    shared = [each for each in _with_landmark(body, reference) if each not in rather]
    if shared:
        return shared[0]
    found = worded(body, reference, found) or found
    types = types_of(reference)

    def order(each: Instance) -> tuple[float, ...]:
        return (
            each not in rather,
            types.index(each.category),
            body.refusals[each],
            _effort(body, each) + 1.0 * (each.category in CLOSED_RECEPTACLES),
        )

    return min(found, key=order, default=None)


def landmark_types(reference: ObjectRef) -> tuple[str, ...]:
    """Return what stands where a reference goes by that alone: `where the laptop is`."""
    cue = cue_of(reference)
    return cue.landmarks if cue is not None and cue.kind == "with" else ()


def landmarks(body: Body, reference: ObjectRef) -> list[Instance]:
    """Return the instances of `landmark_types` that are known; what is in the hand is none."""
    found = body.map.of_type(*landmark_types(reference))
    return [each for each in found if each is not body.map.hand.instance]


def _with_landmark(body: Body, reference: ObjectRef) -> list[Instance]:
    """Return the furniture that a landmark stands on, where the words go by that alone."""
    marks = sorted(landmarks(body, reference), key=lambda each: _effort(body, each))
    holders = (holder_of(body, each) for each in marks)
    return [
        each
        for each in holders
        if each is not None
        and each.category not in CONTAINS
        and body.refusals[each] < MOST_FAILURES
    ]


def _effort(body: Body, each: Instance) -> float:
    """About how many actions away something is."""
    x, y = body.map.pose.xy_m
    gap = each.points_m[:, :2] - np.array([x, y], dtype=np.float32)
    distance = float(np.hypot(gap[:, 0], gap[:, 1]).min())
    doubt = 8.0 * (1.0 - each.belief) + 3.0 * (body.map.rough and len(each.seen_from) < 2)
    tall = max(0.0, float(each.centre_m[2]) - 1.6) * 4.0
    return 4.0 * max(0.0, distance - 1.0) + tall + doubt
