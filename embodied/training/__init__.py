"""Imitation loops and demonstration data sets."""
