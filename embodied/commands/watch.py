"""`embodied run`: watch one episode, and talk to the agent while it acts."""

import re
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from embodied.commands.rooms import find, suiting
from embodied.commands.settings import compose, print_config
from embodied.core.episode import EpisodeRecord, EpisodeSpec
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.naming import spoken
from embodied.core.protocols import Agent, Step, Subscriber
from embodied.runtime.keyboard import keyboard
from embodied.runtime.pace import Pacer
from embodied.runtime.recorders import action_text, file_stem


def help_text() -> str:
    """Return the command's help."""
    from embodied.commands.help import command_help

    return command_help(
        "run",
        "Runs one episode, prints every step in words and films it. Words in quotes are what the\n"
        "agent is asked instead, in a room that has what they need. Whatever you type while it\n"
        "runs is said to the agent: 'stop', or 'forget it, bring me the cup'.",
        settings=(
            "benchmark",
            "benchmark.split",
            "episode",
            "agent",
            "planner",
            "policy",
            "perception",
            "llm",
            "expert.kind",
            "expert.by",
            "record",
            "seed",
            "data_root",
            "output_dir",
        ),
        examples=(
            "embodied run",
            'embodied run "put a clean mug in the coffee machine"',
            "embodied run benchmark=alfred agent=expert expert.by=mask",
            "embodied run agent=random limits.max_steps=50 record=none",
        ),
    )


MOST_NAME = 80
"""Letters of the words that a recording is named after."""
ACTING: Mapping[str, tuple[str, ...]] = {
    "": ("planner=parsed", "policy=skills", "perception=privileged"),
    # whether its own task is done means nothing for what was said
    "alfworld": (
        *("planner=parsed", "policy=text"),
        *("benchmark.ends_itself=false", "benchmark.lists_room=false"),
    ),
    "r2r": ("planner=routes", "policy=routes"),
}
"""Benchmark to the settings of the agent that carries out what is said there; "" for any other."""


class StepPrinter:
    """Prints an episode as it goes, a line a step.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._step = 0
        self._subgoal = self._motion = self._question = ""
        self._heard = self._left_out = 0

    def _say(self, text: str) -> None:
        print(text, file=self._stream, flush=True)

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        """Print what was asked."""
        self._step = self._heard = 0
        self.next_task()
        self._say(f"{spec.episode_id}\n{instruction.text}")
        for number, step in enumerate(instruction.steps, start=1):
            self._say(f"  {number}. {step}")

    def next_task(self) -> None:
        """Print the subgoal anew: another task begins, or this one is taken up again."""
        self._subgoal, self._motion, self._question = "", "", ""

    def on_step(self, step: Step) -> None:
        """Print the subgoal where it changed, then the action and what became of it."""
        self._step += 1
        subgoal = str(step.report.get("subgoal", ""))
        if subgoal and subgoal != self._subgoal:
            self._subgoal, self._motion = subgoal, ""
            self._say(f"- {subgoal}")
        self._tell_talk(step.report)
        if not step.info:  # how a task left the world; nothing was done
            self._step -= 1
            return
        motion = str(step.report.get("motion", ""))
        if motion:  # twenty lines a second are no use to anybody
            if motion != self._motion:
                self._motion = motion
                self._say(f"{step.observation.stamp_s:7.2f} s  {motion}")
            return
        refused = f"  ({refusal})" if (refusal := step.info.get("error_message")) else ""
        self._say(f"{self._step:5d}  {action_text(step.action)}{refused}")

    def _tell_talk(self, report: Mapping[str, Any]) -> None:
        """Print what was made of a correction, and what the agent asks."""
        corrections = report.get("corrections", ())
        if len(corrections) < self._heard:
            self._heard = 0  # another task
        for said in corrections[self._heard :]:
            if said["kind"] == "stop":  # how it ends tells of it
                self._heard += 1
                continue
            effect = said.get("not_understood") or said.get("effect")
            if not effect:
                break
            self._heard += 1
            self._say(f"  {said['kind']} {said['text']!r}: {effect}")
        left_out = report.get("left_out", ())
        for each in left_out[self._left_out :]:
            self._say(f"  left out: {spoken(each)}")
        self._left_out = len(left_out)
        question = str(report.get("question", ""))
        if question != self._question:
            self._question = question
            if question:
                self._say(f"  {question}")

    def on_end(self, record: EpisodeRecord) -> None:
        """Print how it ended."""
        if record.error:
            self._say(record.error)
        if not record.goal_conditions_total:
            self._say(
                f"{record.steps} actions ({record.failed_actions} refused). {record.end_reason}"
            )
            return
        expert = f", expert {record.expert_steps}" if record.expert_steps else ""
        self._say(
            f"{record.status.value}: {record.goal_conditions_met} of "
            f"{record.goal_conditions_total} goal conditions, {record.steps} actions "
            f"({record.failed_actions} refused){expert}. {record.end_reason}".rstrip()
        )


def instruction_and_settings(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Part what is said to the agent from the settings.

    Args:
        words: Of the command line. What has a space and no `=` before it is said, and so are
            several words without `=`: a sentence whose quotes were forgotten.

    Returns:
        The instruction, None where there is none, and the settings: with an instruction, those
        that carry it out unless others are chosen.
    """
    said = [word for word in words if " " in word and "=" not in word.split(" ", 1)[0]]
    bare = [word for word in words if "=" not in word and not word.startswith("-")]
    if not said and len(bare) > 1:
        said = bare
    settings = [word for word in words if word not in said]
    if not said:
        return None, settings
    return " ".join(said), with_actor(settings)


def with_actor(settings: Sequence[str]) -> list[str]:
    """Return the settings, and those of the agent that carries words out where none is chosen."""
    chosen = {name: value for name, _, value in (word.partition("=") for word in settings)}
    if "agent" in chosen:
        return list(settings)
    acting = ACTING.get(chosen.get("benchmark", ""), ACTING[""])
    return [*settings, *(word for word in acting if word.partition("=")[0] not in chosen)]


def listen(agent: Agent, lines: IO[str]) -> threading.Thread:
    """Hand every line to the agent as a correction, from a thread of its own.

    Args:
        agent: Who is spoken to.
        lines: What is said; blank lines are passed over.
    """

    def hear() -> None:
        for line in lines:
            if line.strip():
                agent.correct(line)

    thread = threading.Thread(target=hear, name="corrections", daemon=True)
    thread.start()
    return thread


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code: 0 where the episode ended without an error.

    Raises:
        EmbodiedError: If settings are wrong, or a recorder cannot write.
    """
    if "-h" in words or "--help" in words:
        print(help_text())
        return 0
    said, settings = instruction_and_settings([word for word in words if word != "--config"])
    config = compose("run", settings)
    if "--config" in words:
        print_config(config)
        return 0
    return _watch(config, said)


def _watch(config: dict[str, Any], said: str | None) -> int:
    from embodied.evaluation.configured import ConfiguredSession
    from embodied.evaluation.selection import select_episodes
    from embodied.evaluation.session import episode_seed
    from embodied.runtime.episode import run_episode

    shared = config["control"]["name"] == "shared"
    if shared and not sys.stdin.isatty():
        raise ConfigError("control=shared takes keys from a terminal, and this is none.")
    session = ConfiguredSession(config)()
    try:
        benchmark = config["benchmark"]
        episodes = select_episodes(
            session.env.unwrapped.episodes(), wanted_file=benchmark["episodes"]
        )
        if said is not None and config["episode"] is None:
            ask = input if config["ask"] and sys.stdin.isatty() else None
            spec, said = suiting(config, session.env.unwrapped, episodes, said, ask=ask)
        else:
            spec = find(episodes, config["episode"])
        watchers: list[Subscriber] = [StepPrinter(sys.stdout)]
        if sys.stdin.isatty():
            if shared:
                keyboard().listen(sys.stdin, session.agent.correct)
            else:
                listen(session.agent, sys.stdin)
            if benchmark.get("fps"):
                # What moves by itself is to be watched, and spoken to, as fast as it is.
                watchers.append(Pacer(float(benchmark["fps"])))
        record = run_episode(
            session.env,
            session.agent,
            spec,
            [*watchers, *session.subscribers],
            limits=session.limits,
            seed=episode_seed(config["seed"], spec.episode_id),
            said=said,
        )
    finally:
        session.close()
    print_recordings(Path(config["output_dir"]), spec, said)
    return 1 if record.error else 0


def print_recordings(folder: Path, spec: EpisodeSpec, said: str | None) -> None:
    """Print where the film and the picture of an episode lie, named after the words they show."""
    stem = file_stem(spec.episode_id)
    for what, file in (
        ("Video", folder / "videos" / f"{stem}.mp4"),
        ("Picture", folder / "pictures" / f"{stem}.png"),
    ):
        if file.exists():
            print(f"{what}: {named_after(file, said)}")


def named_after(file: Path, said: str | None) -> Path:
    """Rename what was recorded after the words it shows; the room's own task was another.

    Args:
        file: The recording, named after the episode.
        said: The words; None leaves the name.

    Returns:
        Where it lies now.
    """
    if said is None:
        return file
    words = re.sub(r"[^a-z0-9]+", "-", said.lower()).strip("-")[:MOST_NAME].strip("-")
    return file.replace(file.with_name(f"{words or 'said'}{file.suffix}"))
