"""Hydra configuration groups, shipped in the wheel."""
