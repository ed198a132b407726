"""ALFRED: data set, reconstructed scenes, tasks and evaluation."""
