"""The world behind one surface: reset, step(action) -> event.

ALFRED's environment and a THOR server both stand on `Controller`; `HouseholdController` is the
built-in world, the `ai2thor` package another.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from embodied.core.errors import EmbodiedError, UnknownNameError
from envs.household.event import Event
from envs.household.metadata import MetadataBuilder
from envs.household.model import SceneModel
from envs.household.navigation import Navigator
from envs.household.placement import GridPlacement, Placement
from envs.household.render import CameraPose, Frame, Renderer, make_renderer
from envs.household.rules import (
    ArgumentError,
    Context,
    Refused,
    Settings,
    apply_consequences,
    find_links,
    perform,
    prepare,
)
from envs.household.rules.setting import settle_parents
from envs.household.scene import Scene
from envs.household.stage import Stage
from envs.household.visibility import Sight, look
from envs.household.world import AGENT_Y_M, World


class Controller(Protocol):
    """A household that takes AI2-THOR 2.1's actions, as ALFRED sends them."""

    @property
    def last_event(self) -> Event:
        """The event of the last reset or step."""

    def reset(self, scene: Scene | str) -> Event:
        """Put a scene up, as at its start.

        Raises:
            UnknownNameError: If no scene has this name.
        """

    def step(self, action: Mapping[str, Any] | str, **arguments: Any) -> Event:
        """Do one action: `step({"action": "Pass"})` or `step(action="Pass")`.

        An action the world refuses comes back with `lastActionSuccess` False, the reason in
        `errorMessage` (a sentence) and `errorCode` (a `Reason`).

        Raises:
            UnknownNameError: If there is no such action.
            ArgumentError: If an argument is missing, unknown or not of its type.
        """

    def close(self) -> None:
        """Let go of the renderer."""


class HouseholdController:
    """The built-in household.

    Args:
        scenes: Finds a scene by name; only needed to reset by name.
        width_px: Width of the frames.
        height_px: Height of the frames.
        fov_deg: Vertical field of view.
        render_backend: `auto`, `gl` or `rays` (see `render`).
        placement: Chooses where Put leaves things.
    """

    def __init__(
        self,
        *,
        scenes: Callable[[str], Scene] | None = None,
        width_px: int = 300,
        height_px: int = 300,
        fov_deg: float = 60.0,
        render_backend: str = "auto",
        placement: Placement | None = None,
    ) -> None:
        self._scenes = scenes
        self._width_px, self._height_px, self._fov_deg = width_px, height_px, fov_deg
        self._backend = render_backend
        self._placement = placement if placement is not None else GridPlacement()
        self._stage: Stage | None = None
        self._context: Context | None = None
        self._metadata: MetadataBuilder | None = None
        self._event: Event | None = None

    # --- the Controller surface

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
        """Put a scene up, the agent in its largest free area near the middle, looking along +z.

        Raises:
            UnknownNameError: If no scene has this name.
        """
        scene = self._found(scene)
        self.close()
        model = SceneModel(scene)
        world = World(model)
        movable = [spec.object_id for spec in scene.objects if spec.info.can("pickupable")]
        settle_parents(world, movable)
        self._stage = Stage(model, world, self._lens(model))
        self._context = Context(
            world=world,
            geometry=self._stage,
            sight=Sight.nothing(len(world.object_ids)),
            placement=self._placement,
            links=find_links(world),
            settings=Settings(fov_deg=self._fov_deg),
        )
        self._metadata = self._writer(world)
        apply_consequences(world, self._context.links)
        x, z = self._stage.navigator().start()
        world.set_agent(position_m=(float(x), AGENT_Y_M, float(z)))
        return self._observe(action="Reset")

    def step(self, action: Mapping[str, Any] | str, **arguments: Any) -> Event:
        """Do one action; see `Controller.step`."""
        context = self._up()
        given = {**({"action": action} if isinstance(action, str) else action), **arguments}
        name = given.pop("action", None)
        if not isinstance(name, str):
            raise ArgumentError(f"step needs an action's name under 'action', got {name!r}.")
        rule, values = prepare(name, given)
        try:
            answer = perform(context, rule, values)
        except Refused as refusal:
            return self._observe(action=name, error=str(refusal), error_code=refusal.reason.value)
        return self._observe(action=name, answer=answer)

    def set_camera(self, *, width_px: int, height_px: int, fov_deg: float) -> Event:
        """Look through another lens from here on; the world stays as it is.

        Args:
            width_px: Width of the frames.
            height_px: Height of the frames.
            fov_deg: Vertical field of view.

        Raises:
            ConfigError: If such frames cannot be drawn.
        """
        context, stage = self._up(), self._stage
        assert stage is not None
        last = self.last_event.metadata
        self._width_px, self._height_px, self._fov_deg = width_px, height_px, fov_deg
        stage.take_lens(self._lens(stage.model))
        context.settings.fov_deg = fov_deg
        self._metadata = self._writer(context.world)
        self._metadata.refresh(context.world.object_ids)
        return self._observe(
            action=last["lastAction"], error=last["errorMessage"], error_code=last["errorCode"]
        )

    def close(self) -> None:
        """Let go of the scene and its renderer; a later reset starts anew."""
        if self._stage is not None:
            self._stage.close()
        self._stage = self._context = self._metadata = self._event = None

    # --- the full state, for experts and tests; never for agents

    @property
    def world(self) -> World:
        """Where everything is and how it stands."""
        return self._up().world

    @property
    def model(self) -> SceneModel:
        """The MuJoCo model behind the frames, in step with the world."""
        self._up()
        assert self._stage is not None
        self._stage.sync()
        return self._stage.model

    @property
    def fov_deg(self) -> float:
        """Vertical field of view of the frames."""
        return self._fov_deg

    def draw(self, camera: CameraPose) -> Frame:
        """Draw what a camera at some other place would see now; nothing else changes."""
        self._up()
        assert self._stage is not None
        return self._stage.draw(camera)

    @property
    def navigator(self) -> Navigator:
        """Where the agent may go now."""
        return self._up().geometry.navigator()

    # --- inside

    def _lens(self, model: SceneModel) -> Renderer:
        return make_renderer(
            model,
            width_px=self._width_px,
            height_px=self._height_px,
            fov_deg=self._fov_deg,
            backend=self._backend,
        )

    def _writer(self, world: World) -> MetadataBuilder:
        return MetadataBuilder(
            world, width_px=self._width_px, height_px=self._height_px, fov_deg=self._fov_deg
        )

    def _found(self, scene: Scene | str) -> Scene:
        if isinstance(scene, Scene):
            return scene
        if self._scenes is None:
            raise UnknownNameError("scene", scene, ())
        return self._scenes(scene)

    def _up(self) -> Context:
        if self._context is None:
            raise EmbodiedError("No scene is up yet: call reset(scene) first.")
        return self._context

    def _observe(self, **outcome: Any) -> Event:
        """Draw what the agent sees now, and write the event."""
        context, stage, metadata = self._up(), self._stage, self._metadata
        assert stage is not None
        assert metadata is not None
        frame, fresh = stage.frame()
        if fresh:
            context.sight = look(
                frame.depth_m,
                frame.ids,
                object_count=len(context.world.object_ids),
                fov_deg=self._fov_deg,
                horizon_deg=context.world.agent.horizon_deg,
                reach_m=context.settings.reach_m,
            )
        metadata.refresh(stage.take_changed())
        self._event = Event(
            metadata=metadata.build(context.sight, **outcome),
            frame=frame.rgb,
            depth_frame=frame.depth_m,
            instance_ids=frame.ids,
            object_ids=context.world.object_ids,
            scene_label=context.world.scene.label,
        )
        return self._event
