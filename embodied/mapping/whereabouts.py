"""Where things are kept: how likely a receptacle of a type holds a thing of a type.

The table beside this file is counted over rooms and plans of train by
`embodied train task=whereabouts`. It
knows types alone, never a room: a prior for where to look first, and no more.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Self

from embodied.core.errors import DataError

TABLE = Path(__file__).with_name("whereabouts.json")
_PRIOR_COUNT = 4.0
"""Receptacles that the type's own average counts as, beside what was seen."""
_SMOOTHING = 1.0
"""Added to how often a thing was taken from anywhere: it may be where it never was."""


@dataclass(frozen=True)
class Whereabouts:
    """Counts over rooms, and what follows from them.

    Attributes:
        rooms: Object type to the number of rooms that had one.
        seen: Object type to receptacle type to how many such receptacles stood in those rooms.
        held: The same, to how many of them held at least one such object.
        taken: Object type to receptacle type to how often an expert first took such an object
            from there: where things are that are wanted.
        about: Where the counts are from: data, split, command, date.
    """

    rooms: Mapping[str, int]
    seen: Mapping[str, Mapping[str, int]]
    held: Mapping[str, Mapping[str, int]]
    about: Mapping[str, Any] = field(default_factory=dict)
    taken: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def rate(self, thing: str, receptacle: str) -> float:
        """Return how likely a receptacle of this type holds such a thing, given the room has one.

        A pair that was rarely seen leans on how often the receptacle holds anything at all.

        Args:
            thing: Object type, e.g. `Mug`.
            receptacle: Receptacle type, e.g. `Shelf`.
        """
        seen = self.seen.get(thing, {}).get(receptacle, 0)
        held = self.held.get(thing, {}).get(receptacle, 0)
        return (held + _PRIOR_COUNT * self._usual.get(receptacle, 0.0)) / (seen + _PRIOR_COUNT)

    def share(self, thing: str, receptacle: str) -> float:
        """Return how likely a wanted thing is in receptacles of a type; in all, not in each.

        Args:
            thing: Object type.
            receptacle: Receptacle type.
        """
        row = self.taken.get(thing, {})
        total = sum(row.values()) + _SMOOTHING * len(self.taken_from)
        return (row.get(receptacle, 0) + _SMOOTHING) / max(total, _SMOOTHING)

    @cached_property
    def taken_from(self) -> tuple[str, ...]:
        """Receptacle types that anything was ever taken from, sorted."""
        return tuple(sorted({kind for row in self.taken.values() for kind in row}))

    def ranked(self, thing: str, receptacles: Iterable[str]) -> list[str]:
        """Return receptacle types, where such a thing is likeliest first; ties by name."""
        return sorted(receptacles, key=lambda kind: (-self.rate(thing, kind), kind))

    def mass(self, thing: str, counts: Mapping[str, int]) -> dict[str, float]:
        """Return how many receptacles holding such a thing to expect, by type, likeliest first.

        Args:
            thing: Object type.
            counts: Receptacle type to how many of them the room has.
        """
        expected = {kind: self.rate(thing, kind) * count for kind, count in counts.items()}
        return dict(sorted(expected.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def things(self) -> tuple[str, ...]:
        """Object types that the table knows, sorted."""
        return tuple(sorted(self.rooms))

    @cached_property
    def receptacles(self) -> tuple[str, ...]:
        """Receptacle types that the table knows, sorted."""
        return tuple(sorted({kind for row in self.seen.values() for kind in row}))

    @cached_property
    def _usual(self) -> dict[str, float]:
        """Receptacle type to its rate over all object types."""
        usual = {}
        for kind in self.receptacles:
            seen = sum(row.get(kind, 0) for row in self.seen.values())
            usual[kind] = sum(row.get(kind, 0) for row in self.held.values()) / max(seen, 1)
        return usual

    @classmethod
    def counted(
        cls,
        rooms: Iterable[Sequence[tuple[str, Sequence[str]]]],
        *,
        pickups: Iterable[tuple[str, str]] = (),
        about: Mapping[str, Any] | None = None,
    ) -> Self:
        """Count over rooms.

        Args:
            rooms: For each room, its receptacles as (type, types of what is in or on it).
            pickups: (object type, receptacle type) of what experts took from where.
            about: Where they are from.
        """
        with_one: dict[str, int] = {}
        seen: dict[str, dict[str, int]] = {}
        held: dict[str, dict[str, int]] = {}
        for room in rooms:
            for thing in {thing for _, inside in room for thing in inside}:
                with_one[thing] = with_one.get(thing, 0) + 1
                for kind, inside in room:
                    row = seen.setdefault(thing, {})
                    row[kind] = row.get(kind, 0) + 1
                    if thing in inside:
                        row = held.setdefault(thing, {})
                        row[kind] = row.get(kind, 0) + 1
        taken: dict[str, dict[str, int]] = {}
        for thing, kind in pickups:
            row = taken.setdefault(thing, {})
            row[kind] = row.get(kind, 0) + 1
        return cls(rooms=with_one, seen=seen, held=held, taken=taken, about=dict(about or {}))

    def save(self, path: Path) -> None:
        """Write the table as JSON."""
        counts = {
            thing: {
                "rooms": self.rooms.get(thing, 0),
                "held_of_seen": {
                    kind: [self.held.get(thing, {}).get(kind, 0), count]
                    for kind, count in sorted(self.seen.get(thing, {}).items())
                },
                **({"taken": dict(sorted(row.items()))} if (row := self.taken.get(thing)) else {}),
            }
            for thing in sorted({*self.rooms, *self.taken})
        }
        text = json.dumps({"about": dict(self.about), "counts": counts}, separators=(",", ":"))
        path.write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


@lru_cache(maxsize=4)
def load_whereabouts(path: str | Path = TABLE) -> Whereabouts:
    """Read a table; without a path, the one that is shipped.

    Raises:
        DataError: If it is missing or malformed.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        counts = data["counts"]
        pairs = {thing: row["held_of_seen"] for thing, row in counts.items()}
        return Whereabouts(
            rooms={thing: int(row["rooms"]) for thing, row in counts.items() if row["rooms"]},
            seen={
                thing: {kind: int(pair[1]) for kind, pair in row.items()}
                for thing, row in pairs.items()
            },
            held={
                thing: {kind: int(pair[0]) for kind, pair in row.items() if pair[0]}
                for thing, row in pairs.items()
            },
            taken={
                thing: {kind: int(count) for kind, count in row["taken"].items()}
                for thing, row in counts.items()
                if "taken" in row
            },
            about=data["about"],
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise DataError(
            f"{path} is no table of whereabouts ({error!r}); `embodied train task=whereabouts` "
            "makes one."
        ) from error
