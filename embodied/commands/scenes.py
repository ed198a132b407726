"""`embodied data alfred-scenes`: build ALFRED's rooms ahead of time, with a report on each."""

from collections.abc import Sequence

from embodied.commands.build import run_builder

HELP = """\
Usage: embodied data alfred-scenes [key=value ...]

Rebuilds every room of ALFRED that the data at hand has plans for, in parallel. Rooms are kept in
the user's cache folder, where `embodied eval benchmark=alfred` finds them; without this they are
built as they are needed. Interrupt it as you like: the same command goes on where it was.
Writes a report on each room, with pictures: rooms.json and index.html in output_dir.

Examples:
  embodied data alfred-scenes
  embodied data alfred-scenes scenes.fit=train,valid_unseen
  embodied data alfred-scenes scenes.rooms=7,301 output_dir=/tmp/rooms

Settings, with their defaults:
  scenes.fit          train                  splits, or a file with task/trial lines
  scenes.approximate  false                  make up rooms that nothing is fitted from, labelled so
  scenes.rooms        null                   only these floor plans, separated by commas
  scenes.cache_dir    null                   where rooms are kept; null is the user's cache folder
  runner.workers      auto                   processes; auto is one a CPU core
  data_root           $EMBODIED_DATA         benchmark files, else ~/.cache/embodied/data
  output_dir          outputs/alfred-scenes  reports, pictures and the page"""


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        EmbodiedError: If settings are wrong, or the data is not there.
    """
    if "-h" in words or "--help" in words:
        print(HELP)
        return 0
    return run_builder("data_alfred_scenes", words)
