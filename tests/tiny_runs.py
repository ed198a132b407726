"""Runs in the tiny world: importable by name, as worker processes have to."""

import io
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from tiny_world import TinyWorld

from embodied.core.errors import ConfigError, UnavailableError
from embodied.evaluation.metrics import metrics_named
from embodied.evaluation.runner import run_evaluation
from embodied.evaluation.session import Session
from embodied.evaluation.store import RunStore
from embodied.runtime.expert import ExpertAgent


@dataclass(frozen=True)
class TinySession:
    """Opens a session in the tiny world; travels to workers."""

    options: dict[str, Any] = field(default_factory=dict)

    def __call__(self) -> Session:
        return Session(env=TinyWorld(**self.options), agent=ExpertAgent())


@dataclass(frozen=True)
class DeadlySession:
    def __call__(self) -> Session:
        os.kill(os.getpid(), signal.SIGSEGV)
        raise AssertionError("unreachable")


@dataclass(frozen=True)
class FullDiskSession:
    def __call__(self) -> Session:
        return Session(env=TinyWorld(), agent=ExpertAgent(), subscribers=[FullDisk()])


class FullDisk:
    def on_begin(self, spec, instruction) -> None:
        raise OSError(28, "No space left on device")


@dataclass(frozen=True)
class ThreadsSession:
    """Refuses to open, and says how many threads it was told to take."""

    def __call__(self) -> Session:
        raise ConfigError(f"threads: {os.environ.get('OMP_NUM_THREADS')}")


@dataclass(frozen=True)
class BrokenSession:
    def __call__(self) -> Session:
        raise ConfigError("no renderer here: install libegl1")


@dataclass(frozen=True)
class UnansweredSession:
    """Its agent asks a server that is down."""

    def __call__(self) -> Session:
        return Session(env=TinyWorld(), agent=Unanswered())


class Unanswered(ExpertAgent):
    def step(self, observation, now_s):
        raise UnavailableError("no answer in 5 attempts")


def evaluate(folder: Path, *, workers: int, **options: Any) -> dict[str, Any]:
    with RunStore(folder, config={"seed": 3, "benchmark": options}) as store:
        return run_evaluation(
            store,
            TinyWorld(**options).episodes(),
            TinySession(options),
            metrics=metrics_named(["SR", "GC", "PLW-SR", "PLW-GC"]),
            seed=3,
            workers=workers,
            console=Console(file=io.StringIO()),
        )
