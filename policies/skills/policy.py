"""The policy: carries out one subgoal at a time with the skills, over a map it builds itself."""

import re
from collections.abc import Mapping
from typing import Any

from embodied.core.action import Action, DiscreteAction
from embodied.core.entity import Entity
from embodied.core.errors import UnknownNameError
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Cause, ObjectRef, Outcome, Status, Subgoal
from embodied.mapping.instances import Instance
from embodied.mapping.pose import GridPose
from embodied.mapping.whereabouts import load_whereabouts
from policies.skills.body import Body, Run, failed
from policies.skills.grounding import ANOTHER, meant, where_words
from policies.skills.report import blame, state_text
from policies.skills.search import Search
from policies.skills.skills import SKILLS
from policies.skills.tools import Tools

MOST_STEPS = 350
"""Actions that one subgoal may take."""
DEFINITE = re.compile(r"(?:the|that|my|your|his|her) ")
"""How words begin that mean one thing among several."""
TAKES = ("pick", "slice")
"""Skills for which it matters which of several things is meant."""


class SkillPolicy:
    """Skills on a map; see `skills.SKILLS` for what it can do.

    Args:
        max_steps: Actions that one subgoal may take before it is given up.
    """

    def __init__(self, *, max_steps: int = MOST_STEPS) -> None:
        self._max_steps = max_steps
        self.reset()

    def reset(self) -> None:
        """Forget the last episode."""
        self.body = Body()
        self.tools = Tools(self.body, Search(self.body, load_whereabouts()))
        self._until = 0
        self._asked: set[ObjectRef] = set()
        self.interrupt()

    def interrupt(self) -> None:
        """Leave off the subgoal; the map and what is held stay known."""
        self._run: Run | None = None
        self._subgoal: Subgoal | None = None
        self._outcome: Outcome | None = None
        self._rest: tuple[GridPose, bool] | None = None
        self._answered: Observation | None = None

    def next_task(self) -> None:
        """Likewise; what was tried or searched in vain is tried again."""
        self.interrupt()
        self.body.next_task()
        self.tools.search.next_task()
        held = (
            self.tools.taken if self.tools.taken and self.tools.taken.thing is self._held else None
        )
        self.tools = Tools(
            *(self.body, self.tools.search),
            taken=held and held.as_the_one(),
            homes=self.tools.homes,
        )
        self._asked = set()

    @property
    def _held(self) -> Instance | None:
        return self.body.map.hand.instance

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal.

        Raises:
            UnknownNameError: If there is no such skill.
        """
        if subgoal.skill not in SKILLS:
            raise UnknownNameError("skill", subgoal.skill, SKILLS)
        self._subgoal = subgoal
        self.tools.found = ""
        self._rest = None
        self._run = self._begun(subgoal)
        self._until = self.body.actions + self._max_steps

    def _begun(self, subgoal: Subgoal) -> Run:
        yield from self.body.free_way()
        return (yield from SKILLS[subgoal.skill].run(self.tools, subgoal.arguments))

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next action; None with the outcome once the subgoal is over."""
        if self._run is None:
            raise RuntimeError("no subgoal yet: call begin() first")
        self._observe(observation)
        self._answered = observation
        if self.body.actions >= self._until:
            self._run = None
            return None, failed(Cause.BUDGET, f"{self._max_steps} actions were not enough")
        back = self._turned_back()
        if back is not None:
            return back, RUNNING
        try:
            return next(self._run), self._running()
        except StopIteration as stop:
            self._run = None
            self._outcome = stop.value or DONE
            if stop.value is not None:
                self.body.note(f"{self._subgoal}: {stop.value.cause.value}: {stop.value.evidence}")
            return None, self._outcome

    def hold(self, observation: Observation) -> DiscreteAction:
        """Return what is done while somebody else has the word: a look to the right, and back.

        An action that `act` answered the same observation with is not going to be done.
        """
        if observation is self._answered and self._subgoal is not None and self._run is not None:
            self.body.last = None
            self.body.actions -= 1
            self._run = self._begun(self._subgoal)
        self._answered = None
        self._observe(observation)
        if self._rest is None:
            self._rest = self.body.map.pose, self.body.map.last_ok
        turned = self.body.map.pose.heading != self._rest[0].heading
        return next(self.body.do("RotateLeft" if turned else "RotateRight"))

    def _turned_back(self) -> DiscreteAction | None:
        """Return the turn back to where the last action left off, None where one stands so.

        What is under way goes on as if there had been no rest, in how that action ended, too.
        """
        rest, self._rest = self._rest, None
        if rest is None:
            return None
        pose, ok = rest
        if self.body.map.pose.heading != pose.heading and self.body.map.last_ok:
            self._rest = rest
            return next(self.body.do("RotateLeft"))
        self.body.map.last_ok = ok
        return None

    def _running(self) -> Outcome:
        """Return that it goes on, with a question where several things may be meant."""
        subgoal = self._subgoal
        reference = subgoal.arguments.get("object") if subgoal is not None else None
        if (
            subgoal is None
            or subgoal.skill not in TAKES
            or not isinstance(reference, ObjectRef)
            or reference in self._asked
            or ANOTHER in reference.attributes
            or not DEFINITE.match(reference.phrase)
        ):
            return RUNNING
        found = meant(self.body, reference)
        if len(found) < 2:
            return RUNNING
        self._asked.add(reference)
        places = ", ".join(f"one {where_words(self.body, each)}" for each in found)
        question = f"I see {len(found)} that may be {reference.phrase}: {places}. Which one?"
        return Outcome(Status.RUNNING, Cause.AMBIGUOUS, question=question)

    def _observe(self, observation: Observation) -> None:
        last, self.body.last = self.body.last, None
        if last is not None:
            self.body.map.observe(observation, *last)
        elif self.body.map.frame < 0:
            self.body.map.observe(observation)

    def seen(self) -> tuple[Entity, ...]:
        """Return what stands on the map, as planners take it."""
        return tuple(
            Entity(
                category=each.category,
                score=each.belief,
                position_m=tuple(float(value) for value in each.centre_m),
                states=dict(each.states),
            )
            for each in self.body.map.instances
        )

    def state_text(self) -> str:
        """Return what is believed and what is being done, in one screen."""
        return state_text(self.body)

    def homes(self) -> Mapping[str, str]:
        """Return types of things to where each was taken from last: `on the counter top`."""
        return self.tools.homes

    def report(self) -> Mapping[str, Any]:
        """Return what the agent's report adds.

        What is being done, where what was looked for is, the log of what failed, and what would be
        to blame if this were a failure that ends here.
        """
        return {
            "doing": self.body.doing,
            "found": self.tools.found if self._run is None else "",
            "log": tuple(self.body.log),
            "cause": blame(
                self.body,
                over=self._run is None and self._outcome is DONE,
                apart=self.tools.apart,
            ),
        }
