"""A policy that walks where words say, from viewpoint to viewpoint, and can turn back."""
