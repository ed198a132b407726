"""All parts of a scene in arrays, and the bodies they hang on.

A slot is a rigid body: the room (slot 0), each object's body, and the moving part of each object
that opens. Parts know their slot and their pose in it; slots have a pose in the room. THOR's
frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.household.frames import rotation_matrix
from envs.household.shape import Part, Shape

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PartTable:
    """P parts on S slots.

    Attributes:
        parts: As the shapes have them.
        slot: [P], the body a part is fixed to.
        owner: [P], index of its object; -1 for the room.
        position_m: [P, 3], centre in its slot.
        rotation: [P, 3, 3], in its slot.
        size_m: [P, 3], full extents.
        solid: [P].
        shows: [P], the state in which it is drawn; empty: always.
        slot_owner: [S], index of its object; -1 for the room.
        slot_moves: [S], whether it is the moving part of an object that opens.
        slot_parts: For each slot the rows of its parts, consecutive.
    """

    parts: tuple[Part, ...]
    slot: NDArray[np.intp]
    owner: NDArray[np.intp]
    position_m: Floats
    rotation: Floats
    size_m: Floats
    solid: NDArray[np.bool_]
    shows: NDArray[np.str_]
    slot_owner: NDArray[np.intp]
    slot_moves: NDArray[np.bool_]
    slot_parts: tuple[slice, ...]


def part_table(room: Sequence[Part], shapes: Sequence[Shape]) -> PartTable:
    """Lay out the room's and all objects' parts, slot by slot."""
    parts: list[Part] = list(room)
    slots, owners, moves, rows = [0] * len(room), [-1], [False], [slice(0, len(room))]
    for index, shape in enumerate(shapes):
        for moving in (False, True):
            chosen = [part for part in shape.parts if part.moves == moving]
            if moving and not chosen:
                continue
            rows.append(slice(len(parts), len(parts) + len(chosen)))
            slots += [len(owners)] * len(chosen)
            owners.append(index)
            moves.append(moving)
            parts += chosen
    slot = np.asarray(slots, dtype=np.intp)
    turns = {part.rotation_deg for part in parts}
    matrices = {turn: rotation_matrix(turn) for turn in turns}
    slot_owner = np.asarray(owners, dtype=np.intp)
    return PartTable(
        parts=tuple(parts),
        slot=slot,
        owner=slot_owner[slot],
        position_m=np.array([part.position_m for part in parts], dtype=np.float64),
        rotation=np.array([matrices[part.rotation_deg] for part in parts]),
        size_m=np.array([part.size_m for part in parts], dtype=np.float64),
        solid=np.array([part.solid for part in parts], dtype=bool),
        shows=np.array([part.shows for part in parts]),
        slot_owner=slot_owner,
        slot_moves=np.asarray(moves, dtype=bool),
        slot_parts=tuple(rows),
    )
