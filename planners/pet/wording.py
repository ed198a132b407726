"""Goals in ALFWorld's own words, as its games spell them."""

from collections.abc import Mapping

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
