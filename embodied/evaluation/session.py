"""What a worker owns: an environment, an agent and their subscribers."""

import dataclasses
import hashlib
import re
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.protocols import Agent, Subscriber
from embodied.evaluation.records import encode_line, to_json
from embodied.runtime.episode import Limits, run_episode

PEAK_MEMORY = "worker_peak_mib"
"""Measure of every record: the most memory its process has held so far, MiB."""


@dataclass
class Session:
    """An open environment with the agent that acts in it.

    Attributes:
        env: A `gymnasium.Env` whose `unwrapped` is an `EpisodeEnv`.
        agent: The agent.
        subscribers: Recorders and viewers.
        limits: Limits beyond the environment's own.
    """

    env: Any
    agent: Agent
    subscribers: Sequence[Subscriber] = ()
    limits: Limits = field(default_factory=Limits)

    def close(self) -> None:
        """Close the environment."""
        self.env.close()


class SessionFactory(Protocol):
    """Opens sessions; pickled to worker processes, so a module-level class or function."""

    def __call__(self) -> Session:
        """Open a session."""


def peak_memory_mib() -> float:
    """Return the most memory this process has held so far, MiB."""
    status = Path("/proc/self/status")
    told = status.read_text("ascii", errors="replace") if status.exists() else ""
    if own := re.search(r"^VmHWM:\s*(\d+) kB", told, re.M):
        return int(own[1]) / 2**10  # what `getrusage` tells there begins with the parent's peak
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # bytes there, KiB on Linux


def episode_seed(seed: int, episode_id: str) -> int:
    """Return an episode's own seed: the same in every worker, whatever ran before it."""
    digest = hashlib.blake2b(f"{seed}/{episode_id}".encode(), digest_size=4)
    return int.from_bytes(digest.digest(), "big") >> 1  # gymnasium takes what fits 31 bits


def error_record(spec: EpisodeSpec, message: str, *, trace: str | None = None) -> EpisodeRecord:
    """Return the record of an episode that left nothing but a message."""
    return EpisodeRecord(
        spec=spec, status=EpisodeStatus.ERROR, end_reason=message, error=trace or message
    )


class SessionRunner:
    """Runs episodes one after another; an environment that raised is opened anew.

    Args:
        factory: Opens sessions.
        seed: Seed of the run.
    """

    def __init__(self, factory: SessionFactory, *, seed: int) -> None:
        self._factory = factory
        self._seed = seed
        self._session: Session | None = None

    def open(self) -> None:
        """Open the session, if it is not."""
        if self._session is None:
            self._session = self._factory()

    def run(self, spec: EpisodeSpec) -> EpisodeRecord:
        """Run one episode."""
        self.open()
        session = self._session
        assert session is not None
        record = run_episode(
            session.env,
            session.agent,
            spec,
            session.subscribers,
            limits=session.limits,
            seed=episode_seed(self._seed, spec.episode_id),
        )
        measures = {**record.measures, PEAK_MEMORY: peak_memory_mib()}
        record = dataclasses.replace(record, measures=measures)
        try:
            encode_line(to_json(record))
        except (TypeError, ValueError) as error:
            record = error_record(spec, f"the environment's verdict cannot be stored: {error}")
        if record.status is EpisodeStatus.ERROR:
            self.close()
        return record

    def close(self) -> None:
        """Close the session; what a broken environment raises while closing is of no interest."""
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except Exception as error:
                print(f"closing the environment failed: {error!r}")
