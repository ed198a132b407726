"""What every skill works with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from embodied.core.plan import Cause, ObjectRef, Outcome
from embodied.mapping.instances import Instance
from policies.skills.body import Body, Run, failed
from policies.skills.grounding import ANOTHER, candidates, types_of
from policies.skills.search import Search


@dataclass
class Tools:
    """What every skill works with.

    Attributes:
        body: Moves, handles, knows the map.
        search: Finds.
        placed: What was put into or onto what, by type of thing and receptacle, last.
        taken: What was last gone for to be taken, what it was asked for as, and where it stood.
        apart: Whether two that belong together were put into or onto two of a kind.
        homes: Type of a thing to where it was taken from last, in words; for all tasks.
        found: Where what was gone to is, in words; empty where nothing was, or it is just there.
    """

    body: Body
    search: Search
    placed: dict[tuple[str, str], Instance] = field(default_factory=dict)
    taken: "Taken | None" = None
    apart: bool = False
    homes: dict[str, str] = field(default_factory=dict)
    found: str = ""

    def reject(self, asked: ObjectRef) -> None:
        """Take it that what was gone for last is not what was meant, if another is asked for now.

        Another one than what was brought is no such word: that is where it belongs.
        """
        last = self.taken
        if last is None or last.thing.is_("placed") or last.asked.category != asked.category:
            return
        if asked.attributes.count(ANOTHER) > last.asked.attributes.count(ANOTHER):
            self.body.rejected.append(last.thing)


@dataclass(frozen=True)
class Taken:
    """What was gone for.

    Attributes:
        thing: It.
        asked: What it was taken for.
        stood: What it stood in or on, where that was known.
    """

    thing: Instance
    asked: ObjectRef
    stood: Instance | None

    def as_the_one(self) -> "Taken":
        """Return it as what another one, in a later task, is another than."""
        words = tuple(word for word in self.asked.attributes if word != ANOTHER)
        return replace(self, asked=replace(self.asked, attributes=words))


class Skill(Protocol):
    """Carries out one kind of subgoal."""

    def run(self, tools: Tools, arguments: Mapping[str, Any]) -> Run:
        """Yield actions; return why it failed, None where it did not.

        Args:
            tools: What skills share.
            arguments: The subgoal's: references to things; of motions a direction and an amount.
        """


def holds(tools: Tools, reference: ObjectRef) -> bool:
    """Whether the hand holds what a reference means."""
    return tools.body.map.hand.category in types_of(reference)


def not_found(body: Body, reference: ObjectRef) -> Outcome:
    """Outcome of a search in vain; of one for what was found and could not be got at."""
    there = [each for each in candidates(body, reference) if not each.is_("placed")]
    if any(each in body.denied for each in there):
        return failed(Cause.REFUSED, f"no {reference} that was seen let itself be used")
    if there:
        return failed(Cause.NOT_VISIBLE, f"no {reference} that was seen could be got at")
    return failed(Cause.NOT_FOUND, f"found no {reference}")
