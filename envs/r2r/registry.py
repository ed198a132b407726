"""What `embodied/R2R-v0` makes."""

from collections.abc import Sequence
from pathlib import Path

from envs.r2r.dataset import RouteEpisode, load_routes
from envs.r2r.env import RouteEnv
from envs.r2r.readers import read_routes
from envs.r2r.senses import make_senses
from envs.r2r.source import RouteSource
from envs.r2r.spaces import PANORAMIC


def routes_of(
    data_root: str | Path,
    split: str,
    annotations: str | Path | None = None,
    format: str = "r2r",
    languages: Sequence[str] | None = None,
) -> tuple[RouteEpisode, ...]:
    """Return the routes of a run: those of its own file, else of the split.

    Raises:
        EmbodiedError: If a name is unknown, or a file is missing or malformed.
    """
    if annotations is None:
        return load_routes(data_root, split)
    return read_routes(annotations, format=format, split=split, languages=languages)


def make_r2r(
    *,
    data_root: str | Path,
    split: str = "val_seen",
    annotations: str | Path | None = None,
    format: str = "r2r",
    languages: Sequence[str] | None = None,
    observation: str | Sequence[str] = "objects",
    features: str | Path | None = None,
    pictures: str | Path | None = None,
    actions: str = PANORAMIC,
    max_steps: int = 100,
    render_mode: str | None = None,
) -> RouteEnv:
    """Make `embodied/R2R-v0`.

    Args:
        data_root: Folder of benchmark files; R2R's lie in `r2r` below it.
        split: One of `dataset.SPLITS`, or the name that episodes of `annotations` get.
        annotations: A file of paths in the place of the split's own: RxR, R4R, REVERIE.
        format: How that file is written, one of `readers.FORMATS`.
        languages: Languages to keep of RxR; None keeps all.
        observation: `objects`, `features`, `pictures` or `nothing`, or several joined by `+`.
        features: TSV or HDF5 file of features.
        pictures: Folder of Matterport's scans.
        actions: `panoramic` or `single_view`.
        max_steps: Actions an episode may take.
        render_mode: None or `rgb_array`.

    Raises:
        EmbodiedError: If a name is unknown, or a file is missing or malformed.
    """
    routes = routes_of(data_root, split, annotations, format, languages)
    return RouteEnv(
        source=RouteSource(routes, split=split),
        senses=make_senses(observation, data_root=data_root, features=features, pictures=pictures),
        data_root=data_root,
        actions=actions,
        max_steps=max_steps,
        render_mode=render_mode,
    )
