"""Skills over the semantic map: find, go, pick, place, open, heat and the rest, one class each."""
