"""Words for generated tasks: goals, steps, and goals read back."""
