"""`embodied leaderboard`: write runs of a benchmark's test splits down for its leaderboard."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from embodied.commands.settings import compose
from embodied.core.episode import EpisodeStatus
from embodied.core.errors import ConfigError, DataError
from embodied.evaluation.configured import make
from embodied.evaluation.store import CONFIG, EPISODES, load_records
from embodied.runtime.recorders import file_stem

HELP = """\
Usage: embodied leaderboard seen=DIR unseen=DIR [output=FILE] [key=value ...]
       embodied leaderboard writer=r2r test=DIR [output=FILE] [key=value ...]

Writes the file that ALFRED's leaderboard takes, from runs of its test splits. Their goals are not
published, so they have no score here; the leaderboard plays the actions again in AI2-THOR. Here
they were chosen in reconstructed scenes, which differ from those. With writer=r2r it writes the
file that R2R's test server takes, from a run of its test split.

Examples:
  embodied eval benchmark=alfred benchmark.split=tests_seen record=steps output_dir=seen
  embodied eval benchmark=alfred benchmark.split=tests_unseen scenes.approximate=true \\
    record=steps output_dir=unseen
  embodied leaderboard seen=seen unseen=unseen
  embodied eval benchmark=r2r benchmark.split=test planner=routes policy=routes record=steps \\
    output_dir=test
  embodied leaderboard writer=r2r test=test output=r2r.json

Settings, with their defaults:
  writer     alfred            whose file: alfred or r2r
  seen       null              alfred: folder of the run of tests_seen
  unseen     null              alfred: folder of the run of tests_unseen
  test       null              r2r: folder of the run of test
  output     leaderboard.json  the file
  partial    false             write it even though episodes are missing
  data_root  $EMBODIED_DATA    benchmark files, else ~/.cache/embodied/data"""

STEPS = "steps"

Commands = list[Any]


class LeaderboardWriter(Protocol):
    """Writes the file that a leaderboard takes."""

    @property
    def splits(self) -> Sequence[str]:
        """The splits it is about."""

    def write(
        self, path: Path, done: Mapping[str, Mapping[str, Commands]], *, partial: bool = False
    ) -> None:
        """Write the commands of every episode, by split and episode id."""


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        ConfigError: If a run is missing, of another split, or lacks what is needed.
        DataError: If records are damaged.
    """
    if not words or "-h" in words or "--help" in words:
        print(HELP)
        return 0
    config = compose("leaderboard", words)
    writer: LeaderboardWriter = make(config["writer"], what="writer")
    done = {}
    for split in writer.splits:
        folder = config["runs"].get(split)
        if folder is not None:
            done[split] = commands_of_run(Path(folder).expanduser(), split=split)
        elif not config["partial"]:
            raise ConfigError(
                f"a run of {split} is needed: {split.rpartition('_')[2]}=DIR. partial=true writes "
                "the file without it"
            )
    path = Path(config["output"]).expanduser()
    writer.write(path, done, partial=config["partial"])
    for split, episodes in done.items():
        print(f"{split}: {len(episodes)} episodes, {sum(map(len, episodes.values()))} actions")
    print(path)
    return 0


def commands_of_run(folder: Path, *, split: str) -> dict[str, Commands]:
    """Return what was sent to the simulator in every episode of a run, in order.

    An episode in error stands with what was sent before it.

    Args:
        folder: The run's folder.
        split: The split it has to be of.

    Raises:
        ConfigError: If the folder holds no run, one of another split, one of an agent that reads
            the full state, or one without `record=steps`.
        DataError: If a file is damaged.
    """
    from omegaconf import OmegaConf

    if not (folder / EPISODES).exists() or not (folder / CONFIG).exists():
        raise ConfigError(f"{folder} holds no run")
    config: Any = OmegaConf.to_container(OmegaConf.load(folder / CONFIG))
    if config["benchmark"]["split"] != split:
        raise ConfigError(f"{folder} is a run of {config['benchmark']['split']}, not of {split}")
    if config["agent"].get("privileged_targets"):
        raise ConfigError(f"{folder}: its agent {config['agent']['name']} reads the full state")
    found = {}
    for record in load_records(folder / EPISODES):
        name = record.spec.episode_id
        path = folder / STEPS / f"{file_stem(name)}.jsonl"
        if path.exists():
            found[name] = _commands(path)
        elif record.status is EpisodeStatus.ERROR:
            found[name] = []
        else:
            raise ConfigError(f"no {path}: `embodied eval` needs record=steps for a leaderboard")
    return found


def _commands(path: Path) -> Commands:
    commands = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            command = json.loads(line)["command"]
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path}, line {number} is no step ({error})") from error
        if command is not None:
            commands.append(command)
    return commands
