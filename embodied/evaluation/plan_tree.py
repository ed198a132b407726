"""A plan as a tree: every step with what it needs and does, and why it is there."""

from collections.abc import Sequence
from typing import Any

from rich.tree import Tree

from embodied.core.plan import Plan, Subgoal
from embodied.core.routes import ROUTE
from embodied.core.skills import SkillSpec
from embodied.runtime.tracking import explanation_of

_SILENT = frozenset(["span", ROUTE])
"""Arguments that tell a policy where the words stand, and say nothing more to a person."""


def plan_tree(plan: Plan, *, skills: Sequence[SkillSpec], planner: Any, name: str) -> Tree:
    """Return a plan for a rich console.

    Args:
        plan: The plan.
        skills: What the body declares.
        planner: Who made it; its `explanation`, or that of the planner inside it, is shown.
        name: What it is called.
    """
    tree = Tree(f"[bold]{plan.instruction.text}[/bold]")
    explanation = explanation_of(planner)
    why = tree.add(f"[dim]planner {name}[/dim]")
    if explanation is not None:
        if explanation.confidence is not None:
            why.add(f"[dim]confidence {explanation.confidence:.0%}[/dim]")
        for reason in explanation.reasons:
            why.add(f"[dim]{reason}[/dim]")
    known = {skill.name: skill for skill in skills}
    for number, subgoal in enumerate(plan.subgoals, start=1):
        branch = tree.add(
            f"{number}. {_call(subgoal)}" + (f"  {subgoal.text}" if subgoal.text else "")
        )
        skill = known.get(subgoal.skill)
        if skill is not None:
            for sort, said in (("needs", skill.preconditions), ("then", skill.effects)):
                if said:
                    branch.add(f"[dim]{sort}: {'; '.join(said)}[/dim]")
    return tree


def _call(subgoal: Subgoal) -> str:
    values = ", ".join(
        f"{value}" for name, value in subgoal.arguments.items() if name not in _SILENT
    )
    return f"[cyan]{subgoal.skill}[/cyan]({values})"
