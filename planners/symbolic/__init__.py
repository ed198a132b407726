"""Plans checked and mended against what the declared skills need, change and take.

The domain is derived from `SkillSpec`s and held as a problem of the unified-planning library
(Micheli et al. 2025, SoftwareX): its simulator follows plans, its writer gives PDDL.
"""

from planners.symbolic.check import Fault, FaultKind, check
from planners.symbolic.repair import remaining, repair

__all__ = ["Fault", "FaultKind", "check", "remaining", "repair"]
