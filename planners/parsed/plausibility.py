"""Whether a text can be meant: what the grammar objects to, weighed against what training heard."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embodied.core.task_plans import DEVICES
from planners.parsed.clauses import Clause
from planners.parsed.refusals import UNABLE, UNFIT, UNKNOWN
from planners.parsed.text import words_of
from planners.parsed.understanding import Understanding

FEATURES = (
    "bias",
    "evidence",
    "doubt",
    "unseen",
    "strange",
    "object_slot",
    "grammar_agrees",
    "grammar_differs",
    "refused_unknown",
    "refused_unheard",
    "refused_unknown_object",
    "refused_unfit",
    "refused_unable",
    "deed_ignored",
    "deed_believed",
    "unfit_place",
    "unfit_doubt",
    "asked",
    "thing_taken_for",
    "odd_thing",
)
"""What is weighed, in the order of the weights."""
FILE = "plausibility.json"


@dataclass(frozen=True)
class Plausibility:
    """A logistic regression over few features.

    Attributes:
        weights: One for each of `FEATURES`.
        threshold: Log odds from which on a text is refused.
    """

    weights: NDArray[np.float64]
    threshold: float

    @classmethod
    def load(cls, folder: Path) -> "Plausibility":
        """Read what training wrote."""
        plain = json.loads((folder / FILE).read_text("utf-8"))
        weights = np.array([plain["weights"][name] for name in FEATURES])
        return cls(weights, float(plain["threshold"]))

    def odds(self, understanding: Understanding) -> float:
        """Return the log odds that a text cannot be meant."""
        return float(self.weights @ features_of(understanding))

    def refuses(self, understanding: Understanding) -> bool:
        """Whether a text is to be refused."""
        return self.odds(understanding) > self.threshold


@cache
def shipped() -> Plausibility:
    """Read the weights in the package, once a process."""
    with resources.as_file(resources.files("planners.parsed").joinpath("weights")) as folder:
        return Plausibility.load(folder)


def features_of(understanding: Understanding) -> NDArray[np.float64]:
    """Return a text's features, float [20]."""
    reading, refusal = understanding.reading, understanding.refusal
    slots = dict(reading.slots)
    agrees = understanding.amounts_to is not None
    same = agrees and understanding.agrees
    unknown = refusal is not None and refusal.kind == UNKNOWN
    heard = (
        unknown and set(words_of(refusal.raw or "")) <= understanding.heard if refusal else False
    )
    unfit = refusal is not None and refusal.kind == UNFIT
    skill = refusal.skill if refusal else ""
    change = skill if skill in ("heat", "cool", "clean", "slice") else ""
    deed = DEVICES.get(reading.task.task_type, ("",))[0]
    deed = "slice" if change == "slice" and reading.task.sliced else deed
    things = _things(understanding.clauses)
    named = {reading.task.object, reading.task.mrecep, reading.task.parent, reading.task.toggle}
    taken = sum(not types & named for types in things) / max(1, len(things))
    values: Mapping[str, float] = {
        "bias": 1.0,
        "evidence": max(reading.evidence, -8.0),
        "doubt": float(np.log1p(-min(reading.confidence, 0.999))),
        "unseen": float(reading.seen == 0),
        "strange": reading.strange,
        "object_slot": float(np.log(max(slots["object"], 1e-4))),
        "grammar_agrees": float(same),
        "grammar_differs": float(agrees and not same),
        "refused_unknown": float(unknown and heard),
        "refused_unheard": float(unknown and not heard),
        "refused_unknown_object": float(unknown and bool(things) and not things[0]),
        "refused_unfit": float(unfit),
        "refused_unable": float(refusal is not None and refusal.kind == UNABLE),
        "deed_ignored": float(unfit and bool(change) and change != deed),
        "deed_believed": float(unfit and bool(change) and change == deed),
        "unfit_place": float(unfit and refusal is not None and refusal.skill == "place"),
        "unfit_doubt": float(unfit) * max(reading.evidence, -4.0),
        "asked": float(understanding.question is not None),
        "thing_taken_for": taken,
        "odd_thing": float(bool(things) and not (things[0] & {reading.task.object,
                                                             reading.task.mrecep})),
    }  # fmt: skip
    return np.array([values[name] for name in FEATURES])


def _things(clauses: tuple[Clause, ...]) -> list[frozenset[str]]:
    """What each noun phrase may be, in the order of the words; nothing for unknown names."""
    found = []
    for clause in clauses:
        for ref in (*clause.objects, *clause.goals):
            if ref.thing is not None and not ref.pronoun and ref.thing.head != "it":
                found.append(frozenset(ref.thing.types))
    return found
