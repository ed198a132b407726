"""Generated households: rooms, tasks and the words for them."""
