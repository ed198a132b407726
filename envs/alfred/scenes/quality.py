"""How good a rebuilt room is, judged by the recordings that it was fitted from.

A fit judged by its own evidence looks better than it is; `benchmarks/alfred_scenes.py` measures
held-out recordings. This is for finding what is doubtful: pieces never seen, or drawn elsewhere
than they were.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from embodied.core.arrays import Mask
from envs.alfred import ids
from envs.alfred.dataset import LowAction
from envs.alfred.pictures import compared, sheet
from envs.alfred.replay import mask_of
from envs.alfred.scenes.boxfit import thin
from envs.alfred.scenes.camera import EYE_ABOVE_AGENT_M
from envs.alfred.scenes.evidence import RoomEvidence, Sighting
from envs.alfred.scenes.movables import start_sightings, views_of
from envs.alfred.scenes.rebuild import Room
from envs.household.model import SceneModel
from envs.household.render import CameraPose, Frame, Renderer, make_renderer
from envs.household.scene import ObjectSpec, Scene

VIEWS = 3
"""A piece is drawn from at most so many of its recorded poses."""

DOUBTFUL_IOU = 0.5
PICTURES = 4


@dataclass(frozen=True)
class PieceQuality:
    """How well one piece of furniture, or one movable object, is known.

    Attributes:
        name: Object id, or for a movable object its name.
        type: Its type.
        sightings: Recorded masks of it.
        poses: Distinct poses they were seen from.
        iou: Median over views of recorded and drawn mask (for movable objects: of the masks'
            bounds and the box's); None where it was never seen.
        doubt: Why it is doubtful, empty where it is not.
    """

    name: str
    type: str
    sightings: int
    poses: int
    iou: float | None
    doubt: str = ""


@dataclass(frozen=True)
class RoomQuality:
    """How well a room is known.

    Attributes:
        floor_plan: The room.
        label: `reconstructed` or `approximated`.
        trajectories: Recordings it was fitted from.
        cells: Grid cells the agent may stand on.
        pieces: Its furniture and appliances.
        movables: Its movable objects, by name.
    """

    floor_plan: str
    label: str
    trajectories: int
    cells: int
    pieces: tuple[PieceQuality, ...]
    movables: tuple[PieceQuality, ...]

    @property
    def coverage(self) -> float:
        """Share of the pieces that were seen at all."""
        return sum(piece.sightings > 0 for piece in self.pieces) / max(len(self.pieces), 1)

    @property
    def iou(self) -> float | None:
        """Median IoU of the pieces that were seen."""
        found = [piece.iou for piece in self.pieces if piece.iou is not None]
        return float(np.median(found)) if found else None


@dataclass(frozen=True, eq=False)
class _View:
    iou: float
    frame: Frame
    recorded: Mask
    ours: Mask
    sighting: Sighting


def assess(room: Room, evidence: RoomEvidence, *, label: str) -> tuple[RoomQuality, Image.Image]:
    """Judge a room by its evidence.

    Args:
        room: The room.
        evidence: What it was fitted from.
        label: `reconstructed` or `approximated`.

    Returns:
        The quality, and recorded masks drawn over our pictures, from the best piece to the worst.
    """
    scene = Scene(room.floor_plan, room.kind, room.floor, room.furniture, seed=room.seed)
    model = SceneModel(scene)
    renderer = make_renderer(model)
    try:
        views = {spec.object_id: _views(model, renderer, spec, evidence) for spec in room.furniture}
    finally:
        renderer.close()
    pieces = tuple(_piece(spec, evidence, views[spec.object_id]) for spec in room.furniture)
    quality = RoomQuality(
        floor_plan=room.floor_plan,
        label=label,
        trajectories=evidence.trajectories,
        cells=len(room.floor.walkable_xz_m or ()),
        pieces=pieces,
        movables=tuple(_movables(room, evidence)),
    )
    return quality, _picture(each for found in views.values() for each in found)


def _views(
    model: SceneModel, renderer: Renderer, spec: ObjectSpec, evidence: RoomEvidence
) -> list[_View]:
    """Draw a piece from some of the poses it was seen from."""
    sightings = evidence.sightings.get(spec.object_id, [])
    views = []
    for index in thin(len(sightings), most=VIEWS):
        sighting = sightings[index]
        if spec.info.can("openable"):
            model.set_openness(spec.object_id, float(sighting.is_open))
        x, y, z = sighting.pose.position_m
        pose = CameraPose(
            (x, y + EYE_ABOVE_AGENT_M, z), sighting.pose.yaw_deg, sighting.pose.horizon_deg
        )
        frame = renderer.render(pose)
        recorded = mask_of(LowAction(sighting.action, 0, runs=sighting.runs))
        assert recorded is not None
        ours = frame.ids == model.index(spec.object_id) + 1
        union = np.count_nonzero(recorded | ours)
        iou = np.count_nonzero(recorded & ours) / max(union, 1)
        views.append(_View(float(iou), frame, recorded, ours, sighting))
    if spec.info.can("openable"):
        model.set_openness(spec.object_id, 0.0)
    return views


def _piece(spec: ObjectSpec, evidence: RoomEvidence, views: Sequence[_View]) -> PieceQuality:
    sightings = evidence.sightings.get(spec.object_id, [])
    iou = float(np.median([view.iou for view in views])) if views else None
    return _quality(spec.object_id, spec.type, sightings, iou)


def _quality(
    name: str, type_name: str, sightings: Sequence[Sighting], iou: float | None
) -> PieceQuality:
    doubt = ""
    if iou is None:
        doubt = "never seen"
    elif iou < DOUBTFUL_IOU:
        doubt = f"drawn elsewhere than recorded (IoU {iou:.2f})"
    poses = len({sighting.pose for sighting in sightings})
    return PieceQuality(name, type_name, len(sightings), poses, iou, doubt)


def _movables(room: Room, evidence: RoomEvidence) -> Iterable[PieceQuality]:
    found = start_sightings(evidence)
    for name in sorted({start.name for start in evidence.starts.values()}):
        pairs = found.get(name, [])
        iou = None
        if pairs:
            iou = float(np.median(views_of(pairs, most=20).iou(room.movables.of(name))))
        yield _quality(name, ids.type_of_name(name), [each for each, _ in pairs], iou)


def _picture(views: Iterable[_View]) -> Image.Image:
    """A row of comparisons, from the best to the worst."""
    ranked = sorted(views, key=lambda view: -view.iou)
    if not ranked:
        return Image.new("RGB", (1, 1), "white")
    chosen = [ranked[index] for index in thin(len(ranked), most=PICTURES)]
    return sheet(
        [
            compared(
                view.frame.rgb,
                view.recorded,
                view.ours,
                (view.sighting.object_id, f"{view.sighting.action}, IoU {view.iou:.2f}"),
                scale=1,
            )
            for view in chosen
        ],
        columns=PICTURES,
    )
