"""A Panda on a table: blocks, bowls and a drawer, with real contacts."""
