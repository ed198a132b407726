"""The subcommands of `embodied`, one module each."""
