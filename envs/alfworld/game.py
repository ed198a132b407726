"""One of ALFWorld's games, played by textworld's own engine; loading and stepping made quicker.

What makes the package slow is work done over: it translates a game's PDDL four times to begin an
episode, parses the same grammar for each game, and spells every command anew after each step. Here
a game is translated once and its translation kept on disk, the grammar is parsed once a process,
and a command is spelled once a game. What the game says and does is the package's own; a test plays
games on both and compares every word.
"""

import hashlib
import json
import os
import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError, DataError

_FIELDS = ("pddl_domain", "pddl_problem", "grammar", "walkthrough")
_GOAL = re.compile(r"Your task is to: ([^\"]*?)\.?\"")
_FORMAT = "1"
"""Of the translations on disk: other numbers lie in other folders."""


def package() -> Any:
    """Return the modules of the alfworld package that are used here.

    Raises:
        ConfigError: If it is not installed; says what to install.
    """
    try:
        from envs.alfworld import engine
    except ImportError as error:
        raise ConfigError(
            'ALFWorld needs the alfworld package: pip install "embodied[alfworld]" '
            f"(import failed: {error})"
        ) from error
    return engine


@dataclass(frozen=True)
class GameFile:
    """A `game.tw-pddl`.

    Attributes:
        path: Where it lies.
        domain: PDDL domain, the same in all published games.
        problem: PDDL problem: the room, what is in it, and the goal. Privileged.
        grammar: textworld's grammar of commands and answers, with the task in it.
        goal: The task in the game's own words, e.g. `put a clean mug in coffeemachine`.
        walkthrough: Commands that win. Privileged.
    """

    path: Path
    domain: str
    problem: str
    grammar: str
    goal: str
    walkthrough: tuple[str, ...]


def read_game(path: Path) -> GameFile:
    """Read a game.

    Raises:
        DataError: If it is missing or malformed; names file and field.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as a game: {error}") from error
    for field in _FIELDS:
        if not isinstance(data, dict) or not data.get(field):
            raise DataError(f"{path}: field {field} is missing")
    goal = _GOAL.search(data["grammar"])
    if goal is None:
        raise DataError(f"{path}: field grammar names no task")
    return GameFile(
        path=path,
        domain=data["pddl_domain"],
        problem=data["pddl_problem"],
        grammar=data["grammar"],
        goal=goal.group(1),
        walkthrough=tuple(data["walkthrough"]),
    )


@dataclass(frozen=True)
class Translation:
    """What Fast Downward makes of a game, as far as playing it needs.

    Attributes:
        sas: The planning task in Fast Downward's own language.
        types: (name, names of its supertypes).
        objects: Name of each object to its type.
        facts: What holds at the start: (predicate, names of its arguments).
        parameters: Action to its parameters' (name, type).
    """

    sas: str
    types: tuple[tuple[str, tuple[str, ...]], ...]
    objects: Mapping[str, str]
    facts: tuple[tuple[str, tuple[str, ...]], ...]
    parameters: Mapping[str, tuple[tuple[str, str], ...]]


def translate(game: GameFile, *, cache_dir: Path | None) -> Translation:
    """Translate a game, or take the translation kept from an earlier time.

    Args:
        game: The game.
        cache_dir: Where translations are kept; None keeps none.
    """
    kept = None
    if cache_dir is not None:
        digest = hashlib.blake2b(f"{game.domain}\0{game.problem}".encode(), digest_size=16)
        kept = cache_dir / _FORMAT / f"{digest.hexdigest()}.json.z"
        try:
            return _unpack(zlib.decompress(kept.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, zlib.error):
            pass  # not there yet, or cut short by a full disk: made anew below
    made = _translate(game)
    if kept is not None:
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_suffix(f".{os.getpid()}")
            part.write_bytes(zlib.compress(_pack(made), 3))
            part.replace(kept)
        except OSError:
            pass  # a cache that cannot be written costs time, and nothing else
    return made


def default_cache() -> Path:
    """Where translations are kept: `embodied/alfworld_games` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "embodied" / "alfworld_games"


def _pack(made: Translation) -> bytes:
    return json.dumps(vars(made), separators=(",", ":")).encode()


def _unpack(packed: bytes) -> Translation:
    data = json.loads(packed)
    return Translation(
        sas=data["sas"],
        types=tuple((name, tuple(above)) for name, above in data["types"]),
        objects=data["objects"],
        facts=tuple((name, tuple(names)) for name, names in data["facts"]),
        parameters={
            action: tuple((name, kind) for name, kind in pairs)
            for action, pairs in data["parameters"].items()
        },
    )


def _translate(game: GameFile) -> Translation:
    engine = package()
    with _own_argv():
        task, sas = engine.fast_downward.pddl2sas(game.domain, game.problem, verbose=False)
    return Translation(
        sas=sas,
        types=tuple((kind.name, tuple(kind.supertype_names)) for kind in task.types),
        objects={thing.name: thing.type_name for thing in task.objects},
        facts=tuple(
            (atom.predicate, tuple(atom.args))
            for atom in task.init
            if isinstance(atom, engine.conditions.Atom) and atom.predicate != "="
        ),
        parameters={
            action.name: tuple((one.name.strip("?"), one.type_name) for one in action.parameters)
            for action in task.actions
        },
    )


@contextmanager
def _own_argv() -> Iterator[None]:
    """Give the command line back: the translator writes its options over `sys.argv`."""
    kept = sys.argv
    try:
        yield
    finally:
        sys.argv = kept


@cache
def _grammar_parsed(grammar: str) -> Any:
    return package().GameLogic(domain="", grammar=grammar)


class Console:
    """What games are played on, one after another: a copy of Fast Downward's library.

    Args:
        cache_dir: Where translations are kept; None keeps none.

    Raises:
        ConfigError: If the alfworld package is not installed.
    """

    def __init__(self, *, cache_dir: Path | None = None) -> None:
        self._engine = package()
        self._library = self._engine.take_library()
        self._cache_dir = cache_dir

    def insert(self, file: GameFile) -> "Game":
        """Return a game to be played; the game before it is over."""
        translation = translate(file, cache_dir=self._cache_dir)
        # The grammars of the games differ in the task's words alone, and those are shown elsewhere.
        logic = _grammar_parsed(_GOAL.sub('"', file.grammar))
        return Game(self._engine.quick_game(translation, logic, self._library))

    def close(self) -> None:
        """Give the library back."""
        library, self._library = self._library, None
        if library is not None:
            self._engine.give_back(library)


class Game:
    """A game being played.

    Args:
        env: The engine's environment, loaded.
    """

    def __init__(self, env: Any) -> None:
        self._env = env

    @property
    def won(self) -> bool:
        """Whether the goal holds."""
        return bool(self._env.state["won"])

    def begin(self) -> str:
        """Start the game and return its first words, without title and task."""
        text: str = self._env.reset().feedback
        return text.replace("-= Welcome to TextWorld, ALFRED! =-", "").strip()

    def step(self, command: str) -> str:
        """Carry a command out and return the game's answer, `Nothing happens.` for a refusal."""
        text: str = self._env.step(command)[0].feedback
        return text.strip()

    def facts(self) -> frozenset[tuple[str, ...]]:
        """Return what holds now: predicate and names, all in lower case. Privileged."""
        return frozenset(self._env.facts_by_name())

    def admissible(self) -> tuple[str, ...]:
        """Return the commands that would do something now, sorted. Privileged by default."""
        return tuple(self._env.state["admissible_commands"])
