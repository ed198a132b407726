"""From what was said to an arm to what its skills do."""

from collections.abc import Sequence
from dataclasses import dataclass

from embodied.core.arm_skills import APPROACH, CARRIED, MOVE_HAND, PUSHED, SHIFT
from embodied.core.entity import Entity
from embodied.core.motion import AWAY, LASTING, Frame, Motion, arguments_of
from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from planners.parsed.arm_words import said
from planners.parsed.refusals import UNABLE, Refused

VERBS = {CARRIED: "Move", PUSHED: "Push"}
"""Manner of a shift to how it is said."""
OPEN_ENOUGH = 0.45
"""A drawer that is open so far needs no opening before something is put in."""


@dataclass(frozen=True)
class Deed:
    """One clause: what to do with what, and where to.

    Attributes:
        verb: A row of the verbs, `down`, or `lay`: on the table, wherever there is room.
        things: What it is done to.
        relation: One of `embodied.core.arm_skills.RELATIONS`; of a shift its manner.
        where: What the relation is to.
        share: How far open.
        motion: What the hand, or a thing that is shifted, is to do.
    """

    verb: str
    things: tuple[ObjectRef, ...] = ()
    relation: str = ""
    where: ObjectRef | None = None
    share: float | None = None
    motion: Motion | None = None


class DeedPlanner:
    """Writes the subgoals of deeds.

    Args:
        skills: What the arm declares.
    """

    def __init__(self, skills: Sequence[SkillSpec]) -> None:
        self._skills = {skill.name: skill for skill in skills}

    def plan(
        self, deeds: Sequence[Deed], entities: Sequence[Entity], text: str
    ) -> tuple[Subgoal, ...]:
        """Return the subgoals, in order.

        Raises:
            Refused: If the arm cannot do it.
        """
        plan: list[Subgoal] = []
        held: ObjectRef | None = None
        for deed in deeds:
            if deed.verb in ("open", "close"):
                plan.append(
                    self._subgoal(deed.verb, object=deed.things[0], share=deed.share or 0.0)
                )
            elif deed.verb == SHIFT and deed.motion is not None:
                for thing in deed.things:
                    plan.append(self._shift(thing, deed.motion, deed.relation, text))
                held = None
            elif deed.verb == "lay":
                for thing in deed.things:
                    if held is None or _apart(held, thing):
                        self._need("pick", thing, text)
                        plan.append(self._subgoal("pick", object=thing))
                    plan.append(self._subgoal("put_down"))
                    held = None
            elif deed.verb == APPROACH and deed.motion is not None:
                plan.append(_approach(deed.things[0], deed.motion))
            elif deed.motion is not None:
                words = f"{str(deed.motion).capitalize()}."
                plan.append(Subgoal(MOVE_HAND, arguments_of(deed.motion), words))
            elif deed.verb == "down":
                plan.append(self._subgoal("put_down"))
                held = None
            else:
                for thing in deed.things:
                    held = self._bring(plan, deed, thing, held, entities, text)
        return tuple(plan)

    def _bring(
        self,
        plan: list[Subgoal],
        deed: Deed,
        thing: ObjectRef,
        held: ObjectRef | None,
        entities: Sequence[Entity],
        text: str,
    ) -> ObjectRef | None:
        self._need("push" if deed.verb == "push" else "pick", thing, text)
        where = deed.where
        if deed.verb == "push" and where is not None:
            plan.append(
                self._subgoal("push", object=thing, receptacle=where, relation=deed.relation)
            )
            return held
        openable = self._skills["open"].categories.get("object", frozenset())
        if where is not None and where.category in openable and deed.relation == "in":
            # The hand has to be free to open it: first of all, unless it is open.
            opened = any(s.skill == "open" for s in plan) or _is_open(where, entities)
            if not opened:
                at = len(plan) - (held is not None)
                plan.insert(at, self._subgoal("open", object=where, share=1.0))
        if held is None or _apart(held, thing):
            plan.append(self._subgoal("pick", object=thing))
        if where is None:
            return thing
        plan.append(self._subgoal("place", object=thing, receptacle=where, relation=deed.relation))
        return None

    def _shift(self, thing: ObjectRef, motion: Motion, manner: str, text: str) -> Subgoal:
        self._need(SHIFT, thing, text)
        told = arguments_of(motion)
        del told["motion"]
        far = f" by {100 * motion.amount:.0f} cm" if motion.amount else ""
        whose = " as you see it" if motion.frame is Frame.SPEAKER else ""
        verb = VERBS[manner]
        way = f"{motion.direction}{far}{whose}"
        words = said(SHIFT, {"object": thing, "verb": verb, "way": way})
        return Subgoal(SHIFT, {"object": thing, **told, "manner": manner}, words)

    def _need(self, skill: str, thing: ObjectRef, text: str) -> None:
        allowed = self._skills[skill].categories.get("object")
        if allowed is not None and thing.category not in allowed:
            raise Refused(
                f"I cannot {skill} a {spoken(thing.category)}.",
                alternative=f"I can {skill}: {', '.join(map(spoken, sorted(allowed)))}.",
                raw=text,
                skill=skill,
            )

    def _subgoal(self, skill: str, **arguments: ObjectRef | str | float) -> Subgoal:
        if skill not in self._skills:
            raise Refused(f"This arm has no skill to {skill}.", kind=UNABLE)
        return Subgoal(skill, arguments, said(skill, arguments))


def _apart(one: ObjectRef, other: ObjectRef) -> bool:
    """Whether two references are of different things."""
    return (one.category, one.attributes) != (other.category, other.attributes)


def _approach(thing: ObjectRef, motion: Motion) -> Subgoal:
    amount = LASTING if motion.holds else motion.amount or 0.0
    way = "away from" if motion.direction == AWAY else motion.direction
    far = f"{100 * amount:.0f} cm " if 0.0 < amount < LASTING else ""
    words = said(APPROACH, {"object": thing, "way": f"{far}{way}"})
    arguments = {"object": thing, "direction": motion.direction, "amount": amount}
    return Subgoal(APPROACH, arguments, words)


def _is_open(where: ObjectRef, entities: Sequence[Entity]) -> bool:
    return any(
        each.category == where.category
        and each.openness is not None
        and each.openness >= OPEN_ENOUGH
        for each in entities
    )
