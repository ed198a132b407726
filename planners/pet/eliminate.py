"""PET's Eliminate: masks what the current sub-task does not need (section 3.2 of the paper)."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import PlanningError
from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from embodied.language.sentences import Embed, sentence_encoder
from embodied.mapping.whereabouts import load_whereabouts
from planners.llm.structured import ask_many
from planners.llm.types import LlmClient
from planners.pet.needed import needed_types
from planners.pet.prompts import AT_ONCE, Needed, eliminate

MAX_TOKENS = 256


class LlmEliminator:
    """Asks a language model which types of things a step needs, a few at a time.

    Args:
        llm: The model. Where it gives no valid answer, all it was asked of is kept: a mask that is
            missing costs time, a wrong one the task.
        at_once: Types in one question; the questions of a step are asked together. Small models
            lose sight of long lists, large ones do not.
        keep_usual: Whether places where the step's thing is usually kept, by the learned table, are
            kept whatever the model says: what it forgets to name is then not lost.
    """

    def __init__(self, llm: LlmClient, *, at_once: int = AT_ONCE, keep_usual: bool = True) -> None:
        self._llm = llm
        self._at_once = at_once
        self._usual = WhereaboutsEliminator() if keep_usual else None

    def keep(self, step: Subgoal, types: Sequence[str]) -> frozenset[str]:
        """Return those of the types that the step may need; what it names is always kept."""
        parts = [types[at : at + self._at_once] for at in range(0, len(types), self._at_once)]
        questions = [eliminate(step, part) for part in parts]
        answers = ask_many(self._llm, questions, Needed, max_tokens=MAX_TOKENS)
        kept = set(named_types(step))
        kept.update(self._usual.keep(step, types) if self._usual else ())
        for part, answer in zip(parts, answers, strict=True):
            kept.update(part if isinstance(answer, PlanningError) else answer.needed)
        return frozenset(types) & kept

    def measures(self) -> Mapping[str, float]:
        """Return the model's running totals, for the records."""
        return self._llm.usage.measures()


class WhereaboutsEliminator:
    """Keeps what the step names and where such things are kept: by the learned table, no model.

    The bound on what Eliminate can be taught from the table, since this is what the small language
    model is taught to say.
    """

    def keep(self, step: Subgoal, types: Sequence[str]) -> frozenset[str]:
        """Return those of the types that the step may need."""
        return frozenset(needed_types(step, types, load_whereabouts()))


class EmbeddingEliminator:
    """Keeps the types whose words are near the step's in a sentence embedding.

    Needs no language model, and knows little: that a cabinet is where mugs are is not in the
    nearness of the words. At a threshold that keeps what is needed it removes a sixth of the rest.

    Args:
        threshold: Least cosine that is kept; below the default lie 2 % of the places where things
            are found in ALFWorld's train games.
        embed: Sentences to vectors; None takes all-MiniLM-L6-v2.
    """

    def __init__(self, *, threshold: float = 0.087, embed: Embed | None = None) -> None:
        self._threshold = threshold
        self._embed = embed or sentence_encoder()
        self._kept: dict[str, NDArray[np.float32]] = {}

    def keep(self, step: Subgoal, types: Sequence[str]) -> frozenset[str]:
        """Return those of the types that the step may need; what it names is always kept."""
        near = self.scores(step, types) >= self._threshold
        kept = {kind for kind, is_near in zip(types, near, strict=True) if is_near}
        return frozenset(types) & (kept | named_types(step))

    def scores(self, step: Subgoal, types: Sequence[str]) -> NDArray[np.float32]:
        """Return the cosine of each type's words with the step's, float32 [N]."""
        wanted = [sentence(step), *(spoken(kind) for kind in types)]
        new = [text for text in dict.fromkeys(wanted) if text not in self._kept]
        if new:
            self._kept.update(zip(new, self._embed(new), strict=True))
        vectors = np.stack([self._kept[text] for text in wanted])
        cosines: NDArray[np.float32] = vectors[1:] @ vectors[0]
        return cosines


_QUESTIONS = {
    "pick": "Where can a {0} be found?",
    "look": "Where can a {1} be found?",
}


def sentence(step: Subgoal) -> str:
    """Return the step as the question that a thing's name may answer."""
    names = [spoken(one.category) for one in step.arguments.values() if isinstance(one, ObjectRef)]
    form = _QUESTIONS.get(step.skill)
    if form is not None and len(names) > form.count("{1}"):
        return form.format(*names)
    return " ".join([step.skill, *names])


def named_types(step: Subgoal) -> frozenset[str]:
    """Return the types that a step itself names."""
    return frozenset(one.category for one in step.arguments.values() if isinstance(one, ObjectRef))
