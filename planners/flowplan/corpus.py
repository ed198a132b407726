"""The stages' questions with their right answers, for the small language model."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from embodied.core.annotated import AnnotatedTask
from embodied.core.instruction import Instruction
from embodied.core.protocols import PlanContext
from embodied.core.task_plans import subgoals_of
from planners.flowplan.information import Information, information_of, task_from
from planners.flowplan.prompts import Steps, reason, reconsider, retrieve, write
from planners.llm.plan_once.corpus import exchange
from planners.llm.structured import answer_text
from planners.llm.types import Exchange, Message
from planners.wording import in_words

STEPS_SHARE = 0.4
"""Share of the questions that carry step-by-step directions, as in the corpus of plans."""
MISTAKEN_SHARE = 0.5
"""Share of the later questions whose earlier answers are mistaken in one field."""
LATER = ("reason", "write", "reconsider")
LATER_SHARES = (0.4, 0.25, 0.35)

LOOKALIKES = (
    "SideTable DiningTable CoffeeTable Desk Dresser CounterTop TVStand Shelf",
    "Sofa ArmChair Bed Ottoman Chair",
    "Cabinet Drawer Fridge Safe Dresser SideTable",
    "SinkBasin BathtubBasin CounterTop Toilet GarbageCan Cart",
    "Knife ButterKnife Fork Spoon Ladle Spatula",
    "Mug Cup Bowl Glassbottle WineBottle Vase",
    "Pan Pot Plate Bowl Kettle",
    "Cloth HandTowel Towel ToiletPaper PaperTowelRoll TissueBox",
    "SoapBar SoapBottle SprayBottle DishSponge Candle",
    "Pen Pencil CreditCard KeyChain Watch CD",
    "CellPhone RemoteControl Laptop AlarmClock",
    "Apple Tomato Potato Lettuce Egg Bread",
    "Statue Vase Pillow TeddyBear Box Book Newspaper",
    "SaltShaker PepperShaker",
    "BasketBall BaseballBat TennisRacket",
    "DeskLamp FloorLamp",
)
"""Types that people's words often leave open, or that are easily taken for one another."""

_NEIGHBOURS: dict[str, set[str]] = {}
for _group in LOOKALIKES:
    for _name in _group.split():
        _NEIGHBOURS.setdefault(_name, set()).update(set(_group.split()) - {_name})


def exchanges(tasks: Iterable[AnnotatedTask], rng: np.random.Generator) -> Iterator[Exchange]:
    """Yield two questions and answers a task: what it names, and one of the later stages.

    In half of the later questions what the earlier stages said is mistaken, and the answer is right
    nevertheless: so a model learns to weigh it against the words.

    Args:
        tasks: Texts with the tasks they mean.
        rng: Draws which questions are asked of each.
    """
    for task in tasks:
        steps = task.instruction.steps if rng.random() < STEPS_SHARE else ()
        context = PlanContext(Instruction(task.instruction.id, task.instruction.parts, steps))
        right = information_of(task.task)
        yield _exchange(retrieve(context), right)
        stage = LATER[int(rng.choice(len(LATER), p=LATER_SHARES))]
        if stage == "reason":
            words = in_words(subgoals_of(task.task))
            yield _exchange(reason(context), Steps(steps=words))
        elif stage == "write":
            yield _write(context, task, right, rng)
        else:
            yield _reconsider(context, right, rng)


def retrievals(tasks: Iterable[AnnotatedTask], rng: np.random.Generator) -> Iterator[Exchange]:
    """Yield the first stage's question alone, with its right answer; arguments as `exchanges`."""
    for task in tasks:
        steps = task.instruction.steps if rng.random() < STEPS_SHARE else ()
        context = PlanContext(Instruction(task.instruction.id, task.instruction.parts, steps))
        yield _exchange(retrieve(context), information_of(task.task))


def _exchange(messages: tuple[Message, ...], answer: Any) -> Exchange:
    return Exchange(messages, answer_text(answer))


def _write(
    context: PlanContext, task: AnnotatedTask, right: Information, rng: np.random.Generator
) -> Exchange:
    plan = subgoals_of(task.task)
    said, worded = right, right
    if rng.random() < MISTAKEN_SHARE:
        mistaken = mistake(right, rng)
        said, worded = (mistaken, right) if rng.random() < 0.5 else (right, mistaken)
    meant = task_from(worded) or task.task
    messages = write(context, (), information=said, steps=in_words(subgoals_of(meant)))
    return dataclasses.replace(exchange(context, plan), messages=messages)


def _reconsider(context: PlanContext, right: Information, rng: np.random.Generator) -> Exchange:
    other = mistake(right, rng)
    doubts = disagreements(right, other)
    said = right
    if rng.random() < MISTAKEN_SHARE:
        said = other
        doubts = {field: values[::-1] for field, values in doubts.items()}
    return _exchange(reconsider(context, information=said, doubts=doubts), right)


def disagreements(*said: Information) -> dict[str, tuple[str, ...]]:
    """Return the fields in which answers differ, each with the values said, in order."""
    named = [information.values() for information in said]
    found: dict[str, tuple[str, ...]] = {}
    for field in named[0]:
        values = tuple(dict.fromkeys(values[field] for values in named))
        if len(values) > 1:
            found[field] = values
    return found


def mistake(right: Information, rng: np.random.Generator) -> Information:
    """Return the information with one slip of the kinds that models make."""
    while True:
        field = str(rng.choice(["task", "object", "object", "receptacle", "receptacle", "lamp"]))
        changed = _SLIPS[field](right, rng)
        if changed and (other := right.model_copy(update=changed)) != right:
            return other


def _kind(right: Information, rng: np.random.Generator) -> Mapping[str, Any]:
    kind = str(rng.choice(["bring", "bring_two", "heat", "cool", "clean", "sliced", "carry_in"]))
    if kind == "sliced":
        return {"sliced": not right.sliced} if right.object in _SLICEABLE else {}
    if right.task == "look":
        return {"task": "bring", "lamp": "", "receptacle": str(rng.choice(_ROOM))}
    if kind == "carry_in":
        vessel = str(rng.choice(["Bowl", "Plate", "Pan", "Pot", "Mug", "Cup", "Box"]))
        return {"task": kind, "vessel": right.vessel or vessel}
    return {"task": kind, "vessel": ""}


def _neighbour(name: str, rng: np.random.Generator) -> str:
    near = sorted(_NEIGHBOURS.get(name, ()))
    return str(rng.choice(near)) if near else name


def _object(right: Information, rng: np.random.Generator) -> Mapping[str, Any]:
    other = _neighbour(right.object, rng)
    return {"object": other, "sliced": right.sliced and other in _SLICEABLE}


def _receptacle(right: Information, rng: np.random.Generator) -> Mapping[str, Any]:
    return {"receptacle": _neighbour(right.receptacle, rng)} if right.receptacle else {}


def _lamp(right: Information, rng: np.random.Generator) -> Mapping[str, Any]:
    if right.lamp:
        return {"lamp": _neighbour(right.lamp, rng)}
    return {"vessel": _neighbour(right.vessel, rng)} if right.vessel else {}


_SLICEABLE = frozenset({"Apple", "Bread", "Lettuce", "Potato", "Tomato"})
_ROOM = ("Desk", "SideTable", "Bed", "Shelf", "Dresser", "Sofa", "CoffeeTable")
_SLIPS = {"task": _kind, "object": _object, "receptacle": _receptacle, "lamp": _lamp}
