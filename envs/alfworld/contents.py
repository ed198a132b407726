"""What the games' problems say of rooms: what stands where at the start, and what can be done.

Privileged where it is about the game being played; used to learn from train, never while playing.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from envs.alfworld.game import read_game
from envs.alfworld.games import Games

_TYPED = r"\({} (\S+) (\w+)Type\)"
_AFFORDANCES = ("cleanable", "heatable", "coolable", "pickupable", "toggleable")


@dataclass(frozen=True)
class Room:
    """A room as a game starts in it.

    Attributes:
        receptacles: (type, types of what is in or on it) of every receptacle.
        fits: Type of receptacle to the types that may be put there.
        affordances: `cleanable`, `heatable`, ... to the types of the things here that are.
        openable: Types of the receptacles here that have a door or slide.
    """

    receptacles: tuple[tuple[str, tuple[str, ...]], ...]
    fits: Mapping[str, frozenset[str]]
    affordances: Mapping[str, frozenset[str]]
    openable: frozenset[str]


def read_room(path: Path) -> Room:
    """Read the room of a game.

    Raises:
        DataError: If the file is damaged.
    """
    problem = read_game(path).problem
    start = problem[problem.index("(:init") : problem.index("(:goal")]
    holders = dict(re.findall(_TYPED.format("receptacleType"), start))
    things = dict(re.findall(_TYPED.format("objectType"), start))
    contents: dict[str, list[str]] = {name: [] for name in holders}
    for thing, holder in re.findall(r"\(inReceptacle (\S+) (\S+)\)", start):
        contents[holder].append(things[thing])
    fits: dict[str, set[str]] = defaultdict(set)
    for holder, thing in re.findall(r"\(canContain (\w+)Type (\w+)Type\)", start):
        fits[holder].add(thing)
    return Room(
        receptacles=tuple((holders[name], tuple(inside)) for name, inside in contents.items()),
        fits={holder: frozenset(types) for holder, types in fits.items()},
        affordances={
            word: frozenset(
                things[name] for name in re.findall(rf"\({word} (\S+)\)", start) if name in things
            )
            for word in _AFFORDANCES
        },
        openable=frozenset(holders[name] for name in re.findall(r"\(openable (\S+)\)", start)),
    )


@dataclass(frozen=True)
class TrainRooms:
    """The rooms of a split's games, one after another.

    Attributes:
        data_root: See `envs.alfworld.games.find_games`.
        split: Which games.
    """

    data_root: str | Path | None = None
    split: str = "train"

    def __iter__(self) -> Iterator[tuple[tuple[str, tuple[str, ...]], ...]]:
        """Yield each room as (type, types of what is in it) of its receptacles."""
        for path in Games(data_root=self.data_root, split=self.split).index().values():
            yield read_room(path).receptacles
