"""ALFWorld: the official text games, played by the official engine, behind our interface."""
