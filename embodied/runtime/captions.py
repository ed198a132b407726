"""A frame of a video: the camera's picture above a panel of readable text."""

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np

from embodied.core.arrays import RgbImage

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

_BACKGROUND = (22, 24, 29)
_RULE = (62, 66, 78)
_INK = (238, 238, 232)
_QUIET = (150, 156, 168)
_ACCENT = (255, 196, 92)
_GOOD = (110, 214, 130)
_BAD = (255, 116, 100)


@dataclass(frozen=True)
class Caption:
    """What stands under a picture.

    Attributes:
        instruction: What was asked.
        subgoal: What the agent is about.
        progress: How far it is, e.g. `3/7`.
        action: What it does next.
        refusal: Why the world refused that, or nothing.
        verdict: How the episode ended, on its last picture.
        good: Whether the verdict is a success.
    """

    instruction: str
    subgoal: str = ""
    progress: str = ""
    action: str = ""
    refusal: str = ""
    verdict: str = ""
    good: bool = False

    def with_verdict(self, verdict: str, *, good: bool) -> Self:
        """Return the caption with the episode's end on it."""
        return dataclasses.replace(self, verdict=verdict, good=good)


@lru_cache(maxsize=8)
def _font(size_px: int) -> "FreeTypeFont":
    from PIL import ImageFont

    # Pillow carries this one: no font has to be installed.
    font = ImageFont.load_default(size_px)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return font


def wrap(text: str, *, width_px: float, size_px: int, max_lines: int) -> list[str]:
    """Break text into lines that fit; what does not fit ends in an ellipsis.

    Args:
        text: Words.
        width_px: Room for a line.
        size_px: Font size.
        max_lines: Lines there is room for.
    """
    font = _font(size_px)
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > width_px:
            lines.append(line)
            line = word
        else:
            line = longer
    lines.append(line)
    if len(lines) <= max_lines and all(font.getlength(line) <= width_px for line in lines):
        return lines
    return [_shorten(line, font, width_px) for line in _cut(lines, max_lines)]


def _cut(lines: list[str], max_lines: int) -> list[str]:
    if len(lines) <= max_lines:
        return lines
    return [*lines[: max_lines - 1], f"{lines[max_lines - 1]} ..."]


def _shorten(line: str, font: "FreeTypeFont", width_px: float) -> str:
    if font.getlength(line) <= width_px:
        return line
    kept = line.removesuffix(" ...")
    while kept and font.getlength(f"{kept}...") > width_px:
        kept = kept[:-1].rstrip()
    return f"{kept}..."


def compose_frame(image: RgbImage, caption: Caption, *, scale: int = 2) -> RgbImage:
    """Enlarge a picture and set its caption under it.

    Args:
        image: uint8 [H, W, 3].
        caption: The words.
        scale: Factor for the picture.

    Returns:
        uint8 [H', W', 3] with even sides, as h264 wants them.
    """
    from PIL import Image, ImageDraw

    height_px, width_px = image.shape[0] * scale, image.shape[1] * scale
    size_px = max(12, round(width_px / 32))
    margin_px, step_px = round(size_px * 0.7), round(size_px * 1.4)
    panel_px = 2 * margin_px + 5 * step_px
    page = Image.new(
        "RGB",
        (width_px + width_px % 2, height_px + panel_px + (height_px + panel_px) % 2),
        _BACKGROUND,
    )
    picture = Image.fromarray(np.ascontiguousarray(image))
    page.paste(picture.resize((width_px, height_px), Image.Resampling.BICUBIC), (0, 0))
    draw = ImageDraw.Draw(page)
    draw.line([(0, height_px), (page.width, height_px)], fill=_RULE, width=2)
    top_px = height_px + margin_px
    room_px = width_px - 2 * margin_px
    for line in wrap(caption.instruction, width_px=room_px, size_px=size_px, max_lines=2):
        draw.text((margin_px, top_px), line, font=_font(size_px), fill=_INK)
        top_px += step_px
    top_px = height_px + margin_px + 2 * step_px + round(0.2 * step_px)
    _draw_state(draw, caption, margin_px, top_px, room_px, step_px, size_px)
    return np.asarray(page, dtype=np.uint8)


def _draw_state(
    draw: "ImageDraw",
    caption: Caption,
    left_px: int,
    top_px: int,
    room_px: int,
    step_px: int,
    size_px: int,
) -> None:
    font = _font(size_px)
    number_px = font.getlength(f"{caption.progress}  ") if caption.progress else 0.0
    draw.text((left_px, top_px), caption.progress, font=font, fill=_QUIET)
    subgoal = wrap(caption.subgoal, width_px=room_px - number_px, size_px=size_px, max_lines=1)[0]
    draw.text((left_px + number_px, top_px), subgoal, font=font, fill=_ACCENT)
    small_px = round(size_px * 0.85)
    rows = [(caption.action, _QUIET), (caption.refusal, _BAD)]
    if caption.verdict:
        rows = [(caption.verdict, _GOOD if caption.good else _BAD)]
    for text, colour in rows:
        top_px += step_px
        line = wrap(text, width_px=room_px, size_px=small_px, max_lines=1)[0]
        draw.text((left_px, top_px), line, font=_font(small_px), fill=colour)
