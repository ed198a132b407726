"""Environments: every one a plain gymnasium.Env with a registered id."""
