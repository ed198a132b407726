"""Running benchmarks: runner, results store, metrics and report."""
