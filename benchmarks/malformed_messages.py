"""Malformed messages at a build of THOR, over its pipes; part of `benchmarks/thor.py`."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from rich.progress import track

from envs.thor import fifo


def fuzz(count: int, seed: int) -> None:
    """Write malformed messages to a build over its pipes; it has to answer each and stay small."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        pipes = {name: os.path.join(folder, name) for name in ("server", "client")}
        for path in pipes.values():
            os.mkfifo(path)
        environment = {
            **os.environ,
            "AI2THOR_SERVER_TYPE": "FIFO",
            "AI2THOR_FIFO_SERVER_PIPE_PATH": pipes["server"],
            "AI2THOR_FIFO_CLIENT_PIPE_PATH": pipes["client"],
        }
        build = subprocess.Popen(
            [sys.executable, "-m", "embodied", "serve", "thor", f"data_root={folder}/none"],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        with open(pipes["server"], "rb", buffering=2**20) as out:
            _reply(out)
            with open(pipes["client"], "wb", buffering=0) as into:
                first_mib = 0.0
                for number in track(range(count), description="fuzz"):
                    into.write(_malformed(rng) + fifo.END_MARK)
                    _reply(out)
                    if number == count // 10:
                        first_mib = _rss_mib(build.pid)
                last_mib = _rss_mib(build.pid)
                good = b'{"action": "Pass", "sequenceId": 5}'
                into.write(fifo.HEADER.pack(fifo.ACTION, len(good)) + good + fifo.END_MARK)
                assert _reply(out)["sequenceId"] == 5
        code = build.wait(20)
    print(
        f"{count} malformed messages, each answered; resident {first_mib:.0f} MiB after a tenth, "
        f"{last_mib:.0f} MiB after all; a good one answered then; exit status {code}"
    )


def _malformed(rng: np.random.Generator) -> bytes:
    """A message that is wrong in one of the ways there are."""
    noise = rng.bytes(int(rng.integers(0, 200)))
    good = {"action": str(rng.choice(["MoveAhead", "PickupObject", "SetObjectPoses", "Reset"]))}
    bodies = [
        noise,
        json.dumps(good).encode()[: int(rng.integers(0, 20))],
        json.dumps({**good, "renderImage": False, "x": [noise.hex()]}).encode(),
        json.dumps([good]).encode(),
        b"[" * int(rng.integers(1, 5000)),
        json.dumps({"action": noise.hex(), "sequenceId": noise.hex()}).encode(),
        b'{"action": 1e999, "sequenceId": NaN}',
        b'{"action": "\\ud800", "sequenceId": 18446744073709551616}',
    ]
    body = bodies[int(rng.integers(len(bodies)))]
    kind = int(rng.choice([fifo.ACTION, fifo.ACTION, int(rng.integers(0, 255))]))
    return fifo.HEADER.pack(kind, len(body)) + body


def _reply(out) -> dict:
    import msgpack

    metadata = {}
    while True:
        kind, length = fifo.HEADER.unpack(out.read(fifo.HEADER.size))
        if kind == fifo.END:
            return metadata
        body = out.read(length)
        if kind == fifo.METADATA:
            metadata = msgpack.unpackb(body)


def _rss_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
