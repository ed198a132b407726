"""The objects of a message: each is written when it changes, and from then on only kept.

A room has about a hundred objects and a step changes few of them. Of the others the agent's step
changes three fields, and those have a fixed width in msgpack: they are written into the kept bytes.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from envs.household.event import Event
from envs.household.metadata import vector
from envs.household.world import World
from envs.thor.dialect import Dialect

HEATERS = frozenset(["Microwave", "StoveBurner", "Toaster"])
SIGNS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=np.float64)
FLOAT_BYTES = np.arange(1, 9)
"""Bytes of a msgpack float behind its tag."""
FALSE = 0xC2
"""msgpack's false; true is the next."""

UNKNOWN_HERE: Mapping[str, Any] = {
    "moveable": False,
    "mass": 0.0,
    "salientMaterials": None,
    "breakable": False,
    "isBroken": False,
    "canBeUsedUp": False,
    "isUsedUp": False,
    "cookable": False,
    "isCooked": False,
    "isMoving": False,
    "controlledObjects": None,
    "fillLiquid": None,
    "assetId": "",
}
"""Fields that clients read and nothing in this world has."""


class PackedList(list[Any]):
    """A list that knows how it is written as msgpack.

    Args:
        items: What it holds. Entries may be shared between messages: read them, do not write.
        pack: Returns it as msgpack.
    """

    def __init__(self, items: Iterable[Any], pack: Callable[[], bytes]) -> None:
        super().__init__(items)
        self.pack = pack


class ObjectWriter:
    """Writes the objects of one build's events, named as the dialect names their fields.

    Args:
        dialect: The version spoken.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._world: World | None = None
        self._kept: dict[str, _Kept] = {}
        self._joined = _Joined([])

    def write(self, event: Event, world: World) -> PackedList:
        """Write the objects of an event.

        Args:
            event: The last event of the world: where things are is read from the world itself.
            world: What it is of.
        """
        if world is not self._world:
            self._world, self._kept = world, {}
        own = event.metadata["objects"]
        # The household writes an object anew, its position included, whenever it has changed.
        stale = [
            entry
            for entry in own
            if (kept := self._kept.get(entry["objectId"])) is None
            or kept.mark is not entry["position"]
        ]
        boxes = _boxes(world, stale) if self._dialect.float_depth and stale else {}
        for entry in stale:
            fields = _entry(entry, self._dialect, boxes.get(entry["objectId"], {}))
            self._kept[entry["objectId"]] = _Kept(entry["position"], fields)
        kept = [self._kept[entry["objectId"]] for entry in own]
        return PackedList(map(_shown, kept, own), lambda: self._pack(kept, own))

    def _pack(self, kept: list["_Kept"], own: list[dict[str, Any]]) -> bytes:
        if kept != self._joined.kept:
            self._joined = _Joined(kept)
        return self._joined.written(own)


class _Kept:
    """One object as it was last written.

    Args:
        mark: Its position in the event it was written for; another object once it has changed.
        fields: Its entry.
    """

    def __init__(self, mark: Mapping[str, float], fields: dict[str, Any]) -> None:
        self.mark, self.fields = mark, fields
        self._packed: tuple[bytes, dict[str, int]] | None = None

    def packed(self) -> tuple[bytes, dict[str, int]]:
        """The entry as msgpack, and where in it the value of each field begins."""
        if self._packed is None:
            packer, starts = msgpack.Packer(), {}
            parts = [packer.pack_map_header(len(self.fields))]
            length = len(parts[0])
            for name, value in self.fields.items():
                head, body = packer.pack(name), packer.pack(value)
                starts[name] = length + len(head)
                length += len(head) + len(body)
                parts += [head, body]
            self._packed = b"".join(parts), starts
        return self._packed


class _Joined:
    """All objects of a message, in one row of bytes."""

    def __init__(self, kept: list[_Kept]) -> None:
        self.kept = kept
        pairs = [each.packed() for each in kept]
        head = msgpack.Packer().pack_array_header(len(kept))
        self._bytes = np.frombuffer(
            bytearray(b"".join([head, *(body for body, _ in pairs)])), dtype=np.uint8
        )
        lengths = [len(head), *(len(body) for body, _ in pairs)]
        begins = np.cumsum(lengths)[:-1]
        self._distance, self._visible, self._interactable = (
            begins + np.array([starts[name] for _, starts in pairs], dtype=np.int64)
            for name in ("distance", "visible", "isInteractable")
        )

    def written(self, own: list[dict[str, Any]]) -> bytes:
        """The objects with what an event says of their distance and visibility."""
        if own:
            distance = np.array([entry["distance"] for entry in own], dtype=">f8")
            visible = FALSE + np.array([entry["visible"] for entry in own], dtype=np.uint8)
            spots = self._distance[:, None] + FLOAT_BYTES
            self._bytes[spots] = distance.view(np.uint8).reshape(-1, 8)
            self._bytes[self._visible] = self._bytes[self._interactable] = visible
        return self._bytes.tobytes()


def _shown(kept: _Kept, own: Mapping[str, Any]) -> dict[str, Any]:
    fields = kept.fields.copy()
    fields["distance"] = own["distance"]
    fields["visible"] = fields["isInteractable"] = own["visible"]
    return fields


def _entry(own: Mapping[str, Any], dialect: Dialect, boxes: Mapping[str, Any]) -> dict[str, Any]:
    kind = own["objectType"]
    fields = {dialect.names.get(name, name): value for name, value in own.items()}
    fields |= UNKNOWN_HERE
    fields["receptacleObjectIds"] = own["receptacleObjectIds"] if own["receptacle"] else None
    fields["parentReceptacles"] = own["parentReceptacles"] or None
    fields["isInteractable"] = own["visible"]
    fields["isHeatSource"] = own["isToggled"] and kind in HEATERS
    fields["isColdSource"] = kind == "Fridge"
    if boxes:
        fields |= boxes
        if not own["pickupable"]:
            fields["objectOrientedBoundingBox"] = None
    return fields


def _corners(centres: NDArray[np.float64], halves: NDArray[np.float64]) -> NDArray[np.float64]:
    return centres[:, None] + SIGNS * halves[:, None]


def _boxes(world: World, own: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Both bounding boxes of these objects, by id."""
    centres, halves = world.box_centres_m(), world.half_sizes_m
    reach = np.einsum("nij,nj->ni", np.abs(world.rotations), halves)
    upright = _corners(centres, reach)
    turned = centres[:, None] + np.einsum("nij,ncj->nci", world.rotations, SIGNS * halves[:, None])
    found = {}
    for entry in own:
        row = world[entry["objectId"]].index
        found[entry["objectId"]] = {
            "axisAlignedBoundingBox": {
                "cornerPoints": upright[row].tolist(),
                "center": vector(centres[row]),
                "size": vector(2.0 * reach[row]),
            },
            "objectOrientedBoundingBox": {"cornerPoints": turned[row].tolist()},
        }
    return found
