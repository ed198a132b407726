"""The policy: skills of an arm, in closed loop, correctable in the words it reports itself."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.action import VectorAction
from embodied.core.arm_skills import APPROACH, MOVE_HAND, SHIFT
from embodied.core.correction import Correction
from embodied.core.errors import UnknownNameError
from embodied.core.motion import AWAY, STILL, TOWARDS, MotionKind, describe, motion_of
from embodied.core.observation import Observation
from embodied.core.plan import DONE, Cause, ObjectRef, Outcome, Status, Subgoal
from embodied.core.task_plans import ANOTHER
from policies.arm.body import DT_S, RATE_HZ, ArmBody, Command, Run, failed
from policies.arm.motions import Overlay
from policies.arm.skills import SKILLS, Given, share_of
from policies.arm.things import Grounding, Thing, ground, same

MOST_S = 60.0
"""Seconds that one subgoal may take."""
SPACE, FRAME = "ee_velocity", "base"
SHOWN_MPS = 0.02
"""Slower than this is not worth naming as a motion."""


class ArmSkillPolicy:
    """Skills of an arm at a table; see `skills.SKILLS` for what it can do.

    Actions are `VectorAction`s: end-effector velocity (m/s, rad/s) in the base frame and the
    gripper's opening, 20 a second.

    Args:
        max_s: Seconds that one subgoal may take before it is given up.
        speaker_yaw_rad: How a speaker is turned against the robot: 0 behind it, pi opposite it.
        decay_s: Time constant with which a motion correction is forgotten; None keeps it for the
            rest of the subgoal.
    """

    def __init__(
        self,
        *,
        max_s: float = MOST_S,
        speaker_yaw_rad: float = 0.0,
        decay_s: float | None = None,
    ) -> None:
        self._max_steps = round(max_s * RATE_HZ)
        self._overlay_settings = (speaker_yaw_rad, decay_s)
        self.reset()

    def reset(self) -> None:
        """Forget the last episode."""
        self.body = ArmBody()
        self._steps = 0
        self._said: dict[str, ObjectRef] = {}
        self._rejected: dict[str, list[Thing]] = {}
        self._meant: dict[str, Thing] = {}
        self.interrupt()

    def interrupt(self) -> None:
        """Leave off the subgoal and every motion asked for; what is held stays known."""
        self.overlay = Overlay(*self._overlay_settings)
        self._run: Run | None = None
        self._subgoal: Subgoal | None = None
        self._doubt: Grounding | None = None
        self._motion = STILL
        self._way_mps = np.zeros(3)

    def next_task(self) -> None:
        """Likewise; what was rejected may be meant now."""
        self.interrupt()
        self._said, self._rejected, self._meant = {}, {}, {}

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal; shifts that were asked for in the one before are gone.

        Raises:
            UnknownNameError: If there is no such skill.
        """
        if subgoal.skill not in SKILLS:
            raise UnknownNameError("skill", subgoal.skill, SKILLS)
        self._subgoal, self._run, self._steps, self._doubt = subgoal, None, 0, None
        self.overlay.clear()
        self.body.offset_m, self.body.turn_rad = np.zeros(3), 0.0
        self.body.lean_rad = np.zeros(3)

    def act(self, observation: Observation) -> tuple[VectorAction | None, Outcome]:
        """Return the next action, and how the subgoal stands.

        Raises:
            RuntimeError: Before `begin`.
            ConfigError: If the observation has no arm's state.
        """
        subgoal = self._subgoal
        if subgoal is None:
            raise RuntimeError("no subgoal yet: call begin() first")
        self._observe(observation)
        self._steps += 1
        if self._steps > self._max_steps:
            return None, failed(Cause.BUDGET, f"{self._max_steps / RATE_HZ:.0f} s were not enough")
        if self._run is None:
            outcome = self._ground(subgoal)
            if outcome is not None:
                return None, outcome
        assert self._run is not None
        asked = self.overlay.step(self.body)
        if asked is not None:
            return self._action(asked), self._running()
        try:
            command = next(self._run)
        except StopIteration as stop:
            self._run, self._motion = None, STILL
            return None, stop.value or DONE
        if command.linear_mps.any():
            self._way_mps = command.linear_mps
        return self._action(command), self._running()

    def hold(self, observation: Observation) -> VectorAction:
        """Return the command that keeps still and keeps hold of what is held."""
        self._observe(observation)
        return self._action(self.body.still())

    def correct(self, correction: Correction) -> bool:
        """Take a motion into account from the next `act` on; other corrections are for a planner.

        Without a subgoal there is nothing to correct.
        """
        motion = correction.motion
        if motion is None or self._subgoal is None or self.body.state is None:
            return False
        return self.overlay.add(motion, self.body)

    def axes(self) -> NDArray[np.float64]:
        """Return [3, 3], see `embodied.runtime.shared`: on, aside as last corrected, square."""
        on = _unit(self._way_mps, np.array([0.0, 0.0, -1.0]))
        corrected = self.overlay.last_unit
        aside = corrected - on * float(corrected @ on)
        if np.linalg.norm(aside) < 0.2:
            aside = np.cross(np.array([0.0, 0.0, 1.0]), on)
        aside = _unit(aside, np.array([0.0, 1.0, 0.0]))
        return np.stack([on, aside, np.cross(on, aside)])

    def nudge(self, velocity_mps: NDArray[np.float64]) -> VectorAction:
        """Return the command of a motion; what is aimed at is shifted by as much."""
        self.body.offset_m = self.body.offset_m + velocity_mps * DT_S
        return self._action(Command(velocity_mps, np.zeros(3), self.body.gripper))

    def settling(self, observation: Observation) -> tuple[Subgoal, ...]:
        """Return `put_down` where something is in the hand, be it a drawer's handle."""
        self._observe(observation)
        body = self.body
        grasping = body.gripper < 0.3 and body.width_m < 0.9 * 0.08
        if body.held is None and not grasping:
            return ()
        if body.held is None and self._meant.get("object") is not None:
            # Grasped and not yet lifted: let go where it stands.
            body.note("let go before it was lifted")
        return (Subgoal("put_down", {}, "Put down what is held."),)

    def report(self) -> Mapping[str, Any]:
        """Return what the agent's report adds: the language motion, what is being done, the log."""
        return {
            "motion": self._motion,
            "doing": self.body.doing,
            "held": self.body.held.name if self.body.held else "",
            "offset_m": [round(float(part), 4) for part in self.body.offset_m],
            "log": tuple(self.body.log),
        }

    def state_text(self) -> str:
        """Return what is believed and done, in a few lines."""
        body = self.body
        if body.state is None:
            return "nothing seen yet"
        x, y, z = body.hand_m
        lines = [
            f"hand ({x:.3f}, {y:.3f}, {z:.3f}) m, {1000 * body.width_m:.0f} mm open, "
            f"holds {body.held.name if body.held else 'nothing'}; {body.doing}: {self._motion}",
            *(
                f"  {each.name:<16}({each.position_m[0]:.3f}, {each.position_m[1]:.3f}, "
                f"{each.position_m[2]:.3f})"
                + (f" {each.openness:.0%} open" if each.openness is not None else "")
                for each in body.things
            ),
        ]
        return "\n".join([*lines, *body.log[-4:]])

    def _observe(self, observation: Observation) -> None:
        body = self.body
        body.observe(observation)
        if body.held is not None and body.width_m < 0.004:
            body.note(f"the {body.held.name} is no longer in the hand")
            body.held = None

    def _running(self) -> Outcome:
        question = self._doubt.question if self._doubt is not None else ""
        cause = Cause.AMBIGUOUS if question else Cause.NONE
        return Outcome(Status.RUNNING, cause, question=question)

    def _ground(self, subgoal: Subgoal) -> Outcome | None:
        """Find what the subgoal is about, and begin; return why that cannot be done."""
        self.body.adopt()
        way_m = None
        if subgoal.skill in (MOVE_HAND, SHIFT):
            try:
                motion = motion_of({"motion": str(MotionKind.MOVE), **subgoal.arguments})
            except ValueError as error:
                return failed(Cause.NOT_UNDERSTOOD, str(error))
            if subgoal.skill == SHIFT:
                way_m = self.overlay.way_of(motion, self.body)
            elif not self.overlay.add(motion, self.body):
                return failed(Cause.NOT_FOUND, f"found no {motion.about}")
        found: dict[str, Thing] = {}
        for name in ("object", "receptacle"):
            reference = subgoal.arguments.get(name)
            if not isinstance(reference, ObjectRef):
                continue
            if reference.category.lower() == "table":
                found[name] = TABLE
                continue
            held = self._held_for(name, reference, subgoal)
            if held is not None:
                found[name] = held
                continue
            rest = [each for each in self.body.things if each is not found.get("object")]
            grounding = self._grounded(name, reference, rest)
            taken = found.get("object")
            if not grounding.candidates and taken is not None:
                # "on the red block" with what looks red in the hand: another is meant.
                itself = ground(reference, [taken], hand_m=self.body.hand_m)
                if itself.candidates:
                    bare = replace(reference, attributes=())
                    grounding = ground(bare, rest, hand_m=self.body.hand_m)
            if not grounding.candidates:
                return failed(Cause.NOT_FOUND, f"found no {reference}")
            found[name] = grounding.candidates[0]
            if not self._rejects(self._said.get(name), reference):
                self._rejected.pop(name, None)
            self._said[name] = reference
            if not grounding.told_apart:
                self._doubt = grounding
        self._meant.update(found)
        if subgoal.skill == APPROACH:
            direction, amount = subgoal.arguments["direction"], subgoal.arguments["amount"]
            if direction not in (TOWARDS, AWAY) or not isinstance(amount, int | float):
                return failed(Cause.NOT_UNDERSTOOD, f"no way is called {direction} {amount!r}")
            self.overlay.approach(found["object"], str(direction), float(amount), self.body)
        relation = subgoal.arguments.get("relation") or subgoal.arguments.get("manner", "")
        given = Given(
            found.get("object"),
            found.get("receptacle"),
            str(relation) or "in",
            share_of(subgoal.skill, subgoal.arguments.get("share")),
            way_m,
        )
        self._run = SKILLS[subgoal.skill](self.body, given)
        return None

    def _held_for(self, name: str, reference: ObjectRef, subgoal: Subgoal) -> Thing | None:
        """Return what is in the hand where that is what is to be placed."""
        held = self.body.held
        if name != "object" or held is None or subgoal.skill != "place":
            return None
        now, said = self.body.now(held), self._said.get(name)
        if said is not None and _alike(said, reference):
            return now
        fits = ground(reference, [now], hand_m=self.body.hand_m).candidates
        return now if fits and not self._rejects(said, reference) else None

    @staticmethod
    def _rejects(said: ObjectRef | None, reference: ObjectRef) -> bool:
        """Whether a reference is a correction of the one before: another one, or elsewhere."""
        if said is None or said.category != reference.category:
            return False
        more = reference.attributes.count(ANOTHER) > said.attributes.count(ANOTHER)
        return more or (bool(reference.relation) and reference.relation != said.relation)

    def _grounded(self, name: str, reference: ObjectRef, things: list[Thing]) -> Grounding:
        """Find what a reference means; a correction that leads nowhere new is taken at its word.

        Who says "no, the one on the left" of the only red block does not see a red block there.
        """
        before, said, hand = self._meant.get(name), self._said.get(name), self.body.hand_m
        if before is None or not self._rejects(said, reference):
            return ground(reference, things, hand_m=hand)
        rejected = self._rejected.setdefault(name, [])
        rejected.append(self.body.now(before))
        wrong = [self.body.now(each) for each in rejected]
        found = ground(reference, things, hand_m=hand, before=wrong)
        if found.candidates and not any(same(found.candidates[0], each) for each in wrong):
            return found
        others = [each for each in things if not any(same(each, one) for one in wrong)]
        places = tuple(word for word in reference.attributes if word not in _colours(things))
        again = ground(replace(reference, attributes=places), others, hand_m=hand)
        return again if again.candidates else found

    def _action(self, command: Command) -> VectorAction:
        fingers = ""
        if abs(command.gripper - self.body.width_m / 0.08) > 0.15 and not command.linear_mps.any():
            fingers = "open" if command.gripper > self.body.width_m / 0.08 else "close"
        if fingers == "close" and self.body.held is not None:
            fingers = ""
        slow = np.linalg.norm(command.linear_mps) < SHOWN_MPS
        linear = np.zeros(3) if slow else command.linear_mps
        self._motion = describe(linear, command.angular_radps, gripper=fingers)
        values = np.concatenate([command.linear_mps, command.angular_radps, [command.gripper]])
        return VectorAction(values.astype(np.float32), SPACE, FRAME, RATE_HZ)


def _colours(things: list[Thing]) -> set[str]:
    """Words that tell the looks of things apart."""
    return {word for each in things for word in each.attributes}


def _unit(vector: NDArray[np.float64], otherwise: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-6 else otherwise


def _alike(one: ObjectRef, other: ObjectRef) -> bool:
    """Whether two references say the same, in whatever words."""
    return (one.category, one.attributes, one.relation) == (
        other.category,
        other.attributes,
        other.relation,
    )


TABLE = Thing("Table", (), np.array([0.5, 0.0, 0.0]), (0.8, 0.8, 0.0))
"""What things are put on that are to be put on nothing else."""
