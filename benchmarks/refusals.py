"""Draws actions that must fail, at random, and counts how many the household refuses.

    python benchmarks/refusals.py [--draws 1000] [--seed 0] [--scenes 60]

Rooms come from the generator, agents stand on random reachable cells. Whether an action must
fail is decided without the rules' code: reach by the distance to the object's box, sight by a
picture of `mj_multiRay`, furniture by single MuJoCo rays across the agent's body, types by the
catalogue, containers by the scene's own parents. Six kinds of action, drawn in turn.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import mujoco
import numpy as np

from envs.household.catalog import object_type
from envs.household.controller import HouseholdController
from envs.household.frames import rotation_matrix
from envs.household.generator.rooms import KINDS, generate_scene
from envs.household.render import CameraPose, RayRenderer

Command = dict[str, Any]

REACH_M, MARGIN_M = 1.5, 0.05
RADIUS_M, STEP_M, EYE_M = 0.2, 0.25, 0.675
SHUTS = ("Fridge", "Cabinet", "Drawer", "Microwave", "Safe")
TRIES = 60


class Draw:
    """One room, and ways to draw an action in it that must fail.

    Args:
        controller: The household.
        rng: Draws everything.
    """

    def __init__(self, controller: HouseholdController, rng: np.random.Generator) -> None:
        self.controller, self.rng = controller, rng
        self.specs = {spec.object_id: spec for spec in controller.world.scene.objects}
        answer = controller.step(action="GetReachablePositions").metadata["actionReturn"]
        self.cells = np.array([(cell["x"], cell["z"]) for cell in answer])

    # --- setting the scene

    @property
    def objects(self) -> list[Mapping[str, Any]]:
        """Metadata of the objects that have a spec: slices are left out."""
        found = self.controller.last_event.metadata["objects"]
        return [entry for entry in found if entry["objectId"] in self.specs]

    @property
    def held(self) -> str | None:
        """Type of what is in the hand."""
        inventory = self.controller.last_event.metadata["inventoryObjects"]
        return inventory[0]["objectType"] if inventory else None

    def stand(self, near_xz: np.ndarray | None = None) -> None:
        """Stand on a random cell and look somewhere; or near a point, and towards it."""
        cells, yaw = self.cells, 90.0 * int(self.rng.integers(4))
        if near_xz is not None:
            run = np.hypot(*(cells - near_xz).T)
            cells = cells[(run < 1.4) & (run > 0.3)]
        if not len(cells):
            return
        x, z = cells[self.rng.integers(len(cells))]
        if near_xz is not None:
            yaw = round(np.rad2deg(np.arctan2(near_xz[0] - x, near_xz[1] - z)) / 90.0) * 90.0
        horizon = float(self.rng.choice([0.0, 15.0, 30.0, 45.0]))
        self.controller.step(
            action="TeleportFull", x=float(x), z=float(z), rotation=yaw, horizon=horizon
        )

    def grab(self) -> bool:
        """Take something into the hand, if it holds nothing yet."""
        for _ in range(TRIES):
            if self.held is not None:
                return True
            self.stand()
            near = [o for o in self.objects if o["visible"] and o["pickupable"]]
            if near:
                self.controller.step(action="PickupObject", objectId=self.one(near)["objectId"])
        return self.held is not None

    def empty_hand(self) -> None:
        """Begin the room again where something is in the hand."""
        if self.held is not None:
            self.controller.reset(self.controller.world.scene)

    def one(self, found: list[Any]) -> Any:
        """Draw one."""
        return found[int(self.rng.integers(len(found)))]

    # --- the oracle

    def distance_m(self, entry: Mapping[str, Any]) -> float:
        """Horizontal distance from the agent to the nearest point of an object's box."""
        spec = self.specs[entry["objectId"]]
        turn = rotation_matrix([entry["rotation"][axis] for axis in "xyz"])
        pivot = np.array([entry["position"][axis] for axis in "xyz"])
        half = np.array(spec.size_m) / 2.0
        agent = self.controller.last_event.metadata["agent"]["position"]
        grid, ends = np.linspace(-1.0, 1.0, 21), np.array([-1.0, 1.0])
        inside = np.stack(np.meshgrid(grid, ends, grid), axis=-1).reshape(-1, 3) * half
        middle = np.array([0.0, half[1], 0.0]) - np.array(spec.pivot_m)
        points = pivot + (inside + middle) @ turn.T
        return float(np.hypot(points[:, 0] - agent["x"], points[:, 2] - agent["z"]).min())

    def ids_by_rays(self, size_px: int) -> np.ndarray:
        """Instance ids of the present view, cast by MuJoCo."""
        agent = self.controller.last_event.metadata["agent"]
        at = agent["position"]
        camera = CameraPose(
            (at["x"], at["y"] + EYE_M, at["z"]), agent["rotation"]["y"], agent["cameraHorizon"]
        )
        return RayRenderer(self.controller.model, size_px, size_px, 60.0).render(camera).ids

    def in_frustum(self, entry: Mapping[str, Any]) -> bool:
        """Whether an object's pivot lies in the field of view."""
        agent = self.controller.last_event.metadata["agent"]
        offset = np.array([entry["position"][a] - agent["position"][a] for a in "xyz"])
        offset[1] -= EYE_M
        turn = rotation_matrix((agent["cameraHorizon"], agent["rotation"]["y"], 0.0))
        right, up, ahead = offset @ turn
        return bool(ahead > 0 and max(abs(right), abs(up)) < ahead * np.tan(np.deg2rad(30.0)))

    def runs_into_something(self) -> bool:
        """Whether a step ahead would push the agent's body into a solid geom."""
        model = self.controller.model
        agent = self.controller.last_event.metadata["agent"]
        at, yaw = agent["position"], np.deg2rad(agent["rotation"]["y"])
        ahead, right = np.array([np.sin(yaw), np.cos(yaw)]), np.array([np.cos(yaw), -np.sin(yaw)])
        geom = np.zeros(1, dtype=np.int32)
        groups = np.array([1, 0, 0, 0, 0, 0], dtype=np.uint8)
        for side in np.linspace(-0.9, 0.9, 7) * RADIUS_M:
            front = STEP_M + np.sqrt(RADIUS_M**2 - side**2)
            for height in np.linspace(0.1, 1.7, 9):
                x, z = np.array([at["x"], at["z"]]) + side * right
                reach = mujoco.mj_ray(
                    model.mj,
                    model.data,
                    np.array([x, z, height]),
                    np.array([ahead[0], ahead[1], 0.0]),
                    groups,
                    1,
                    -1,
                    geom,
                )
                part = int(geom[0])
                if not 0.0 <= reach < front - 0.01 or not model.table.solid[part]:
                    continue
                owner = int(model.table.owner[part])
                name = None if owner < 0 else model.object_ids[owner]
                if name is None or not object_type(name.split("|")[0]).can("pickupable"):
                    return True
        return False

    def meant_for(self, entry: Mapping[str, Any]) -> Command | None:
        """Draw an action that such an object is there for, as the hand is."""
        name = entry["objectId"]
        fitting: list[Command] = []
        if entry["pickupable"] and self.held is None:
            fitting.append({"action": "PickupObject", "objectId": name})
        if entry["openable"] and not entry["isOpen"]:
            fitting.append({"action": "OpenObject", "objectId": name})
        if entry["toggleable"] and not entry["isToggled"]:
            fitting.append({"action": "ToggleObjectOn", "objectId": name})
        if self.held is not None and self.held in object_type(entry["objectType"]).fits:
            fitting.append(self.put_into(name))
        return self.one(fitting) if fitting else None

    def put_into(self, receptacle: str) -> Command:
        """Return the command ALFRED sends to put down what is held."""
        inventory = self.controller.last_event.metadata["inventoryObjects"]
        return {
            "action": "PutObject",
            "objectId": inventory[0]["objectId"],
            "receptacleObjectId": receptacle,
            "forceAction": True,
            "placeStationary": True,
        }

    # --- the six kinds

    def out_of_reach(self) -> Command | None:
        """Something farther than the arm is long."""
        self.stand()
        far = [
            o
            for o in self.objects
            if not o["isPickedUp"] and self.distance_m(o) > REACH_M + MARGIN_M
        ]
        return self.meant_for(self.one(far)) if far else None

    def hidden(self) -> Command | None:
        """Something near and ahead of which no ray meets a spot."""
        self.stand()
        index = self.controller.last_event.object_ids.index
        near = [
            o
            for o in self.objects
            if not o["isPickedUp"]
            and self.in_frustum(o)
            and self.distance_m(o) < REACH_M - MARGIN_M
        ]
        for size_px in (75, 300):  # few rays first, since most things near are in plain view
            if near:
                ids = self.ids_by_rays(size_px)
                near = [o for o in near if not (ids == index(o["objectId"]) + 1).any()]
        return self.meant_for(self.one(near)) if near else None

    def closed_container(self) -> Command | None:
        """Something shut in; or something held, and a container that is shut."""
        if self.rng.random() < 0.5 and self.grab():
            shut = [
                o
                for o in self.objects
                if o["objectType"] in SHUTS
                and not o["isOpen"]
                and self.held in object_type(o["objectType"]).fits
            ]
            if not shut:
                return None
            chosen = self.one(shut)
            self.stand(np.array([chosen["position"]["x"], chosen["position"]["z"]]))
            now = self.controller.last_event.get_object(chosen["objectId"])
            return self.put_into(chosen["objectId"]) if now and now["visible"] else None
        self.empty_hand()
        inside = [
            o
            for o in self.objects
            if o["pickupable"] and (self.specs[o["objectId"]].parent or "").split("|")[0] in SHUTS
        ]
        if not inside:
            return None
        chosen = self.one(inside)
        self.stand(np.array([chosen["position"]["x"], chosen["position"]["z"]]))
        return {"action": "PickupObject", "objectId": chosen["objectId"]}

    def hand_full(self) -> Command | None:
        """A second thing, in view and in reach, for the same hand."""
        if not self.grab():
            return None
        for _ in range(TRIES):
            self.stand()
            near = [
                o for o in self.objects if o["visible"] and o["pickupable"] and not o["isPickedUp"]
            ]
            if near:
                return {"action": "PickupObject", "objectId": self.one(near)["objectId"]}
        return None

    def wrong_type(self) -> Command | None:
        """Something in view and in reach, and an action its type does not allow."""
        if self.rng.random() < 0.5:
            self.grab()
        self.stand()
        near = [o for o in self.objects if o["visible"] and not o["isPickedUp"]]
        if not near:
            return None
        entry = self.one(near)
        name, info = entry["objectId"], object_type(entry["objectType"])
        wrong: list[Command] = [
            {"action": action, "objectId": name}
            for action, affordance in (
                ("PickupObject", "pickupable"),
                ("OpenObject", "openable"),
                ("ToggleObjectOn", "toggleable"),
                ("SliceObject", "sliceable"),
            )
            if not info.can(affordance)
        ]
        if self.held is not None and self.held not in info.fits:
            wrong += [self.put_into(name)] * 2
        return self.one(wrong) if wrong else None

    def into_furniture(self) -> Command | None:
        """A step that would end inside something solid."""
        self.stand()
        return {"action": "MoveAhead", "forceAction": True} if self.runs_into_something() else None


KINDS_OF_FAILURE: dict[str, Callable[[Draw], Command | None]] = {
    "out of reach": Draw.out_of_reach,
    "hidden": Draw.hidden,
    "closed container": Draw.closed_container,
    "hand full": Draw.hand_full,
    "wrong type": Draw.wrong_type,
    "into furniture": Draw.into_furniture,
}


def main() -> int:
    """Print how many of the drawn actions were refused, by kind; return 0 at 99 % or more."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    controller = HouseholdController()
    drawn: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    codes: Counter[tuple[str, str]] = Counter()
    per_scene = -(-options.draws // options.scenes)
    kinds = list(KINDS_OF_FAILURE)
    while drawn.total() < options.draws:
        room = drawn.total() // per_scene
        controller.reset(generate_scene(KINDS[room % len(KINDS)], 9000 + room))
        draw = Draw(controller, rng)
        for _ in range(min(per_scene, options.draws - drawn.total())):
            kind = kinds[drawn.total() % len(kinds)]
            for _ in range(TRIES):
                command = KINDS_OF_FAILURE[kind](draw)
                if command is not None:
                    break
            else:
                # This room has none of that kind, e.g. no container that shuts: take another.
                kind, command = "into furniture", None
                while command is None:
                    command = draw.into_furniture()
            metadata = controller.step(command).metadata
            drawn[kind] += 1
            refused[kind] += not metadata["lastActionSuccess"]
            codes[kind, metadata["errorCode"] or "DONE"] += 1
            if metadata["lastActionSuccess"]:
                print(f"not refused ({kind}): {metadata['sceneName']} {command}")
                controller.reset(controller.world.scene)
    for kind in kinds:
        reasons = ", ".join(f"{c} {n}" for (k, c), n in codes.most_common() if k == kind)
        print(f"{kind:17} {refused[kind]:4} of {drawn[kind]:4}   {reasons}")
    share = refused.total() / drawn.total()
    print(f"{'all':17} {refused.total():4} of {drawn.total():4}   {100.0 * share:.2f} %")
    return 0 if share >= 0.99 else 1


if __name__ == "__main__":
    raise SystemExit(main())
