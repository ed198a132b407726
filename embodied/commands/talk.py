"""`embodied talk`: one room, and one task after another, by word of mouth."""

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from embodied.commands.rooms import find, suiting
from embodied.commands.settings import compose, print_config
from embodied.commands.watch import (
    StepPrinter,
    instruction_and_settings,
    print_recordings,
    with_actor,
)
from embodied.core.errors import ConfigError, PlanningError
from embodied.core.naming import spoken
from embodied.core.protocols import Subscriber
from embodied.runtime.conversation import Conversation
from embodied.runtime.pace import Pacer

PROMPT = "> "
GAVE_UP = "gave up"
DONE = "done"
IN_WORDS = {
    "": DONE,
    "the plan is carried out": DONE,
    "a person said stop": "stopped; say 'go on', or something else to do",
}
UNLIMITED = 10**9
"""Steps, and refused actions, that a conversation may take; a benchmark's episode has limits."""


def help_text() -> str:
    """Return the command's help."""
    from embodied.commands.help import command_help

    return command_help(
        "talk",
        "Carries out what you say, one task after another in the same room, and films it. What\n"
        "you type while it acts corrects it: 'no, the red one', 'also close the drawer', 'wait!';\n"
        "then 'go on', or another task. 'bye' or Ctrl-D ends it. Lines of a file are tasks one\n"
        "after another: embodied talk < tasks.txt",
        settings=(
            "benchmark",
            "benchmark.split",
            "episode",
            "limits.max_steps",
            "seed",
            "data_root",
            "output_dir",
        ),
        notes="It plans with planner=parsed and acts with policy=skills perception=privileged\n"
        "unless you choose others, and asks where your words leave something open (ask=false does\n"
        "not). Without record=none it films: one film of everything.",
        examples=(
            "embodied talk",
            'embodied talk "put a clean mug in the coffee machine"',
            "embodied talk benchmark=tabletop",
            "embodied talk planner=pet llm=ollama",
        ),
    )


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        EmbodiedError: If settings are wrong, or a recorder cannot write.
    """
    if "-h" in words or "--help" in words:
        print(help_text())
        return 0
    said, settings = instruction_and_settings([word for word in words if word != "--config"])
    settings = with_actor(settings)
    if sys.stdin.isatty() and not any(word.startswith("ask=") for word in settings):
        settings.append("ask=true")
    config = compose("run", settings)
    if "--config" in words:
        print_config(config)
        return 0
    if config["control"]["name"] == "shared":
        raise ConfigError("control=shared takes keys: use `embodied run`; `talk` takes words.")
    return _talk(config, said)


def _talk(config: dict[str, Any], said: str | None) -> int:
    from embodied.evaluation.configured import ConfiguredSession
    from embodied.evaluation.selection import select_episodes
    from embodied.evaluation.session import episode_seed

    lines = Lines(sys.stdin, sys.stdout)
    session = ConfiguredSession(config)()
    try:
        benchmark, world = config["benchmark"], session.env.unwrapped
        episodes = select_episodes(world.episodes(), wanted_file=benchmark["episodes"])

        def room(words: str) -> tuple[Any, str]:
            if config["episode"] is not None:
                return find(episodes, config["episode"]), words
            return suiting(config, world, episodes, words, ask=lines.ask if lines.spoken else None)

        found = begun(said, lines, room)
        if found is None:
            return 0
        spec, first = found
        for what, names in listed(world, spec.episode_id).items():
            lines.say(f"{what}: {', '.join(names)}")
        for limit in ("max_steps", "max_failed_actions"):
            if hasattr(world, limit):
                setattr(world, limit, UNLIMITED)
        printer = StepPrinter(sys.stdout)
        watchers: list[Subscriber] = [printer]
        if lines.spoken and benchmark.get("fps"):
            watchers.append(Pacer(float(benchmark["fps"])))

        def at_rest(report: Mapping[str, Any]) -> None:
            printer.next_task()
            lines.rest(report)

        conversation = Conversation(
            session.env,
            session.agent,
            spec,
            [*watchers, *session.subscribers],
            limits=session.limits,
            rest=at_rest,
            asks=lines.question,
        )
        lines.listen(conversation)
        try:
            conversation.run(first, seed=episode_seed(config["seed"], spec.episode_id))
        except KeyboardInterrupt:
            print()
    finally:
        session.close()
    print_recordings(Path(config["output_dir"]), spec, first)
    return 0


def listed(world: Any, episode_id: str) -> dict[str, list[str]]:
    """Return what is there to be spoken of, where the world tells; the agent is not told."""
    if not hasattr(world, "contents"):
        return {}
    found = world.contents(episode_id)
    return {what: [spoken(name) for name in names] for what, names in found.items() if names}


def begun(
    said: str | None, lines: "Lines", room: Callable[[str], tuple[Any, str]]
) -> tuple[Any, str] | None:
    """Return the room for the first words that can be carried out; None where there are none.

    Args:
        said: The first words, if they stand on the command line.
        lines: Where others come from.
        room: Takes words to a room and to the words as they were understood.

    Raises:
        PlanningError: If nobody is there to say it in other words.
        ConfigError: Likewise, where no room suits.
    """
    while True:
        words = said or lines.first()
        if not words:
            return None
        try:
            return room(words)
        except (PlanningError, ConfigError) as error:
            if not lines.spoken:
                raise
            lines.say(str(error))
            said = None


class Lines:
    """What a person types, or a file holds, and what they are told.

    Args:
        stream: Where the words come from; a terminal is a person who speaks while it acts, the
            lines of anything else are tasks one after another.
        told: Where to print.
    """

    def __init__(self, stream: IO[str], told: IO[str]) -> None:
        self._stream, self._told = stream, told
        self.spoken = stream.isatty()

    def say(self, text: str, *, end: str = "\n") -> None:
        """Print something."""
        print(text, file=self._told, end=end, flush=True)

    def first(self) -> str:
        """Return the next line with words; nothing where there is none."""
        while True:
            if self.spoken:
                self.say(PROMPT, end="")
            line = self._stream.readline()
            if not line or line.strip():
                return line.strip()

    def ask(self, question: str) -> str:
        """Put a question and return the answer; nothing where there is none."""
        self.say(question)
        return self.first()

    def listen(self, conversation: Conversation) -> None:
        """Hand every further line on, from a thread of its own."""

        def hear() -> None:
            for line in self._stream:
                if self.spoken and not line.strip():
                    self.say(PROMPT, end="")
                conversation.hear(line.strip(), task=not self.spoken)
            conversation.close()

        threading.Thread(target=hear, name="words", daemon=True).start()

    def rest(self, report: Mapping[str, Any]) -> None:
        """Print how a task ended, and that another may be said."""
        reason = str(report.get("end_reason", "")).removeprefix("plan: ")
        if reason.startswith(GAVE_UP):
            reason = spoken(reason)
        said = IN_WORDS.get(reason, reason)
        found = str(report.get("found", "")) if said == DONE else ""
        left_out = "; ".join(map(spoken, report.get("left_out", ())))
        self.say(f"= {found or said}{f', but not: {left_out}' if left_out else ''}")
        if self.spoken:
            self.say(PROMPT, end="")

    def question(self, text: str) -> None:
        """Wait for the answer to a question, which the steps have told."""
        if self.spoken:
            self.say(PROMPT, end="")
