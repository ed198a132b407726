"""A memory of what people asked for and what it meant: examples chosen by the task's own words.

As in LLM-Planner (Song et al., ICCV 2023, section 3.3) the texts most like the one to be planned
stand in the prompt with their right plans. There they are found by the vectors of a sentence
encoder among a hundred; here by weighed words among all that a split has.
"""

from embodied.core.annotated import AnnotatedSource
from embodied.core.errors import PlanningError
from embodied.core.task_plans import subgoals_of
from planners.memory.insights import worked
from planners.memory.store import Memory, Remembered


def annotated_memory(
    texts: AnnotatedSource, *, split: str = "train", shown: int = 4, least_likeness: float = 0.2
) -> Memory:
    """Return a memory in which every annotated text of a split was done by its right plan.

    What is planned with it is remembered besides, in this process alone.

    Args:
        texts: Where annotated tasks come from.
        split: Which of its splits; one that is not measured on.
        shown: Texts that a task brings to mind, at most.
        least_likeness: As `Memory` has it.

    Raises:
        PlanningError: If the split has no texts.
    """
    memory = Memory(shown=shown, least_likeness=least_likeness)
    said = (
        (each.instruction.text, worked(each.instruction.text, subgoals_of(each.task)))
        for each in texts.annotated(split=split)
    )
    for goal, sentence in dict.fromkeys(said):  # what several people said alike is shown once
        memory.remember(Remembered(goal, (sentence,), True))
    if not len(memory):
        raise PlanningError(f"split {split} has no annotated texts to remember")
    return memory
