"""What a build does for each of its actions: `does` of actions.toml, a function each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from envs.household.metadata import CAMERA_FAR_M, CAMERA_NEAR_M, vector
from envs.thor.cameras import ThirdCamera, map_view
from envs.thor.dialect import WORLD_CODES, CallError, Code
from envs.thor.poses import interactable_poses
from envs.thor.rooms import PHYSICS

if TYPE_CHECKING:
    from envs.thor.simulator import Simulator

LARGEST_PX = 4096

Values = Mapping[str, Any]


@dataclass
class Outcome:
    """How an action went.

    Attributes:
        error: Why it was refused, a sentence; empty where it was done.
        code: THOR's code for that.
        answer: The action's own return value.
    """

    error: str = ""
    code: str = Code.UNDEFINED
    answer: Any = None


def send(build: "Simulator", name: str, **arguments: Any) -> Outcome:
    """Pass an action on to the household, without what was left out."""
    given = {key: value for key, value in arguments.items() if value is not None}
    metadata = build.controller.step({"action": name, **given}).metadata
    if metadata["lastActionSuccess"]:
        return Outcome(answer=metadata["actionReturn"])
    code = WORLD_CODES.get(metadata["errorCode"], Code.UNDEFINED)
    return Outcome(metadata["errorMessage"], code)


def reset(build: "Simulator", name: str, values: Values) -> Outcome:
    """Put up another room."""
    room = values.get("sceneName")
    if not isinstance(room, str):
        raise CallError(Code.MISSING_ARGUMENTS, "Reset is missing: sceneName")
    build.put_up(room)
    return Outcome()


def initialize(build: "Simulator", name: str, values: Values) -> Outcome:
    """Take the lens, the images, the grid and the reach."""
    if str(values.get("agentMode", "default")).lower() != "default":
        return Outcome(f"This world has no agentMode {values['agentMode']!r}, only 'default'.")
    if values.get("agentCount", 1) != 1:
        return Outcome("This world has one agent: agentCount must be 1.")
    fov = values.get("fieldOfView", build.dialect.fov_deg)
    if isinstance(fov, bool) or not isinstance(fov, int | float) or not 1.0 <= fov <= 170.0:
        return Outcome(f"fieldOfView must be between 1 and 170 degrees, not {fov!r}.")
    build.show(values)
    build.look_through(fov_deg=float(fov))
    outcome = send(
        build,
        "Initialize",
        gridSize=values.get("gridSize"),
        visibilityDistance=values.get("visibilityDistance", values.get("visibility_distance")),
    )
    outcome.answer = {"cameraNearPlane": CAMERA_NEAR_M, "cameraFarPlane": CAMERA_FAR_M}
    return outcome


def resolution(build: "Simulator", name: str, values: Values) -> Outcome:
    """Take another window."""
    width, height = values.get("x"), values.get("y")
    sizes = [each for each in (width, height) if isinstance(each, int)]
    if len(sizes) < 2 or min(sizes) < 1 or max(sizes) > LARGEST_PX:
        return Outcome(f"A window of {width!r} x {height!r} pixels cannot be had.")
    build.look_through(size=(sizes[0], sizes[1]))
    return Outcome()


def move(build: "Simulator", name: str, values: Values) -> Outcome:
    """Step along one of the agent's own axes."""
    length = values.get("moveMagnitude")
    if isinstance(length, int | float) and length < 0.0:
        return Outcome(f"moveMagnitude must not be negative: {length}")
    return send(build, name, moveMagnitude=length or None)


def turn(build: "Simulator", name: str, values: Values) -> Outcome:
    """Turn by any angle, 90 degrees if none is given."""
    agent = build.controller.last_event.metadata["agent"]
    sign = 1.0 if name == "RotateRight" else -1.0
    yaw = agent["rotation"]["y"] + sign * _degrees(name, values, default=90.0)
    return _stand(build, agent, yaw_deg=yaw, horizon_deg=agent["cameraHorizon"])


def tilt(build: "Simulator", name: str, values: Values) -> Outcome:
    """Look up or down by any angle, 30 degrees if none is given."""
    agent = build.controller.last_event.metadata["agent"]
    sign = 1.0 if name == "LookDown" else -1.0
    horizon = agent["cameraHorizon"] + sign * _degrees(name, values, default=30.0)
    return _stand(build, agent, yaw_deg=agent["rotation"]["y"], horizon_deg=horizon)


def _degrees(name: str, values: Values, *, default: float) -> float:
    value = values.get("degrees") or default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CallError(Code.INVALID_ARGUMENT, f"{name}: degrees must be a number, not {value!r}")
    return float(value)


def _stand(
    build: "Simulator", agent: Mapping[str, Any], *, yaw_deg: float, horizon_deg: float
) -> Outcome:
    return send(
        build,
        "TeleportFull",
        **agent["position"],
        rotation=vector((0.0, yaw_deg, 0.0)),
        horizon=horizon_deg,
    )


def teleport(build: "Simulator", name: str, values: Values) -> Outcome:
    """Stand somewhere else; what is left out stays as it is."""
    if values.get("standing") is False:
        return Outcome("The agent of this world only stands: standing must be true.")
    agent = build.controller.last_event.metadata["agent"]
    place = values.get("position")
    if not isinstance(place, Mapping):
        place = {axis: values.get(axis, agent["position"][axis]) for axis in "xyz"}
    rotation = values.get("rotation")
    if isinstance(rotation, Mapping):
        rotation = {axis: rotation.get(axis, 0.0) for axis in "xyz"}
    else:
        rotation = dict(agent["rotation"])
    horizon = values.get("horizon")
    return send(
        build,
        "TeleportFull",
        **{axis: place.get(axis, 0.0) for axis in "xyz"},
        rotation=rotation,
        horizon=agent["cameraHorizon"] if horizon is None else horizon,
    )


def use(build: "Simulator", name: str, values: Values) -> Outcome:
    """Act on one object, named by its id or by the pixel it is seen at."""
    object_id = _target(build, values)
    if object_id is None:
        return Outcome("No object is at that point of the screen.")
    openness = values.get("openness", values.get("moveMagnitude"))
    more = {"moveMagnitude": openness} if name == "OpenObject" and openness else {}
    if name == "FillObjectWithLiquid":
        more["fillLiquid"] = values.get("fillLiquid")
    return send(build, name, objectId=object_id, **more)


def put(build: "Simulator", name: str, values: Values) -> Outcome:
    """2.1.0 names the held object and the receptacle; 5.0.0 the receptacle alone."""
    if "receptacleObjectId" in values:
        return send(
            build,
            name,
            receptacleObjectId=values["receptacleObjectId"],
            objectId=values.get("objectId"),
        )
    receptacle = _target(build, values)
    if receptacle is None:
        return Outcome("No receptacle is at that point of the screen.")
    return send(build, name, receptacleObjectId=receptacle)


def _target(build: "Simulator", values: Values) -> str | None:
    if "objectId" in values or "x" not in values:
        return values.get("objectId") or ""
    event = build.controller.last_event
    height, width = event.instance_ids.shape
    column, row = int(values["x"] * width), int(values["y"] * height)
    if not (0 <= column < width and 0 <= row < height):
        raise CallError(Code.INVALID_ARGUMENT, "x and y are shares of the screen, from 0 up to 1.")
    index = int(event.instance_ids[row, column])
    return event.object_ids[index - 1] if index else None


SETUP: Mapping[str, tuple[str, ...]] = {
    "SetObjectPoses": ("objectPoses",),
    "SetObjectToggles": ("objectToggles",),
    "SetStateOfAllObjects": ("StateChange", "forceAction"),
}


def setup(build: "Simulator", name: str, values: Values) -> Outcome:
    """Set an episode up."""
    return send(build, name, **{key: values.get(key) for key in SETUP[name]})


def spawn(build: "Simulator", name: str, values: Values) -> Outcome:
    """Strew the movable things about."""
    taken = ("randomSeed", "excludedObjectIds", "excludedReceptacles")
    return send(build, name, **{key: values.get(key) for key in taken})


def reachable(build: "Simulator", name: str, values: Values) -> Outcome:
    """List where the agent can walk to."""
    outcome = send(build, name, gridSize=values.get("gridSize"))
    most = values.get("maxStepCount")
    if outcome.answer and isinstance(most, int):
        outcome.answer = outcome.answer[: max(0, most)]
    return outcome


def poses(build: "Simulator", name: str, values: Values) -> Outcome:
    """List where an object can be acted on from."""
    return Outcome(answer=interactable_poses(build.controller.household, **values))


def nothing(build: "Simulator", name: str, values: Values) -> Outcome:
    """Do nothing, and see what there is."""
    return send(build, "Pass")


def scenes(build: "Simulator", name: str, values: Values) -> Outcome:
    """List the rooms."""
    return Outcome(
        answer=[
            f"{room}{PHYSICS}" if room.startswith("FloorPlan") else room
            for room in build.rooms.names
        ]
    )


def add_camera(build: "Simulator", name: str, values: Values) -> Outcome:
    """Set a camera up in the room."""
    if values.get("orthographic"):
        return Outcome("This world draws in perspective: orthographic must be false.")
    fov_deg = float(values.get("fieldOfView") or 90.0)
    build.crew.cameras.append(ThirdCamera(values["position"], values["rotation"], fov_deg))
    return Outcome()


CAMERA_FIELDS: Mapping[str, str] = {
    "position": "position",
    "rotation": "rotation",
    "fieldOfView": "fov_deg",
}


def update_camera(build: "Simulator", name: str, values: Values) -> Outcome:
    """Move a camera that is set up."""
    number = values.get("thirdPartyCameraId", 0)
    if not 0 <= number < len(build.crew.cameras):
        return Outcome(f"There is no third-party camera {number}.")
    given = {own: values.get(wire) for wire, own in CAMERA_FIELDS.items()}
    build.crew.change(number, **{own: value for own, value in given.items() if value is not None})
    return Outcome()


def map_camera(build: "Simulator", name: str, values: Values) -> Outcome:
    """Say where a camera sees the whole room from."""
    return Outcome(answer=map_view(build.controller.household.model))


HANDLERS: Mapping[str, Callable[["Simulator", str, Values], Outcome]] = {
    "move": move,
    "turn": turn,
    "tilt": tilt,
    "teleport": teleport,
    "stand": nothing,
    "pass": nothing,
    "use": use,
    "put": put,
    "setup": setup,
    "spawn": spawn,
    "reachable": reachable,
    "interactable_poses": poses,
    "initialize": initialize,
    "reset": reset,
    "scenes": scenes,
    "resolution": resolution,
    "add_camera": add_camera,
    "update_camera": update_camera,
    "map_view": map_camera,
}
"""What `does` of an action in actions.toml means."""
