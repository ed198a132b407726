"""`planner=flowplan`: four stages, and a way back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar

from pydantic import BaseModel, ValidationError

from embodied.core.errors import PlanningError
from embodied.core.plan import Plan, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task_plans import task_of
from planners.corrections.nouns import known_types
from planners.cues import Mention, described, mentions_in
from planners.flowplan.evaluation import evaluate, vote_of
from planners.flowplan.flow import (
    Explanation,
    Flow,
    again,
    explain,
    narrowed,
    reasoned,
    retrieved,
    written,
)
from planners.flowplan.information import (
    Information,
    information_model,
)
from planners.flowplan.opinion import Opinion, SecondOpinion
from planners.flowplan.prompts import Steps
from planners.flowplan.reading import read_steps
from planners.llm.plan_schema import plan_model, to_subgoals
from planners.llm.structured import ask_many
from planners.llm.types import LlmClient, LlmRequest, Message
from planners.symbolic import repair

AnswerT = TypeVar("AnswerT", bound=BaseModel)

WEIGHTS: Mapping[str, float] = {"retrieve": 1.0, "reason": 0.4, "reconsider": 0.7}
"""How much the word of each stage counts where they disagree."""
TOLD = 6.0
"""How much more the first stage's word counts where steps were told beside the goal: they name
everything once more, which a form is surer to take up than a plan."""

OPINION = 48.0
"""What a second opinion counts that is certain; a doubted one counts by the cube of its confidence.
Found on tasks of train that the small model did not learn, with parsers that did not learn the
rooms, or the trajectories: half as much and twice as much are as good."""

MAX_TOKENS: Mapping[str, int] = {"retrieve": 256, "reason": 400, "write": 768}
"""Longest answer of each stage."""


class FlowPlanner:
    """Plans in the four stages of FlowPlan (Lin et al. 2025, arXiv 2503.02698).

    Task information retrieval, language-level reasoning, symbolic-level planning and logical
    evaluation. Where it differs from the paper: the evaluation is not one more question to the
    model but a check against what the skills declare, and a comparison of what each stage took the
    task to name; the second stage reads the instruction afresh, so that the comparison means
    something; what disagrees goes back to the first stage as a question narrowed to the values
    said; and a plan that is still at fault is mended symbolically. Contextual cues ride on the
    references of the plan (attributes and relation); the model's own are kept, a rule adds what it
    left out.

    Args:
        llm: The model.
        weights: How much the word of each stage counts.
        trust: What each step counts in which the model's plan differs from that of a reading.
        trust_given: The same for plans that `mend` is given.
        margin: By how much the best reading has to be better than the next, or the words are asked
            again.
        reason: When the second stage is asked: `always`, as in the paper, its answer being handed
            on to the third; or `in_doubt`, where the first and the third do not settle it.
        rounds: How often the third stage is asked again with what is wrong with its plan, where the
            task is of another kind and its goal therefore unknown.
        max_repairs: Attempts to mend a malformed answer.
        second_opinion: Who says besides what the words name; None asks the model alone.

    Attributes:
        explanation: How the last plan came about.
    """

    def __init__(
        self,
        llm: LlmClient,
        *,
        weights: Mapping[str, float] = WEIGHTS,
        trust: float = 1.6,
        trust_given: float = 1.5,
        margin: float = 0.1,
        reason: Literal["always", "in_doubt"] = "in_doubt",
        rounds: int = 1,
        max_repairs: int = 2,
        second_opinion: SecondOpinion | None = None,
    ) -> None:
        self._llm = llm
        self._opinion = second_opinion
        self._weights = {**WEIGHTS, **weights}
        self._trust = trust
        self._trust_given = trust_given
        self._margin = margin
        self._always_reason = reason == "always"
        self._rounds = rounds
        self._max_repairs = max_repairs
        self.explanation: Explanation | None = None

    def plan(self, context: PlanContext) -> Plan:
        """Return a plan that the evaluation passed.

        Raises:
            PlanningError: If the model gave no valid answer, or the plan cannot be mended.
        """
        [made] = self.plan_many([context])
        if isinstance(made, PlanningError):
            raise made
        return made

    def plan_many(self, contexts: Sequence[PlanContext]) -> list[Plan | PlanningError]:
        """Plan several tasks at once: each stage asks for all of them together."""
        flows = self.flows(contexts)
        self.explanation = explain(flows[-1]) if flows else None
        return [self._result(flow) for flow in flows]

    def mend(self, context: PlanContext, subgoals: Sequence[Subgoal]) -> Plan:
        """Return a given plan after logical evaluation and what follows from it.

        Args:
            context: The task it was made for.
            subgoals: The plan, as another planner or a person wrote it.

        Raises:
            PlanningError: If the model gave no valid answer, or the plan cannot be mended.
        """
        [made] = self.mend_many([context], [subgoals])
        if isinstance(made, PlanningError):
            raise made
        return made

    def mend_many(
        self, contexts: Sequence[PlanContext], plans: Sequence[Sequence[Subgoal]]
    ) -> list[Plan | PlanningError]:
        """Mend several plans at once."""
        flows = self._begin(contexts)
        for flow, subgoals in zip(flows, plans, strict=True):
            flow.subgoals = tuple(subgoals)
        self._evaluate(flows, trust=self._trust_given)
        return [self._result(flow) for flow in flows]

    def flows(self, contexts: Sequence[PlanContext]) -> list[Flow]:
        """Return tasks with all that happened on their way through the stages."""
        flows = self._begin(contexts)
        self._write(flows)
        self._evaluate(flows, trust=self._trust)
        return flows

    def measures(self) -> Mapping[str, float]:
        """Return the model's running totals, for the records."""
        return self._llm.usage.measures()

    def _result(self, flow: Flow) -> Plan | PlanningError:
        return flow.error or Plan(flow.context.instruction, 0, flow.subgoals)

    def _begin(self, contexts: Sequence[PlanContext]) -> list[Flow]:
        """Ask the first stage, and the second where it always speaks."""
        flows = [Flow(context) for context in contexts]
        self._each(
            flows,
            retrieved,
            lambda flow: information_model(flow.context.skills),
            self._retrieved,
            max_tokens=MAX_TOKENS["retrieve"],
        )
        if self._opinion is not None:
            for flow in flows:
                self._heard(flow, self._opinion.of(flow.context))
        if self._always_reason:
            self._reason(flows)
        return flows

    def _heard(self, flow: Flow, opinion: Opinion | None) -> None:
        if opinion is None:
            return
        flow.said["opinion"] = opinion.information
        flow.confidence = opinion.confidence
        flow.reasons.append(
            f"A second opinion, {opinion.confidence:.0%} sure: {opinion.information.line()}."
        )

    def _reason(self, flows: Sequence[Flow]) -> None:
        """Ask the second stage."""
        self._each(
            flows,
            reasoned,
            lambda _: Steps,
            self._reasoned,
            max_tokens=MAX_TOKENS["reason"],
            needed=False,
        )

    def _retrieved(self, flow: Flow, answer: Information) -> None:
        flow.said["retrieve"] = answer
        flow.reasons.append(f"The task names: {answer.line()}.")

    def _reasoned(self, flow: Flow, answer: Steps) -> None:
        flow.steps = answer.steps
        flow.reasons.append(f"In words: {'; '.join(answer.steps)}.")
        read = read_steps(answer.steps, known_types(flow.context.skills))
        vote = vote_of(read)
        if vote is not None:
            flow.said["reason"] = vote

    def _write(self, flows: Sequence[Flow]) -> None:
        """Third stage."""
        self._each(
            flows,
            written,
            lambda flow: plan_model(
                flow.context.skills, categories=sorted(known_types(flow.context.skills)) or None
            ),
            self._taken,
            max_tokens=MAX_TOKENS["write"],
            needed=False,
        )

    def _taken(self, flow: Flow, answer: BaseModel) -> None:
        flow.subgoals = to_subgoals(answer)
        flow.written = task_of(flow.subgoals)
        listed = ", ".join(str(subgoal) for subgoal in flow.subgoals)
        flow.reasons.append(f"The plan written: {listed}.")

    def _evaluate(self, flows: Sequence[Flow], *, trust: float) -> None:
        """Fourth stage, and the ways back."""
        flows = [flow for flow in flows if flow.error is None]
        for flow in flows:
            self._judge(flow, trust)
        if not self._always_reason and (doubted := _doubted(flows)):
            self._reason(doubted)
            for flow in doubted:
                self._judge(flow, trust)
        if doubted := _doubted(flows):
            self._reconsider(doubted)
            for flow in doubted:
                self._judge(flow, trust)
        for _ in range(self._rounds):
            faulty = [flow for flow in flows if _faulty(flow)]
            self._write(faulty)
            for flow in faulty:
                self._judge(flow, trust)
        for flow in flows:
            self._settle(flow)

    def _judge(self, flow: Flow, trust: float) -> None:
        told = {"retrieve": TOLD} if flow.context.instruction.steps else {}
        weights = {**self._weights, "opinion": OPINION * flow.confidence**3}
        votes = [(said, weights[stage] * told.get(stage, 1.0)) for stage, said in flow.said.items()]
        flow.verdict = evaluate(
            flow.subgoals, votes, flow.context, margin=self._margin, trust=trust
        )

    def _settle(self, flow: Flow) -> None:
        """Mend what is at fault, and put the cues on."""
        context = flow.context
        verdict = flow.verdict
        assert verdict is not None
        if verdict.goal is None and not flow.subgoals:
            flow.error = PlanningError("No stage said a task, and there is no plan.")
            return
        if verdict.faults:
            listed = " ".join(str(fault) for fault in verdict.faults)
            flow.reasons.append(f"Wrong with the plan: {listed}")
        try:
            flow.subgoals = repair(
                flow.subgoals,
                context.skills,
                history=context.history,
                entities=context.entities,
                goal=verdict.goal,
            )
        except PlanningError as error:
            flow.error = error
            return
        instruction = context.instruction
        said = mentions_in(
            [instruction.text, *instruction.steps],
            flow.subgoals,
            any_place=instruction.one_task,
        )
        cues = verdict.information.cues
        answered = [Mention(each.about, each.attributes, each.relation) for each in cues]
        flow.subgoals = described(flow.subgoals, (*answered, *said))

    def _each(
        self,
        flows: Sequence[Flow],
        question: Callable[[Flow], tuple[Message, ...]],
        form: Callable[[Flow], type[AnswerT]],
        take: Callable[[Flow, AnswerT], None],
        *,
        max_tokens: int,
        needed: bool = True,
    ) -> None:
        """Ask a question of every flow that is still on its way, like forms together.

        Without an answer that is needed there is no plan; the other stages make up for one another.
        """
        groups: dict[type[AnswerT], list[Flow]] = {}
        for flow in flows:
            if flow.error is None:
                groups.setdefault(form(flow), []).append(flow)
        for model, members in groups.items():
            answers = ask_many(
                self._llm,
                [question(flow) for flow in members],
                model,
                max_repairs=self._max_repairs if needed else 0,
                max_tokens=max_tokens,
            )
            for flow, answer in zip(members, answers, strict=True):
                if not isinstance(answer, PlanningError):
                    take(flow, answer)
                elif needed:
                    flow.error = answer
                else:
                    flow.reasons.append(f"No valid answer: {answer}")

    def _reconsider(self, flows: Sequence[Flow]) -> None:
        """Ask the first stage again, each flow with its own few values to choose from."""
        forms = [narrowed(flow) for flow in flows]
        requests = [
            LlmRequest(
                again(flow), schema=form.model_json_schema(), max_tokens=MAX_TOKENS["retrieve"]
            )
            for flow, form in zip(flows, forms, strict=True)
        ]
        for flow, form, reply in zip(flows, forms, self._llm.complete_many(requests), strict=True):
            try:
                answer = form.model_validate_json(reply.text)
            except ValidationError:
                flow.reasons.append(f"Asked again, the answer was no answer: {reply.text}")
                continue
            flow.reasons.append(f"Asked again, the task names: {answer.line()}.")
            flow.said["reconsider"] = answer


def _doubted(flows: Sequence[Flow]) -> list[Flow]:
    return [flow for flow in flows if flow.verdict is not None and flow.verdict.doubts]


def _faulty(flow: Flow) -> bool:
    """Whether the plan is wrong and no known goal says how it should be."""
    verdict = flow.verdict
    return verdict is not None and bool(verdict.faults) and verdict.goal is None
