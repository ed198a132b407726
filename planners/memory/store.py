"""Episodes that are remembered, and which of them a task brings to mind."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

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
        self._bags: list[Counter[str]] = []
        self._holders: Counter[str] = Counter()  # word to the number of goals that have it
        self._where: dict[str, list[int]] = {}  # word to the episodes whose goals have it
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
        bag = Counter(set(words))
        scores: dict[int, float] = {}
        for word, count in bag.items():
            weight = self._rarity(word) ** 2 * count
            for index in self._where.get(word, ()):
                scores[index] = scores.get(index, 0.0) + weight * self._bags[index][word]
        length = self._length(bag)
        alike = {
            index: score / (length * self._length(self._bags[index]))
            for index, score in scores.items()
        }
        # the later of two equal ones: what was learned last is likelier to hold still
        best = sorted(alike, key=lambda index: (-alike[index], -index))[: self._shown]
        return [index for index in best if alike[index] >= self._least_likeness]

    def _rarity(self, word: str) -> float:
        return math.log((1 + len(self._episodes)) / (1 + self._holders[word])) + 1.0

    def _length(self, bag: Counter[str]) -> float:
        return math.sqrt(sum((self._rarity(word) * count) ** 2 for word, count in bag.items()))

    def _take(self, episode: Remembered) -> None:
        bag = Counter(set(words_of(episode.goal)))
        for word in bag:
            self._where.setdefault(word, []).append(len(self._episodes))
        self._holders.update(bag.keys())
        self._episodes.append(episode)
        self._bags.append(bag)

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
