"""Pictures of recorded masks drawn over rebuilt rooms."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import binary_dilation

from embodied.core.arrays import Mask, RgbImage

RECORDED_RGB = (255, 40, 200)
OURS_RGB = (40, 230, 255)
CAPTION_PX = 34
FONT_PX = 12


def outline(mask: Mask, *, scale: int, width_px: int = 2) -> NDArray[np.bool_]:
    """Return the line around a mask, just outside of it, bool [H * scale, W * scale].

    Args:
        mask: bool [H, W].
        scale: Factor of enlargement.
        width_px: Width of the line in the enlarged picture.
    """
    large = np.kron(mask, np.ones((scale, scale), dtype=bool))
    # What touches the frame has no outside there: the line then runs along the frame's edge.
    inside = np.pad(large, 1)[1:-1, 1:-1]
    edge = binary_dilation(inside, iterations=width_px) & ~inside
    border = np.ones_like(large)
    border[width_px:-width_px, width_px:-width_px] = False
    return edge | (inside & border)


def compared(
    frame: RgbImage, recorded: Mask, ours: Mask, lines: Sequence[str], *, scale: int = 2
) -> Image.Image:
    """Draw a recorded mask's outline and ours over our picture, with a caption below.

    Args:
        frame: Our picture, uint8 [H, W, 3].
        recorded: The recorded mask, bool [H, W]; drawn in magenta.
        ours: Our picture's mask of the same object; drawn in cyan, under the other.
        lines: At most two lines of caption.
        scale: Factor of enlargement.
    """
    large = np.kron(frame, np.ones((scale, scale, 1), dtype=np.uint8))
    large[outline(ours, scale=scale)] = OURS_RGB
    large[outline(recorded, scale=scale)] = RECORDED_RGB
    height, width = large.shape[:2]
    picture = Image.new("RGB", (width, height + CAPTION_PX), "white")
    picture.paste(Image.fromarray(large), (0, 0))
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(FONT_PX)
    for row, line in enumerate(lines[:2]):
        draw.text((4, height + 2 + row * (FONT_PX + 3)), line, fill="black", font=font)
    return picture


def sheet(pictures: Sequence[Image.Image], *, columns: int) -> Image.Image:
    """Lay pictures of one size out in rows.

    Raises:
        ValueError: If there are none.
    """
    if not pictures:
        raise ValueError("no pictures to lay out")
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    laid = Image.new("RGB", (width * min(columns, len(pictures)), height * rows), "white")
    for index, picture in enumerate(pictures):
        laid.paste(picture, (index % columns * width, index // columns * height))
    return laid
