"""Simulated users: they see the true state, and give nothing of it but sentences."""

from types import SimpleNamespace

import gymnasium
import numpy as np
import pytest

from embodied.core.action import STOP
from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.protocols import Step
from embodied.core.task import Task
from embodied.runtime.users import SimulatedUser, introduce
from envs.household.user import OracleUser, sentence_of
from envs.tabletop.tasks import ArmTask, Goal, ThingName
from envs.tabletop.user import CorrectingUser

SPEC = EpisodeSpec("a", "a", "test")
RED, BLUE, BOWL = ThingName("block", "red"), ThingName("block", "blue"), ThingName("bowl", "white")


class Heard:
    """Who is spoken to."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def correct(self, text: str) -> None:
        self.said.append(text)


class Table:
    """The true state that the user sees."""

    def __init__(self, hand: tuple[float, float, float]) -> None:
        self.hand = np.array(hand)
        self.places = {
            "red": np.array([0.5, 0.1, 0.02]),
            "blue": np.array([0.4, -0.2, 0.02]),
            "white": np.array([0.6, -0.1, 0.0]),
        }
        self.scene = SimpleNamespace(
            blocks=[SimpleNamespace(colour="red"), SimpleNamespace(colour="blue")],
            bowls=[SimpleNamespace(colour="white")],
        )

    def state(self):
        return SimpleNamespace(ee_position_m=self.hand.copy())

    def block_pose(self, index: int):
        return self.places[("red", "blue")[index]].copy(), np.eye(3)

    def bowl_pose(self, index: int):
        return self.places["white"].copy(), np.eye(3)


def watching(hand, goal: Goal) -> tuple[Table, CorrectingUser, Heard]:
    table, user, heard = Table(hand), CorrectingUser(), Heard()
    env = SimpleNamespace(
        world=table,
        episode=SimpleNamespace(task=ArmTask("place_in", (goal,))),
        checker=SimpleNamespace(conditions=lambda: [SimpleNamespace(met=False)]),
    )
    env.suits = None
    introduce(user, env, heard)
    user.on_begin(SPEC, Instruction.from_text("put the red block in the white bowl"))
    return table, user, heard


def look(user, steps: int = 12, report=None) -> None:
    for _ in range(steps):
        user.on_step(Step(Observation(), STOP, {}, report or {}))


PUT = Goal("in", RED, BOWL)


def test_a_hand_over_the_right_place_is_left_alone() -> None:
    _, user, heard = watching((0.5, 0.1, 0.12), PUT)
    look(user, 60)
    assert heard.said == []


def test_a_hand_that_is_off_is_told_how_far_and_where() -> None:
    _, user, heard = watching((0.53, 0.06, 0.12), PUT)
    look(user)
    assert heard.said == ["4 cm to the left", "3 cm back"]


def test_a_hand_on_its_way_is_not_talked_at() -> None:
    table, user, heard = watching((0.3, 0.3, 0.35), PUT)
    for _ in range(30):
        table.hand = table.hand + np.array([0.005, -0.005, 0.0])
        look(user, 1)
    assert heard.said == []


def test_who_goes_for_the_wrong_block_is_told_which_then_where_it_is() -> None:
    _, user, heard = watching((0.4, -0.2, 0.12), PUT)
    look(user, 80)
    assert heard.said[:2] == ["no, the red block", "no, the other block"]


def test_who_has_the_wrong_block_in_the_hand_is_told_so() -> None:
    table, user, heard = watching((0.4, -0.2, 0.30), PUT)
    table.places["blue"] = table.hand.copy()
    look(user)
    assert heard.said == ["no, the red block"]


def test_what_is_carried_is_guided_to_its_place() -> None:
    table, user, heard = watching((0.6, -0.14, 0.15), PUT)
    table.places["red"] = table.hand.copy()
    look(user)
    assert heard.said == ["4 cm to the left"]


def test_a_question_is_answered_with_the_colour() -> None:
    _, user, heard = watching((0.4, 0.0, 0.35), PUT)
    look(user, 1, {"question": "Which one?"})
    assert heard.said == ["the red block"]


# --- the household's


def room(task: Task, objects) -> tuple[OracleUser, Heard]:
    user, heard = OracleUser(), Heard()
    metadata = {"objects": all_of(*(thing(*each) for each in objects))}
    env = SimpleNamespace(
        episode=SimpleNamespace(task=task),
        controller=SimpleNamespace(last_event=SimpleNamespace(metadata=metadata)),
    )
    introduce(user, env, heard)
    user.on_begin(SPEC, Instruction.from_text(""))
    return user, heard


def thing(kind: str, parent: str, held: bool, x: float = 0.0):
    return {
        "objectId": f"{kind}|{x}",
        "objectType": kind,
        "isPickedUp": held,
        "parentReceptacles": [f"{parent}|0"] if parent else [],
        "receptacle": not parent,
        "pickupable": bool(parent),
        "position": {"x": x, "y": 0.0, "z": 0.0},
    }


def all_of(*things):
    """Things, and what they lie on."""
    parents = {parent for each in things for parent in each["parentReceptacles"]}
    furniture = [thing(each.split("|")[0], "", False) | {"objectId": each} for each in parents]
    return [*things, *furniture]


def asked(question: str, about: str):
    """What an agent reports that asks."""
    return {"question": question, "questions": ({"question": question, "about": about},)}


MUG = Task("pick_and_place_simple", "Mug", parent="CoffeeMachine")


def test_where_a_thing_is_gets_told() -> None:
    user, heard = room(MUG, [("Mug", "Fridge", False)])
    look(user, 1, asked("I cannot find the mug. Where is it?", "place"))
    assert heard.said == ["it is in the fridge"]


def test_furniture_is_said_to_stand_by_what_is_next_to_it() -> None:
    there = [("CoffeeMachine", "", False), ("Fridge", "", False, 1.0), ("Bed", "", False, 3.0)]
    user, heard = room(MUG, there)
    look(user, 1, asked("I cannot find the coffee machine. Where is it?", "place"))
    assert heard.said == ["it is next to the fridge"]


def test_who_seeks_what_is_not_wanted_is_told_what_is() -> None:
    user, heard = room(MUG, [("Cup", "Shelf", False), ("Mug", "Shelf", False)])
    look(user, 1, asked("I cannot find the cup. Where is it?", "place"))
    assert heard.said == ["forget it, put a mug on the coffee machine"]


def test_where_any_will_do_that_is_said() -> None:
    user, heard = room(MUG, [("Mug", "Shelf", False), ("Mug", "Fridge", False)])
    look(user, 1, asked("I see 2 that may be the mug. Which one?", "instance"))
    assert heard.said == ["any of them"]


def test_what_is_wanted_gets_told() -> None:
    user, heard = room(MUG, [])
    look(user, 1, asked("What should I do?", "task"))
    assert heard.said == ["put a mug on the coffee machine"]


def test_what_is_taken_up_in_error_is_objected_to_once() -> None:
    user, heard = room(MUG, [("Cup", "Shelf", True)])
    look(user, 5)
    assert heard.said == ["no, the mug"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Shelf", ["also put the mug on the coffee machine"]),
        ("CoffeeMachine", []),
        ("SinkBasin", []),  # on its way
    ],
)
def test_what_is_put_elsewhere_is_sent_on(place: str, said: list[str]) -> None:
    user, heard = room(MUG, [("Mug", "Shelf", True)])
    look(user, 1)
    user._env.controller.last_event.metadata["objects"] = all_of(thing("Mug", place, False))
    look(user, 2)
    assert heard.said == said


def test_what_is_of_use_is_not_objected_to() -> None:
    user, heard = room(MUG, [("Mug", "Shelf", True)])
    look(user, 5)
    assert heard.said == []


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (
            Task("pick_clean_then_place_in_recep", "Mug", parent="Shelf"),
            "put a clean mug on the shelf",
        ),
        (Task("pick_two_obj_and_place", "Pen", parent="Drawer"), "put two pens in the drawer"),
        (
            Task("look_at_obj_in_light", "CD", toggle="DeskLamp"),
            "look at the cd in the light of the desk lamp",
        ),
        (
            Task("pick_and_place_simple", "Bread", parent="TVStand", sliced=True),
            "put a slice of bread on the tv stand",
        ),
    ],
)
def test_tasks_in_plain_words(task: Task, words: str) -> None:
    assert sentence_of(task) == words


def test_only_who_can_meet_is_introduced() -> None:
    assert isinstance(CorrectingUser(), SimulatedUser)
    assert isinstance(OracleUser(), SimulatedUser)
    introduce(None, None, Heard())


@pytest.mark.parametrize(
    ("user", "name"), [(CorrectingUser(), "Tabletop"), (OracleUser(), "Household")]
)
def test_a_user_meets_its_own_world_before_the_first_episode(user, name) -> None:
    env = gymnasium.make(f"envs:embodied/{name}-v0", disable_env_checker=True)
    introduce(user, env.unwrapped, Heard())
    env.close()


@pytest.mark.parametrize("user", [CorrectingUser(), OracleUser()])
def test_a_user_of_another_world_says_where_it_lives(user) -> None:
    with pytest.raises(ConfigError, match=r"watches benchmark=.*choose another user="):
        introduce(user, SimpleNamespace(), Heard())
