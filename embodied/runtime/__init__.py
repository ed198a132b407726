"""The agent, the episode loop, corrections and recorders."""
