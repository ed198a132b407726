"""`embodied train task=whereabouts`: counts where things are kept."""

import shlex
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from embodied.core.errors import DataError
from embodied.mapping.whereabouts import Whereabouts


class WhereaboutsTraining:
    """Counts which receptacles hold which things, and from which they are taken.

    Args:
        rooms: For each room, its receptacles as (type, types of what is in or on it).
        data: What the rooms are, for the table's provenance.
        pickups: (object type, receptacle type) of what experts took from where it always was.
        pickups_data: What these are from, likewise.
    """

    def __init__(
        self,
        *,
        rooms: Iterable[Sequence[tuple[str, Sequence[str]]]],
        data: str = "",
        pickups: Iterable[tuple[str, str]] = (),
        pickups_data: str = "",
    ) -> None:
        self._rooms = rooms
        self._data = data
        self._pickups = pickups
        self._pickups_data = pickups_data

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Count and write `whereabouts.json`; there is nothing to draw, so the seed is not used.

        Raises:
            DataError: If there are no rooms.
        """
        rooms = list(self._rooms)
        if not rooms:
            raise DataError("there are no rooms to count in; see task.make.rooms")
        pickups = list(self._pickups)
        about = {
            "data": f"{len(rooms)} rooms: {self._data}",
            "command": shlex.join(["embodied", *sys.argv[1:]]),
            "date": date.today().isoformat(),
            "taken": {
                "data": f"{len(pickups)} pickups: {self._pickups_data}",
                "what": "receptacle type that an expert first took a thing from",
            },
        }
        table = Whereabouts.counted(rooms, pickups=pickups, about=about)
        output_dir.mkdir(parents=True, exist_ok=True)
        path = output_dir / "whereabouts.json"
        table.save(path)
        return f"{len(table.things)} types of things in {len(rooms)} rooms: {path}"
