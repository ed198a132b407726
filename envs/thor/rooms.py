"""Rooms by name for a build: ALFRED's where its files are, generated homes by their own names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from embodied.core.errors import DataError, UnknownNameError
from envs.alfred.dataset import AlfredData
from envs.alfred.scenes.evidence import cell_of, starts_of, trajectories_by_room
from envs.alfred.scenes.rebuild import room_scene
from envs.alfred.scenes.store import RoomStore, fit_selection
from envs.household.controller import HouseholdController
from envs.household.event import Event
from envs.household.generator.rooms import KINDS, generate_scene, scene_name
from envs.household.rules import ArgumentError, prepare
from envs.household.scene import Scene

HOMES_A_KIND = 30
"""Generated homes that a build lists, of each kind of room."""

GENERATED = "Household-"
"""What names of generated homes begin with."""

PHYSICS = "_physics"
"""What THOR's client puts behind the names of its own rooms."""


class Rooms(Protocol):
    """Where a build's rooms come from."""

    @property
    def names(self) -> Sequence[str]:
        """Every room there is."""

    def scene(self, name: str) -> Scene:
        """Return a room with the things it starts with.

        Raises:
            UnknownNameError: If there is none of that name.
        """

    def furnished(
        self, name: str, poses: Sequence[Mapping[str, Any]], cell_m: tuple[float, float] | None
    ) -> Scene | None:
        """Return a room with other things in it; None where its things are fixed.

        Args:
            name: The room.
            poses: `objectName`, `position` and `rotation` of each, as `SetObjectPoses` has them.
            cell_m: Grid cell the agent is to start on, where that is known.

        Raises:
            DataError: If a thing is of no type that is known.
        """


class GeneratedRooms:
    """Generated homes: `kitchen-00001` and so on."""

    @property
    def names(self) -> Sequence[str]:
        """The first of each kind; any other seed can be asked for as well."""
        return tuple(scene_name(kind, seed) for kind in KINDS for seed in range(HOMES_A_KIND))

    def scene(self, name: str) -> Scene:
        """Generate one; see `Rooms`."""
        _, _, digits = name.rpartition("-")
        for kind in KINDS:
            if digits.isdecimal() and name == scene_name(kind, int(digits)):
                return generate_scene(kind, int(digits))
        raise UnknownNameError("generated home", name, self.names)

    def furnished(
        self, name: str, poses: Sequence[Mapping[str, Any]], cell_m: tuple[float, float] | None
    ) -> Scene | None:
        """Return None: a generated home has its own things."""
        return None


class AlfredRooms:
    """ALFRED's rooms, rebuilt from its files; labelled as that.

    Args:
        data: The data set.
        fit: What they are fitted from, see `fit_selection`.
        approximate: Whether rooms that nothing is fitted from are made up from their layouts.
    """

    def __init__(self, data: AlfredData, *, fit: str = "train", approximate: bool = False) -> None:
        self._data = data
        self._store = RoomStore(data, fit=fit, approximate=approximate)
        self._recorded = trajectories_by_room(fit_selection(data, fit))
        plans = set(self._recorded) | (set(self._store.with_layouts) if approximate else set())
        self._names = sorted(plans, key=lambda plan: int(plan.removeprefix("FloorPlan")))

    @property
    def names(self) -> Sequence[str]:
        """Floor plans, without THOR's ending."""
        return self._names

    def scene(self, name: str) -> Scene:
        """Rebuild one, with the things of its first recorded episode in it; see `Rooms`."""
        if name not in self._names:
            raise UnknownNameError("floor plan", name, self._names)
        recorded = self._recorded.get(name, ())
        poses = self._data.trajectory(*recorded[0]).object_poses if recorded else ()
        return self._made(name, poses, None)

    def furnished(
        self, name: str, poses: Sequence[Mapping[str, Any]], cell_m: tuple[float, float] | None
    ) -> Scene | None:
        """Rebuild one with other things in it; see `Rooms`."""
        return self._made(name, poses, cell_m)

    def _made(self, name: str, poses: Any, cell_m: tuple[float, float] | None) -> Scene:
        room = self._store.room(name)
        return room_scene(room, starts_of(poses), cell_m=cell_m, where="SetObjectPoses")


class AllRooms:
    """Several sources of rooms as one.

    Args:
        sources: Asked in turn; generated homes come last.
        missing: What to say besides when there is no such room, e.g. that files are missing.
    """

    def __init__(self, *sources: Rooms, missing: str = "") -> None:
        self._sources = sources
        self._missing = missing

    @property
    def names(self) -> Sequence[str]:
        """Every name there is."""
        return tuple(name for source in self._sources for name in source.names)

    def scene(self, name: str) -> Scene:
        """Return a room with the things it starts with; see `Rooms`."""
        return self._source(name).scene(name)

    def furnished(
        self, name: str, poses: Sequence[Mapping[str, Any]], cell_m: tuple[float, float] | None
    ) -> Scene | None:
        """Return a room with other things in it; see `Rooms`."""
        return self._source(name).furnished(name, poses, cell_m)

    def _source(self, name: str) -> Rooms:
        for source in self._sources:
            if name in source.names:
                return source
        if name.startswith(GENERATED):
            return self._sources[-1]
        error = UnknownNameError("room", name, self.names)
        error.message = f"{error.message} {self._missing}".strip()
        raise error


def installed_rooms(
    data_root: str | Path | None, *, fit: str = "train", approximate: bool = False
) -> AllRooms:
    """Return ALFRED's rooms where its files are installed, and the generated homes.

    Args:
        data_root: Where benchmark files lie; None takes none.
        fit: What ALFRED's rooms are fitted from.
        approximate: Whether rooms that nothing is fitted from are made up from their layouts.
    """
    from envs.alfred.dataset import find_alfred

    homes = GeneratedRooms()
    why = "no data_root was given, and EMBODIED_DATA is not set"
    if data_root is not None:
        try:
            data = AlfredData(find_alfred(data_root))
            return AllRooms(AlfredRooms(data, fit=fit, approximate=approximate), homes)
        except DataError as error:
            why = str(error)
    return AllRooms(homes, missing=f"Floor plans are rebuilt from ALFRED's files: {why}.")


class RoomController:
    """A household put up by name alone, with ALFRED's own set-up commands.

    THOR can put any of its things into a room; this world puts up rooms with given things. So until
    the agent first acts, `SetObjectPoses` and the start pose put the room up anew with the things
    and the start they name, and send again what was sent before.

    Args:
        rooms: Where rooms come from.
        controller: The household underneath.

    Attributes:
        household: The household underneath. Privileged.
    """

    def __init__(self, rooms: Rooms, controller: HouseholdController) -> None:
        self.rooms = rooms
        self.household = controller
        self._name = ""
        self._sent: list[dict[str, Any]] | None = None
        self._poses: Sequence[Mapping[str, Any]] | None = None

    @property
    def last_event(self) -> Event:
        """The event of the last reset or step."""
        return self.household.last_event

    def reset(self, scene: Scene | str) -> Event:
        """Put a room up; see `envs.household.controller.Controller`."""
        if isinstance(scene, Scene):
            self._sent = None
            return self.household.reset(scene)
        name = scene.removesuffix(PHYSICS)
        event = self.household.reset(self.rooms.scene(name))
        self._name, self._sent, self._poses = name, [], None
        return event

    def step(self, action: Mapping[str, Any] | str, **arguments: Any) -> Event:
        """Do one action; see `envs.household.controller.Controller`."""
        given = {**({"action": action} if isinstance(action, str) else action), **arguments}
        if self._sent is not None:
            self._prepare(given)
        return self.household.step(given)

    def close(self) -> None:
        """Let go of the household."""
        self.household.close()

    def _prepare(self, action: dict[str, Any]) -> None:
        """Put the room up anew where this command of the set-up asks for that."""
        assert self._sent is not None
        name = action.get("action")
        own = {key: value for key, value in action.items() if key != "action"}
        if name == "SetObjectPoses" and _valid("SetObjectPoses", own) and own["objectPoses"]:
            self._poses = own["objectPoses"]
            self._again(None)
        elif name == "TeleportFull" and self._poses is not None and _valid("TeleportFull", own):
            self._again(cell_of((own["x"], 0.0, own["z"])))
        if name in SETTING_UP:
            self._sent.append(action)
        else:
            self._sent = None

    def _again(self, cell_m: tuple[float, float] | None) -> None:
        assert self._sent is not None
        assert self._poses is not None
        try:
            scene = self.rooms.furnished(self._name, self._poses, cell_m)
        except DataError:
            return  # an unknown name: the household refuses the command with a reason
        if scene is None or scene == self.household.world.scene:
            return
        self.household.reset(scene)
        for command in self._sent:
            self.household.step(command)


SETTING_UP = frozenset(
    ["Initialize", "SetObjectToggles", "SetStateOfAllObjects", "SetObjectPoses", "Pass"]
)
"""Commands after which the agent has not acted yet."""


def _valid(name: str, arguments: Mapping[str, Any]) -> bool:
    try:
        prepare(name, arguments)
    except ArgumentError:
        return False
    return True
