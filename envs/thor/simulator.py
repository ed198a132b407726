"""A household that answers as a THOR build does; it knows nothing of pipes and sockets."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from embodied.core.errors import EmbodiedError
from envs.alfred.placement import ThorPlacement
from envs.household.controller import HouseholdController
from envs.household.event import Event
from envs.household.render import Frame
from envs.thor.cameras import CameraCrew
from envs.thor.dialect import CallError, Code, Dialect, WireAction
from envs.thor.encode import (
    agent_metadata,
    colour_bounds,
    depth_bytes,
    id_bytes,
    normals_bytes,
    palette,
    rgb_bytes,
)
from envs.thor.handlers import HANDLERS, Outcome
from envs.thor.objects import ObjectWriter
from envs.thor.rooms import RoomController, Rooms

log = logging.getLogger(__name__)

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
        pictures: (name, what writes its raw bytes) in the order in which they are sent. Writing
            takes a while, in which a client can already read the metadata.
    """

    metadata: dict[str, Any]
    pictures: tuple[tuple[str, Callable[[], bytes]], ...]

    def images(self) -> Iterator[tuple[str, bytes]]:
        """Write the images, one after the other: (name, raw bytes)."""
        return ((name, write()) for name, write in self.pictures)


@dataclass(frozen=True)
class View:
    """What one camera saw and how it is to be written.

    Attributes:
        frame: What it saw.
        fov_deg: Vertical field of view.
        object_ids: Of the scene; row i + 1 of the ids.
        dialect: The version spoken.
    """

    frame: Frame
    fov_deg: float
    object_ids: tuple[str, ...]
    dialect: Dialect

    def ids(self, *, classes: bool) -> bytes:
        """Write the ids as colours of instances or of their types."""
        instances, by_type, _ = palette(self.object_ids)
        return id_bytes(self.frame.ids, by_type if classes else instances, self.dialect)


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
        rooms: The rooms.
        dialect: The version spoken.
        crew: Third-party cameras.
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
        self._fov_deg = dialect.fov_deg
        self._images = {"image"}
        self._objects = ObjectWriter(dialect)
        self.crew = CameraCrew()
        self._name = ""
        household = HouseholdController(
            width_px=width_px,
            height_px=height_px,
            fov_deg=self._fov_deg,
            render_backend=render_backend,
            placement=ThorPlacement(),
        )
        self.controller = RoomController(rooms, household)
        self.put_up(rooms.names[-1])

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
            sequence=sequence if isinstance(sequence, int) and abs(sequence) < 2**63 else 0,
            shown=self._shown_now(given),
        )

    def close(self) -> None:
        """Let go of the scene."""
        self.crew.close()
        self.controller.close()

    # --- actions

    def _do(self, action: WireAction, given: Mapping[str, Any]) -> Outcome:
        if not action.does:
            return Outcome(f"{action.name} is not possible here: {action.cannot}.")
        values = action.arguments(given)
        return HANDLERS[action.does](self, action.name, values)

    # --- what handlers may do to the build

    def put_up(self, room: str) -> None:
        """Put up a room, with the agent's picture alone to be sent.

        Raises:
            UnknownNameError: If there is none of that name.
        """
        self.crew.close()
        self.controller.reset(room)
        self._name = room
        self._images = {"image"}

    def show(self, flags: Mapping[str, Any]) -> None:
        """Send those images from here on that the flags turn on, and not those they turn off."""
        for flag, image in IMAGE_FLAGS.items():
            if flag in flags:
                (self._images.add if flags[flag] else self._images.discard)(image)

    def look_through(
        self, *, fov_deg: float | None = None, size: tuple[int, int] | None = None
    ) -> None:
        """Draw through another lens or into another window; the world stays as it is."""
        wanted = (self._fov_deg if fov_deg is None else fov_deg, size or self._size)
        if wanted == (self._fov_deg, self._size):
            return
        self._fov_deg, self._size = wanted
        self.crew.drop_renderers()
        self.controller.household.set_camera(
            width_px=self._size[0], height_px=self._size[1], fov_deg=self._fov_deg
        )

    # --- what goes back

    def _shown_now(self, given: Mapping[str, Any]) -> set[str]:
        """Images of this step: a step may turn one on, and the colour image off."""
        shown = set(self._images)
        shown |= {image for flag, image in IMAGE_FLAGS.items() if given.get(flag) is True}
        if given.get("renderImage") is False:
            shown.discard("image")
        return shown

    def _reply(self, outcome: Outcome, *, name: str, sequence: int, shown: set[str]) -> Reply:
        event = self.controller.last_event
        metadata = agent_metadata(
            event,
            self._objects.write(event, self.controller.household.world),
            self.dialect,
            scene_name=self._name,
            cameras=self.crew.listed(),
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
        pictures = self._pictures(_frame(event), self._fov_deg, event, shown, IMAGE_NAMES)
        if self.crew.cameras:
            model = self.controller.household.model
            size = {"width_px": self._size[0], "height_px": self._size[1]}
            cameras = zip(self.crew.cameras, self.crew.frames(model, **size), strict=True)
            for camera, frame in cameras:
                pictures += self._pictures(frame, camera.fov_deg, event, shown, THIRD)
        message = {
            "agents": [metadata],
            "thirdPartyCameras": self.crew.listed(),
            "activeAgentId": 0,
            "sequenceId": sequence,
        }
        return Reply(message, tuple(pictures))

    def _pictures(
        self,
        frame: Frame,
        fov_deg: float,
        event: Event,
        shown: set[str],
        names: Mapping[str, str],
    ) -> list[tuple[str, Callable[[], bytes]]]:
        view = View(frame, fov_deg, event.object_ids, self.dialect)
        return [(names[image], partial(IMAGES[image], view)) for image in sorted(shown)]


IMAGES: Mapping[str, Callable[[View], bytes]] = {
    "image": lambda view: rgb_bytes(view.frame.rgb),
    "image_depth": lambda view: depth_bytes(view.frame.depth_m, view.dialect),
    "image_ids": lambda view: view.ids(classes=False),
    "image_classes": lambda view: view.ids(classes=True),
    "image_normals": lambda view: normals_bytes(view.frame.depth_m, view.fov_deg),
}
"""What writes an image, by its name."""

IMAGE_NAMES: Mapping[str, str] = {image: image for image in IMAGES}


def _frame(event: Event) -> Frame:
    return Frame(event.frame, event.depth_frame, event.instance_ids)
