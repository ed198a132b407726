"""Procedural textures: grain, weave, tiles, prints, made once from numbers.

A texel multiplies a surface's colour as it is displayed (gamma 2): 0.5 leaves it as it is. All
layers are square and repeat, but the pictures, which cover a face once.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Image = NDArray[np.float64]

SIZE_PX = 128
_V, _U = (np.mgrid[0:SIZE_PX, 0:SIZE_PX] + 0.5) / SIZE_PX


def noise(seed: int, blur_px: float | tuple[float, float], strength: float) -> Image:
    """Return smooth repeating noise of a given standard deviation around 0."""
    rough = np.random.default_rng(seed).normal(size=(SIZE_PX, SIZE_PX))
    smooth = gaussian_filter(rough, blur_px, mode="wrap") if blur_px else rough
    return smooth / smooth.std() * strength


def lines(position: Image, count: int, width: float) -> NDArray[np.bool_]:
    """Return where `count` evenly spaced lines of a relative width run."""
    return (position * count) % 1.0 < width


def grey(values: Image | float) -> Image:
    """Spread one channel over three."""
    return np.repeat(np.broadcast_to(np.asarray(values), (SIZE_PX, SIZE_PX))[..., None], 3, axis=2)


def wood(seed: int = 3, strength: float = 1.0) -> Image:
    """Grain along u."""
    bend = noise(seed, (10, 40), 0.035)
    rings = (
        np.sin((_V + bend) * 2 * np.pi * 7) * 0.022 + np.sin((_V + bend) * 2 * np.pi * 19) * 0.012
    )
    return 0.5 + strength * (rings + noise(seed + 1, (0.6, 14), 0.018))


def planks() -> Image:
    """Floor boards along u, each of its own tone, dark joints between."""
    rows = 8
    board = (_V * rows).astype(int)
    rng = np.random.default_rng(5)
    tone = rng.normal(0, 0.028, rows)[board]
    start = rng.uniform(0, 1, rows)[board]
    value = wood(9) + tone
    joint = lines(_V, rows, 1 / 16) | (((_U + start) % 1.0) < 1 / SIZE_PX)
    return np.where(joint, value * 0.72, value)


def tiles(count: int, joint: float, grout: float, spread: float) -> Image:
    """Square tiles with grout; each tile a little different."""
    rng = np.random.default_rng(11)
    tone = rng.normal(0, spread, (count, count))
    value = 0.5 + tone[(_V * count).astype(int) % count, (_U * count).astype(int) % count]
    value = value + noise(12, 3, 0.003)
    return np.where(lines(_U, count, joint) | lines(_V, count, joint), value * grout, value)


def stone() -> Image:
    """Speckled granite."""
    speck = noise(21, 0.8, 1.0)
    return (
        0.5 + noise(22, 5, 0.018) + np.where(speck > 1.6, 0.09, 0) - np.where(speck < -1.5, 0.09, 0)
    )


def weave(strength: float = 0.03) -> Image:
    """Woven cloth."""
    threads = np.sin(_U * 2 * np.pi * 32) * np.sin(_V * 2 * np.pi * 32)
    return 0.5 + strength * threads + noise(31, 1.0, strength * 0.5)


def wicker() -> Image:
    """Basket work."""
    over = ((_U * 8).astype(int) + (_V * 16).astype(int)) % 2
    strand = np.abs(np.sin(_V * np.pi * 16)) * 0.5 + np.abs(np.sin(_U * np.pi * 8)) * 0.5
    return 0.36 + 0.14 * strand + 0.05 * over + noise(41, 0.7, 0.01)


def panel(grain: Image | float = 0.5) -> Image:
    """A door or drawer front: a dark seam around, a frame, a field set in with a bevel."""
    edge = np.minimum(np.minimum(_U, 1 - _U), np.minimum(_V, 1 - _V))
    value = np.broadcast_to(np.asarray(grain), edge.shape).copy()
    value[edge < 0.02] *= 0.6
    bevel = (edge > 0.13) & (edge < 0.16)
    lit = (_V > 1 - _V) & (_V > _U) & (_V > 1 - _U)
    value[bevel] *= np.where(lit, 0.78, 0.88)[bevel]
    value[edge >= 0.16] *= 1.02
    return value


def text(rows: int, seed: int, margin: float, ink: float, gap: float = 0.5) -> Image:
    """Lines of print that nobody can read."""
    row = (_V * rows).astype(int)
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0.55, 1.0, rows) * (1 - 2 * margin) + margin
    words = rng.random((rows, 40))[row, (_U * 40).astype(int)] > 0.18
    inked = ((_V * rows) % 1.0 > gap) & (margin < _U) & (ends[row] > _U) & words
    return np.where(inked & (margin < _V) & (1 - margin > _V), ink, 0.5)


def news() -> Image:
    """A front page: a title, a picture, columns."""
    page = text(26, 51, 0.0, 0.36)
    column = (_U * 4) % 1.0
    page = np.where((column < 0.08) | (column > 0.94), 0.5, page)
    page = np.where(
        _V < 0.2,
        np.where(
            (_V > 0.05) & (_V < 0.15) & (_U > 0.1) & (_U < 0.9) & ~lines(_U, 14, 0.2), 0.12, 0.5
        ),
        page,
    )
    photo = (_U > 0.52) & (_U < 0.97) & (_V > 0.27) & (_V < 0.58)
    return np.where(photo, 0.27 + noise(52, 8, 0.07), page)


def cover() -> Image:
    """A book's cover: a frame, a title block, an ornament."""
    edge = np.minimum(np.minimum(_U, 1 - _U), np.minimum(_V, 1 - _V))
    value = 0.5 + noise(61, 1, 0.006)
    value = np.where((edge > 0.06) & (edge < 0.075), 0.75, value)
    title = (_V > 0.2) & (_V < 0.42) & (_U > 0.18) & (_U < 0.82)
    value = np.where(title & ((_V * 10) % 1.0 > 0.35) & ~lines(_U, 16, 0.16), 0.85, value)
    ring = np.abs(np.hypot(_U - 0.5, (_V - 0.68) * 1.2) - 0.12)
    return np.where(ring < 0.018, 0.8, value)


def art(seed: int) -> Image:
    """An abstract landscape: a sky, a sun, hills, in the colours of one evening."""
    rng = np.random.default_rng(seed)
    skies = [
        ((0.95, 0.82, 0.62), (0.86, 0.55, 0.42)),
        ((0.80, 0.89, 0.93), (0.96, 0.90, 0.78)),
        ((0.42, 0.50, 0.66), (0.93, 0.70, 0.58)),
        ((0.94, 0.91, 0.84), (0.76, 0.83, 0.80)),
    ]
    top, low = (np.asarray(c) for c in skies[seed % 4])
    image = top + (low - top) * _V[..., None]
    sun = np.hypot(_U - rng.uniform(0.25, 0.75), _V - rng.uniform(0.2, 0.4)) < rng.uniform(
        0.07, 0.13
    )
    image[sun] = (0.98, 0.86, 0.55) if seed % 2 else (0.93, 0.42, 0.30)
    hills = [
        ((0.44, 0.55, 0.52), (0.26, 0.38, 0.40), (0.16, 0.24, 0.27)),
        ((0.78, 0.62, 0.44), (0.62, 0.40, 0.30), (0.36, 0.24, 0.22)),
    ][(seed // 2) % 2]
    for i, colour in enumerate(hills):
        a, b, c = rng.uniform(0, 6.28, 3)
        line = (
            0.5
            + 0.15 * i
            + 0.07 * np.sin(_U * 6.28 + a)
            + 0.04 * np.sin(_U * 12.6 + b)
            + 0.02 * np.sin(_U * 25 + c)
        )
        image[line < _V] = colour
    return image * 0.5 + noise(seed + 70, 1, 0.006)[..., None]


def poster() -> Image:
    """Bold shapes on a plain ground with two lines of letters."""
    image = grey(0.0)
    image[:] = (0.93, 0.88, 0.76)
    image[np.hypot(_U - 0.42, _V - 0.36) < 0.24] = (0.80, 0.32, 0.24)
    image[np.hypot(_U - 0.62, _V - 0.48) < 0.20] = (0.20, 0.36, 0.46)
    image[(np.abs(_U - 0.35) < 0.05) & (_V > 0.3) & (_V < 0.72)] = (0.92, 0.70, 0.28)
    letters = (_U > 0.12) & (_U < 0.88) & ~lines(_U, 11, 0.22)
    image[letters & (_V > 0.80) & (_V < 0.87)] = (0.16, 0.16, 0.19)
    image[letters & (_V > 0.90) & (_V < 0.93) & (_U < 0.6)] = (0.16, 0.16, 0.19)
    return image * 0.5


def sky() -> Image:
    """What one sees through a window: sky, clouds, far trees."""
    top, low = np.array([0.56, 0.75, 0.92]), np.array([0.90, 0.95, 0.97])
    image = top + (low - top) * _V[..., None]
    cloud = (
        np.clip((noise(81, (7, 16), 1.0) - 0.5) * 0.9, 0, 1)[..., None] * (1 - _V[..., None]) ** 0.5
    )
    image = image + (1.0 - image) * cloud
    line = 0.74 + noise(82, 5, 1.0)[0] * 0.02
    trees = line[None, :] < _V
    image[trees] = (np.array([0.45, 0.60, 0.38]) + noise(83, 2, 0.05)[..., None])[trees]
    lawn = _V > 0.88
    image[lawn] = (0.62, 0.73, 0.47)
    return image * 0.5


def television() -> Image:
    """A film running: a boat on a bright sea."""
    top, low = np.array([0.98, 0.80, 0.52]), np.array([0.93, 0.48, 0.38])
    image = top + (low - top) * np.clip(_V * 1.8, 0, 1)[..., None]
    image[np.hypot(_U - 0.68, (_V - 0.40) * 0.7) < 0.09] = (1.0, 0.95, 0.75)
    sea = _V > 0.55
    image[sea] = (np.array([0.16, 0.42, 0.55]) + noise(91, (1, 5), 0.05)[..., None])[sea]
    image[(_V > 0.58) & (_V < 0.64) & (np.abs(_U - 0.36) < 0.12 - (_V - 0.58))] = (0.25, 0.16, 0.14)
    image[(_V > 0.30) & (_V < 0.57) & (_U > 0.34) & (_U < 0.34 + (_V - 0.30) * 0.55)] = (
        0.97,
        0.95,
        0.90,
    )
    return image * 0.5


def screen() -> Image:
    """A lit screen: a window, a bar, some text."""
    image = grey(0.5 - 0.08 * _V)
    window = (_U > 0.1) & (_U < 0.75) & (_V > 0.14) & (_V < 0.82)
    image[window] = np.maximum(grey(text(22, 95, 0.14, 0.25)), 0.25)[window] * 1.15
    image[window & (_V < 0.21)] = (0.30, 0.33, 0.40)
    image[(_V > 0.92)] = (0.22, 0.26, 0.33)
    return image


def keys() -> Image:
    """Rows of keys."""
    gap = lines(_U, 13, 0.18) | lines(_V, 5, 0.2)
    return np.where(gap, 0.38, 0.75)


def disc() -> Image:
    """The rainbow of a compact disc."""
    angle = np.arctan2(_V - 0.5, _U - 0.5)
    hue = (angle * 2)[..., None] + np.array([0.0, 2.1, 4.2])
    return 0.48 + 0.09 * np.cos(hue)


def appliance() -> Image:
    """Painted sheet metal: a soft upright sheen and a seam around."""
    edge = np.minimum(np.minimum(_U, 1 - _U), np.minimum(_V, 1 - _V))
    value = 0.5 + 0.022 * np.sin(_U * np.pi) - 0.012 + 0.01 * (0.5 - _V)
    return np.where(edge < 0.012, value * 0.7, value)


def mirror() -> Image:
    """A mirror's cool gradient with two streaks of light."""
    value = 0.47 + 0.07 * (1 - _V)
    along = (_U + _V) % 1.0
    return (
        value
        + np.where((along > 0.30) & (along < 0.42), 0.05, 0)
        + np.where((along > 0.46) & (along < 0.49), 0.05, 0)
    )


def pattern() -> Image:
    """Scattered rings on a coloured ground."""
    u, v = (_U * 4) % 1.0 - 0.5, (_V * 4 + 0.5 * ((_U * 4).astype(int) % 2)) % 1.0 - 0.5
    ring = np.abs(np.hypot(u, v) - 0.28)
    return np.where(ring < 0.07, 0.74, 0.5) + noise(97, 2, 0.006)


def spots(seed: int, threshold: float, value: float) -> Image:
    """Darker or lighter spots."""
    return 0.5 + noise(seed, 3, 0.012) + np.where(noise(seed + 1, 1.6, 1.0) > threshold, value, 0.0)


LAYERS: dict[str, Callable[[], Image]] = {
    "plain": lambda: 0.5 + noise(1, 1.5, 0.0025),
    "plaster": lambda: 0.5 + noise(2, 8, 0.0025) + noise(3, 0.8, 0.004),
    "wood": wood,
    "planks": planks,
    "tiles": lambda: tiles(4, 2 / 32, 0.88, 0.008),
    "floor_tiles": lambda: tiles(2, 2 / 64, 0.84, 0.012),
    "stone": stone,
    "fabric": weave,
    "stripes": lambda: weave(0.02) * np.where(lines(_U, 4, 0.35), 0.88, 1.03),
    "metal": lambda: 0.5 + noise(6, (0.5, 24), 0.007),
    "bread": lambda: spots(101, 1.2, -0.05),
    "plush": lambda: 0.5 + noise(7, 1.2, 0.045),
    "wicker": wicker,
    "sponge": lambda: spots(103, 1.0, -0.09),
    "paper": lambda: 0.5 + noise(8, 1.5, 0.008),
    "leather": lambda: 0.5 + noise(9, 1.4, 0.022),
    "fruit": lambda: spots(105, 1.7, 0.035),
    "potato": lambda: spots(107, 1.9, -0.10),
    "foliage": lambda: 0.5 + noise(10, (3, 1), 0.05),
    "panel": panel,
    "wood_panel": lambda: panel(wood(13)),
    "appliance": appliance,
    "art0": lambda: art(0),
    "art1": lambda: art(1),
    "art2": lambda: art(2),
    "art3": lambda: art(3),
    "poster": poster,
    "news": news,
    "cover": cover,
    "pages": lambda: np.where(lines(_V, 16, 0.4), 0.46, 0.5),
    "label": lambda: np.where(_V < 0.3, 0.34, text(9, 57, 0.12, 0.3)),
    "keys": keys,
    "tv": television,
    "screen": screen,
    "sky": sky,
    "mirror": mirror,
    "slats": lambda: np.where(lines(_V, 10, 0.3), 0.42, 0.5),
    "disc": disc,
    "pattern": pattern,
}  # fmt: skip
"""Layer name -> maker of its [SIZE, SIZE] or [SIZE, SIZE, 3] values."""

LAYER_INDEX = {name: index for index, name in enumerate(LAYERS)}


@cache
def texture_layers() -> NDArray[np.uint8]:
    """Return all layers, [L, SIZE, SIZE, 4]; row 0 of a layer is its top."""
    layers = []
    for make in LAYERS.values():
        values = make()
        rgb = values if values.ndim == 3 else grey(values)
        opaque = np.ones((SIZE_PX, SIZE_PX, 1))
        layers.append(np.concatenate([np.clip(rgb, 0, 1), opaque], axis=2))
    return (np.stack(layers) * 255 + 0.5).astype(np.uint8)
