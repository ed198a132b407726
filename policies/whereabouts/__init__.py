"""Where things are kept, learned from train: see `embodied.mapping.whereabouts` for the table."""

from embodied.mapping.whereabouts import Whereabouts, load_whereabouts

__all__ = ["Whereabouts", "load_whereabouts"]
