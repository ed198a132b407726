"""AI2-THOR as one of our worlds: ALFRED's commands out in a dialect, events back in our names."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import EmbodiedError
from envs.household.event import Event
from envs.household.scene import Scene
from envs.thor.dialect import Dialect, dialect
from envs.thor.link import Link, LinkSettings
from envs.thor.rooms import PHYSICS

MM = 1000.0

INITIALIZATION: Mapping[str, Any] = {
    "gridSize": 0.25,
    "visibilityDistance": 1.5,
    "fieldOfView": 60,
    "renderDepthImage": True,
    "renderInstanceSegmentation": True,
}
"""What makes 5.0.0 look through the eyes that ALFRED's agents have."""


def to_dialect(command: Mapping[str, Any], spoken: Dialect) -> dict[str, Any]:
    """Turn a command as ALFRED sends it (2.1.0's) into one of another dialect."""
    if spoken.version == "2.1.0":
        return dict(command)
    name = command["action"]
    if name == "Initialize":
        return {"action": name, **INITIALIZATION}
    renamed = RENAMED.get(name, {})
    dropped = DROPPED.get(name, frozenset()) | DROPPED_ANYWHERE
    out = {renamed.get(key, key): value for key, value in command.items() if key not in dropped}
    return {**out, **ADDED.get(name, {})}


RENAMED: Mapping[str, Mapping[str, str]] = {
    "PutObject": {"receptacleObjectId": "objectId"},
    "OpenObject": {"moveMagnitude": "openness"},
}
DROPPED: Mapping[str, frozenset[str]] = {
    "PutObject": frozenset(["objectId"]),
    "TeleportFull": frozenset(["rotateOnTeleport", "tempRenderChange"]),
    "Teleport": frozenset(["rotateOnTeleport", "tempRenderChange"]),
}
DROPPED_ANYWHERE = frozenset(
    ["cleanObjectId", "coordinateObjectId", "coordinateReceptacleObjectId", "snapToGrid"]
)
ADDED: Mapping[str, Mapping[str, Any]] = {
    "TeleportFull": {"standing": True},
    "Teleport": {"standing": True},
}
"""What 5.0.0 calls, refuses and wants, of what ALFRED sends."""


def to_ours(metadata: Mapping[str, Any], spoken: Dialect) -> dict[str, Any]:
    """Name an event's metadata as this project does: 2.1.0's names, no null lists."""
    ours = {wire: own for own, wire in spoken.names.items()}
    objects = []
    for entry in metadata["objects"]:
        named = {ours.get(key, key): value for key, value in entry.items()}
        named["receptacleObjectIds"] = named["receptacleObjectIds"] or []
        named["parentReceptacles"] = named["parentReceptacles"] or []
        objects.append(named)
    return {
        **metadata,
        "objects": objects,
        "sceneName": metadata["sceneName"].removesuffix(PHYSICS),
        "inventoryObjects": metadata["inventoryObjects"] or [],
        "errorMessage": metadata["errorMessage"] or "",
        "reachablePositions": metadata.get("reachablePositions") or [],
    }


@lru_cache(maxsize=2)
def _rows(colours: tuple[tuple[str, int], ...]) -> NDArray[np.int32]:
    """The row of every colour there can be, 0 for those that are no object's."""
    rows = np.zeros(2**24, dtype=np.int32)
    rows[[code for _, code in colours]] = np.arange(1, len(colours) + 1)
    return rows


def instance_ids(
    image: NDArray[np.uint8], colours: list[Mapping[str, Any]]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Turn an image of instance colours into ids: 0 for the room, i + 1 for the i-th object.

    Args:
        image: uint8[H, W, 3].
        colours: `name` and `color` of every object, as metadata list them.
    """
    listed = tuple(
        (entry["name"], (entry["color"][0] << 16) | (entry["color"][1] << 8) | entry["color"][2])
        for entry in colours
        if "|" in entry["name"]
    )
    red, green, blue = np.moveaxis(image, -1, 0).astype(np.int32)
    ids = _rows(listed)[(red << 16) | (green << 8) | blue]
    return ids, tuple(name for name, _ in listed)


class ThorController:
    """A `Controller` over the `ai2thor` package (see `envs.household.controller.Controller`).

    Args:
        link: The package, supervised.
        version: The dialect it speaks.
        scene_label: How results are labelled: `reconstructed` over our own world, `ai2thor` over a
            real build.
    """

    def __init__(self, link: Link, *, version: str, scene_label: str) -> None:
        self._link = link
        self._dialect = dialect(version)
        self._label = scene_label
        self._event: Event | None = None

    @property
    def last_event(self) -> Event:
        """The event of the last reset or step.

        Raises:
            EmbodiedError: Before the first reset.
        """
        if self._event is None:
            raise EmbodiedError("No scene is up yet: call reset(scene) first.")
        return self._event

    def reset(self, scene: Scene | str) -> Event:
        """Load a scene by its name.

        Raises:
            ThorError: If the build cannot be started or does not answer.
        """
        name = scene.name if isinstance(scene, Scene) else scene
        return self._take(self._link.reset(name))

    def step(self, action: Mapping[str, Any] | str, **arguments: Any) -> Event:
        """Do one action; see `envs.household.controller.Controller`.

        Raises:
            ThorError: If the build crashed or hangs; the next reset starts another.
            ThorRefusedError: If the build refuses the call as such.
        """
        given = {**({"action": action} if isinstance(action, str) else action), **arguments}
        return self._take(self._link.step(to_dialect(given, self._dialect)))

    def close(self) -> None:
        """End the build."""
        self._link.stop()
        self._event = None

    def _take(self, parts: Mapping[str, Any]) -> Event:
        wire = parts["metadata"]
        height, width = wire["screenHeight"], wire["screenWidth"]
        depth = parts["depth"]
        if depth is None:
            depth = np.zeros((height, width), dtype=np.float32)
        elif not self._dialect.float_depth:
            depth = depth / np.float32(MM)
        if parts["ids"] is None:
            ids, object_ids = np.zeros((height, width), dtype=np.int32), ()
        else:
            ids, object_ids = instance_ids(parts["ids"], wire["colors"] or [])
        self._event = Event(
            metadata=to_ours(wire, self._dialect),
            frame=parts["frame"],
            depth_frame=depth,
            instance_ids=ids,
            object_ids=object_ids,
            scene_label=self._label,
        )
        return self._event


def thor_controller(
    *,
    version: str = "2.1.0",
    executable: str | None = None,
    python: str | None = None,
    server: str = "fifo",
    x_display: str | None = "0",
    scene_label: str = "ai2thor",
    start_timeout_s: float = 300.0,
    step_timeout_s: float = 100.0,
    environment: Mapping[str, str] | None = None,
) -> ThorController:
    """Make a controller over the `ai2thor` package.

    Args:
        version: Of the package.
        executable: Command of a build; None takes the package's own download.
        python: Interpreter of the environment that has the package; None finds it, see
            `environments.interpreter`.
        server: `fifo` or `wsgi`, for 5.0.0.
        x_display: X display of a build that draws on one; None for one that draws on none.
        scene_label: How results are labelled.
        start_timeout_s: For a build to come up.
        step_timeout_s: For an answer.
        environment: Variables for the build.
    """
    from envs.thor.environments import interpreter

    settings = LinkSettings(
        version=dialect(version).version,
        executable=executable,
        python=python or interpreter(version),
        server=server,
        x_display=x_display,
        initialization=INITIALIZATION if version == "5.0.0" else {},
        start_timeout_s=start_timeout_s,
        step_timeout_s=step_timeout_s,
        environment=dict(environment or {}),
    )
    return ThorController(Link(settings), version=version, scene_label=scene_label)


def wire_controller(
    *,
    version: str = "5.0.0",
    data_root: str | None = None,
    scenes_fit: str = "train",
    scenes_approximate: bool = False,
    render_backend: str = "auto",
    **options: Any,
) -> ThorController:
    """Make a controller over the package with our own household as its build.

    Args:
        version: Of the package.
        data_root: Where benchmark files lie.
        scenes_fit: What ALFRED's rooms are fitted from.
        scenes_approximate: Whether rooms that nothing is fitted from are made up.
        render_backend: See `envs.household.render.make_renderer`.
        options: Those of `thor_controller`.
    """
    import shlex
    import sys

    words = [sys.executable, "-m", "embodied", "serve", "thor"]
    words += [f"data_root='{data_root}'"] if data_root else []
    words += [f"server.fit='{scenes_fit}'", f"server.approximate={scenes_approximate}".lower()]
    words += [f"server.render_backend={render_backend}"]
    return thor_controller(
        version=version,
        executable=shlex.join(words),
        x_display=None,
        scene_label="approximated" if scenes_approximate else "reconstructed",
        **options,
    )
