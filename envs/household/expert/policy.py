"""Carries subgoals out from the full state: ALFRED's actions, with retries where one is refused."""

from collections import defaultdict
from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeAlias

from embodied.core.action import Action, DiscreteAction
from embodied.core.errors import ConfigError, UnknownNameError
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Cause, ObjectRef, Outcome, Status, Subgoal
from envs.household.expert.references import ExpertMemory, resolve
from envs.household.expert.routes import Routes, look_actions
from envs.household.expert.state import MUST_OPEN, Pose, State, cells_of
from envs.household.expert.viewpoints import Disappointments, Wish, viewpoints

Step: TypeAlias = Generator[DiscreteAction, bool, Outcome | None]
"""Yields actions, is sent whether each worked, returns why it failed; None where it did not."""
Walk: TypeAlias = Generator[DiscreteAction, bool, bool]
"""Yields moves, is sent whether each worked, returns whether the agent got there."""
Skill: TypeAlias = Callable[..., Step]

MOST_POSES = 12
"""Poses tried to see something before giving it up."""
MOST_REFUSALS = 4
"""Refusals of one action, each from another pose, before giving it up."""
GOOD_ENOUGH = 2.5
"""Doubt about the present pose up to which nothing better is looked for."""
POINTING = ("id", "mask")


def failed(cause: Cause, evidence: str) -> Outcome:
    """Outcome of a subgoal that did not work."""
    return Outcome(Status.FAILED, cause, evidence)


class ExpertPolicy:
    """The symbolic expert's hands and feet.

    Args:
        env: The environment it acts in: `controller` is read, and asked GetReachablePositions.
        by: How actions point at objects: `id`, or `mask` as an agent has to.
        memory: What planner and policy both remember.

    Raises:
        ConfigError: If `by` is neither.
    """

    def __init__(self, env: Any, *, by: str = "id", memory: ExpertMemory | None = None) -> None:
        if by not in POINTING:
            raise ConfigError(f"expert.by must be one of {', '.join(POINTING)}, got {by!r}")
        self._env = env
        self._by = by
        self._memory = memory or ExpertMemory()
        self._skills: Mapping[str, Skill] = {
            "goto": self._goto,
            "pick": self._pick,
            "place": self._place,
            "open": self._open,
            "close": self._close,
            "toggle": self._toggle,
            "slice": self._slice,
            "heat": self._heat,
            "cool": self._cool,
            "clean": self._clean,
            "look": self._look,
        }
        self.reset()

    def reset(self) -> None:
        """Forget the last episode."""
        self._memory.clear()
        self._blocked: frozenset[tuple[tuple[int, int], int]] = frozenset()
        self._ways: Routes | None = None
        self._ways_key: object = None
        self._drop()

    def _drop(self) -> None:
        self._run: Step | None = None
        self._waiting = False
        self._disappointed: dict[Wish, Disappointments] = defaultdict(Disappointments)

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal.

        Raises:
            UnknownNameError: If there is no such skill.
        """
        self._drop()
        try:
            skill = self._skills[subgoal.skill]
        except KeyError:
            raise UnknownNameError("skill", subgoal.skill, self._skills) from None
        references = {
            name: value for name, value in subgoal.arguments.items() if isinstance(value, ObjectRef)
        }
        self._run = self._carry_out(skill, references)

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next action; None with the outcome once the subgoal is over."""
        if self._run is None:
            raise RuntimeError("no subgoal yet: call begin() first")
        try:
            if self._waiting:
                action = self._run.send(bool(observation.last_action_success))
            else:
                action = next(self._run)
        except StopIteration as stop:
            self._run = None
            return None, stop.value or DONE
        self._waiting = True
        return action, RUNNING

    def _carry_out(self, skill: Skill, references: Mapping[str, ObjectRef]) -> Step:
        ids = {}
        for name, reference in references.items():
            object_id = resolve(reference, self._state(), self._memory)
            if object_id is None:
                return failed(Cause.NOT_FOUND, f"there is no {reference}")
            ids[name] = object_id
        outcome = yield from skill(**ids)
        if outcome is not None:
            self._memory.failures.update(ids.values())
        return outcome

    def _state(self) -> State:
        return State(self._env.controller.last_event.metadata)

    # --- skills

    def _goto(self, object: str) -> Step:
        state = self._state()
        door = state.container(object)
        if door and not state[door]["isOpen"]:
            return (yield from self._approach(Wish(door, opens=True)))
        opens = state[object]["objectType"] in MUST_OPEN and not state[object]["isOpen"]
        return (yield from self._approach(Wish(object, opens=opens)))

    def _pick(self, object: str) -> Step:
        state = self._state()
        if state.held == object:
            return None
        if state.held:
            return failed(Cause.HAND_FULL, f"the hand holds {state.held}")
        return (yield from self._inside(object, "PickupObject", Wish(object)))

    def _place(self, object: str, receptacle: str) -> Step:
        if self._state().held != object:
            return failed(Cause.HAND_EMPTY, f"{object} is not in the hand")
        outcome = yield from self._inside(receptacle, "PutObject", Wish(receptacle))
        if outcome is None:
            self._memory.placed.add(object)
        return outcome

    def _open(self, object: str) -> Step:
        if self._state()[object]["isOpen"]:
            return None
        return (yield from self._interact("OpenObject", Wish(object, opens=True)))

    def _close(self, object: str) -> Step:
        if not self._state()[object]["isOpen"]:
            return None
        return (yield from self._interact("CloseObject", Wish(object)))

    def _toggle(self, object: str) -> Step:
        is_on = self._state()[object]["isToggled"]
        return (yield from self._switch(object, on=not is_on))

    def _slice(self, object: str) -> Step:
        return (yield from self._inside(object, "SliceObject", Wish(object)))

    def _heat(self, object: str, receptacle: str) -> Step:
        outcome = yield from self._shut_in(object, receptacle)
        for on in (True, False):
            outcome = outcome or (yield from self._switch(receptacle, on=on))
        return (yield from self._taken_out(object, receptacle, "heated", outcome))

    def _cool(self, object: str, receptacle: str) -> Step:
        outcome = yield from self._shut_in(object, receptacle)
        return (yield from self._taken_out(object, receptacle, "cooled", outcome))

    def _clean(self, object: str, receptacle: str) -> Step:
        state = self._state()
        taps = state.of_type("Faucet", affordance="toggleable")
        if not taps:
            return failed(Cause.NOT_FOUND, "there is no tap")
        tap = min(taps, key=lambda entry: _apart_m(state, entry["objectId"], receptacle))
        name = tap["objectId"]
        if tap["isToggled"]:
            outcome = yield from self._switch(name, on=False)
            if outcome is not None:
                return outcome
        put = Wish(receptacle, also=(name,))
        outcome = yield from self._interact("PutObject", put)
        for action in ("ToggleObjectOn", "ToggleObjectOff"):
            outcome = outcome or (yield from self._interact(action, Wish(name, also=(receptacle,))))
        outcome = outcome or (yield from self._interact("PickupObject", Wish(object)))
        if outcome is None:
            self._memory.changed["cleaned"].add(object)
        return outcome

    def _look(self, object: str, lamp: str) -> Step:
        if self._state().held != object:
            return failed(Cause.HAND_EMPTY, f"{object} is not in the hand")
        if not self._state()[lamp]["isToggled"]:
            return (yield from self._switch(lamp, on=True))
        return (yield from self._approach(Wish(lamp)))

    # --- parts of skills

    def _inside(self, object_id: str, action: str, wish: Wish) -> Step:
        """Act on something; open what it is shut in before, and close that again."""
        state = self._state()
        door = object_id if state[object_id]["objectType"] in MUST_OPEN else None
        if door is None or action == "PickupObject":
            door = state.container(object_id)
        if door and not state[door]["isOpen"]:
            outcome = yield from self._interact("OpenObject", Wish(door, opens=True))
            if outcome is not None:
                return outcome
            self._memory.opened.add(door)
        outcome = yield from self._interact(action, wish)
        if door in self._memory.opened and action != "SliceObject":
            self._memory.opened.discard(door)
            # The errand is done even where the door stays open.
            yield from self._interact("CloseObject", Wish(door))
        return outcome

    def _shut_in(self, object_id: str, device: str) -> Step:
        """Put the held object into a fridge or microwave and close it."""
        state = self._state()
        if state.held != object_id:
            return failed(Cause.HAND_EMPTY, f"{object_id} is not in the hand")
        outcome = None
        if state[device]["isToggled"]:
            outcome = yield from self._switch(device, on=False)
        if not state[device]["isOpen"]:
            outcome = yield from self._interact("OpenObject", Wish(device, opens=True))
        outcome = outcome or (yield from self._interact("PutObject", Wish(device)))
        return outcome or (yield from self._interact("CloseObject", Wish(device)))

    def _taken_out(self, object_id: str, device: str, change: str, outcome: Outcome | None) -> Step:
        """Take the object out of a fridge or microwave again and close that."""
        outcome = outcome or (yield from self._open(device))
        outcome = outcome or (yield from self._interact("PickupObject", Wish(object_id)))
        if outcome is None:
            self._memory.changed[change].add(object_id)
            yield from self._interact("CloseObject", Wish(device))
        return outcome

    def _switch(self, object_id: str, *, on: bool) -> Step:
        if self._state()[object_id]["isToggled"] == on:
            return None
        return (yield from self._interact(f"ToggleObject{'On' if on else 'Off'}", Wish(object_id)))

    def _interact(self, action: str, wish: Wish) -> Step:
        """Do one interaction, from another pose each time it is refused."""
        for _ in range(MOST_REFUSALS):
            outcome = yield from self._approach(wish)
            if outcome is not None:
                return outcome
            if (yield self._point(action, wish.target)):
                return None
            self._disappointed[wish].add(self._state().agent_pose())
        return failed(Cause.REFUSED, f"{action} {wish.target} was refused again and again")

    def _approach(self, wish: Wish) -> Step:
        """Go where the object is in view and in reach."""
        tried = self._disappointed[wish]
        for _ in range(MOST_POSES):
            state = self._state()
            here = state.agent_pose()
            seen = here not in tried.poses and self._sees(state, wish)
            if seen and not wish.opens:
                return None
            routes = self._routes(state)
            ranking = viewpoints(state, routes, here, wish, tried)
            if seen and ranking.cost(here) <= GOOD_ENOUGH:
                return None
            best = ranking.best(without=tried.poses)
            if best is None:
                break
            pose = best[0]
            if pose == here and self._sees(state, wish):
                return None
            arrived = yield from self._walk(routes, here, pose)
            if not arrived:
                continue
            if self._sees(self._state(), wish):
                return None
            tried.add(pose)
        return failed(Cause.NOT_VISIBLE, f"no place to see and reach {wish.target} from")

    def _walk(
        self, routes: Routes, start: Pose, end: Pose
    ) -> Generator[DiscreteAction, bool, bool]:
        for name in (*routes.actions(start, end), *look_actions(start, end)):
            before = self._state().agent_pose()
            if not (yield DiscreteAction(name)):
                if name == "MoveAhead":
                    self._blocked |= {(before.cell, before.heading)}
                return False
        return True

    def _routes(self, state: State) -> Routes:
        """Return the ways there are; asked for anew when a door has moved or a move was refused."""
        doors = frozenset(name for name, entry in state.objects.items() if entry["isOpen"])
        key = (doors, self._blocked, state.agent_pose().cell in (self._ways or ()))
        if self._ways is None or key != self._ways_key:
            event = self._env.controller.step({"action": "GetReachablePositions"})
            here = event.metadata["agent"]["position"]
            cells = cells_of([*event.metadata["actionReturn"], here])
            self._ways, self._ways_key = Routes(cells, self._blocked), (*key[:2], True)
        return self._ways

    def _sees(self, state: State, wish: Wish) -> bool:
        return all(
            object_id in state and state[object_id]["visible"]
            for object_id in (wish.target, *wish.also)
        )

    def _point(self, action: str, object_id: str) -> DiscreteAction:
        if self._by == "id":
            return DiscreteAction(action, target=object_id)
        return DiscreteAction(
            action, mask=self._env.controller.last_event.instance_masks[object_id]
        )


def _apart_m(state: State, one: str, other: str) -> float:
    (x, _, z), (u, _, w) = state.position_m(one), state.position_m(other)
    return float(((x - u) ** 2 + (z - w) ** 2) ** 0.5)
