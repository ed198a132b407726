"""Embodied instruction following: plan, perceive, act, and take corrections."""

__version__ = "0.1.0"
