"""What holds for every test: hypothesis sets no time limit an example, machines are shared."""

from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
