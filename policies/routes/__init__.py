"""Walking along navigation graphs: the random walk, and skills on words alone."""
