"""The agent that plans, acts, and takes corrections while it does."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from embodied.core.action import STOP, Action
from embodied.core.correction import Correction, CorrectionKind
from embodied.core.errors import ConfigError, PlanningError
from embodied.core.instruction import Instruction
from embodied.core.motion import Frame, MotionKind
from embodied.core.naming import spoken
from embodied.core.observation import Observation
from embodied.core.plan import Cause, Outcome, Status, Subgoal
from embodied.core.protocols import (
    Correctable,
    Holding,
    Homing,
    Interruptible,
    MapKeeping,
    Planner,
    Policy,
    Privileged,
    Settling,
)
from embodied.core.skills import SkillSpec
from embodied.runtime.corrections import WHERE_INSTEAD, CorrectionQueue, Heard, classify
from embodied.runtime.executor import InlineExecutor, PlanExecutor
from embodied.runtime.measuring import since, totals
from embodied.runtime.progress import Progress
from embodied.runtime.referring import sent_home, sliced, spelled_out, taken_back
from embodied.runtime.remarks import asks_nothing, wonders
from embodied.runtime.remembering import Remembering
from embodied.runtime.repeating import repeated
from embodied.runtime.resuming import asks_to_go_on, objects_to_it
from embodied.runtime.talk import About, Dialogue, as_target
from embodied.runtime.tracking import (
    FINISH,
    Told,
    confidence_of,
    likelier,
    not_finished,
)


class PlanningAgent:
    """Carries out the plans of a `Planner` with the actions of a `Policy`.

    `step` never waits. Planning is a job whose result carries a revision; a result that is not of
    the latest revision is dropped. Corrections act at the next step: stop answers with the stop
    action, then and ever after until the next `begin` or `follow`; motion goes to the policy, if it
    takes any; target keeps still until the plan has what is meant; amend lets the plan at hand go
    on meanwhile; replace drops it, ends what was begun safely, and plans for the new instruction.
    What was done stays done: a step that a new plan begins with as well is not begun again.

    Args:
        planner: Makes plans.
        policy: Carries out one subgoal at a time.
        executor: Runs planning jobs; in lockstep by default.
        idle: What to do while there is no plan yet. An executor beside the loop needs one.
        stop: The action that ends the episode, or halts the robot.
        max_replans: Plans made after the first because a subgoal failed, before the agent gives up.
        max_tries: Failures of one and the same subgoal after which it gives up.
        ends_itself: Whether the world ends by itself when the task is done. There, a plan that was
            carried out while the world goes on was not what was meant: the planner is told so, as
            the failure of a last subgoal `finish`, and asked again.
        ask: Whether a person may be asked: which of two things is meant, where a thing is that is
            not to be found, what words mean that can be read in two ways. It keeps still meanwhile.
        patience_s: How long it waits for an answer before it goes on with its best guess.
        frame: Whose left is meant where a correction does not say: `robot` or `speaker`.

    Raises:
        ConfigError: If the executor is not in lockstep and there is no idle action.
    """

    def __init__(
        self,
        planner: Planner,
        policy: Policy,
        *,
        executor: PlanExecutor | None = None,
        idle: Action | None = None,
        stop: Action = STOP,
        max_replans: int = 10,
        max_tries: int = 3,
        ends_itself: bool = False,
        ask: bool = False,
        patience_s: float = 60.0,
        frame: str = "robot",
    ) -> None:
        self._planner = planner
        self._policy = policy
        self._executor = executor or InlineExecutor()
        still = isinstance(policy, Holding)
        if idle is None and not still and (ask or not self._executor.lockstep):
            raise ConfigError(
                "Planning beside the loop and asking need an action for the time without a plan: "
                "give PlanningAgent `idle`."
            )
        self._idle = idle
        self._stop_action = stop
        self._max_replans = max_replans
        self._max_tries = max_tries
        self._ends_itself = ends_itself
        self._queue = CorrectionQueue(frame=Frame(frame))
        self._dialogue = Dialogue(ask=ask, patience_s=patience_s)
        self._halt = threading.Event()
        self._now_s = 0.0
        self._revision = 0
        self._last_planned: Progress | None = None
        self._forget(Instruction(id="", parts=()), ())

    def _forget(self, instruction: Instruction, skills: tuple[SkillSpec, ...]) -> None:
        self._task = Progress(instruction, skills)
        self._plan_wanted = True
        self._job_open = self._amending = False
        self._rechoosing = self._replaced = self._unsettled = False
        self._unfound: Outcome | None = None
        self._counted_before = totals(self._planner, self._policy)
        self._told_end = False

    @property
    def halted(self) -> bool:
        """Whether a stop was heard; true from the moment `correct` returns, on every thread."""
        return self._halt.is_set()

    def bind(self, env: Any) -> None:
        """Hand the environment on to a privileged planner; others never see it."""
        if isinstance(self._planner, Privileged):
            self._planner.bind(env)

    def begin(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Start an episode: forget the last one, whatever it left in the queue included."""
        self._tell_end()  # where the world ended the last one, it was not told yet
        self._queue.forget()
        self._dialogue.forget()
        self._halt.clear()
        self._now_s = 0.0
        self._last_planned = None
        self._forget(instruction, tuple(skills))
        self._policy.reset()

    def follow(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Begin another task in the same world: what was seen and what is held stay known.

        "Go on" takes up again what was left off, be it that somebody said stop; "no, the spoon"
        once a task is done asks for it again, with the spoon. Any other task begins anew; where
        the one before was left off, what it holds is put down first.
        """
        before, words = self._task, instruction.text
        if before.plan is not None:
            self._last_planned = before
        if before.left_off and before.instruction.text and asks_to_go_on(words):
            self._take_up()
            return
        self._tell_end()
        self._forget_words()
        if isinstance(self._policy, Interruptible):
            self._policy.next_task()
        else:
            self._policy.reset()
        done = self._last_planned
        objects = done is not None and not done.left_off and objects_to_it(words)
        if done and objects and classify(words).kind is CorrectionKind.TARGET:
            self._forget(done.instruction, tuple(skills))
            self._task.objected = True
            self._task.corrections.append(Correction(words, self._now_s, CorrectionKind.TARGET))
        else:
            self._forget(self._spelled_out(instruction, skills), tuple(skills))
        # words that made no plan began nothing
        self._unsettled = before.left_off and bool(before.plan is not None or before.history)
        self._replaced = True

    def _spelled_out(self, instruction: Instruction, skills: Sequence[SkillSpec]) -> Instruction:
        """Say what `it` is, where that was said in the last task that was planned."""
        done, words = self._last_planned, instruction.text
        if done is not None:
            words = repeated(words, done.instruction.text, done.reached)
            words = spelled_out(sliced(words, done.reached), done.reached, skills)
        if isinstance(self._policy, Homing):
            words = sent_home(words, self._policy.homes())
        if words == instruction.text:
            return instruction
        return Instruction.from_text(words, id=instruction.id)

    def _take_up(self) -> None:
        """Go on with the subgoal that was left off, begun anew."""
        self._forget_words()
        self._leave_off()
        self._task.ending, self._task.begun = "", False
        self._plan_wanted = self._task.plan is None
        self._told_end = False

    def _forget_words(self) -> None:
        self._queue.forget()
        self._dialogue.forget()
        self._halt.clear()

    def _leave_off(self) -> None:
        if isinstance(self._policy, Interruptible):
            self._policy.interrupt()
        else:
            self._policy.reset()

    def correct(self, text: str) -> None:
        """Queue what a person said; safe from any thread.

        While a question is open, words that neither stop nor replace are taken for its answer.

        Raises:
            ValueError: If there are no words.
        """
        if self._dialogue.question and text.strip():
            kind = classify(text).kind
            if kind not in (CorrectionKind.STOP, CorrectionKind.REPLACE) and self.answer(text):
                return
        if self._queue.put(text, self._now_s) is CorrectionKind.STOP:
            self._halt.set()

    def answer(self, text: str) -> bool:
        """Answer the open question, from any thread; return whether there was one.

        Words that stop or replace are no answer: they are heard as corrections.
        """
        if classify(text).kind in (CorrectionKind.STOP, CorrectionKind.REPLACE):
            was_open = bool(self._dialogue.question)
            self.correct(text)
            return was_open
        return self._dialogue.answer(text)

    @property
    def question(self) -> str:
        """The question that is open, or nothing."""
        return self._dialogue.question

    def step(self, observation: Observation, now_s: float) -> Action:
        """Answer with the next action. Never waits.

        Raises:
            PlanningError: If there is no plan and the planner cannot make one.
        """
        self._now_s = now_s
        self._hear(observation)
        if self.halted:
            self._task.ending = "a person said stop"
            return self._stop_action
        if self._dialogue.question:
            return self._wait(observation)
        if self._unsettled:
            self._unsettled = False
            self._settle(observation)
        if self._plan_wanted:
            self._submit(observation)
        self._collect()
        action = self._act(observation)
        if self._task.ending:
            self._tell_end()
        return action

    def report(self) -> Mapping[str, Any]:
        """Return plans, current subgoal, progress, corrections, counts and why the agent ended."""
        told = self._policy.report() if isinstance(self._policy, Told) else {}
        if "cause" in told:
            told = {**told, "cause": likelier(str(told["cause"]), confidence_of(self._planner))}
        return {
            **self._task.record(),
            "question": self._dialogue.question,
            "questions": self._dialogue.record(),
            "measures": since(totals(self._planner, self._policy), self._counted_before),
            **told,
        }

    def state_text(self) -> str:
        """Return the state of the loop in one screen: plan, subgoal, and what the policy tells."""
        lines = self._task.lines()
        if isinstance(self._policy, Told):
            lines.append(self._policy.state_text())
        return "\n".join([*lines, self._task.ending]).rstrip()

    def _hear(self, observation: Observation) -> None:
        for correction, heard in self._queue.drain():
            self._take_in(correction, heard, observation)
        answer = self._dialogue.take(self._now_s)
        if answer is None:
            return
        if answer.about is About.CORRECTION and answer.text:
            self.correct(answer.text)
        elif answer.about is About.CORRECTION:
            self._take_as_read(answer.question, observation)
        elif answer.about is About.TASK and not answer.text:
            self._task.ending = "plan: nobody said what was meant"
        elif answer.about is About.TASK:
            words = answer.text.split()
            asked = self._task.instruction
            whole = answer.text if len(words) > 2 else f"{asked.text} {answer.text}"
            self._task.instruction = Instruction.from_text(whole, id=f"{asked.id}?")
            self._plan_wanted = True
        elif meant := as_target(answer.text):
            self._unfound = None
            said = Correction(meant, self._now_s, CorrectionKind.TARGET)
            self._take_in(said, Heard(CorrectionKind.TARGET), observation)

    def _take_in(self, correction: Correction, heard: Heard, observation: Observation) -> None:
        task, policy = self._task, self._policy
        correction, heard = self._with_place(correction, heard)
        motion = str(policy.report().get("motion", "")) if isinstance(policy, Told) else ""
        told = task.log.add(
            correction,
            observation,
            subgoal="" if task.current is None else str(task.current),
            index=task.index,
            motion=motion,
        )
        if heard.question and asks_to_go_on(correction.text):
            told.effect, told.effect_s = "goes on", self._now_s
        elif heard.question:
            told.not_understood = heard.question
            if not self._dialogue.pose(heard.question, About.CORRECTION, self._now_s):
                self._take_as_read(heard.question, observation)
        elif correction.kind is CorrectionKind.STOP:
            self._leave_off()
            task.log.take_effect("halted", self._now_s)
        elif remarked := self._remarked(correction):
            told.effect, told.effect_s = remarked, self._now_s
        elif asks_to_go_on(correction.text):
            told.effect, told.effect_s = "goes on", self._now_s
        elif correction.kind is CorrectionKind.REPLACE:
            task.corrections.append(correction)
            number = f"{task.instruction.id}#{len(task.log.told)}"
            self._begin_otherwise(Instruction.from_text(heard.instruction, id=number), observation)
        elif (
            correction.kind is CorrectionKind.MOTION
            and isinstance(policy, Correctable)
            and policy.correct(correction)
        ):
            told.effect, told.effect_s = str(correction.motion), self._now_s
        elif correction.motion is not None and correction.motion.kind is MotionKind.SPEED:
            told.not_understood = "It goes at one speed here."
        else:
            task.corrections.append(correction)
            self._plan_wanted = True
            self._amending = task.plan is not None
            self._rechoosing |= correction.kind is CorrectionKind.TARGET

    def _remarked(self, correction: Correction) -> str:
        """Return what to say to words that ask for no change; empty for others."""
        if correction.kind is CorrectionKind.MOTION:
            return ""
        if asks_nothing(correction.text):
            return "nothing to be changed"
        return self._task.outlook() if wonders(correction.text) else ""

    def _take_as_read(self, question: str, observation: Observation) -> None:
        """Do what is safe where nobody answers: what is not to go there goes nowhere."""
        if question == WHERE_INSTEAD:
            said = Correction("keep it", self._now_s, CorrectionKind.AMEND)
            self._take_in(said, Heard(CorrectionKind.AMEND), observation)

    def _with_place(self, correction: Correction, heard: Heard) -> tuple[Correction, Heard]:
        """Take "put it back" for a task of its own: where that is, only the policy remembers."""
        task, kinds = self._task, (CorrectionKind.AMEND, CorrectionKind.TARGET)
        if correction.kind not in kinds or not isinstance(self._policy, Homing):
            return correction, heard
        homes = self._policy.homes()
        words = taken_back(correction.text, task.reached, task.skills, homes)
        if not words:
            return correction, heard
        kind = CorrectionKind.REPLACE
        return replace(correction, kind=kind), Heard(kind, instruction=words)

    def _begin_otherwise(self, instruction: Instruction, observation: Observation) -> None:
        """Drop what was asked before, and end safely what was begun for it."""
        self._settle(observation)
        self._task.replace(instruction)
        self._replaced = self._plan_wanted = True
        self._amending = self._rechoosing = False
        self._unfound = None
        self._dialogue.drop()

    def _settle(self, observation: Observation) -> None:
        policy = self._policy
        begun = policy.settling(observation) if isinstance(policy, Settling) else ()
        self._task.first = list(begun)

    def _submit(self, observation: Observation) -> None:
        self._plan_wanted = False
        self._job_open = True
        self._revision += 1
        seen = observation.entities
        if isinstance(self._policy, MapKeeping):
            seen = self._policy.seen() or seen
        context = self._task.context(seen)
        self._executor.submit(lambda: self._planner.plan(context), revision=self._revision)

    def _tell_end(self) -> None:
        if isinstance(self._planner, Remembering) and self._task.history and not self._told_end:
            self._told_end = True
            self._planner.ended(self._task.context())

    def _collect(self) -> None:
        for result in self._executor.poll():
            if result.revision != self._revision:
                continue
            self._job_open = False
            if result.plan is not None:
                self._task.take(result.plan, revision=self._revision, now_s=self._now_s)
            elif result.error is not None:
                self._regret(result.error)
            if not self._plan_wanted:
                self._amending = self._rechoosing = False

    def _regret(self, error: Exception) -> None:
        """Do without the plan that could not be made."""
        task, planning = self._task, isinstance(error, PlanningError)
        if planning and task.replans and not self._amending:
            task.ending = f"plan: no new plan: {error}"
            return
        if planning and self._amending:
            # The words made no plan; the task at hand still stands. What was not understood is
            # not read again with what is said next; of several the others are tried without it.
            waiting = task.log.waiting()
            if waiting:
                waiting[0].not_understood = str(error)
                task.corrections = [
                    each for each in task.corrections if each is not waiting[0].correction
                ]
                self._plan_wanted = len(waiting) > 1
            if self._rechoosing:
                self._dialogue.pose(str(error), About.CORRECTION, self._now_s)
            return
        asks = str(getattr(error, "question", ""))
        if planning and asks and self._dialogue.pose(asks, About.TASK, self._now_s):
            return
        if not (planning and self._replaced):
            raise error
        # Words said in the middle bring no robot down: it ends in words, what was begun settled.
        task.ending = f"plan: {error}"
        for each in task.log.waiting():
            each.not_understood = str(error)

    def _act(self, observation: Observation) -> Action:
        task = self._task
        while True:
            if task.ending and task.plan is None and not (self._job_open or task.first):
                return self._stop_action
            if self._unfound is not None:
                outcome, self._unfound = self._unfound, None
                if not self._replan(observation, outcome):
                    return self._stop_action
            if task.plan is None and not task.first:
                return self._wait(observation)
            if self._rechoosing and self._job_open:
                return self._wait(observation)  # rather still than on with what was not meant
            subgoal = task.current
            if subgoal is None:
                if self._job_open:
                    return self._wait(observation)
                if self._ends_itself and self._think_again(observation):
                    continue
                task.ending = task.ending or "the plan is carried out"
                return self._stop_action
            if not task.begun:
                self._policy.begin(subgoal)
                task.begun = True
            action, outcome = self._policy.act(observation)
            if outcome.question and self._dialogue.pose(
                outcome.question, About.INSTANCE, self._now_s
            ):
                return self._wait(observation)
            if outcome.status is Status.RUNNING:
                return self._wait(observation) if action is None else action
            settling = bool(task.first)
            task.ended(outcome)
            if outcome.status is not Status.DONE and not settling:
                if outcome.cause is Cause.NOT_FOUND and self._asked_where(subgoal, outcome):
                    return self._wait(observation)
                if not self._replan(observation, outcome):
                    return self._stop_action
            if action is not None:
                return action

    def _asked_where(self, subgoal: Subgoal, outcome: Outcome) -> bool:
        """Ask where a thing is; what failed is tried as before where nobody knows.

        A thing that the words did not name so ("the table" is read as a side table) is asked for
        at the last: a new plan may take it for something else.
        """
        sought = spoken(outcome.evidence.removeprefix("found no ") or str(subgoal))
        if sought not in self._task.instruction.text.lower() and not self._gives_up_on(subgoal):
            return False
        question = f"I cannot find the {sought.removeprefix('the ')}. Where is it?"
        if not self._dialogue.pose(question, About.PLACE, self._now_s):
            return False
        self._unfound = outcome
        return True

    def _replan(self, observation: Observation, outcome: Outcome) -> bool:
        task = self._task
        if self._gives_up_on(task.history[-1][0]):
            task.ending = task.gave_up(outcome, confidence=confidence_of(self._planner))
            return False
        task.replans += 1
        self._submit(observation)
        task.plan = None  # the failed step is not tried again while the new plan is made
        self._collect()
        return not task.ending

    def _gives_up_on(self, subgoal: Subgoal) -> bool:
        """Whether a subgoal that failed is not tried again."""
        task = self._task
        return task.replans >= self._max_replans or task.failures_of(subgoal) >= self._max_tries

    def _think_again(self, observation: Observation) -> bool:
        """Tell the planner that what it planned is done and the task is not."""
        task = self._task
        if task.plan is None or not task.plan.subgoals:
            return False  # the planner has nothing more to try
        outcome = not_finished()
        task.history.append((Subgoal(FINISH, {"attempt": float(task.replans)}), outcome))
        return self._replan(observation, outcome)

    def _wait(self, observation: Observation) -> Action:
        if isinstance(self._policy, Holding):
            return self._policy.hold(observation)
        if self._idle is None:
            raise ConfigError(
                "The agent has nothing to do at this step and no idle action: the policy answered "
                "running without an action. Give PlanningAgent `idle`, or mend the policy."
            )
        return self._idle
