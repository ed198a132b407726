"""Fixtures of the small data set, for every test beside this file."""

from small_alfred import published, real_root, root

__all__ = ["published", "real_root", "root"]
