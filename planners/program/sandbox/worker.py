"""The sandbox's process: limits first, then the program. Run as a script, never imported."""

import json
import os
import resource
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [_HERE, *sys.path]


def _limit(cpu_s: int, memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Three are open already; from here on no file, pipe or socket can be.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def main() -> None:
    """Read a job from standard input, run it, write what came of it to standard output."""
    from api import functions  # type: ignore[import-not-found]
    from interpreter import Interpreter, ProgramError  # type: ignore[import-not-found]
    from syntax import NotAllowedError, parse  # type: ignore[import-not-found]

    job = json.load(sys.stdin)
    _limit(job["cpu_s"], job["memory_bytes"])
    steps: list[dict[str, object]] = []
    failure = None
    try:
        tree = parse(job["source"])
        api = functions(job["skills"], job["seen"], steps)
        interpreter = Interpreter(api, job["budget"])
        try:
            interpreter.run(tree)
        except ProgramError as error:
            failure = {
                "kind": error.kind,
                "message": str(error),
                "line": error.line or interpreter.line,
            }
    except NotAllowedError as error:
        failure = {"kind": "refused", "message": str(error), "line": error.line}
    except MemoryError:
        failure = {"kind": "budget", "message": "out of memory", "line": 1}
    json.dump({"steps": steps, "failure": failure}, sys.stdout)


if __name__ == "__main__":
    main()
