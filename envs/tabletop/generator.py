"""Scenes, tasks and words drawn from a seed: the same episode wherever it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from embodied.core.arm_skills import BESIDE
from embodied.core.errors import UnknownNameError
from envs.tabletop.placement import (
    Disc,
    Room,
    draw_place,
    in_reach,
    is_held_out,
    places_beside,
)
from envs.tabletop.scene import BlockSpec, BowlSpec, DrawerSpec, TabletopScene
from envs.tabletop.tasks import (
    BLOCK,
    BOWL,
    DRAWER,
    HELD,
    IN,
    KINDS,
    ON,
    OPENNESS,
    ArmTask,
    Goal,
    ThingName,
)
from envs.tabletop.wordings import words_for

SPLITS: Mapping[str, int] = {"train": 2400, "valid_seen": 600, "valid_unseen": 600}
"""Split to the number of its episodes."""
_SEEDS = {"train": 1, "valid_seen": 2, "valid_unseen": 3}
HELD_OUT_SPLIT = "valid_unseen"
SEEN_COLOURS = ("red", "green", "blue", "yellow", "white", "black", "brown", "grey")
HELD_OUT_COLOURS = ("orange", "purple", "pink", "cyan")
"""Of what a task is about in `valid_unseen`; in the other splits nothing has them."""
TABLES = ("#c9b18f", "#b98d5f", "#d8cfc0", "#9a8874")
HELD_OUT_TABLES = ("#a9b0a4", "#c7a9a0")
BLOCK_SIZES_M = (0.036, 0.04, 0.044)
SHARES = (0.25, 0.5, 0.75)
DRAWN_TRIES = 200
PUSH_M = (0.08, 0.22)
"""Shortest and longest way a thing is to be pushed."""


@dataclass(frozen=True)
class Drawn:
    """An episode's content.

    Attributes:
        scene: What stands on the table.
        task: What is to be done.
        words: How it is asked for.
    """

    scene: TabletopScene
    task: ArmTask
    words: str


def kind_of(index: int) -> str:
    """Return the kind of a split's episode: they take turns."""
    return KINDS[index % len(KINDS)]


def draw(split: str, index: int) -> Drawn:
    """Draw a split's episode.

    Raises:
        UnknownNameError: If there is no such split.
    """
    if split not in SPLITS:
        raise UnknownNameError("split of the tabletop", split, SPLITS)
    rng = np.random.default_rng([_SEEDS[split], index])
    return draw_task(rng, kind_of(index), held_out=split == HELD_OUT_SPLIT)


def draw_task(rng: np.random.Generator, kind: str, *, held_out: bool = False) -> Drawn:
    """Draw an episode of a kind.

    Args:
        rng: Draws.
        kind: One of `tasks.KINDS`.
        held_out: Whether colours, placements and wordings are those kept for `valid_unseen`.

    Raises:
        UnknownNameError: If there is no such kind.
        RuntimeError: If no table has room for it, which the generator's tests rule out.
    """
    if kind not in KINDS:
        raise UnknownNameError("kind of task", kind, KINDS)
    for _ in range(DRAWN_TRIES):
        table = _Table(rng, held_out=held_out)
        task = _DRAWERS[kind](table)
        if task is not None:
            scene = table.scene(task.before)
            return Drawn(scene, task, words_for(rng, task, held_out=held_out))
    raise RuntimeError(f"no table for a task {kind!r} after {DRAWN_TRIES} tries")


class _Table:
    """A table while it is being laid."""

    def __init__(self, rng: np.random.Generator, *, held_out: bool) -> None:
        self.rng, self.held_out = rng, held_out
        names = HELD_OUT_COLOURS if held_out else SEEN_COLOURS
        self._colours = {kind: list(rng.permutation(names)) for kind in (BLOCK, BOWL)}
        others = rng.permutation(SEEN_COLOURS)
        self._spare = {kind: list(others) for kind in (BLOCK, BOWL)}
        self.blocks: list[BlockSpec] = []
        self.bowls: list[BowlSpec] = []
        self.drawer: DrawerSpec | None = None
        self._table = str(rng.choice(HELD_OUT_TABLES if held_out else TABLES))

    @property
    def room(self) -> Room:
        """What is taken."""
        discs = [Disc(each.position_m, each.size_m / 2 * 1.41) for each in self.blocks]
        discs += [Disc(each.position_m, each.radius_m) for each in self.bowls]
        return Room(tuple(discs), None if self.drawer is None else self.drawer.position_m)

    def room_but(self, *places_m: tuple[float, float]) -> Room:
        """The same without the things at some places."""
        room = self.room
        kept = tuple(each for each in room.discs if each.place_m not in places_m)
        return Room(kept, room.drawer_m)

    def add_drawer(self) -> ThingName:
        """Put the cabinet on the table; it has to be the first."""
        side = 1.0 if self.rng.random() < 0.5 else -1.0
        while True:
            place = (self.rng.uniform(0.6, 0.63), side * self.rng.uniform(0.18, 0.27))
            if bool(is_held_out(np.array([place]))[0]) == self.held_out:
                break
        colour = str(self.rng.choice(SEEN_COLOURS))
        self.drawer = DrawerSpec(colour, (float(place[0]), float(place[1])))
        return ThingName(DRAWER)

    def add_block(self, *, extra: bool = False) -> ThingName | None:
        """Put a block where there is room; `extra` ones may have any colour."""
        size = float(self.rng.choice(BLOCK_SIZES_M))
        place = draw_place(self.rng, self.room, size / 2 * 1.41, held_out=self.held_out)
        if place is None:
            return None
        colour = self._colour(BLOCK, extra)
        yaw = float(self.rng.uniform(-np.pi / 4, np.pi / 4))
        self.blocks.append(BlockSpec(colour, place, yaw, size))
        return ThingName(BLOCK, colour)

    def add_bowl(self, *, extra: bool = False) -> ThingName | None:
        """Put a bowl where there is room."""
        radius = float(self.rng.uniform(0.068, 0.082))
        place = draw_place(self.rng, self.room, radius, held_out=self.held_out)
        if place is None:
            return None
        colour = self._colour(BOWL, extra)
        self.bowls.append(BowlSpec(colour, place, radius))
        return ThingName(BOWL, colour)

    def _colour(self, kind: str, extra: bool) -> str:
        taken = {each.colour for each in (self.blocks if kind == BLOCK else self.bowls)}
        stock = self._spare[kind] if extra else self._colours[kind]
        return str(next(each for each in stock if each not in taken))

    def clutter(self) -> None:
        """Add what the task is not about: up to two blocks and a bowl."""
        if self.rng.random() < 0.5 and len(self.bowls) < 2:
            self.add_bowl(extra=True)
        for _ in range(int(self.rng.integers(0, 3))):
            self.add_block(extra=True)

    def disc(self, name: ThingName) -> Disc:
        """Return a thing as seen from above."""
        if name.category == BLOCK:
            block = next(each for each in self.blocks if each.colour == name.colour)
            return Disc(block.position_m, block.size_m / 2 * 1.41)
        bowl = next(each for each in self.bowls if each.colour == name.colour)
        return Disc(bowl.position_m, bowl.radius_m)

    def scene(self, openness: float) -> TabletopScene:
        """Return the scene; the drawer as it is at the beginning."""
        drawer = self.drawer
        if drawer is not None:
            drawer = DrawerSpec(drawer.colour, drawer.position_m, openness)
        order = self.rng.permutation(len(self.blocks))
        blocks = tuple(self.blocks[int(index)] for index in order)
        return TabletopScene(blocks, tuple(self.bowls), drawer, self._table)


def _maybe_drawer(table: _Table) -> None:
    if table.rng.random() < 0.5:
        table.add_drawer()


def _pick_up(table: _Table) -> ArmTask | None:
    _maybe_drawer(table)
    thing = table.add_block()
    table.clutter()
    return None if thing is None else ArmTask("pick_up", (Goal(HELD, thing),))


def _place_in(table: _Table) -> ArmTask | None:
    _maybe_drawer(table)
    thing, other = table.add_block(), table.add_bowl()
    table.clutter()
    if thing is None or other is None:
        return None
    return ArmTask("place_in", (Goal(IN, thing, other),))


def _place_on(table: _Table) -> ArmTask | None:
    _maybe_drawer(table)
    thing, other = table.add_block(), table.add_block()
    table.clutter()
    if thing is None or other is None:
        return None
    return ArmTask("place_on", (Goal(ON, thing, other),))


def _beside(table: _Table, *, pushed: bool) -> ArmTask | None:
    _maybe_drawer(table)
    thing = table.add_block()
    other = table.add_bowl() if table.rng.random() < 0.4 else table.add_block()
    table.clutter()
    if thing is None or other is None:
        return None
    relation = "next to" if table.rng.random() < 0.5 else str(table.rng.choice(BESIDE[1:]))
    one, two = table.disc(thing), table.disc(other)
    away = float(np.linalg.norm(np.subtract(one.place_m, two.place_m)))
    if away < one.radius_m + two.radius_m + 0.09:
        return None
    room = table.room_but(one.place_m, two.place_m)
    places = places_beside(two, one.radius_m, relation, room, gap_m=0.02, clear_m=0.04)
    if pushed:
        places = places[[_can_be_pushed(one, two, place, room) for place in places]]
    if not len(places):
        return None
    kind = "push_beside" if pushed else "place_beside"
    return ArmTask(kind, (Goal(relation, thing, other, pushed=pushed),))


def _can_be_pushed(thing: Disc, other: Disc, goal_m: np.ndarray, room: Room) -> bool:
    """Whether a straight push gets a thing there, with room for the hand behind it."""
    here = np.asarray(thing.place_m)
    way = goal_m - here
    length = float(np.linalg.norm(way))
    if not PUSH_M[0] <= length <= PUSH_M[1]:
        return False
    way = way / length
    # The hand comes down behind the thing and is as wide as the open fingers.
    behind = here - way * (thing.radius_m + 0.05)
    with_other = Room((*room.discs, other), room.drawer_m)
    if not in_reach(behind[None])[0] or with_other.gaps_m(behind[None], 0.05)[0] < 0.015:
        return False
    line = here + np.linspace(0.0, 1.0, 8)[:, None] * (goal_m - here)
    return bool(
        (room.gaps_m(line, thing.radius_m + 0.02) >= 0.0).all()
        and (with_other.gaps_m(line[:-1], thing.radius_m) >= 0.0).all()
    )


def _opening(
    kind: str, before: Callable[[_Table], float], share: Callable[[_Table], float]
) -> Callable[[_Table], ArmTask | None]:
    def drawn(table: _Table) -> ArmTask | None:
        drawer = table.add_drawer()
        start, end = before(table), share(table)
        table.clutter()
        if abs(start - end) < 0.2:
            return None
        return ArmTask(kind, (Goal(OPENNESS, drawer, share=end),), start)

    return drawn


def _open_and_put(table: _Table) -> ArmTask | None:
    drawer, thing = table.add_drawer(), table.add_block()
    table.clutter()
    if thing is None:
        return None
    goals = (Goal(OPENNESS, drawer, share=1.0), Goal(IN, thing, drawer))
    return ArmTask("open_and_put", goals)


def _put_and_close(table: _Table) -> ArmTask | None:
    drawer, thing = table.add_drawer(), table.add_block()
    table.clutter()
    if thing is None:
        return None
    goals = (Goal(IN, thing, drawer), Goal(OPENNESS, drawer, share=0.0))
    return ArmTask("put_and_close", goals, 1.0)


def _place_two(table: _Table) -> ArmTask | None:
    one, bowl, two = table.add_block(), table.add_bowl(), table.add_block()
    three = table.add_block(extra=True)
    if one is None or bowl is None or two is None or three is None:
        return None
    on_block = table.rng.random() < 0.6
    second = Goal(ON, two, three) if on_block else Goal(IN, two, bowl)
    return ArmTask("place_two", (Goal(IN, one, bowl), second))


def _any_share(table: _Table) -> float:
    return float(table.rng.choice(SHARES))


_DRAWERS: Mapping[str, Callable[[_Table], ArmTask | None]] = {
    "pick_up": _pick_up,
    "place_in": _place_in,
    "place_on": _place_on,
    "place_beside": lambda table: _beside(table, pushed=False),
    "push_beside": lambda table: _beside(table, pushed=True),
    "open": _opening("open", lambda table: 0.0, lambda table: 1.0),
    "open_to": _opening("open_to", lambda table: 0.0, _any_share),
    "close": _opening("close", lambda table: float(table.rng.uniform(0.5, 1.0)), lambda table: 0.0),
    "close_to": _opening("close_to", lambda table: 1.0, lambda table: 0.5),
    "open_and_put": _open_and_put,
    "put_and_close": _put_and_close,
    "place_two": _place_two,
}
