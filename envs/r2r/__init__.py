"""Room-to-Room: instructions followed from viewpoint to viewpoint of a building, no simulator."""
