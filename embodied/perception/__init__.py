"""Grounding of phrases to masks and points."""
