"""Goals in words, and back: sentences drawn from `goals.toml`, and `parse_goal`."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import numpy as np

from embodied.core.task import Task
from envs.household.generator.language.nouns import (
    noun_pattern,
    nouns,
    plural,
    preposition,
    types_by_noun,
    with_article,
)

SEEN, UNSEEN = "train", "unseen"
WORDINGS = (SEEN, UNSEEN)
TOKEN = re.compile(
    r"\[(?P<words>[^\]]*)\]|\{(?P<form>\w+):(?P<slot>\w+)(?:\|(?P<adjectives>[^}]*))?\}"
)
POLITE = re.compile(
    r"^(?:(?:please|now|robot|hey|ok|okay|(?:could|can|would) you|you should|just|then)[\s,]+)+",
    re.IGNORECASE,
)
ARTICLE = r"(?:an?|the|one|some|another)\s+"
IN = r"(?:in|on|into|onto|inside|inside of|on top of|at)"


@cache
def templates() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Task type to wording (`train`, `unseen`) to templates."""
    source = resources.files("envs.household.generator.language").joinpath("goals.toml")
    table = tomllib.loads(source.read_text("utf-8"))
    return {
        task_type: {wording: tuple(rows[wording]) for wording in WORDINGS}
        for task_type, rows in table.items()
    }


def goal_text(task: Task, rng: np.random.Generator, *, wording: str = SEEN) -> str:
    """Word a task's goal.

    Args:
        task: The task.
        rng: Chooses template and words.
        wording: `train` or `unseen`: which templates to draw from.
    """
    rows = templates()[task.task_type][wording]
    return fill(rows[int(rng.integers(len(rows)))], task, rng)


def fill(template: str, task: Task, rng: np.random.Generator) -> str:
    """Fill a template in for a task; each slot keeps one noun throughout the sentence."""
    chosen: dict[str, str] = {}

    def one(options: str, separator: str) -> str:
        words = options.split(separator)
        return words[int(rng.integers(len(words)))]

    def phrase(match: re.Match[str]) -> str:
        if match["words"] is not None:
            return one(match["words"], "|")
        form, slot = match["form"], match["slot"]
        type_name = getattr(task, slot)
        if slot not in chosen:
            options = nouns(type_name, sliced=task.sliced and slot == "object")
            # The plain noun twice as often as all others together.
            plain = rng.random() < 2 / 3
            chosen[slot] = options[0 if plain else int(rng.integers(len(options)))]
        noun = chosen[slot]
        if match["adjectives"]:
            noun = f"{one(match['adjectives'], ',')} {noun}"
        return FORMS[form](type_name, noun)

    return TOKEN.sub(phrase, template)


FORMS = {
    "a": lambda type_name, noun: with_article(noun),
    "the": lambda type_name, noun: f"the {noun}",
    "The": lambda type_name, noun: f"The {noun}",
    "in": lambda type_name, noun: f"{preposition(type_name)} the {noun}",
    "in_a": lambda type_name, noun: f"{preposition(type_name)} {with_article(noun)}",
    "in_it": lambda type_name, noun: f"{preposition(type_name)} it",
    "two": lambda type_name, noun: f"two {plural(noun)}",
}
"""How each form of a slot reads."""


def parse_goal(text: str) -> Task | None:
    """Read a goal back; None where no template says it.

    Articles, prepositions, capitals, polite openings and the final stop may differ from the
    templates'.
    """
    words = re.sub(r"\s+", " ", text).strip().rstrip(".!?").strip()
    words = POLITE.sub("", words)
    for task_type, pattern, slots in _patterns():
        match = pattern.fullmatch(words)
        task = match and _task(task_type, match, slots)
        if task:
            return task
    return None


def _task(task_type: str, match: re.Match[str], slots: tuple[str, ...]) -> Task | None:
    found: dict[str, tuple[str, bool]] = {}
    for index, slot in enumerate(slots):
        meant = types_by_noun()[match[f"slot{index}"].lower()]
        if found.setdefault(slot, meant) != meant or (meant[1] and slot != "object"):
            return None
    types = {slot: meant[0] for slot, meant in found.items()}
    return Task(task_type, **types, sliced=found["object"][1])


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    """(task type, pattern, slot of each group) of every template."""
    rows = []
    for task_type, by_wording in templates().items():
        for wording in WORDINGS:
            for template in by_wording[wording]:
                rows.append((task_type, *_pattern(template)))
    # Templates with more words of their own first: "... and then a second one" before "... one".
    rows.sort(key=lambda row: -len(row[1].pattern))
    return tuple(rows)


def _pattern(template: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    slots: list[str] = []

    def expression(match: re.Match[str]) -> str:
        if match["words"] is not None:
            return "(?:" + "|".join(map(re.escape, match["words"].split("|"))) + ")"
        form, slot = match["form"], match["slot"]
        if form == "in_it":
            return f"{IN} (?:it|them|there)"
        adjectives = (match["adjectives"] or "").split(",")
        before = f"(?:{'|'.join(map(re.escape, adjectives))}) " if adjectives[0] else ""
        lead = {"in": f"{IN} {ARTICLE}", "in_a": f"{IN} {ARTICLE}", "two": "(?:two|2) "}
        slots.append(slot)
        group = f"(?P<slot{len(slots) - 1}>{noun_pattern()})"
        return f"{lead.get(form, ARTICLE)}{before}{group}"

    parts, last = [], 0
    text = template.rstrip(".")
    for match in TOKEN.finditer(text):
        parts += [re.escape(text[last : match.start()]), expression(match)]
        last = match.end()
    parts.append(re.escape(text[last:]))
    pattern = "".join(parts).replace(",", ",?")
    return re.compile(pattern, re.IGNORECASE), tuple(slots)
