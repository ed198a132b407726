"""The expert's skills, from true places; each is a run of commands."""

from collections.abc import Callable, Mapping

import numpy as np

from embodied.core.errors import UnknownNameError
from embodied.core.plan import ObjectRef, Subgoal
from envs.tabletop.expert.hand import CAREFUL_MPS, SAFE_M, Floats, Hand, Run, up
from envs.tabletop.furniture import BOWL_WALL_M, CABINET_HALF_M, DRAWER_TRAVEL_M, HANDLE_M
from envs.tabletop.placement import Disc, Room, places_beside
from envs.tabletop.sightings import yaw_of_cube
from envs.tabletop.tasks import BLOCK, BOWL, DRAWER
from envs.tabletop.world import TabletopWorld

TRIES = 3
LOWEST_M = 0.016
BAR_WIDTH_M = 0.03
HAND_HALF_M = 0.1
"""The hand's half width, along which its fingers open."""
HAND_BEHIND_M = 0.04
"""From a block's rim to the middle of the hand that comes down behind it."""
AROUND_BAR_M = np.array([-0.003, 0.0, -0.002])
"""From the middle of the handle's bar to between the fingers: there is little room behind it."""
LIFT_M = 0.12
GAP_M = 0.025
"""Between the rims of things put beside each other."""


class GaveUpError(Exception):
    """A skill tried often enough."""


class Scripts:
    """The skills; each is a run of commands.

    Args:
        hand: What moves.
    """

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.world: TabletopWorld = hand.world

    def _block(self, reference: ObjectRef) -> int:
        colours = [block.colour for block in self.world.scene.blocks]
        return colours.index(reference.attributes[0])

    def _bowl(self, reference: ObjectRef) -> int:
        colours = [bowl.colour for bowl in self.world.scene.bowls]
        return colours.index(reference.attributes[0])

    def _disc(self, reference: ObjectRef) -> Disc:
        if reference.category == BLOCK:
            index = self._block(reference)
            place, _ = self.world.block_pose(index)
            return Disc(tuple(place[:2]), self.world.scene.blocks[index].size_m / 2)
        index = self._bowl(reference)
        place, _ = self.world.bowl_pose(index)
        return Disc(tuple(place[:2]), self.world.scene.bowls[index].radius_m)

    def _others(self, *but: ObjectRef) -> list[Disc]:
        """Return what else stands on the table."""
        named = {(each.category, each.attributes) for each in but}
        scene = self.world.scene
        found = []
        for category, specs in ((BLOCK, scene.blocks), (BOWL, scene.bowls)):
            for spec in specs:
                reference = ObjectRef(category, (spec.colour,))
                if (category, reference.attributes) not in named:
                    found.append(self._disc(reference))
        return found

    def _room(self, *but: ObjectRef) -> Room:
        drawer = self.world.scene.drawer
        return Room(tuple(self._others(*but)), None if drawer is None else drawer.position_m)

    # --- blocks

    def pick(self, subgoal: Subgoal) -> Run:
        """Grasp a block and lift it.

        Raises:
            GaveUpError: If it would not be grasped.
        """
        reference = _reference(subgoal, "object")
        index = self._block(reference)
        size = self.world.scene.blocks[index].size_m
        for _ in range(TRIES):
            place, turn = self.world.block_pose(index)
            yaw = self.hand.yaw_for(self._fingers_for(reference, yaw_of_cube(turn)), place)
            yield from self.hand.grip(min(size + 0.034, 0.08))
            yield from self.hand.over(place, yaw_rad=yaw, height_m=place[2] + 0.09)
            low = np.array([place[0], place[1], max(place[2] - 0.004, LOWEST_M)])
            yield from self.hand.to(low, yaw_rad=yaw, speed_mps=0.2)
            yield from self.hand.grip(0.0)
            high = place + up(LIFT_M)
            yield from self.hand.to(high, yaw_rad=yaw, speed_mps=0.25, near_m=0.01)
            if self.world.block_pose(index)[0][2] > place[2] + LIFT_M / 2:
                return
        raise GaveUpError(f"the {reference} would not be grasped")

    def _fingers_for(self, reference: ObjectRef, cube_rad: float) -> float:
        """Choose along which sides the fingers close: where they have most room to come down."""
        disc = self._disc(reference)
        others = Room(tuple(self._others(reference)))

        def room(angle: float) -> float:
            way = np.array([np.cos(angle), np.sin(angle)])
            fingers = np.asarray(disc.place_m) + np.outer([1.0, -1.0], way) * 0.05
            hand = np.asarray(disc.place_m) + np.outer([1.0, 0.6, -0.6, -1.0], way) * HAND_HALF_M
            gaps = [others.gaps_m(fingers, 0.015), self._gaps_to_drawer_m(hand) - 0.035]
            return min(0.02, *(float(np.min(each)) for each in gaps))

        sides = (cube_rad, cube_rad + np.pi / 2)
        now = self.hand.yaw_rad() + np.pi / 2

        def cost(angle: float) -> float:
            turn = abs((angle - now + np.pi / 2) % np.pi - np.pi / 2)
            return 0.01 * turn - room(angle)

        return min(sides, key=cost)

    def _gaps_to_drawer_m(self, places: Floats) -> Floats:
        """Return how far places [N, 2] are from the drawer's front and sides, as it stands."""
        drawer = self.world.scene.drawer
        if drawer is None:
            return np.full(len(places), np.inf)
        out = self.world.drawer_openness() * DRAWER_TRAVEL_M - HANDLE_M[0]
        low = np.array([drawer.position_m[0] - out, drawer.position_m[1] - CABINET_HALF_M[1]])
        high = np.array([np.inf, drawer.position_m[1] + CABINET_HALF_M[1]])
        beyond = np.maximum(np.maximum(low - places, places - high), 0.0)
        return np.asarray(np.linalg.norm(beyond, axis=1))

    def place(self, subgoal: Subgoal) -> Run:
        """Put the held block in, on or beside something."""
        reference, where = _reference(subgoal, "object"), _reference(subgoal, "receptacle")
        relation = str(subgoal.arguments["relation"])
        index = self._block(reference)
        if relation == "in":
            target, yaw = self._target_in(index, where)
        elif relation == "on":
            target, yaw = self._target_on(index, where)
        else:
            target, yaw = self._target_beside(index, reference, where, relation)
        place, _ = self.world.block_pose(index)
        grip = self.hand.place_m - place
        aim = target + up(grip[2])
        aim[2] = max(aim[2], LOWEST_M)
        yield from self.hand.over(aim, yaw_rad=yaw, height_m=max(aim[2] + 0.08, SAFE_M - 0.05))
        # What slipped a little between the fingers is put where it belongs all the same.
        slip = self.world.block_pose(index)[0] - self.hand.place_m
        aim[:2] -= slip[:2]
        aim[2] = max(target[2] - slip[2], LOWEST_M)
        yield from self.hand.to(aim, yaw_rad=yaw, speed_mps=CAREFUL_MPS)
        yield from self.hand.grip(self.hand.width_m + 0.024)
        yield from self.hand.to(aim + up(0.1), yaw_rad=yaw, speed_mps=0.25, near_m=0.02)

    def _half(self, index: int) -> float:
        return self.world.scene.blocks[index].size_m / 2.0

    def _target_in(self, index: int, where: ObjectRef) -> tuple[Floats, float]:
        half = self._half(index)
        if where.category == DRAWER:
            front = self.world.data.geom("drawer_front").xpos
            opening = self.world.drawer_openness() * DRAWER_TRAVEL_M
            x = front[0] + 0.012 + opening / 2
            middle = np.array([x, front[1], 0.01 + half + 0.012])
            y = max((0.0, 0.045, -0.045), key=lambda side: self._room_in_drawer(middle, side))
            middle[1] += y
            return middle, self.hand.yaw_for(np.pi / 2, middle)
        foot, _ = self.world.bowl_pose(self._bowl(where))
        inside = [
            self.world.block_pose(number)[0][2] + self._half(number)
            for number in range(len(self.world.scene.blocks))
            if number != index
            and np.linalg.norm(self.world.block_pose(number)[0][:2] - foot[:2]) < 0.06
        ]
        floor = max([foot[2] + BOWL_WALL_M + 0.008, *(top + 0.004 for top in inside)])
        target = np.array([foot[0], foot[1], floor + half])
        return target, self.hand.yaw_rad()

    def _room_in_drawer(self, middle: Floats, side: float) -> float:
        places = [self.world.block_pose(k)[0] for k in range(len(self.world.scene.blocks))]
        at = middle[:2] + np.array([0.0, side])
        near = [float(np.linalg.norm(p[:2] - at)) for p in places if p[2] < 0.08]
        return min([0.07, *near]) - 0.1 * abs(side)

    def _target_on(self, index: int, where: ObjectRef) -> tuple[Floats, float]:
        below = self._block(where)
        place, turn = self.world.block_pose(below)
        target = place + up(self._half(below) + self._half(index) + 0.002)
        _, own = self.world.block_pose(index)
        # Turned as the one below is, by the smallest turn of the hand.
        turn_by = yaw_of_cube(turn) - yaw_of_cube(own)
        turn_by = (turn_by + np.pi / 4) % (np.pi / 2) - np.pi / 4
        return target, self.hand.yaw_for(self.hand.yaw_rad() + turn_by + np.pi / 2, target)

    def _target_beside(
        self, index: int, reference: ObjectRef, where: ObjectRef, relation: str
    ) -> tuple[Floats, float]:
        half = self._half(index)
        other = self._disc(where)
        room = self._room(reference, where)
        for clear in (0.04, 0.025, 0.012):
            places = places_beside(other, half * 1.2, relation, room, gap_m=GAP_M, clear_m=clear)
            if len(places):
                break
        else:
            raise GaveUpError(f"there is no room {relation} the {where}")
        away = np.linalg.norm(places - self.hand.place_m[:2], axis=1)
        spot = places[np.argmin(away)]
        way = spot - np.asarray(other.place_m)
        target = np.array([spot[0], spot[1], half + 0.002])
        # Fingers that open across the gap touch neither thing.
        return target, self.hand.yaw_for(float(np.arctan2(way[1], way[0])) + np.pi / 2, target)

    def push(self, subgoal: Subgoal) -> Run:
        """Push a block over the table until it is beside something.

        Raises:
            GaveUpError: If it would not get there.
        """
        reference, where = _reference(subgoal, "object"), _reference(subgoal, "receptacle")
        relation = str(subgoal.arguments["relation"])
        index = self._block(reference)
        half = self._half(index)
        other, room = self._disc(where), self._room(reference, where)
        here = self.world.block_pose(index)[0][:2]
        places = places_beside(other, half * 1.2, relation, room, gap_m=0.02, clear_m=0.025)
        if not len(places):
            raise GaveUpError(f"there is no room {relation} the {where}")
        hit = self._hits(here, places, Disc(other.place_m, other.radius_m), half)
        goal = places[np.argmin(np.linalg.norm(places - here, axis=1) + 10.0 * hit)]
        for _ in range(2 * TRIES):
            at = self.world.block_pose(index)[0][:2]
            left = goal - at
            far = float(np.linalg.norm(left))
            behind = at - left / max(far, 1e-9) * (half + HAND_BEHIND_M)
            if far < 0.012 or Room(tuple(self._others(reference))).gaps_m(behind[None], 0.03) < 0:
                break  # near enough, or no room for the hand to come down for another push
            yield from self._stroke(index, goal)
        if float(np.linalg.norm(goal - self.world.block_pose(index)[0][:2])) > 0.03:
            raise GaveUpError(f"the {reference} would not be pushed there")

    @staticmethod
    def _hits(here: Floats, places: Floats, other: Disc, half: float) -> Floats:
        """Return whether the way to each place leads through another thing."""
        shares = np.linspace(0.0, 0.9, 10)[:, None, None]
        points = here + shares * (places - here)
        away = np.linalg.norm(points - np.asarray(other.place_m), axis=2).min(axis=0)
        return (away < other.radius_m + half).astype(float)

    def _stroke(self, index: int, goal: Floats) -> Run:
        half = self._half(index)
        place, _ = self.world.block_pose(index)
        left = goal - place[:2]
        way = left / float(np.linalg.norm(left))
        yaw = self.hand.yaw_for(float(np.arctan2(way[1], way[0])) + np.pi / 2, place)
        height = max(half * 0.8, LOWEST_M)
        behind = place[:2] - way * (half + HAND_BEHIND_M)
        yield from self.hand.grip(0.016)
        start = np.array([*behind, height])
        yield from self.hand.over(start, yaw_rad=yaw, height_m=0.1)
        yield from self.hand.to(start, yaw_rad=yaw, speed_mps=0.2)

        def rest() -> float:
            return float((goal - self.world.block_pose(index)[0][:2]) @ way)

        def astray() -> float:
            off = self.world.block_pose(index)[0][:2] - self.hand.place_m[:2]
            return abs(float(off @ np.array([-way[1], way[0]])))

        def ahead() -> Floats:
            at = self.world.block_pose(index)[0][:2]
            side = np.array([-way[1], way[0]])
            # Behind its middle, a little to the side it strays to.
            aside = float((at - goal) @ side)
            aim = at + way * (max(rest(), 0.0) - half * 0.6) + side * 0.5 * aside
            return np.array([aim[0], aim[1], height])

        yield from self.hand.to(
            ahead, yaw_rad=yaw, speed_mps=0.1, until=lambda: rest() < 0.003 or astray() > 0.03
        )
        back = np.array([*(self.hand.place_m[:2] - way * 0.02), height])
        yield from self.hand.to(back, yaw_rad=yaw, speed_mps=0.15)
        yield from self.hand.to(back + up(0.1), yaw_rad=yaw, near_m=0.02)

    # --- the drawer

    def slide(self, subgoal: Subgoal) -> Run:
        """Open or close the drawer to a share of its travel, by its handle.

        Raises:
            GaveUpError: If it would not be moved.
        """
        share = float(subgoal.arguments.get("share", 1.0 if subgoal.skill == "open" else 0.0))
        drawer = self.world.scene.drawer
        assert drawer is not None, "the scene has a drawer"
        for _ in range(TRIES):
            if abs(self.world.drawer_openness() - share) < 0.04:
                return
            bar = self.world.data.geom("handle").xpos.copy()
            yaw = self.hand.yaw_for(0.0, bar)
            around = bar + AROUND_BAR_M
            yield from self.hand.grip(BAR_WIDTH_M)
            yield from self.hand.over(around, yaw_rad=yaw, height_m=0.15)
            yield from self.hand.to(around, yaw_rad=yaw, speed_mps=CAREFUL_MPS)
            yield from self.hand.grip(0.0)
            closed_x = drawer.position_m[0] + HANDLE_M[0]
            aim = np.array([closed_x - share * DRAWER_TRAVEL_M, bar[1], around[2]])
            # The hand keeps hold a little off the bar's middle.
            aim[0] += self.hand.place_m[0] - self.world.data.geom("handle").xpos[0]
            beyond = 0.01 * np.sign(share - self.world.drawer_openness()) * (share in (0.0, 1.0))
            aim[0] -= beyond
            yield from self.hand.to(aim, yaw_rad=yaw, speed_mps=CAREFUL_MPS, near_m=0.003)
            yield from self.hand.grip(BAR_WIDTH_M)
            above = self.hand.place_m + up(0.12)
            yield from self.hand.to(above, yaw_rad=yaw, speed_mps=0.25, near_m=0.02)
        if abs(self.world.drawer_openness() - share) > 0.06:
            raise GaveUpError("the drawer would not be moved")


def _reference(subgoal: Subgoal, name: str) -> ObjectRef:
    value = subgoal.arguments[name]
    if not isinstance(value, ObjectRef):
        raise UnknownNameError("argument that names a thing", name, subgoal.arguments)
    return value


SKILLS: Mapping[str, Callable[[Scripts, Subgoal], Run]] = {
    "pick": Scripts.pick,
    "place": Scripts.place,
    "push": Scripts.push,
    "open": Scripts.slide,
    "close": Scripts.slide,
}
"""Name of a skill to its script."""
