"""`embodied data thor21`: make ai2thor 2.1.0, ALFRED's own version, an environment of its own."""

from collections.abc import Sequence

from embodied.commands.settings import compose

HELP = """\
Usage: embodied data thor21

Installs ai2thor 2.1.0 with the old flask and Werkzeug that it needs into a folder of its own in the
user's cache, beside a Python as new as you like. controller=thor and controller=thor_wire find it
there when they are told thor.version=2.1.0. Once it is whole, the command does nothing."""


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        EmbodiedError: If it cannot be installed.
    """
    if "-h" in words or "--help" in words:
        print(HELP)
        return 0
    from embodied.evaluation.configured import make

    config = compose("data_thor21", list(words))
    print("Installing ai2thor 2.1.0 where it is not there yet ...", flush=True)
    print(f"It lies in {make(config['environment'], what='environment')}.")
    return 0
