"""Which episodes of a split are run."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError


def select_episodes(
    episodes: Sequence[EpisodeSpec],
    *,
    wanted_file: str | Path | int | None = None,
    limit: int | None = None,
) -> list[EpisodeSpec]:
    """Return the episodes to run, in the benchmark's own order.

    Args:
        episodes: The whole split.
        wanted_file: One trajectory (`task/trial`, with all its annotations) or one episode id a
            line; blank lines and what follows a `#` are passed over.
        limit: Take the first so many.

    Raises:
        ConfigError: If the file is a number or cannot be read, a line names no episode, the limit
            is not positive, or nothing is left to run.
    """
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise ConfigError(f"benchmark.limit is {limit!r}; give at least 1, or null for all.")
    chosen = list(episodes)
    if wanted_file is not None:
        if isinstance(wanted_file, int):
            raise ConfigError(
                f"benchmark.episodes={wanted_file} should be a file with an episode a line; "
                f"benchmark.limit={wanted_file} takes the first {wanted_file} episodes."
            )
        chosen = _pick(chosen, Path(wanted_file))
    if not chosen:
        raise ConfigError("The split has no episodes; choose another benchmark.split.")
    return chosen[:limit]


def _pick(episodes: Sequence[EpisodeSpec], path: Path) -> list[EpisodeSpec]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read benchmark.episodes={path}: {error}") from error
    names = {spec.episode_id for spec in episodes} | {spec.trajectory_id for spec in episodes}
    wanted: set[str] = set()
    for number, line in enumerate(lines, start=1):
        name = line.split("#")[0].strip()
        if not name:
            continue
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise ConfigError(f"{path}, line {number}: no episode {name!r} in this split.{hint}")
        wanted.add(name)
    if not wanted:
        raise ConfigError(f"{path} names no episode: write one task/trial a line.")
    return [spec for spec in episodes if {spec.episode_id, spec.trajectory_id} & wanted]
