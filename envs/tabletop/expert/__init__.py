"""The scripted expert: privileged, a yardstick and a source of demonstrations."""

from envs.tabletop.expert.policy import ExpertPlanner, ExpertPolicy

__all__ = ["ExpertPlanner", "ExpertPolicy"]
