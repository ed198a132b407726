"""The arm's skills, one small function each: what must hold, what to do, how it is checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from embodied.core.arm_skills import APPROACH, BESIDE, MOVE_HAND, PUSHED, SHIFT
from embodied.core.plan import Argument, Cause
from policies.arm.body import WIDTH_M, ArmBody, Floats, Run, failed
from policies.arm.grasping import put_down, set_down, take
from policies.arm.spots import beside, free_spot, gap_m, in_reach, room_m
from policies.arm.things import Thing, same

CLEAR_M = 0.004
"""Room that a thing which is pushed keeps to others."""
NEAR_ENOUGH_M = 0.035
"""How far from its place a thing may lie that was put or pushed there."""
OPEN_ENOUGH = 0.45
"""Least openness of a drawer that things are put into."""
SHARE_M = 0.15
"""Travel of a drawer from shut to open, until a move has shown it."""
SHARE_NEAR = 0.04
BAR_GRIP = 0.03 / WIDTH_M
"""How far the gripper is open around a handle's bar: there is little room behind the bar."""
AROUND_BAR_M = np.array([-0.004, 0.0, 0.0])
"""From the bar's middle to between the fingers: away from the drawer's front."""
MOST_TRIES = 3
SETTLED_TICKS = 4
"""Ticks that the hand rests after a motion that was a task by itself."""


@dataclass(frozen=True)
class Given:
    """What a subgoal is about.

    Attributes:
        object: The thing, where one is named.
        receptacle: Where it is to go, where that is named.
        relation: How it is to be there; of a shift, how it is to get there.
        share: How far open it is to be.
        way_m: [3], base frame: how far from where it is.
    """

    object: Thing | None = None
    receptacle: Thing | None = None
    relation: str = ""
    share: float = 1.0
    way_m: Floats | None = None


def pick(body: ArmBody, given: Given) -> Run:
    """Grasp and lift a thing; put down what else is held before."""
    thing = given.object
    assert thing is not None
    if body.held is not None:
        if same(body.now(body.held), body.now(thing)):
            return None
        body.note(f"put the {body.held.name} down first")
        outcome = yield from put_down(body)
        if outcome is not None:
            return outcome
    return (yield from take(body, thing))


def place(body: ArmBody, given: Given) -> Run:
    """Put what is held in, on or next to something; fetch it again where it was lost."""
    where = given.receptacle
    assert where is not None
    thing = given.object or body.held
    if thing is None:
        return failed(Cause.HAND_EMPTY, "the hand is empty")
    for number in range(1, MOST_TRIES + 1):
        if body.held is None or not same(body.now(body.held), body.now(thing)):
            if number == 1 and _is_there(body, body.now(thing), body.now(where), given.relation):
                return None
            body.note(f"fetch the {thing.name}")
            outcome = yield from pick(body, Given(object=thing))
            if outcome is not None:
                return outcome
        outcome = yield from _put(body, body.now(thing), body.now(where), given.relation)
        if outcome is not None and outcome.cause is Cause.CLOSED:
            body.note(f"open the {where.name} first")
            outcome = yield from slide(body, Given(object=where, share=1.0))
            if outcome is None:
                continue
        if outcome is not None:
            return outcome
        if _is_there(body, body.now(thing), body.now(where), given.relation):
            return None
        body.note(f"the {thing.name} is not {given.relation} the {where.name}, try {number}")
    return failed(
        Cause.NO_EFFECT, f"the {thing.name} would not stay {given.relation} the {where.name}"
    )


def _put(body: ArmBody, thing: Thing, where: Thing, relation: str) -> Run:
    body.doing = f"put the {thing.name} {relation} the {where.name}"
    if relation in BESIDE:
        spot = beside(
            where,
            thing.radius_m,
            body.others(thing),
            relation=relation,
            hand_m=body.hand_m,
        )
        if spot is None:
            return failed(Cause.NO_SPACE, f"there is no room {relation} the {where.name}")
        away = spot - where.position_m[:2]
        # Fingers that open along the gap's length touch neither thing.
        finger = float(np.arctan2(away[1], away[0]) + np.pi / 2)
        target = np.array([*spot, thing.size_m[2] / 2.0 + 0.002])
        return (yield from set_down(body, target, finger=finger))
    if where.openness is not None and relation == "in":
        if where.openness < OPEN_ENOUGH:
            return failed(Cause.CLOSED, f"the {where.name} is not open")
        target = _in_drawer(body, thing, where)
        return (yield from set_down(body, target, finger=0.0))
    if where.category.lower() == "table":
        spot = free_spot(thing.radius_m, body.others(thing), near_m=body.hand_m)
        if spot is None:
            return failed(Cause.NO_SPACE, "there is no room on the table")
        return (yield from set_down(body, np.array([*spot, thing.size_m[2] / 2.0 + 0.002])))
    return (yield from set_down(body, _on_top(body, thing, where, relation)))


def _in_drawer(body: ArmBody, thing: Thing, drawer: Thing) -> np.ndarray:
    """The emptiest place of the part that is pulled out; the position is the handle's."""
    out_m = SHARE_M * float(drawer.openness or 0.0)
    x = drawer.position_m[0] + 0.046 + max(0.04, min(out_m - 0.035, 0.5 * out_m))
    sides = drawer.position_m[1] + np.array([0.0, 0.05, -0.05])
    others = [each for each in body.others(thing) if each.openness is None]

    def room(y: float) -> float:
        gaps = [float(np.hypot(*(each.position_m[:2] - (x, y)))) for each in others]
        return min([0.08, *gaps]) - 0.1 * abs(y - drawer.position_m[1])

    y = max(sides, key=room)
    return np.array([x, y, 0.015 + thing.size_m[2] / 2.0 + 0.012])


def _on_top(body: ArmBody, thing: Thing, where: Thing, relation: str) -> np.ndarray:
    """Over the middle of something; on top of what is there already."""
    place = where.position_m.copy()
    half = thing.size_m[2] / 2.0
    if relation != "in" and not where.is_vessel:
        place[2] = where.top_m + half + 0.003
        return place
    floor = place[2] - where.size_m[2] / 2.0
    inside = [
        each
        for each in body.others(thing, where)
        if np.hypot(*(each.position_m[:2] - place[:2])) < where.radius_m
        and each.position_m[2] - floor < 0.15
    ]
    place[2] = max([floor + 0.008, *(each.top_m for each in inside)]) + half + 0.012
    return place


def _is_there(body: ArmBody, thing: Thing, where: Thing, relation: str) -> bool:
    """Whether a thing is where it was asked for, as far as can be seen."""
    gap = thing.position_m[:2] - where.position_m[:2]
    bottom = float(thing.position_m[2] - thing.size_m[2] / 2.0)
    if where.category.lower() == "table":
        return bottom < 0.015
    if relation in BESIDE:
        apart = float(np.linalg.norm(gap)) - where.radius_m - thing.radius_m
        return bottom < 0.015 and apart < 2 * NEAR_ENOUGH_M
    if where.openness is not None:
        out_m = SHARE_M * where.openness
        return bool(0.0 < gap[0] < 0.03 + out_m + 0.18 and abs(gap[1]) < 0.1 and bottom < 0.06)
    if relation == "on" and not where.is_vessel:
        return bool(abs(bottom - where.top_m) < 0.015 and np.linalg.norm(gap) < NEAR_ENOUGH_M)
    return bool(np.linalg.norm(gap) < where.radius_m and bottom < where.top_m)


def lay_down(body: ArmBody, given: Given) -> Run:
    """Lay what is held on the table; done where nothing is held."""
    return (yield from put_down(body))


def slide(body: ArmBody, given: Given) -> Run:
    """Open or close a drawer to a share of its travel, by its handle."""
    drawer = given.object
    assert drawer is not None
    if body.held is not None:
        outcome = yield from put_down(body)
        if outcome is not None:
            return outcome
    if body.now(drawer).openness is None:
        return failed(Cause.REFUSED, f"the {drawer.name} has no handle to be seen")
    off = np.inf
    for number in range(1, MOST_TRIES + 1):
        off = _off(body, drawer, given.share)
        if off < SHARE_NEAR:
            return None
        if number > 1:
            body.note(f"try {number} to set the {drawer.name} to {given.share:.0%}")
        outcome = yield from _pull(body, drawer, given.share)
        if outcome is not None:
            body.note(outcome.evidence)
    off = _off(body, drawer, given.share)
    if off < SHARE_NEAR:
        return None
    return failed(Cause.NO_EFFECT, f"the {drawer.name} is {off:.0%} from where it should be")


def _off(body: ArmBody, drawer: Thing, share: float) -> float:
    return abs((body.now(drawer).openness or 0.0) - share)


def _pull(body: ArmBody, drawer: Thing, share: float) -> Run:
    body.doing = f"take the handle of the {drawer.name}"

    def handle() -> np.ndarray:
        return body.now(drawer).position_m

    def around() -> np.ndarray:
        return handle() + AROUND_BAR_M

    body.gripper = BAR_GRIP
    outcome = yield from body.travel(
        lambda: around() + np.array([0.0, 0.0, 0.09]), finger=lambda: 0.0
    )
    if outcome is not None:
        return outcome
    outcome = yield from body.go(around, finger=0.0, speed_mps=0.12)
    if outcome is not None:
        return outcome
    yield from body.set_gripper(0.0)
    openness = body.now(drawer).openness or 0.0
    body.doing = f"{'pull' if share > openness else 'push'} the {drawer.name}"
    # What the fingers do to the handle moves it: the aim is read from how far it still has to go.
    beyond = 0.012 * float(np.sign(share - openness))

    def drawn() -> np.ndarray:
        left = share - (body.now(drawer).openness or 0.0)
        x = handle()[0] - SHARE_M * left - beyond
        return np.array([x, handle()[1], handle()[2]])

    outcome = yield from body.go(
        drawn, finger=0.0, speed_mps=0.12, until=lambda: _off(body, drawer, share) < 0.012
    )
    if outcome is not None:
        body.note(f"the {drawer.name} moves no further: {outcome.evidence}")
    yield from body.set_gripper(BAR_GRIP)
    start = body.hand_m - body.offset_m
    yield from body.go(lambda: start + np.array([0.0, 0.0, 0.09]), speed_mps=0.15, near_m=0.02)
    return None


def push(body: ArmBody, given: Given) -> Run:
    """Push a thing over the table until it is next to something."""
    thing, where = given.object, given.receptacle
    assert thing is not None
    assert where is not None
    if body.held is not None:
        outcome = yield from put_down(body)
        if outcome is not None:
            return outcome
    others = body.others(body.now(thing))
    goal = beside(
        body.now(where),
        thing.radius_m,
        others,
        relation=given.relation or "next to",
        hand_m=body.now(thing).position_m,
        clear_m=0.01,
    )
    if goal is None:
        return failed(Cause.NO_SPACE, f"there is no room {given.relation} the {where.name}")
    return (yield from _push_to(body, thing, goal))


def shift(body: ArmBody, given: Given) -> Run:
    """Move a thing on the table some way, carried or pushed; what is held is only carried on."""
    thing, way_m = given.object, given.way_m
    assert thing is not None
    assert way_m is not None
    if body.held is not None and same(body.now(body.held), body.now(thing)):
        body.doing = f"carry the {thing.name} on"
        there = body.hand_m + way_m
        return (yield from body.go(lambda: there, speed_mps=0.15, near_m=0.01))
    if body.held is not None:
        outcome = yield from put_down(body)
        if outcome is not None:
            return outcome
    thing = body.now(thing)
    goal = thing.position_m[:2] + way_m[:2]
    if not in_reach(goal[None])[0]:
        far = f"{100 * float(np.linalg.norm(way_m)):.0f} cm"
        return failed(Cause.NOT_REACHABLE, f"{far} further the {thing.name} is out of my reach")
    pushed = given.relation == PUSHED
    passed = np.linspace(thing.position_m[:2], goal, 12) if pushed else goal[None]
    others = body.others(thing)
    if room_m(passed, thing.radius_m, others).min() < CLEAR_M:
        near = min(others, key=lambda each: float(gap_m(passed, each).min()))
        return failed(Cause.NO_SPACE, f"the {near.name} is in the way")
    if pushed:
        return (yield from _push_to(body, thing, goal))
    outcome = yield from take(body, thing)
    if outcome is not None:
        return outcome
    body.doing = f"put the {thing.name} down"
    target = np.array([*goal, thing.size_m[2] / 2.0 + 0.002])
    return (yield from set_down(body, target))


def _push_to(body: ArmBody, thing: Thing, goal: Floats) -> Run:
    for number in range(1, 2 * MOST_TRIES + 1):
        if np.linalg.norm(body.now(thing).position_m[:2] - goal) < 0.012:
            return None
        if number > 1:
            body.note(f"push {number} of the {thing.name}")
        outcome = yield from _stroke(body, thing, goal)
        if outcome is not None:
            body.note(outcome.evidence)
    if np.linalg.norm(body.now(thing).position_m[:2] - goal) < NEAR_ENOUGH_M:
        return None
    return failed(Cause.NO_EFFECT, f"the {thing.name} could not be pushed there")


def _stroke(body: ArmBody, thing: Thing, goal: Floats) -> Run:
    """Come down behind the thing and push it along the line to the goal, while it stays on it."""
    body.doing = f"push the {thing.name}"
    here = body.now(thing)
    way = (goal - here.position_m[:2]) / max(np.linalg.norm(goal - here.position_m[:2]), 1e-6)
    across = float(np.arctan2(way[1], way[0]) + np.pi / 2)
    height = max(0.016, here.position_m[2] - 0.003)
    behind = here.radius_m + 0.05

    def start() -> np.ndarray:
        return np.array([*(body.now(thing).position_m[:2] - way * behind), height + 0.06])

    body.gripper = 0.3
    outcome = yield from body.travel(start, finger=lambda: across)
    if outcome is not None:
        return outcome
    low = np.array([*start()[:2], height])
    outcome = yield from body.go(lambda: low, finger=across, speed_mps=0.15, near_m=0.01)
    if outcome is not None:
        return outcome

    def left() -> float:
        return float((goal - body.now(thing).position_m[:2]) @ way)

    def aside() -> float:
        gap = body.hand_m[:2] - body.offset_m[:2] - body.now(thing).position_m[:2]
        return abs(float(gap @ np.array([-way[1], way[0]])))

    def ahead() -> np.ndarray:
        # Steer the thing back to the line: push from the side to which it strayed.
        at = body.now(thing).position_m[:2]
        line = goal - at
        unit = line / max(np.linalg.norm(line), 1e-6)
        aim = at - unit * (here.radius_m - 0.02) + unit * max(0.0, left())
        return np.array([*aim, height])

    outcome = yield from body.go(
        ahead, finger=across, speed_mps=0.08, until=lambda: left() < 0.004 or aside() > 0.03
    )
    if outcome is not None:
        body.note(outcome.evidence)
    back = np.array([*(body.hand_m[:2] - body.offset_m[:2] - way * 0.015), height])
    yield from body.go(lambda: back, speed_mps=0.1, near_m=0.01)
    yield from body.go(lambda: back + np.array([0.0, 0.0, 0.12]), speed_mps=0.25, near_m=0.02)
    return None


def rest(body: ArmBody, given: Given) -> Run:
    """Keep still for a moment: what moves is the motion laid over it."""
    for _ in range(SETTLED_TICKS):
        yield body.still()
    return None


SKILLS: Mapping[str, Callable[[ArmBody, Given], Run]] = {
    "pick": pick,
    "place": place,
    "push": push,
    SHIFT: shift,
    "open": slide,
    "close": slide,
    "put_down": lay_down,
    MOVE_HAND: rest,
    APPROACH: rest,
}
"""Name of a skill to what carries it out."""


def share_of(skill: str, value: Argument | None) -> float:
    """Return how far open something is to be; all the way or shut where it is not said."""
    if isinstance(value, (int, float)) and np.isfinite(value):
        return float(np.clip(value, 0.0, 1.0))
    return 0.0 if skill == "close" else 1.0
