"""What the games allow, by type: what fits where, what can be heated, cooled, cleaned, switched.

`rules.json` holds it, read off train's games by `python -m envs.alfworld.rules DATA_ROOT`.
"""

import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

TABLE = "rules.json"


@dataclass(frozen=True)
class Rules:
    """The rules by type.

    Attributes:
        fits: Type of receptacle to the types that may be put in or on it.
        can: `cleanable`, `heatable`, `coolable`, `pickupable`, `toggleable` to types.
        openable: Types of receptacles of which some have a door or slide.
    """

    fits: dict[str, frozenset[str]]
    can: dict[str, frozenset[str]]
    openable: frozenset[str]


@cache
def rules() -> Rules:
    """Return the table."""
    table = json.loads(resources.files(__package__).joinpath(TABLE).read_text(encoding="utf-8"))
    return Rules(
        fits={holder: frozenset(types) for holder, types in table["fits"].items()},
        can={word: frozenset(types) for word, types in table["can"].items()},
        openable=frozenset(table["openable"]),
    )


def learn(data_root: str | Path, *, split: str = "train") -> dict[str, Any]:
    """Return the table as the games of a split have it.

    Raises:
        DataError: If the games are not there, or one is damaged.
    """
    from envs.alfworld.contents import read_room
    from envs.alfworld.games import Games

    fits: dict[str, set[str]] = defaultdict(set)
    can: dict[str, set[str]] = defaultdict(set)
    openable: set[str] = set()
    paths = Games(data_root=data_root, split=split).index().values()
    for path in paths:
        room = read_room(path)
        for holder, types in room.fits.items():
            fits[holder] |= types
        for word, types in room.affordances.items():
            can[word] |= types
        openable |= room.openable
    return {
        "from": f"{len(paths)} games of ALFWorld json_2.1.1, split {split}",
        "command": "python -m envs.alfworld.rules DATA_ROOT",
        "fits": {holder: sorted(types) for holder, types in sorted(fits.items())},
        "can": {word: sorted(types) for word, types in sorted(can.items())},
        "openable": sorted(openable),
    }


if __name__ == "__main__":
    _made = json.dumps(learn(sys.argv[1]), indent=1)
    Path(__file__).with_name(TABLE).write_text(_made + "\n", encoding="utf-8")
