"""Help a newcomer understands: what a command does, examples, every common setting."""

from collections.abc import Sequence

from embodied.commands.settings import groups

SETTINGS: dict[str, tuple[str, str]] = {
    "benchmark": ("household", "which world: {benchmark}"),
    "benchmark.split": ("valid_seen", "train, valid_seen or valid_unseen"),
    "benchmark.limit": ("null", "run the first N episodes only"),
    "benchmark.episodes": ("null", "a file that names episodes, one task/trial a line"),
    "benchmark.annotations": ("all", "alfred: all, or first: one episode a trajectory"),
    "text": ("goal+steps", "alfred: what is told, goal+steps or goal"),
    "scenes.fit": ("train", "alfred: what rooms are fitted from, splits or a file of task/trial"),
    "scenes.approximate": ("false", "alfred: make up rooms that nothing is fitted from"),
    "controller": ("household", "what the household stands on: {controller}"),
    "agent": ("expert", "who acts: {agent}"),
    "planner": ("none", "who plans, for agent=planning: {planner}"),
    "policy": ("none", "who carries a plan out: {policy}"),
    "perception": ("none", "what is told besides the picture: {perception}"),
    "llm": ("none", "the language model of planners that ask one: {llm}"),
    "expert.kind": ("recorded", "alfred: which expert, recorded or symbolic"),
    "expert.by": ("id", "how the expert points at objects: id, or mask as any other agent"),
    "record": ("none", "what is written down of every step: {record}"),
    "runner.workers": ("auto", "processes; auto is one a CPU core, 0 none beside the command's"),
    "runner.retry_errors": ("false", "when a run goes on, run episodes in error again"),
    "seed": ("0", "every random choice derives from it"),
    "data_root": ("$EMBODIED_DATA", "benchmark files, else ~/.cache/embodied/data"),
    "output_dir": ("null", "folder of results; null names one in outputs/ after the settings"),
    "limits.max_steps": ("null", "end episodes earlier than the benchmark would"),
    "episode": ("null", "which episode to watch; null takes the first"),
}


def command_help(
    name: str, purpose: str, *, settings: Sequence[str], examples: Sequence[str], notes: str = ""
) -> str:
    """Return the help of a command that takes settings.

    Args:
        name: The command.
        purpose: What it does, in a sentence or two.
        settings: Keys of `SETTINGS` that matter to it.
        examples: Command lines.
        notes: What else to know.
    """
    choices = {group: ", ".join(names) for group, names in groups().items()}
    rows = [(key, *SETTINGS[key]) for key in settings]
    key_width = max(len(key) for key, _, _ in rows)
    default_width = max(len(default) for _, default, _ in rows)
    table = "\n".join(
        f"  {key:<{key_width}}  {default:<{default_width}}  {meaning.format(**choices)}"
        for key, default, meaning in rows
    )
    return "\n".join(
        [
            f"Usage: embodied {name} [key=value ...]",
            "",
            purpose,
            "",
            "Examples:",
            *[f"  {example}" for example in examples],
            "",
            "Settings, with their defaults:",
            table,
            "",
            f"embodied {name} --config prints every setting there is, resolved.",
            *([notes] if notes else []),
        ]
    )
