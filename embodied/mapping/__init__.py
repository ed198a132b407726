"""The semantic map: space, instances, relations and what has been searched."""
