"""A world set up to be seen: keeps its model in step with its state, and draws it on demand."""

from envs.household.model import PartBoxes, SceneModel
from envs.household.navigation import Navigator, obstacles
from envs.household.render import CameraPose, Frame, Renderer
from envs.household.world import World


class Stage:
    """One scene's model, renderer and last frame.

    Args:
        model: The scene's model, at its start.
        world: The world, at its start.
        renderer: Draws the model.
    """

    def __init__(self, model: SceneModel, world: World, renderer: Renderer) -> None:
        self.model, self._world, self._renderer = model, world, renderer
        self._pending: set[str] = set()
        self._looks: dict[str, tuple[bool | float, ...]] = {}
        self._drawn = -1
        self._frame: Frame | None = None
        self._layout = -1
        self._navigator: Navigator | None = None

    def sync(self) -> set[str]:
        """Bring the model in step with the world; returns what has changed since."""
        changed = self._world.settle()
        self._pending |= changed
        for object_id in changed:
            self._show(object_id)
        if changed:
            self.model.update()
        return changed

    def take_changed(self) -> set[str]:
        """Return what has changed since this was called last."""
        self.sync()
        changed, self._pending = self._pending, set()
        return changed

    def _show(self, object_id: str) -> None:
        world, model, state = self._world, self.model, self._world[object_id]
        if state.spec.info.can("pickupable"):
            model.set_pose(object_id, world.position_m(object_id), world.rotation_deg(object_id))
        # Telling the model of a look that has not changed would make it choose all parts anew.
        look = (state.shown, state.openness, state.on, state.filled, state.dirty)
        if self._looks.get(object_id) == look:
            return
        self._looks[object_id] = look
        model.set_shown(object_id, state.shown)
        if state.spec.info.can("openable"):
            model.set_openness(object_id, state.openness)
        for name in ("on", "filled", "dirty"):
            model.set_state(object_id, name, getattr(state, name))

    def part_boxes(self) -> PartBoxes:
        """Return the boxes of all solid parts as the world now stands."""
        self.sync()
        return self.model.part_boxes()

    def navigator(self) -> Navigator:
        """Return what knows where the agent may go; made anew when ways may have changed."""
        if self._navigator is None or self._layout != self._world.layout_revision:
            self._navigator = Navigator(self._world, obstacles(self._world, self.part_boxes()))
            self._layout = self._world.layout_revision
        return self._navigator

    def frame(self) -> tuple[Frame, bool]:
        """Return what the agent's camera sees and whether it was drawn anew.

        It is drawn only if something has changed. The images are read-only.
        """
        self.sync()
        fresh = False
        if self._frame is None or self._drawn != self._world.revision:
            agent = self._world.agent
            frame = self._renderer.render(CameraPose(agent.eye_m, agent.yaw_deg, agent.horizon_deg))
            for image in (frame.rgb, frame.depth_m, frame.ids):
                image.flags.writeable = False
            self._frame, self._drawn, fresh = frame, self._world.revision, True
        return self._frame, fresh

    def draw(self, camera: CameraPose) -> Frame:
        """Draw what a camera at some other place would see now."""
        self.sync()
        return self._renderer.render(camera)

    def take_lens(self, renderer: Renderer) -> None:
        """Draw with another renderer of the same model from here on."""
        self._renderer.close()
        self._renderer, self._drawn = renderer, -1

    def close(self) -> None:
        """Let go of the renderer."""
        self._renderer.close()
