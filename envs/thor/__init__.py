"""AI2-THOR: the package as one of our worlds, and our world as one of its builds.

Two dialects (2.1.0, which ALFRED belongs to, and 5.0.0) are data; what speaks them is written once.
"""
