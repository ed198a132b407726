"""A household that answers as a THOR build does; it knows nothing of pipes and sockets."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from embodied.core.errors import EmbodiedError
from envs.alfred.placement import ThorPlacement
from envs.household.controller import HouseholdController
from envs.household.event import Event
from envs.household.metadata import CAMERA_FAR_M, CAMERA_NEAR_M, vector
from envs.household.render import Frame
from envs.thor.cameras import CameraCrew, ThirdCamera, map_view
from envs.thor.dialect import WORLD_CODES, CallError, Code, Dialect, WireAction
from envs.thor.encode import (
    agent_metadata,
    colour_bounds,
    depth_bytes,
    id_bytes,
    normals_bytes,
    palette,
    rgb_bytes,
)
from envs.thor.poses import interactable_poses
from envs.thor.rooms import PHYSICS, RoomController, Rooms

log = logging.getLogger(__name__)

LARGEST_PX = 4096
IMAGE_FLAGS: Mapping[str, str] = {
    "renderDepthImage": "image_depth",
    "renderInstanceSegmentation": "image_ids",
    "renderObjectImage": "image_ids",
    "renderSemanticSegmentation": "image_classes",
    "renderClassImage": "image_classes",
    "renderNormalsImage": "image_normals",
}
"""Flags of `Initialize` to the images they turn on."""

THIRD: Mapping[str, str] = {
    "image": "image-thirdParty-camera",
    "image_depth": "image_thirdParty_depth",
    "image_ids": "image_thirdParty_image_ids",
    "image_classes": "image_thirdParty_classes",
    "image_normals": "image_thirdParty_normals",
}
"""The name of an image to that of the same image of a third-party camera."""


@dataclass(frozen=True)
class Reply:
    """What goes back for one action.

    Attributes:
        metadata: The whole message, one agent in it.
        images: (name, raw bytes) in the order in which they are sent.
    """

    metadata: dict[str, Any]
    images: tuple[tuple[str, bytes], ...]


@dataclass
class Outcome:
    """How an action went."""

    error: str = ""
    code: str = Code.UNDEFINED
    answer: Any = None


@dataclass
class Show:
    """Which images are sent."""

    images: set[str] = field(default_factory=lambda: {"image"})


class Simulator:
    """One build: rooms, one agent, one dialect.

    Args:
        rooms: The rooms it has.
        dialect: The version spoken.
        width_px: Width of the window.
        height_px: Height of the window.
        render_backend: See `envs.household.render.make_renderer`.

    Attributes:
        controller: The household. Privileged.
    """

    def __init__(
        self,
        *,
        rooms: Rooms,
        dialect: Dialect,
        width_px: int = 300,
        height_px: int = 300,
        render_backend: str = "auto",
    ) -> None:
        self.dialect = dialect
        self.rooms = rooms
        self._size = (width_px, height_px)
        self._backend = render_backend
        self._fov_deg = dialect.fov_deg
        self._show = Show()
        self._crew = CameraCrew()
        self._name = ""
        self.controller = self._household()
        self._put_up(rooms.names[-1])

    # --- the surface

    def hello(self) -> Reply:
        """The message a build sends of itself once it is up."""
        return self._reply(Outcome(), name="Reset", sequence=0, shown={"image"})

    def answer(self, action: Any) -> Reply:
        """Do what a client asks for; whatever it sends, there is an answer.

        Args:
            action: The decoded JSON.
        """
        given = action if isinstance(action, Mapping) else {}
        sequence = given.get("sequenceId", 0)
        name = given.get("action")
        try:
            outcome = self._do(self.dialect.action(name), given)
        except CallError as error:
            outcome = Outcome(str(error), error.code)
        except EmbodiedError as error:  # the household's own checks: a sentence each
            outcome = Outcome(str(error))
        except Exception as error:  # a client's words must not take the build down
            log.exception("%s failed", given)
            outcome = Outcome(f"This build failed to do it: {type(error).__name__}: {error}")
        return self._reply(
            outcome,
            name=name if isinstance(name, str) else "",
            sequence=sequence if isinstance(sequence, int) else 0,
            shown=self._shown_now(given),
        )

    def close(self) -> None:
        """Let go of the scene."""
        self._crew.close()
        self.controller.close()

    # --- actions

    def _do(self, action: WireAction, given: Mapping[str, Any]) -> Outcome:
        if not action.does:
            return Outcome(f"{action.name} is not possible here: {action.cannot}.")
        values = action.arguments(given)
        return HANDLERS[action.does](self, action.name, values)

    def _send(self, name: str, **arguments: Any) -> Outcome:
        """Pass an action on to the household, without what was left out."""
        given = {key: value for key, value in arguments.items() if value is not None}
        metadata = self.controller.step({"action": name, **given}).metadata
        if metadata["lastActionSuccess"]:
            return Outcome(answer=metadata["actionReturn"])
        code = WORLD_CODES.get(metadata["errorCode"], Code.UNDEFINED)
        return Outcome(metadata["errorMessage"], code)

    def _reset(self, name: str, values: Mapping[str, Any]) -> Outcome:
        room = values.get("sceneName")
        if not isinstance(room, str):
            raise CallError(Code.MISSING_ARGUMENTS, "Reset is missing: sceneName")
        self._show = Show()
        self._put_up(room)
        return Outcome()

    def _put_up(self, room: str) -> None:
        self._crew.close()
        self.controller.reset(room)
        self._name = room

    def _initialize(self, name: str, values: Mapping[str, Any]) -> Outcome:
        if values.get("agentMode", "default").lower() != "default":
            return Outcome(f"This world has no agentMode {values['agentMode']!r}, only 'default'.")
        if values.get("agentCount", 1) != 1:
            return Outcome("This world has one agent: agentCount must be 1.")
        for flag, image in IMAGE_FLAGS.items():
            if flag in values:
                (self._show.images.add if values[flag] else self._show.images.discard)(image)
        fov = values.get("fieldOfView", self.dialect.fov_deg)
        if not isinstance(fov, int | float) or not 1.0 <= fov <= 170.0:
            return Outcome(f"fieldOfView must be between 1 and 170 degrees, not {fov!r}.")
        if float(fov) != self._fov_deg:
            self._fov_deg = float(fov)
            self._look_again()
        outcome = self._send(
            "Initialize",
            gridSize=values.get("gridSize"),
            visibilityDistance=values.get("visibilityDistance", values.get("visibility_distance")),
        )
        outcome.answer = {"cameraNearPlane": CAMERA_NEAR_M, "cameraFarPlane": CAMERA_FAR_M}
        return outcome

    def _resolution(self, name: str, values: Mapping[str, Any]) -> Outcome:
        width, height = values.get("x"), values.get("y")
        sizes = [each for each in (width, height) if isinstance(each, int)]
        if len(sizes) < 2 or min(sizes) < 1 or max(sizes) > LARGEST_PX:
            return Outcome(f"A window of {width!r} x {height!r} pixels cannot be had.")
        if tuple(sizes) != self._size:
            self._size = (sizes[0], sizes[1])
            self._look_again()
        return Outcome()

    def _household(self) -> RoomController:
        width_px, height_px = self._size
        household = HouseholdController(
            width_px=width_px,
            height_px=height_px,
            fov_deg=self._fov_deg,
            render_backend=self._backend,
            placement=ThorPlacement(),
        )
        return RoomController(self.rooms, household)

    def _look_again(self) -> None:
        """Draw through another lens from here on; the world stays as it is."""
        width_px, height_px = self._size
        self._crew.drop_renderers()
        self.controller.household.set_camera(
            width_px=width_px, height_px=height_px, fov_deg=self._fov_deg
        )

    def _move(self, name: str, values: Mapping[str, Any]) -> Outcome:
        length = values.get("moveMagnitude")
        if isinstance(length, int | float) and length < 0.0:
            return Outcome(f"moveMagnitude must not be negative: {length}")
        return self._send(name, moveMagnitude=length or None)

    def _turn(self, name: str, values: Mapping[str, Any]) -> Outcome:
        degrees = values.get("degrees") or 90.0
        agent = self.controller.last_event.metadata["agent"]
        sign = 1.0 if name == "RotateRight" else -1.0
        yaw = agent["rotation"]["y"] + sign * _number(name, "degrees", degrees)
        return self._stand_at(agent, yaw_deg=yaw, horizon_deg=agent["cameraHorizon"])

    def _tilt(self, name: str, values: Mapping[str, Any]) -> Outcome:
        degrees = values.get("degrees") or 30.0
        agent = self.controller.last_event.metadata["agent"]
        sign = 1.0 if name == "LookDown" else -1.0
        horizon = agent["cameraHorizon"] + sign * _number(name, "degrees", degrees)
        return self._stand_at(agent, yaw_deg=agent["rotation"]["y"], horizon_deg=horizon)

    def _stand_at(self, agent: Mapping[str, Any], *, yaw_deg: float, horizon_deg: float) -> Outcome:
        return self._send(
            "TeleportFull",
            **agent["position"],
            rotation=vector((0.0, yaw_deg, 0.0)),
            horizon=horizon_deg,
        )

    def _teleport(self, name: str, values: Mapping[str, Any]) -> Outcome:
        if values.get("standing") is False:
            return Outcome("The agent of this world only stands: standing must be true.")
        agent = self.controller.last_event.metadata["agent"]
        place = values.get("position") or {
            axis: values.get(axis, agent["position"][axis]) for axis in "xyz"
        }
        rotation = values.get("rotation")
        if isinstance(rotation, Mapping):
            rotation = {axis: rotation.get(axis, 0.0) for axis in "xyz"}
        else:
            rotation = dict(agent["rotation"])
        horizon = values.get("horizon")
        return self._send(
            "TeleportFull",
            **place,
            rotation=rotation,
            horizon=agent["cameraHorizon"] if horizon is None else horizon,
        )

    def _use(self, name: str, values: Mapping[str, Any]) -> Outcome:
        """An action on one object, named by its id or by the pixel it is seen at."""
        object_id = self._target(values)
        if object_id is None:
            return Outcome("No object is at that point of the screen.")
        openness = values.get("openness", values.get("moveMagnitude"))
        more = {"moveMagnitude": openness} if name == "OpenObject" and openness else {}
        if name == "FillObjectWithLiquid":
            more["fillLiquid"] = values.get("fillLiquid")
        return self._send(name, objectId=object_id, **more)

    def _put(self, name: str, values: Mapping[str, Any]) -> Outcome:
        """2.1.0 names the held object and the receptacle; 5.0.0 the receptacle alone."""
        if "receptacleObjectId" in values:
            return self._send(
                name,
                receptacleObjectId=values["receptacleObjectId"],
                objectId=values.get("objectId"),
            )
        receptacle = self._target(values)
        if receptacle is None:
            return Outcome("No receptacle is named.")
        return self._send(name, receptacleObjectId=receptacle)

    def _target(self, values: Mapping[str, Any]) -> str | None:
        if "objectId" in values or "x" not in values:
            return values.get("objectId") or ""
        width, height = self._size
        column, row = int(values["x"] * width), int(values["y"] * height)
        if not (0 <= column < width and 0 <= row < height):
            raise CallError(
                Code.INVALID_ARGUMENT, "x and y are shares of the screen, from 0 up to 1."
            )
        event = self.controller.last_event
        index = int(event.instance_ids[row, column])
        return event.object_ids[index - 1] if index else None

    def _setup(self, name: str, values: Mapping[str, Any]) -> Outcome:
        known = {
            "SetObjectPoses": ("objectPoses",),
            "SetObjectToggles": ("objectToggles",),
            "SetStateOfAllObjects": ("StateChange", "forceAction"),
        }
        return self._send(name, **{key: values.get(key) for key in known[name]})

    def _reachable(self, name: str, values: Mapping[str, Any]) -> Outcome:
        outcome = self._send(name, gridSize=values.get("gridSize"))
        most = values.get("maxStepCount")
        if outcome.answer and isinstance(most, int):
            outcome.answer = outcome.answer[: max(0, most)]
        return outcome

    def _interactable_poses(self, name: str, values: Mapping[str, Any]) -> Outcome:
        return Outcome(answer=interactable_poses(self.controller.household, **values))

    def _spawn(self, name: str, values: Mapping[str, Any]) -> Outcome:
        taken = ("randomSeed", "excludedObjectIds", "excludedReceptacles")
        return self._send(name, **{key: values.get(key) for key in taken})

    def _pass(self, name: str, values: Mapping[str, Any]) -> Outcome:
        return self._send("Pass")

    def _scenes(self, name: str, values: Mapping[str, Any]) -> Outcome:
        return Outcome(
            answer=[
                room + PHYSICS if room.startswith("FloorPlan") else room
                for room in self.rooms.names
            ]
        )

    def _add_camera(self, name: str, values: Mapping[str, Any]) -> Outcome:
        if values.get("orthographic"):
            return Outcome("This world draws in perspective: orthographic must be false.")
        self._crew.cameras.append(
            ThirdCamera(
                values["position"], values["rotation"], float(values.get("fieldOfView") or 90.0)
            )
        )
        return Outcome()

    def _update_camera(self, name: str, values: Mapping[str, Any]) -> Outcome:
        number = values.get("thirdPartyCameraId", 0)
        if not 0 <= number < len(self._crew.cameras):
            return Outcome(f"There is no third-party camera {number}.")
        renamed = {"position": "position", "rotation": "rotation", "fieldOfView": "fov_deg"}
        self._crew.change(
            number,
            **{own: values[wire] for wire, own in renamed.items() if values.get(wire) is not None},
        )
        return Outcome()

    def _map_view(self, name: str, values: Mapping[str, Any]) -> Outcome:
        return Outcome(answer=map_view(self.controller.household.model))

    # --- what goes back

    def _shown_now(self, given: Mapping[str, Any]) -> set[str]:
        """Images of this step: a step may turn one on, and the colour image off."""
        shown = set(self._show.images)
        shown |= {image for flag, image in IMAGE_FLAGS.items() if given.get(flag) is True}
        if given.get("renderImage") is False:
            shown.discard("image")
        return shown

    def _reply(self, outcome: Outcome, *, name: str, sequence: int, shown: set[str]) -> Reply:
        event = self.controller.last_event
        metadata = agent_metadata(
            event,
            self.controller.household.world,
            self.dialect,
            scene_name=self._name,
            cameras=self._crew.listed(),
        )
        metadata |= {
            "lastAction": name,
            "lastActionSuccess": not outcome.error,
            "errorMessage": outcome.error,
            "errorCode": outcome.code if outcome.error else Code.UNDEFINED,
            "actionReturn": outcome.answer,
        }
        if shown & {"image_ids", "image_classes"}:
            _, _, listed = palette(event.object_ids)
            metadata["colors"] = listed
            if self.dialect.colour_bounds:
                metadata["colorBounds"] = colour_bounds(event.instance_ids, listed)
        images = [
            (image, IMAGES[image](self, _frame(event), self._fov_deg)) for image in sorted(shown)
        ]
        size = {"width_px": self._size[0], "height_px": self._size[1]}
        if self._crew.cameras:
            model = self.controller.household.model
            cameras = zip(self._crew.cameras, self._crew.frames(model, **size), strict=True)
            images += [
                (THIRD[image], IMAGES[image](self, frame, camera.fov_deg))
                for camera, frame in cameras
                for image in sorted(shown)
            ]
        message = {
            "agents": [metadata],
            "thirdPartyCameras": self._crew.listed(),
            "activeAgentId": 0,
            "sequenceId": sequence,
        }
        return Reply(message, tuple(images))

    def _ids(self, frame: Frame, classes: bool) -> bytes:
        instances, by_type, _ = palette(self.controller.last_event.object_ids)
        return id_bytes(frame.ids, by_type if classes else instances, self.dialect)


IMAGES: Mapping[str, Callable[[Simulator, Frame, float], bytes]] = {
    "image": lambda build, frame, fov_deg: rgb_bytes(frame.rgb),
    "image_depth": lambda build, frame, fov_deg: depth_bytes(frame.depth_m, build.dialect),
    "image_ids": lambda build, frame, fov_deg: build._ids(frame, classes=False),
    "image_classes": lambda build, frame, fov_deg: build._ids(frame, classes=True),
    "image_normals": lambda build, frame, fov_deg: normals_bytes(frame.depth_m, fov_deg),
}

HANDLERS: Mapping[str, Callable[[Simulator, str, Mapping[str, Any]], Outcome]] = {
    "move": Simulator._move,
    "turn": Simulator._turn,
    "tilt": Simulator._tilt,
    "teleport": Simulator._teleport,
    "stand": Simulator._pass,
    "pass": Simulator._pass,
    "use": Simulator._use,
    "put": Simulator._put,
    "setup": Simulator._setup,
    "reachable": Simulator._reachable,
    "interactable_poses": Simulator._interactable_poses,
    "spawn": Simulator._spawn,
    "initialize": Simulator._initialize,
    "reset": Simulator._reset,
    "scenes": Simulator._scenes,
    "resolution": Simulator._resolution,
    "add_camera": Simulator._add_camera,
    "update_camera": Simulator._update_camera,
    "map_view": Simulator._map_view,
}
"""What `does` of an action in actions.toml means."""


def _frame(event: Event) -> Frame:
    return Frame(event.frame, event.depth_frame, event.instance_ids)


def _number(action: str, name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CallError(Code.INVALID_ARGUMENT, f"{action}: {name} must be a number, not {value!r}")
    return float(value)
