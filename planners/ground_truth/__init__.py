"""The plan of the episode's true task, by types: privileged, and named so in its config."""
