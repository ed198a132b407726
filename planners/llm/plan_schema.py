"""Plans as a schema: made from the declared skills, so that nothing else can be said.

The form is a list of subgoals, each one of a discriminated union over the skills. A skill that is
not declared has no member, an argument that a skill does not take has no field, and where the types
are known an object of another type has no spelling.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias, Union

from pydantic import BaseModel, ConfigDict, Field, create_model

from embodied.core.errors import PlanningError
from embodied.core.plan import Argument, ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from planners.corrections.nouns import also_called

OBJECT_KINDS = ("object", "receptacle")
"""Kinds of arguments that refer to things."""

MAX_SUBGOALS = 40
"""Longest plan: ALFRED's longest has 19 steps at this level."""


_Types: TypeAlias = frozenset[str] | None

_COME_OF_CUTTING = ("Sliced", "Cracked")
"""Endings of types that nobody names: a slice is an attribute."""
_INNER: Mapping[str, str] = {"Sink": "SinkBasin", "Bathtub": "BathtubBasin"}
"""Types with the part of them that holds things: where both are known, that part is meant."""


class Thing(BaseModel):
    """A reference to an object: its type, and what tells it from others of that type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: str
    attributes: tuple[str, ...] = ()
    relation: str = ""


def plan_model(
    skills: Sequence[SkillSpec],
    *,
    categories: Iterable[str] | None = None,
    receptacles: Iterable[str] | None = None,
) -> type[BaseModel]:
    """Return the form of a plan over declared skills.

    What a skill declares of the types it takes is part of the form. Which object fits which
    receptacle is not: that is for whoever checks the plan.

    Args:
        skills: What the embodiment can do.
        categories: The types there are; None takes whatever the skills allow.
        receptacles: The types that arguments of the kind `receptacle` may have; `categories` if
            None.

    Returns:
        A model with one field, `subgoals`. Each subgoal has `skill` and that skill's arguments by
        name: a `Thing` for objects and receptacles, a number, or a text.

    Raises:
        PlanningError: If no skill is declared.
    """
    if not skills:
        raise PlanningError("No skill is declared, so there is nothing to plan with.")
    known = None if categories is None else frozenset(categories)
    holders = known if receptacles is None else frozenset(receptacles)
    limits = {"object": known, "receptacle": holders}
    declared = tuple(
        (
            skill.name,
            tuple(
                (name, kind, _types(skill, name, limits.get(kind)))
                for name, kind in skill.arguments.items()
            ),
        )
        for skill in skills
    )
    return _plan_model(declared)


def _types(skill: SkillSpec, argument: str, known: _Types) -> _Types:
    """Return the types an argument may have; None where any word may stand."""
    taken = skill.categories.get(argument)
    if taken is None or known is None:
        return known if taken is None else nameable(taken)
    return nameable(taken & known or taken)


def nameable(types: frozenset[str]) -> frozenset[str]:
    """Return the types that a plan may name: no slices, and a basin rather than its sink."""
    return frozenset(
        name
        for name in types
        if not name.endswith(_COME_OF_CUTTING) and _INNER.get(name) not in types
    )


@lru_cache(maxsize=64)
def _plan_model(
    skills: tuple[tuple[str, tuple[tuple[str, str, _Types], ...]], ...],
) -> type[BaseModel]:
    things: dict[_Types, type[BaseModel]] = {None: Thing}
    members = tuple(
        create_model(
            f"{name.title().replace('_', '')}Step",
            __config__=ConfigDict(extra="forbid", frozen=True),
            skill=(Literal[name], ...),
            **{argument: (_field(kind, types, things), ...) for argument, kind, types in arguments},
        )
        for name, arguments in skills
    )
    step: Any = (
        members[0] if len(members) == 1 else Annotated[Union[members], Field(discriminator="skill")]  # noqa: UP007
    )
    return create_model(
        "PlanAnswer",
        __config__=ConfigDict(extra="forbid", frozen=True),
        subgoals=(Annotated[list[step], Field(min_length=1, max_length=MAX_SUBGOALS)], ...),
    )


def _field(kind: str, types: _Types, things: dict[_Types, type[BaseModel]]) -> Any:
    """Return the form of one argument; arguments of the same types share one."""
    if kind not in OBJECT_KINDS:
        if types is not None:
            return Literal[tuple(sorted(types))]
        return float if kind == "number" else str
    if types is not None and types not in things:
        name = f"Thing{len(things)}"
        things[types] = create_model(
            name, __base__=Thing, category=(Literal[tuple(sorted(types))], ...)
        )
    return things[types]


def to_subgoals(answer: BaseModel) -> tuple[Subgoal, ...]:
    """Return the subgoals of an answer made by a `plan_model`."""
    steps: list[BaseModel] = answer.subgoals  # type: ignore[attr-defined]
    return tuple(_subgoal(step) for step in steps)


def _subgoal(step: BaseModel) -> Subgoal:
    values = {name: getattr(step, name) for name in type(step).model_fields}
    skill = str(values.pop("skill"))
    return Subgoal(skill, {name: _argument(value) for name, value in values.items()})


def _argument(value: Any) -> Argument:
    if isinstance(value, Thing):
        return ObjectRef(value.category, value.attributes, value.relation)
    return value if isinstance(value, float) else str(value)


def from_subgoals(subgoals: Sequence[Subgoal], model: type[BaseModel]) -> BaseModel:
    """Return the answer a right model would give: the inverse of `to_subgoals`.

    Raises:
        pydantic.ValidationError: If a subgoal does not fit the skills the model was made from.
    """
    steps = [
        {"skill": subgoal.skill}
        | {name: _plain(value) for name, value in subgoal.arguments.items()}
        for subgoal in subgoals
    ]
    return model.model_validate({"subgoals": steps})


def _plain(value: Argument) -> Any:
    if isinstance(value, ObjectRef):
        return {
            "category": value.category,
            "attributes": value.attributes,
            "relation": value.relation,
        }
    return value


def describe_skills(skills: Sequence[SkillSpec]) -> str:
    """Return the declared skills for a prompt, one a line, with what they need and do."""
    return "\n".join(_describe(skill) for skill in skills)


def _describe(skill: SkillSpec) -> str:
    line = f"- {skill.name}({', '.join(skill.arguments)})"
    if skill.description:
        line += f": {skill.description}"
    if skill.preconditions:
        line += f" Needs: {', '.join(skill.preconditions)}."
    if skill.effects:
        line += f" Then: {', '.join(skill.effects)}."
    return line


def types_of(skills: Sequence[SkillSpec]) -> tuple[str, ...]:
    """Return every type of a thing that a plan over skills may name, sorted, for prompts."""
    return _union(
        frozenset(
            skill.categories[name]
            for skill in skills
            for name, kind in skill.arguments.items()
            if kind in OBJECT_KINDS and name in skill.categories
        )
    )


@lru_cache(maxsize=64)
def _union(types: frozenset[frozenset[str]]) -> tuple[str, ...]:
    return tuple(sorted(nameable(frozenset().union(*types))))


def describe_types(types: Iterable[str]) -> str:
    """Return types for a prompt, with what people call them besides: `Cloth (rag), Cup (glass)`."""
    return ", ".join(_described(name) for name in types)


def _described(name: str) -> str:
    nouns = also_called(name)
    return f"{name} ({', '.join(nouns)})" if nouns else name
