"""`embodied train task=whereabouts`: counts where things are kept."""

import shlex
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from embodied.core.errors import DataError
from embodied.mapping.whereabouts import Whereabouts


class WhereaboutsTraining:
    """Counts, over rooms, which receptacles hold which things.

    Args:
        rooms: For each room, its receptacles as (type, types of what is in or on it).
        data: What the rooms are, for the table's provenance.
    """

    def __init__(
        self, *, rooms: Iterable[Sequence[tuple[str, Sequence[str]]]], data: str = ""
    ) -> None:
        self._rooms = rooms
        self._data = data

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Count and write `whereabouts.json`; there is nothing to draw, so the seed is not used.

        Raises:
            DataError: If there are no rooms.
        """
        rooms = list(self._rooms)
        if not rooms:
            raise DataError("there are no rooms to count in; see task.make.rooms")
        about = {
            "data": f"{len(rooms)} rooms: {self._data}",
            "command": shlex.join(["embodied", *sys.argv[1:]]),
            "date": date.today().isoformat(),
        }
        table = Whereabouts.counted(rooms, about=about)
        output_dir.mkdir(parents=True, exist_ok=True)
        path = output_dir / "whereabouts.json"
        table.save(path)
        return f"{len(table.things)} types of things in {len(rooms)} rooms: {path}"
