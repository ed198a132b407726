"""From a task and the full state to subgoals: which objects, in which order."""

from collections.abc import Iterable, Mapping
from typing import Any

from embodied.core import task as tasks
from embodied.core.correction import CorrectionKind
from embodied.core.errors import PlanningError
from embodied.core.plan import ObjectRef, Plan, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task import Task
from envs.household.expert.choice import Chooser
from envs.household.expert.references import SLICED, BoundRef, ExpertMemory
from envs.household.expert.routes import Routes
from envs.household.expert.state import State, cells_of
from envs.household.generator.language.commands import parse_command
from envs.household.generator.language.goals import parse_goal
from envs.household.generator.language.nouns import nouns, preposition

CHANGES: Mapping[str, tuple[str, str, str]] = {
    tasks.PICK_HEAT: ("heat", "heated", "Microwave"),
    tasks.PICK_COOL: ("cool", "cooled", "Fridge"),
    tasks.PICK_CLEAN: ("clean", "cleaned", "SinkBasin"),
}
"""Task type to skill, what comes of it, and the type of the device."""
KNIVES = ("Knife", "ButterKnife")


class ExpertPlanner:
    """The symbolic expert's plans.

    The task is the episode's, or is read from the words where a person said something else.

    Args:
        env: The environment: `controller` and `episode` are read.
        memory: What planner and policy both remember.
        preferred: Ids of objects to choose where there is a choice: those the words are about.
    """

    def __init__(
        self, env: Any, *, memory: ExpertMemory | None = None, preferred: Iterable[str] = ()
    ) -> None:
        self._env = env
        self._memory = memory or ExpertMemory()
        self._preferred = frozenset(preferred)

    def plan(self, context: PlanContext) -> Plan:
        """Plan the rest of the way to the goal from how things stand now.

        Raises:
            PlanningError: If the words are not understood or an object that is needed is missing.
        """
        text = context.instruction.text
        episode = self._env.episode
        asked = episode.task if text == episode.instruction.text else self._understand(text)
        said = [c.text for c in context.corrections if c.kind is not CorrectionKind.REPLACE]
        subgoals: list[Subgoal] = []
        for wish in (asked, *map(self._understand, said)):
            if isinstance(wish, Task):
                subgoals += Outline(self._chooser(), self._memory, wish).subgoals()
            else:
                subgoals += wish
        revision = context.current_plan.revision + 1 if context.current_plan else 0
        return Plan(context.instruction, revision, tuple(subgoals))

    def _understand(self, text: str) -> Task | list[Subgoal]:
        understood = parse_goal(text) or parse_command(text)
        if understood is None:
            raise PlanningError(f"not understood: {text!r}", raw=text)
        return understood

    def _chooser(self) -> Chooser:
        event = self._env.controller.step({"action": "GetReachablePositions"})
        cells = cells_of([*event.metadata["actionReturn"], event.metadata["agent"]["position"]])
        return Chooser(State(event.metadata), Routes(cells), self._memory, self._preferred)


class Outline:
    """The steps of one task, from how things stand.

    Args:
        chooser: Chooses among objects; knows the state.
        memory: What was done already.
        task: The task.
    """

    def __init__(self, chooser: Chooser, memory: ExpertMemory, task: Task) -> None:
        self._choose = chooser
        self._state = chooser.state
        self._memory = memory
        self._task = task
        self._steps: list[Subgoal] = []

    def subgoals(self) -> list[Subgoal]:
        """Return the steps.

        Raises:
            PlanningError: If something that is needed is not there.
        """
        task = self._task
        parent = self._parent()
        self._free_hand()
        wanted = self._wanted(parent)
        if wanted and task.sliced and not self._slices():
            wanted = self._cut()
        for reference in wanted:
            if task.mrecep and self._carry_loaded(reference, parent):
                continue
            self._take(reference)
            if task.task_type in CHANGES:
                self._change(reference, *CHANGES[task.task_type])
            if task.task_type == tasks.LOOK_IN_LIGHT:
                self._look(reference)
            elif task.mrecep:
                self._load(reference, parent)
            else:
                self._put(reference, parent)
        return self._steps

    # --- what there is

    def _targets(self) -> list[str]:
        found = self._state.of_type(self._task.target, affordance="pickupable")
        return [entry["objectId"] for entry in found]

    def _slices(self) -> list[str]:
        return self._targets() if self._task.sliced else []

    def _parent(self) -> BoundRef | None:
        """Choose where things are to end: where some are already, else the cheapest."""
        if not self._task.parent:
            return None
        state = self._state
        found = [e["objectId"] for e in state.of_type(self._task.parent, affordance="receptacle")]
        if not found:
            raise PlanningError(f"the room has no {self._task.parent}")
        if self._task.task_type == tasks.PICK_TWO:
            most = {p: sum(state.lies_in(t, p) for t in self._targets()) for p in found}
            started = [p for p in found if most[p] == max(most.values()) > 0]
            found = started or found
        carried = self._task.mrecep or self._task.target
        return self._reference(self._choose.parent(found, carried, self._sources()))

    def _sources(self) -> list[str]:
        """Ids of what will be brought to the parent."""
        task = self._task
        names = [task.mrecep] if task.mrecep else [task.target, task.object]
        return [entry["objectId"] for name in names for entry in self._state.of_type(name)]

    def _done(self, object_id: str, parent: BoundRef | None) -> bool:
        """Whether an object is where and how it should be."""
        state, task = self._state, self._task
        if parent is None:
            return False
        if task.mrecep:
            holders = state.of_type(task.mrecep)
            return any(
                object_id in state.contents(h["objectId"])
                and state.lies_in(h["objectId"], parent.object_id)
                for h in holders
            )
        if task.task_type in CHANGES:
            _, change, _ = CHANGES[task.task_type]
            if object_id not in self._memory.changed[change]:
                return False
        if task.task_type == tasks.PICK_TWO:
            return state.lies_in(object_id, parent.object_id)
        parents = [e["objectId"] for e in state.of_type(task.parent, affordance="receptacle")]
        return any(state.lies_in(object_id, p) for p in parents)

    def _wanted(self, parent: BoundRef | None) -> list[BoundRef]:
        """Choose what is still to be brought, in the order to bring it."""
        task = self._task
        count = 2 if task.task_type == tasks.PICK_TWO else 1
        targets = self._targets()
        done = [t for t in targets if self._done(t, parent)]
        missing = count - len(done)
        if missing <= 0:
            return []
        left = [t for t in targets if t not in done]
        if task.sliced and not targets:
            return [BoundRef(task.object, (SLICED,)) for _ in range(missing)]
        if len(left) < missing:
            raise PlanningError(f"the room has not enough of {task.target}: {missing} needed")
        chosen = self._choose.objects(left, missing, towards=parent.object_id if parent else None)
        return [self._reference(o) for o in chosen]

    def _reference(self, object_id: str) -> BoundRef:
        return BoundRef(self._state[object_id]["objectType"], object_id=object_id)

    # --- steps

    def _add(self, skill: str, text: str, **arguments: ObjectRef) -> None:
        self._steps.append(Subgoal(skill, arguments, text))

    def _goto(self, reference: BoundRef) -> None:
        place = reference.category
        if reference.object_id in self._state:
            outer = list(self._state.parents(reference.object_id))
            place = self._state[outer[-1]]["objectType"] if outer else place
        elif self._cut_from is not None:
            outer = list(self._state.parents(self._cut_from))
            place = self._state[outer[-1]]["objectType"] if outer else place
        self._add("goto", f"Go to the {_noun(place)}.", object=reference)
        self._choose.went_to(reference.object_id or self._cut_from)

    _cut_from: str | None = None

    def _free_hand(self) -> None:
        """Put away what is held and of no use."""
        held = self._state.held
        if held is None:
            return
        task, kind = self._task, self._state[held]["objectType"]
        useful = kind == task.target or (task.sliced and kind in KNIVES and not self._slices())
        if kind == task.mrecep:
            useful = any(
                self._state[o]["objectType"] == task.target for o in self._state.contents(held)
            )
        if not useful:
            self._put_away(self._reference(held))

    def _put_away(self, reference: BoundRef) -> None:
        surface = self._choose.surface_for(reference.category, avoid=self._task.parent)
        if surface is None:
            raise PlanningError(f"no place to put the {reference.category}")
        self._put(reference, self._reference(surface))

    def _cut(self) -> list[BoundRef]:
        """Fetch a knife, cut the object, put the knife away; return what to bring then."""
        task, state = self._task, self._state
        whole = [
            e["objectId"]
            for e in state.of_type(task.object, affordance="sliceable")
            if not e["isSliced"]
        ]
        if not whole:
            raise PlanningError(f"there is no {task.object} to cut")
        knives = [e["objectId"] for e in state.of_type(*KNIVES, affordance="pickupable")]
        if not knives:
            raise PlanningError("there is no knife")
        held = state.held
        knife = held if held in knives else self._choose.objects(knives, 1)[0]
        blade = self._reference(knife)
        self._take(blade)
        target = self._reference(self._choose.objects(whole, 1)[0])
        self._goto(target)
        self._add("slice", f"Cut the {_noun(task.object)} into slices.", object=target)
        self._cut_from = target.object_id
        self._put_away(blade)
        count = 2 if task.task_type == tasks.PICK_TWO else 1
        return [BoundRef(task.object, (SLICED,), object_id=target.object_id)] * count

    def _take(self, reference: BoundRef) -> None:
        held = self._state.held
        kept = not any(step.skill == "place" for step in self._steps)
        if held is not None and held == reference.object_id and kept:
            return
        self._goto(reference)
        self._add("pick", f"Pick up the {_phrase(reference)}.", object=reference)

    def _change(self, reference: BoundRef, skill: str, change: str, device: str) -> None:
        if reference.object_id in self._memory.changed[change]:
            return
        devices = [e["objectId"] for e in self._state.of_type(device)]
        if not devices:
            raise PlanningError(f"the room has no {device}")
        place = self._reference(self._choose.objects(devices, 1)[0])
        self._goto(place)
        words = {
            "heat": f"Heat the {_phrase(reference)} in the {_noun(device)} and take it out.",
            "cool": f"Cool the {_phrase(reference)} in the {_noun(device)} and take it out.",
            "clean": f"Rinse the {_phrase(reference)} in the {_noun(device)} and take it out.",
        }
        self._add(skill, words[skill], object=reference, receptacle=place)

    def _look(self, reference: BoundRef) -> None:
        lamps = [e["objectId"] for e in self._state.of_type(self._task.toggle)]
        if not lamps:
            raise PlanningError(f"the room has no {self._task.toggle}")
        lamp = self._reference(self._choose.objects(lamps, 1)[0])
        self._goto(lamp)
        words = f"Turn on the {_noun(lamp.category)} and look at the {_phrase(reference)}."
        self._add("look", words, object=reference, lamp=lamp)

    def _carry_loaded(self, reference: BoundRef, parent: BoundRef | None) -> bool:
        """Where the object lies in a movable receptacle already, carry that; whether it does."""
        if reference.object_id not in self._state:
            return False
        for holder in self._state.of_type(self._task.mrecep):
            vessel = self._reference(holder["objectId"])
            if reference.object_id in self._state.contents(vessel.object_id):
                self._take(vessel)
                self._put(vessel, parent)
                return True
        return False

    def _load(self, reference: BoundRef, parent: BoundRef | None) -> None:
        """Put the object into a movable receptacle and carry that to the parent."""
        vessels = [e["objectId"] for e in self._state.of_type(self._task.mrecep)]
        if not vessels:
            raise PlanningError(f"the room has no {self._task.mrecep}")
        vessel = self._reference(self._choose.vessel(vessels))
        self._put(reference, vessel)
        self._add("pick", f"Pick up the {_noun(vessel.category)}.", object=vessel)
        self._put(vessel, parent)

    def _put(self, reference: BoundRef, receptacle: BoundRef | None) -> None:
        if receptacle is None:
            raise PlanningError(f"the task does not say where to put the {reference.category}")
        self._goto(receptacle)
        kind = receptacle.category
        words = f"Put the {_phrase(reference)} {preposition(kind)} the {_noun(kind)}."
        self._add("place", words, object=reference, receptacle=receptacle)


def _noun(type_name: str) -> str:
    return nouns(type_name)[0]


def _phrase(reference: ObjectRef) -> str:
    return nouns(reference.category, sliced=SLICED in reference.attributes)[0]
