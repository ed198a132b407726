"""What the expert's planner tells its policy beyond words, and what both remember."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from embodied.core.plan import ObjectRef
from envs.household.expert.state import State

SLICED = "sliced"


@dataclass(frozen=True)
class BoundRef(ObjectRef):
    """A reference that names its object. Privileged: only the symbolic expert makes them.

    Attributes:
        object_id: The object; with the attribute `sliced`, what its slices were cut from.
    """

    object_id: str = ""


@dataclass
class ExpertMemory:
    """What has come of an episode so far.

    Attributes:
        changed: `heated`, `cooled`, `cleaned` to ids of the objects.
        placed: Ids of what was put where it belongs.
        opened: Ids of what was opened and is to be closed again.
        failures: How often a subgoal with an object failed, by id.
    """

    changed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    placed: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    failures: Counter[str] = field(default_factory=Counter)

    def clear(self) -> None:
        """Forget everything."""
        self.changed.clear()
        self.placed.clear()
        self.opened.clear()
        self.failures.clear()


def resolve(reference: ObjectRef, state: State, memory: ExpertMemory) -> str | None:
    """Return the id of the object a reference means, None where there is none.

    A reference without an id means what is held, if that fits; else the nearest that fits and
    was not put where it belongs already.
    """
    sliced = SLICED in reference.attributes
    if isinstance(reference, BoundRef) and reference.object_id:
        fitting = [o for o in state.objects if _is_bound(o, reference.object_id, sliced=sliced)]
    else:
        wanted = f"{reference.category}Sliced" if sliced else reference.category
        fitting = [e["objectId"] for e in state.of_type(wanted)]
    if state.held in fitting:
        return state.held
    return min(
        fitting,
        key=lambda o: (o in memory.placed, memory.failures[o], state[o]["distance"]),
        default=None,
    )


def _is_bound(object_id: str, bound: str, *, sliced: bool) -> bool:
    if not sliced:
        return object_id == bound
    return object_id.startswith(f"{bound}|") and "Sliced" in object_id.removeprefix(bound)
