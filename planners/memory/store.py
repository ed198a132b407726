"""Episodes that are remembered, and which of them a task brings to mind."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from embodied.core.errors import ConfigError, DataError
from embodied.core.protocols import PlanContext
from planners.memory.insights import Abstraction, RuleAbstraction
from planners.memory.tree import TaskTree


@dataclass(frozen=True)
class Remembered:
    """What is kept of an episode.

    Attributes:
        goal: What was asked, in words.
        insights: What it taught.
        succeeded: Whether the agent came to the end of its plan.
        tree: The episode, as text for people.
    """

    goal: str
    insights: tuple[str, ...]
    succeeded: bool
    tree: str = ""


class Memory:
    """Remembers episodes in a file, and finds the ones most like a task.

    Likeness is the cosine of the goals' words, each weighed by how rare it is among what is
    remembered (tf-idf): no model has to be installed for it.

    Args:
        file: Where episodes are kept, a JSON line each; None keeps them in this process alone.
        abstraction: Puts episodes into sentences; None takes the rules.
        shown: Episodes whose insights a task brings to mind, at most.
        least_likeness: Cosine below which an episode is no help.

    Raises:
        ConfigError: If the file's folder cannot be made.
        DataError: If the file holds something else.
    """

    def __init__(
        self,
        *,
        file: str | Path | None = None,
        abstraction: Abstraction | None = None,
        shown: int = 2,
        least_likeness: float = 0.2,
    ) -> None:
        self._file = None if file is None else Path(file).expanduser()
        self._abstraction = abstraction or RuleAbstraction()
        self._shown = shown
        self._least_likeness = least_likeness
        self._episodes: list[Remembered] = []
        self._goals: list[NDArray[np.int64]] = []  # the numbers of their words, each once
        self._numbers: dict[str, int] = {}
        self._made: tuple[NDArray[np.float64], csr_array] | None = None
        if self._file is not None:
            self._read(self._file)

    def __len__(self) -> int:
        return len(self._episodes)

    def add(self, context: PlanContext) -> None:
        """Remember an episode by its history; one that was not begun teaches nothing."""
        if not context.history:
            return
        tree = TaskTree.of(context)
        insights = self._abstraction.insights(tree)
        if insights:
            self.remember(Remembered(tree.goal, insights, tree.succeeded, tree.text()))

    def remember(self, episode: Remembered) -> None:
        """Remember what an episode taught."""
        self._take(episode)
        if self._file is not None:
            line = json.dumps(asdict(episode), ensure_ascii=False)
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")

    def insights(self, goal: str) -> tuple[str, ...]:
        """Return what the episodes most like a goal taught, the most alike last."""
        found: dict[str, None] = {}
        for index in reversed(self._nearest(words_of(goal))):
            for sentence in self._episodes[index].insights:
                found.pop(sentence, None)
                found[sentence] = None
        return tuple(found)

    def _nearest(self, words: Iterable[str]) -> list[int]:
        asked = set(words)
        told = np.array([self._numbers[w] for w in asked if w in self._numbers], dtype=np.int64)
        if not len(told) or not self._episodes:
            return []
        rarity, goals = self._table()
        unheard = (len(asked) - len(told)) * self._rarity(0) ** 2
        length = math.sqrt(float((rarity[told] ** 2).sum()) + unheard)
        question = np.zeros(len(rarity))
        question[told] = rarity[told]
        alike = goals @ question / length
        # the later of two equal ones: what was learned last is likelier to hold still
        best = np.lexsort((-np.arange(len(alike)), -alike))[: self._shown]
        return [int(index) for index in best if alike[index] >= self._least_likeness]

    def _rarity(self, holders: int) -> float:
        return math.log((1 + len(self._episodes)) / (1 + holders)) + 1.0

    def _table(self) -> tuple[NDArray[np.float64], csr_array]:
        """Return how rare each word is, float [V], and the goals' words by it, float [N, V]."""
        if self._made is None or self._made[1].shape[0] != len(self._episodes):
            count = len(self._episodes)
            words = np.concatenate(self._goals) if count else np.empty(0, dtype=np.int64)
            rows = np.repeat(np.arange(count), [len(goal) for goal in self._goals])
            holders = np.bincount(words, minlength=len(self._numbers))
            rarity = np.log((1 + count) / (1 + holders)) + 1.0
            lengths = np.sqrt(np.bincount(rows, rarity[words] ** 2, minlength=count))
            goals = csr_array(
                (rarity[words] / lengths[rows], (rows, words)), shape=(count, len(rarity))
            )
            self._made = rarity, goals
        return self._made

    def _take(self, episode: Remembered) -> None:
        words = dict.fromkeys(words_of(episode.goal))
        numbers = [self._numbers.setdefault(word, len(self._numbers)) for word in words]
        self._goals.append(np.array(numbers, dtype=np.int64))
        self._episodes.append(episode)

    def _read(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        except OSError as error:
            raise ConfigError(f"memory.file={file}: {error}") from error
        for number, line in enumerate(lines, 1):
            try:
                kept = json.loads(line)
                self._take(
                    Remembered(
                        str(kept["goal"]),
                        tuple(map(str, kept["insights"])),
                        bool(kept["succeeded"]),
                        str(kept.get("tree", "")),
                    )
                )
            except (ValueError, KeyError, TypeError) as error:
                raise DataError(
                    f"{file}, line {number} is no remembered episode ({error}); take the line out, "
                    "or set memory.file to another file"
                ) from error


def words_of(text: str) -> list[str]:
    """Return a text's words in lower case, without the ending of plurals."""
    found = re.findall(r"[a-z]+", text.lower())
    return [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in found]
