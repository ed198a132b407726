"""`embodied plan`: show a plan with its reasons, or score a planner on a benchmark's texts."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from embodied.commands.settings import compose, print_config
from embodied.core.errors import ConfigError, UnavailableError

INTERRUPTED = 130


def help_text() -> str:
    """Return the command's help."""
    from embodied.commands.settings import groups

    planners = ", ".join(name for name in groups()["planner"] if name != "none")
    return (
        'Usage: embodied plan "WHAT TO DO" ["A STEP" ...] [key=value ...]\n'
        "       embodied plan benchmark=alfred [key=value ...]\n\n"
        "With words, shows the plan that a planner makes of them, as a tree with its reasons, for\n"
        "the body of the benchmark: the household's unless you choose another.\n"
        "With a benchmark, scores the planner on the texts of a split against the tasks that the\n"
        "texts were given for; output_dir gets episodes.jsonl (a line a text) and summary.json.\n"
        "Interrupt it as you like: the same command goes on where it was.\n\n"
        "Examples:\n"
        '  embodied plan "put a chilled apple slice on the table"\n'
        '  embodied plan "put the mug in the sink, then open the fridge"\n'
        '  embodied plan benchmark=tabletop "push the red block to the bowl"\n'
        '  embodied plan benchmark=r2r planner=routes "go past the sofa and turn left"\n'
        "  embodied plan benchmark=alfred benchmark.split=valid_seen text=goal\n\n"
        "Settings, with their defaults:\n"
        f"  planner          parsed      who plans: {planners}\n"
        "  llm              none        the language model of planners that ask one\n"
        "  text             goal+steps  what is told of a benchmark's texts, or goal alone\n"
        "  benchmark.split  valid_seen  which texts\n"
        "  benchmark.limit  null        the first N texts only\n"
        "  workers          1           texts planned at once, where the model is on a server\n"
        "  seed             0           of the bootstrap's draws\n"
        "  output_dir       null        folder of results; null names one in outputs/\n\n"
        "embodied plan --config prints every setting there is, resolved."
    )


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        EmbodiedError: If settings are wrong, there is no plan, or the run cannot go on.
    """
    if not words or "-h" in words or "--help" in words:
        print(help_text())
        return 0
    said = [word for word in words if "=" not in word and not word.startswith("--")]
    if not any(" " in word for word in said):
        said = [" ".join(said)] if said else []  # one sentence whose quotes were forgotten
    settings = [word for word in words if "=" in word]
    config = compose("plan", settings)
    if "--config" in words:
        print_config(config)
        return 0
    if said:
        return _show(said, config)
    if not any(word.startswith("benchmark=") for word in words):
        raise ConfigError(
            'Say what to plan: embodied plan "put the mug in the sink", or benchmark='
        )
    return _score(config, command=["embodied", "plan", *words])


def _planner(config: dict[str, Any]) -> Any:
    from embodied.evaluation.configured import make

    if config["planner"]["make"] is None:
        raise ConfigError(f"planner={config['planner']['name']} plans nothing; choose another.")
    return make(config["planning"], what="planner.make")


def _show(said: Sequence[str], config: dict[str, Any]) -> int:
    from rich.console import Console

    from embodied.core.instruction import Instruction
    from embodied.core.protocols import PlanContext
    from embodied.evaluation.configured import make
    from embodied.evaluation.plan_tree import plan_tree

    skills = tuple(make(config["skills"], what="skills"))
    planner = _planner(config)
    instruction = Instruction.from_text(said[0], id="said", steps=said[1:])
    plan = planner.plan(PlanContext(instruction, skills))
    tree = plan_tree(plan, skills=skills, planner=planner, name=config["planner"]["name"])
    Console().print(tree)
    return 0


def _score(config: dict[str, Any], *, command: list[str]) -> int:
    from rich.console import Console

    from embodied.commands.versions import describe_run
    from embodied.core.episode import EpisodeSpec
    from embodied.evaluation.configured import make
    from embodied.evaluation.metrics import metrics_named
    from embodied.evaluation.plan_scores import (
        PLAN_METRICS,
        TOLD,
        plan_all,
        planner_totals,
    )
    from embodied.evaluation.progress import show_progress
    from embodied.evaluation.report import as_table
    from embodied.evaluation.selection import select_episodes
    from embodied.evaluation.store import RunStore
    from embodied.evaluation.summary import summarize

    benchmark, text = config["benchmark"], config["text"]
    if text not in TOLD:
        raise ConfigError(f"text is {text!r}; choose one of {', '.join(TOLD)}.")
    if benchmark["name"] not in config["texts"]:
        known = ", ".join(config["texts"])
        raise ConfigError(f"benchmark={benchmark['name']} has no texts to score; choose: {known}.")
    benchmark["metrics"] = list(PLAN_METRICS)
    source = make(config["texts"][benchmark["name"]], what="texts")
    texts = {each.instruction.id: each for each in source.annotated(split=benchmark["split"])}
    specs = [EpisodeSpec(name, t.trajectory_id, t.split) for name, t in texts.items()]
    chosen = select_episodes(specs, wanted_file=benchmark["episodes"], limit=benchmark["limit"])
    skills = tuple(make(config["skills"], what="skills"))
    check = make(config["check"], what="check")
    console, folder = Console(stderr=True), Path(config["output_dir"])
    about = describe_run(command=command, seed=config["seed"])
    with RunStore(folder, config=config, about=about) as store:
        there = {record.spec.episode_id for record in store.records}
        if there:
            console.print(f"{len(there)} of {len(chosen)} texts are in {folder} already.")
        left = [texts[spec.episode_id] for spec in chosen if spec.episode_id not in there]
        planned = plan_all(
            lambda: _planner(config),
            left,
            workers=config["workers"],
            text=text,
            skills=skills,
            check=check,
        )
        try:
            # closed at once where anything raises, so that nothing more is asked
            with (
                show_progress(console, total=len(chosen), before=store.records) as progress,
                closing(planned) as ended,
            ):
                for record in ended:
                    store.append(record)
                    progress.note(record)
        except UnavailableError as error:
            raise UnavailableError(
                f"{error} {len(store.records)} of {len(chosen)} texts are in {folder}; the same "
                "command goes on from there."
            ) from None
        except KeyboardInterrupt:
            print(f"\nInterrupted. The same command goes on from {folder}.", file=sys.stderr)
            return INTERRUPTED
        wanted = {spec.episode_id for spec in chosen}
        records = [record for record in store.records if record.spec.episode_id in wanted]
        summary = summarize(
            records,
            metrics=metrics_named(PLAN_METRICS),
            seed=config["seed"],
            about={
                "benchmark": benchmark["name"],
                "label": f"Plans from {text}, {benchmark['name']}",
                "split": benchmark["split"],
                "agent": config["planner"]["name"],
                "text": text,
            },
        )
        summary["planner"] = planner_totals(records)
        store.write_summary(summary)
    Console().print(as_table(summary))
    print(f"Results: {folder}")
    return 0
