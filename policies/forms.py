"""`policy=skills` for every body: a world's skills are those of the body in it."""

from embodied.core.protocols import Policy

ARMS = frozenset(["tabletop"])
"""Benchmarks whose body is an arm at a table."""


def skill_policy(*, benchmark: str, max_steps: int, max_s: float) -> Policy:
    """Make the skills of the body that a benchmark has.

    Args:
        benchmark: Its name.
        max_steps: Actions that one subgoal may take, of a body that acts in steps.
        max_s: Seconds that one subgoal may take, of an arm.
    """
    if benchmark in ARMS:
        from policies.arm.policy import ArmSkillPolicy

        return ArmSkillPolicy(max_s=max_s)
    from policies.skills.policy import SkillPolicy

    return SkillPolicy(max_steps=max_steps)
