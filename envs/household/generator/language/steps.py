"""A task's steps in words, as a person would tell them who has seen the room."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import numpy as np

from embodied.core import task as tasks
from envs.household.generator.language.bearings import (
    arrival,
    neighbour_phrase,
    turn_towards,
)
from envs.household.generator.language.goals import SEEN
from envs.household.generator.language.nouns import nouns, preposition, with_article
from envs.household.generator.tasks import CHANGES, TaskDraw
from envs.household.scene import ObjectSpec, Scene

CHOICE = re.compile(r"\[([^\]]*)\]")
SHUT = frozenset({"Box", "Cabinet", "Drawer", "Fridge", "Microwave", "Safe"})
CHANGE_SKILL = {tasks.PICK_HEAT: "heat", tasks.PICK_COOL: "cool", tasks.PICK_CLEAN: "clean"}


@cache
def templates() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Step to wording to templates."""
    source = resources.files("envs.household.generator.language").joinpath("steps.toml")
    return tomllib.loads(source.read_text("utf-8"))


class StepTeller:
    """Tells the steps of one task.

    Args:
        scene: The room.
        draw: The task and its objects.
        start_xz_m: Where the agent begins.
        start_yaw_deg: Which way it faces then.
        rng: Chooses the words.
        wording: `train` or `unseen`.
    """

    def __init__(
        self,
        scene: Scene,
        draw: TaskDraw,
        *,
        start_xz_m: tuple[float, float],
        start_yaw_deg: float,
        rng: np.random.Generator,
        wording: str = SEEN,
    ) -> None:
        self._scene, self._draw = scene, draw
        self._at = np.array(start_xz_m)
        yaw = np.deg2rad(start_yaw_deg)
        self._facing = np.array([np.sin(yaw), np.cos(yaw)])
        self._stands_before = ""
        self._rng, self._wording = rng, wording
        self._said: dict[str, str] = {}
        self._steps: list[str] = []

    def tell(self) -> tuple[str, ...]:
        """Return the steps, a sentence or two each."""
        task = self._draw.task
        first = self._scene.object(self._draw.objects[0])
        if task.sliced:
            self._cut(first)
        rounds = 2 if task.task_type == tasks.PICK_TWO else 1
        for turn in range(rounds):
            target = self._scene.object(self._draw.objects[min(turn, len(self._draw.objects) - 1)])
            self._fetch(target, sliced=task.sliced)
            if task.task_type == tasks.LOOK_IN_LIGHT:
                lamp = self._scene.object(self._draw.lamp)
                self._goto(lamp)
                self._say("look", lamp=self._noun(lamp.type), object=self._noun(target.type))
                continue
            if task.task_type in CHANGES:
                self._change(target)
            carried = self._load(target) if task.mrecep else self._target_noun(target)
            self._deliver(carried, second=turn == 1)
        return tuple(self._steps)

    # --- parts of a task

    def _cut(self, whole: ObjectSpec) -> None:
        knife = self._scene.object(self._draw.knife)
        self._fetch(knife, sliced=False)
        self._goto(self._outer(whole))
        blade = self._noun(knife.type)
        self._say("slice", whole=nouns(whole.type)[0], knife=blade, at=self._at_phrase(whole))
        self._say("knife_down", knife=blade)

    def _fetch(self, target: ObjectSpec, *, sliced: bool) -> None:
        holder = self._outer(target)
        self._goto(holder)
        noun = self._target_noun(target) if sliced else self._noun(target.type)
        if sliced:
            self._say("pick_slice", object=noun, a_object=with_article(noun))
        elif holder.type in SHUT:
            self._say("pick_shut", object=noun, holder=self._noun(holder.type))
        else:
            self._say("pick", object=noun, at=self._at_phrase(target))

    def _change(self, target: ObjectSpec) -> None:
        device_type, _ = CHANGES[self._draw.task.task_type]
        device = next(spec for spec in self._scene.objects if spec.type == device_type)
        self._goto(device)
        step = CHANGE_SKILL[self._draw.task.task_type]
        self._say(step, object=self._target_noun(target), device=self._noun(device_type))

    def _load(self, target: ObjectSpec) -> str:
        """Put the object into its vessel and take that up; return the vessel's noun."""
        vessel = self._scene.object(self._draw.mrecep)
        self._goto(self._outer(vessel))
        noun, held = self._noun(vessel.type), self._target_noun(target)
        where = preposition(vessel.type)
        outer = self._outer(vessel)
        inside = f" {self._at_phrase(vessel)}" if outer is not vessel else ""
        self._say("load", object=held, into=f"{where} the {noun}{inside}")
        self._say("pick_loaded", vessel=noun, object=held, in_it=f"{where} it")
        return noun

    def _deliver(self, noun: str, *, second: bool) -> None:
        parent = self._scene.object(self._draw.parent)
        self._goto(parent)
        to = f"{preposition(parent.type)} the {self._noun(parent.type)}"
        if second:
            self._say("put_second", object=noun, to=to)
        elif parent.type in SHUT:
            self._say("put_shut", object=noun, parent=self._noun(parent.type))
        else:
            self._say("put", object=noun, to=to)

    def _goto(self, place: ObjectSpec) -> None:
        """Say how to get somewhere, unless one stands there."""
        if place.object_id == self._stands_before:
            return
        turn = turn_towards(self._at, self._facing, place)
        where = self._noun(place.type) + neighbour_phrase(self._scene, place, self._rng)
        self._say(f"goto_{turn}", place=where)
        self._at, self._facing = arrival(place, self._at)
        self._stands_before = place.object_id

    # --- words

    def _outer(self, target: ObjectSpec) -> ObjectSpec:
        """The piece of furniture that something lies in or on; itself where it stands alone."""
        while target.parent is not None:
            target = self._scene.object(target.parent)
        return target

    def _at_phrase(self, target: ObjectSpec) -> str:
        """Where something lies: "on the counter", "in the bowl"."""
        if target.parent is None:
            return "on the floor"
        holder = self._scene.object(target.parent)
        return f"{preposition(holder.type)} the {self._noun(holder.type)}"

    def _target_noun(self, target: ObjectSpec) -> str:
        return self._noun(target.type, sliced=self._draw.task.sliced)

    def _noun(self, type_name: str, *, sliced: bool = False) -> str:
        """One noun for a type throughout the steps."""
        key = f"{type_name}{sliced}"
        if key not in self._said:
            options = nouns(type_name, sliced=sliced)
            self._said[key] = options[int(self._rng.integers(len(options)))]
        return self._said[key]

    def _say(self, step: str, **words: str) -> None:
        rows = templates()[step][self._wording]
        row = rows[int(self._rng.integers(len(rows)))]

        def one(match: re.Match[str]) -> str:
            options = match[1].split("|")
            return options[int(self._rng.integers(len(options)))]

        self._steps.append(CHOICE.sub(one, row).format(**words))
