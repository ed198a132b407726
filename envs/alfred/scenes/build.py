"""Build every room at once, and write down how good each is: `embodied data alfred-scenes`."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image

from embodied.core.errors import ConfigError, EmbodiedError
from envs.alfred.dataset import AlfredData, find_alfred
from envs.alfred.scenes.page import write_page
from envs.alfred.scenes.quality import RoomQuality, assess
from envs.alfred.scenes.rebuild import Room, room_kind
from envs.alfred.scenes.store import RoomStore
from envs.household.model import SceneModel
from envs.household.render import GlUnavailableError, render_topdown
from envs.household.scene import Scene

ROOMS = "rooms"
REPORT = "rooms.json"
PAGE = "index.html"
TOPDOWN_PX = 334
JPEG_QUALITY = 82


@dataclass(frozen=True)
class RoomBuilder:
    """Builds rooms one by one; small and picklable, so that processes can share the work.

    What was built is kept by `RoomStore`, and a room's report beside its picture in
    `<output_dir>/rooms`, so that a build that was interrupted goes on where it was.

    Attributes:
        data_root: Folder of the data, see `find_alfred`.
        output_dir: Gets the reports, the pictures and the page.
        fit: What rooms are fitted from, see `scenes.store.fit_selection`.
        approximate: Whether rooms that nothing is fitted from are made up from layouts.
        rooms: Only these floor plans, separated by commas; None for all there are.
        cache_dir: Where rooms are kept; None takes the user's cache folder.
    """

    data_root: str
    output_dir: str
    fit: str = "train"
    approximate: bool = False
    rooms: str | None = None
    cache_dir: str | None = None

    @property
    def title(self) -> str:
        """What is being built, for the progress bar."""
        return "ALFRED's rooms"

    @property
    def store(self) -> RoomStore:
        """The store of this data, code and fit."""
        return _store(self)

    def names(self) -> Sequence[str]:
        """Floor plans to build, in the order of their numbers.

        Raises:
            ConfigError: If `rooms` names none.
            DataError: If the data is not there, or a floor plan is none of ALFRED's.
        """
        if self.rooms is not None:
            wanted = [name.strip() for name in str(self.rooms).split(",") if name.strip()]
            if not wanted:
                raise ConfigError("scenes.rooms names no floor plan")
            found = {f"FloorPlan{name.removeprefix('FloorPlan')}" for name in wanted}
        else:
            found = set(self.store.floor_plans)
            if self.approximate:
                found |= set(self.store.with_layouts)
        return sorted(found, key=lambda name: room_kind(name)[1])

    def prepare(self) -> None:
        """Fit what all rooms share, before any is built."""
        self.store.types()

    def build(self, name: str) -> dict[str, Any]:
        """Build one room and its report; return how it went: `name`, `error`, `line`."""
        path = self._report(name)
        kept = _read(path)
        if kept is not None and kept.get("store") == self.store.folder.name:
            return {"name": name, "error": "", "line": "kept"}
        started_s = time.perf_counter()
        try:
            room = self.store.room(name)
            built_s = time.perf_counter() - started_s
            quality, masks = assess(room, self.store.evidence(name), label=self.store.label(name))
        except EmbodiedError as error:
            return {"name": name, "error": str(error), "line": str(error)}
        path.parent.mkdir(parents=True, exist_ok=True)
        _picture(room, masks).save(path.with_suffix(".jpg"), quality=JPEG_QUALITY)
        report = {
            "store": self.store.folder.name,
            "built_s": round(built_s, 2),
            "assessed_s": round(time.perf_counter() - started_s - built_s, 2),
            "coverage": quality.coverage,
            "iou": quality.iou,
            **asdict(quality),
        }
        _write(path, report)
        return {"name": name, "error": "", "line": _line(quality)}

    def finish(self, results: Sequence[dict[str, Any]]) -> Sequence[Path]:
        """Write the reports of all rooms into one file and a page; return both."""
        reports = [_read(self._report(each["name"])) for each in results if not each["error"]]
        errors = {each["name"]: each["error"] for each in results if each["error"]}
        found = [report for report in reports if report is not None]
        folder = Path(self.output_dir)
        whole = {"fit": self.fit, "errors": errors, "rooms": found}
        _write(folder / REPORT, whole)
        write_page(folder / PAGE, found, errors=errors, fit=self.fit, pictures=ROOMS)
        return folder / REPORT, folder / PAGE

    def _report(self, name: str) -> Path:
        return Path(self.output_dir) / ROOMS / f"{name}.json"


@lru_cache(maxsize=1)
def _store(builder: RoomBuilder) -> RoomStore:
    data = AlfredData(find_alfred(builder.data_root))
    return RoomStore(
        data, fit=builder.fit, approximate=builder.approximate, cache_dir=builder.cache_dir
    )


def _line(quality: RoomQuality) -> str:
    iou = "none seen" if quality.iou is None else f"median IoU {quality.iou:.2f}"
    seen = round(quality.coverage * len(quality.pieces))
    return f"{quality.label}, {seen} of {len(quality.pieces)} pieces seen, {iou}"


def _picture(room: Room, masks: Image.Image) -> Image.Image:
    """The room from above where there is GL, and the masks beside it."""
    scene = Scene(room.floor_plan, room.kind, room.floor, room.furniture, seed=room.seed)
    try:
        above = render_topdown(
            SceneModel(scene), width_px=TOPDOWN_PX, height_px=TOPDOWN_PX, tilt_deg=60.0
        )
    except GlUnavailableError:
        return masks
    whole = Image.new("RGB", (TOPDOWN_PX + masks.width, max(TOPDOWN_PX, masks.height)), "white")
    whole.paste(Image.fromarray(above.rgb), (0, 0))
    whole.paste(masks, (TOPDOWN_PX, 0))
    return whole


def _read(path: Path) -> dict[str, Any] | None:
    """Read a report; None where there is none, or it was cut short and is to be made anew."""
    try:
        report = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    part.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    part.replace(path)
