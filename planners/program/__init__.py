"""Plans as programs over the skills' API (Instruct2Act, CodeAct), run in a sandbox."""
