"""`embodied eval`: run a benchmark and print its metrics."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embodied.commands.settings import compose, print_config
from embodied.commands.sweep import FLAGS, run_sweep
from embodied.core.errors import ConfigError, UnavailableError

INTERRUPTED = 130


def help_text() -> str:
    """Return the command's help."""
    from embodied.commands.help import command_help

    return command_help(
        "eval",
        "Runs the episodes of a benchmark and prints its metrics. Results go to output_dir:\n"
        "episodes.jsonl (a line as each episode ends), summary.json, config.yaml, run.json.\n"
        "Interrupt it as you like: the same command goes on where it was.\n"
        "With -m settings may have several values, as in perception=privileged,privileged_noisy:\n"
        "every combination runs, and one table compares them (ablation.md, ablation.json).",
        settings=(
            "benchmark",
            "benchmark.split",
            "benchmark.limit",
            "benchmark.episodes",
            "benchmark.annotations",
            "text",
            "scenes.fit",
            "scenes.approximate",
            "controller",
            "agent",
            "planner",
            "policy",
            "perception",
            "llm",
            "expert.kind",
            "expert.by",
            "record",
            "runner.workers",
            "runner.retry_errors",
            "seed",
            "data_root",
            "output_dir",
            "limits.max_steps",
        ),
        examples=(
            "embodied eval benchmark.limit=5 record=video",
            "embodied eval benchmark=alfred benchmark.split=valid_seen agent=expert expert.by=mask",
            "embodied eval agent=random benchmark.limit=100 runner.workers=4 output_dir=/tmp/floor",
            "embodied eval policy=skills planner=parsed,ground_truth benchmark.limit=20 "
            "perception=privileged,privileged_noisy -m",
        ),
    )


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        EmbodiedError: If settings are wrong, or the run cannot go on.
    """
    if "-h" in words or "--help" in words:
        print(help_text())
        return 0
    if FLAGS & set(words):
        return run_sweep([word for word in words if word not in FLAGS])
    config = compose("eval", [word for word in words if word != "--config"])
    if "--config" in words:
        print_config(config)
        return 0
    return evaluate(config, command=["embodied", "eval", *words])


def worker_count(setting: Any, *, episodes: int) -> int:
    """Return how many processes to start.

    Args:
        setting: `runner.workers`: a number, or `auto`.
        episodes: Episodes to run; more processes than that are of no use.

    Raises:
        ConfigError: If it is neither `auto` nor a number from 0 on.
    """
    from embodied.evaluation.cores import usable_cores

    if setting == "auto":
        return max(1, min(usable_cores(), episodes))
    if isinstance(setting, bool) or not isinstance(setting, int) or setting < 0:
        raise ConfigError(f"runner.workers is {setting!r}; give a number from 0 on, or auto.")
    return min(setting, episodes)


def evaluate(config: dict[str, Any], *, command: list[str]) -> int:
    """Run one benchmark with composed settings; print its table and return the exit code.

    Raises:
        ConfigError: If settings do not go together.
        EmbodiedError: If the run cannot go on.
    """
    from rich.console import Console

    from embodied.commands.versions import describe_run
    from embodied.evaluation.configured import ConfiguredSession
    from embodied.evaluation.metrics import metrics_named
    from embodied.evaluation.report import as_table
    from embodied.evaluation.runner import run_evaluation
    from embodied.evaluation.selection import select_episodes
    from embodied.evaluation.store import RunStore

    if config["control"]["name"] == "shared":
        raise ConfigError("control=shared takes a person at the keys: embodied run has one.")
    benchmark = config["benchmark"]
    metrics = metrics_named(benchmark["metrics"])
    factory = ConfiguredSession(config)
    episodes = select_episodes(
        _list_episodes(factory), wanted_file=benchmark["episodes"], limit=benchmark["limit"]
    )
    workers = worker_count(config["runner"]["workers"], episodes=len(episodes))
    console = Console(stderr=True)
    folder = Path(config["output_dir"])
    about = describe_run(command=command, seed=config["seed"])
    with RunStore(folder, config=config, about=about) as store:
        if config["runner"]["retry_errors"] and (dropped := store.drop_errors()):
            console.print(f"{dropped} episodes in error are run again.")
        there = len(store.records)
        if there:
            console.print(f"{there} of {len(episodes)} episodes are in {folder} already.")
        try:
            summary = run_evaluation(
                store,
                episodes,
                factory,
                metrics=metrics,
                seed=config["seed"],
                workers=workers,
                console=console,
                about={
                    "benchmark": benchmark["name"],
                    "label": benchmark["label"],
                    "split": benchmark["split"],
                    "agent": config["agent"]["name"],
                },
            )
        except KeyboardInterrupt:
            print(
                f"\nInterrupted: {len(store.records)} of {len(episodes)} episodes are in {folder}. "
                "The same command goes on from there.",
                file=sys.stderr,
            )
            return INTERRUPTED
        except UnavailableError as error:
            raise UnavailableError(
                f"{error} {len(store.records)} of {len(episodes)} episodes are in {folder}; the "
                "same command goes on from there."
            ) from None
    Console().print(as_table(summary))
    _say_where(folder, store.records)
    return 0


def _list_episodes(factory: Any) -> Any:
    env = factory.open_env()
    try:
        return env.unwrapped.episodes()
    finally:
        env.close()


def _say_where(folder: Path, records: Sequence[Any]) -> None:
    errors = [record for record in records if record.error]
    for record in errors[:3]:
        print(f"In error: {record.spec.episode_id}: {record.end_reason}")
    if errors:
        print(f"Tracebacks of all {len(errors)} stand in {folder / 'episodes.jsonl'}")
    print(f"Results: {folder}")
    for what in ("videos", "pictures"):
        if (folder / what).is_dir():
            print(f"{what.capitalize() + ':':<8} {folder / what}")
