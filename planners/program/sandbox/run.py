"""Running a program in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied.core.entity import Entity
from embodied.core.errors import ConfigError
from embodied.core.plan import Argument, ObjectRef, Subgoal
from embodied.core.skills import SkillSpec

_WORKER = Path(__file__).parent / "worker.py"
MAX_OUTPUT = 1_000_000
"""Bytes that are read of what the process says."""


@dataclass(frozen=True)
class Limits:
    """What a program may use.

    Attributes:
        wall_s: Seconds until the process is killed.
        cpu_s: Seconds of processor time until the kernel kills it.
        memory_mb: Address space of the process.
        budget: Nodes of the program that may be walked; in practice the one that is reached.
    """

    wall_s: float = 5.0
    cpu_s: int = 2
    memory_mb: int = 256
    budget: int = 50_000


@dataclass(frozen=True)
class ProgramFailure:
    """Why a program came to nothing.

    Attributes:
        kind: `refused` (it says what the language has not), `error` (it went wrong), `budget` (it
            used too much), `gave_up` (it said so itself), `killed` (its process ended).
        message: For people and models.
        line: Of the program, from 1.
    """

    kind: str
    message: str
    line: int = 1

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


@dataclass(frozen=True)
class ProgramResult:
    """What came of a program.

    Attributes:
        subgoals: The skills it called, in order; none of a program that failed.
        failure: Why it failed, if it did.
    """

    subgoals: tuple[Subgoal, ...]
    failure: ProgramFailure | None = None


def run(
    source: str,
    skills: Sequence[SkillSpec],
    *,
    entities: Iterable[Entity] = (),
    limits: Limits | None = None,
) -> ProgramResult:
    """Run a program and return the plan it makes.

    Nothing moves: calls of skills are written down. The program is parsed and walked in a process
    without environment, files or sockets, killed when it uses more than its limits.

    Args:
        source: The program.
        skills: What it may call, by name.
        entities: What was seen, for its questions.
        limits: What it may use.

    Raises:
        ConfigError: Where processes cannot be limited (no `resource` module).
    """
    if sys.platform == "win32":
        raise ConfigError("planner=program needs a system that can limit processes: Linux or macOS")
    allowed = limits or Limits()
    job = {
        "source": source,
        "skills": {skill.name: dict(skill.arguments) for skill in skills},
        "seen": [{"category": e.category, "states": dict(e.states)} for e in entities],
        "budget": allowed.budget,
        "cpu_s": allowed.cpu_s,
        "memory_bytes": allowed.memory_mb * 2**20,
    }
    try:
        done = subprocess.run(
            # Isolated, without site packages: what the program could reach is not even loaded.
            [sys.executable, "-I", "-S", "-B", str(_WORKER)],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=allowed.wall_s,
            env={},
            cwd="/",
            close_fds=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ProgramResult((), ProgramFailure("killed", f"ran for over {allowed.wall_s} s"))
    if done.returncode != 0 or len(done.stdout) > MAX_OUTPUT:
        return ProgramResult((), ProgramFailure("killed", f"ended with code {done.returncode}"))
    return _result(json.loads(done.stdout))


def _result(said: dict[str, Any]) -> ProgramResult:
    if said["failure"]:
        return ProgramResult((), ProgramFailure(**said["failure"]))
    return ProgramResult(
        tuple(
            Subgoal(
                step["skill"],
                {name: _argument(value) for name, value in step["arguments"].items()},
            )
            for step in said["steps"]
        )
    )


def _argument(value: Any) -> Argument:
    if isinstance(value, dict):
        return ObjectRef(value["category"], tuple(value["attributes"]), value["relation"])
    return value if isinstance(value, float) else str(value)
