"""Goals in ALFWorld's own words, as its games spell them."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from embodied.core.annotated import AnnotatedSource, AnnotatedTask
from embodied.core.instruction import Instruction
from embodied.core.task import (
    LOOK_IN_LIGHT,
    PICK_AND_PLACE,
    PICK_CLEAN,
    PICK_COOL,
    PICK_HEAT,
    PICK_TWO,
    Task,
)

TEMPLATES: Mapping[str, tuple[str, str]] = {
    PICK_AND_PLACE: ("put a {thing} in {place}", "put some {thing} on {place}"),
    PICK_TWO: ("put two {thing} in {place}", "find two {thing} and put them in {place}"),
    LOOK_IN_LIGHT: ("look at {thing} under the {lamp}", "examine the {thing} with the {lamp}"),
    PICK_HEAT: ("put a hot {thing} in {place}", "heat some {thing} and put it in {place}"),
    PICK_COOL: ("put a cool {thing} in {place}", "cool some {thing} and put it in {place}"),
    PICK_CLEAN: ("put a clean {thing} in {place}", "clean some {thing} and put it in {place}"),
}
"""Task type to the two sentences that the games draw from; slices and vessels have no games."""


def template_goals(task: Task) -> tuple[str, ...]:
    """Return the goals that a game of the task may have; none where there are no such games."""
    if task.sliced or (task.task_type == LOOK_IN_LIGHT and not task.toggle):
        return ()
    return tuple(
        form.format(thing=task.object.lower(), place=task.parent.lower(), lamp=task.toggle.lower())
        for form in TEMPLATES.get(task.task_type, ())
    )


class WithTemplates:
    """A source of texts, and beside each trajectory's words its goal as ALFWorld words it.

    Args:
        texts: The texts.
    """

    def __init__(self, texts: AnnotatedSource) -> None:
        self._texts = texts

    def annotated(self, *, split: str) -> Sequence[AnnotatedTask]:
        """Return the split's texts, each trajectory's followed by its template goals.

        Raises:
            EmbodiedError: As the source of the texts does.
        """
        found: list[AnnotatedTask] = []
        every = self._texts.annotated(split=split)
        for _, group in groupby(every, lambda each: each.trajectory_id):
            said = list(group)
            found += said
            found += [
                AnnotatedTask(
                    instruction=Instruction.from_text(
                        goal, id=f"{said[0].trajectory_id}/template-{number}"
                    ),
                    task=said[0].task,
                    plan=said[0].plan,
                    aligned=False,
                    split=split,
                    trajectory_id=said[0].trajectory_id,
                )
                for number, goal in enumerate(template_goals(said[0].task))
            ]
        return found
