"""A kitchen of a few things as ALFWorld games, on the package's own domain and grammar."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from embodied.core.plan import ObjectRef, Subgoal

KITCHEN: Mapping[str, Sequence[str]] = {
    "CounterTop 1": ["Apple 1", "Knife 1"],
    "Fridge 1": ["Tomato 1"],
    "Microwave 1": [],
    "SinkBasin 1": [],
    "Cabinet 1": ["Mug 1"],
    "Cabinet 2": ["Mug 2"],
    "Drawer 1": [],
    "Drawer 2": ["Knife 2"],
    "DiningTable 1": ["Book 1"],
    "SideTable 1": ["DeskLamp 1"],
}
SAME_SPOT = {"Drawer 2": "Drawer 1"}
"""Receptacles that stand where another does: one cannot go to one from the other."""
OPENABLE = {"Fridge", "Microwave", "Cabinet", "Drawer"}
FITS = {
    "CounterTop": "Apple Knife Tomato Mug Book",
    "DiningTable": "Apple Knife Tomato Mug Book",
    "SideTable": "Mug Book",
    "Fridge": "Apple Tomato Mug",
    "Microwave": "Apple Tomato Mug",
    "SinkBasin": "Apple Tomato Mug Knife",
    "Cabinet": "Mug Book",
    "Drawer": "Knife Book",
}
ABLE = {
    "cleanable": {"Apple", "Tomato", "Mug", "Knife"},
    "heatable": {"Apple", "Tomato", "Mug"},
    "coolable": {"Apple", "Tomato", "Mug"},
    "pickupable": {"Apple", "Tomato", "Mug", "Knife", "Book"},
    "toggleable": {"DeskLamp"},
}
IN_PLACE = """(and (objectType ?o {thing}Type) (receptacleType ?r {place}Type)
 (inReceptacle ?o ?r) {more})"""


def placed(thing: str, place: str, more: str = "") -> str:
    """Return the goal that a thing lies at a place."""
    body = IN_PLACE.format(thing=thing, place=place, more=more)
    return f"(exists (?r - receptacle) (exists (?o - object) {body}))"


LIT = """(and
 (exists (?ot - object ?r - receptacle ?a - agent ?l - location)
  (and (objectType ?ot DeskLampType) (toggleable ?ot) (isToggled ?ot) (receptacleAtLocation ?r ?l)
   (atLocation ?a ?l) (inReceptacle ?ot ?r)))
 (exists (?o - object ?a - agent) (and (objectType ?o BookType) (holds ?a ?o))))"""
TWO = """(exists (?r - receptacle) (exists (?o1 - object)
 (and (objectType ?o1 MugType) (receptacleType ?r DiningTableType) (inReceptacle ?o1 ?r)
 (exists (?o2 - object) (and (not (= ?o1 ?o2)) (objectType ?o2 MugType)
 (receptacleType ?r DiningTableType) (inReceptacle ?o2 ?r))))))"""

GAMES: Mapping[str, tuple[str, str, str]] = {
    "pick_and_place_simple-Mug-None-DiningTable-1": (
        "put a mug in diningtable",
        placed("Mug", "DiningTable"),
        "go to cabinet 1; "
        "open cabinet 1; "
        "take mug 1 from cabinet 1; "
        "go to diningtable 1; "
        "move mug 1 to diningtable 1",
    ),
    "pick_heat_then_place_in_recep-Apple-None-Fridge-1": (
        "put a hot apple in fridge",
        placed("Apple", "Fridge", "(heatable ?o) (isHot ?o)"),
        "go to countertop 1; "
        "take apple 1 from countertop 1; "
        "go to microwave 1; "
        "heat apple 1 with microwave 1; "
        "go to fridge 1; "
        "open fridge 1; "
        "move apple 1 to fridge 1",
    ),
    "pick_two_obj_and_place-Mug-None-DiningTable-1": (
        "put two mug in diningtable",
        TWO,
        "go to cabinet 1; "
        "open cabinet 1; "
        "take mug 1 from cabinet 1; "
        "go to diningtable 1; "
        "move mug 1 to diningtable 1; "
        "go to cabinet 2; "
        "open cabinet 2; "
        "take mug 2 from cabinet 2; "
        "go to diningtable 1; "
        "move mug 2 to diningtable 1",
    ),
    "look_at_obj_in_light-Book-None-DeskLamp-1": (
        "examine the book with the desklamp",
        LIT,
        "go to diningtable 1; take book 1 from diningtable 1; go to sidetable 1; use desklamp 1",
    ),
}
"""Task folder to its goal's words, the goal in PDDL, and commands that win."""
HUMAN = ("Bring a cup to the table.", "Set a mug down where people eat", "mug on the table")


def _id(name: str) -> str:
    kind, number = name.split()
    if kind == "SinkBasin":  # THOR calls it a part of the sink
        return f"Sink_bar__plus_0{number}_dot_00_bar__plus_01_dot_00_bar_SinkBasin"
    return f"{kind}_bar__plus_0{number}_dot_00_bar__plus_01_dot_00_bar__plus_01_dot_00"


def problem(goal: str, kitchen: Mapping[str, Sequence[str]] = KITCHEN) -> str:
    """Return the kitchen with a goal as a PDDL problem."""
    objects = ["agent1 - agent", "loc_bar_0 - location"]
    facts = ["(atLocation agent1 loc_bar_0)"]
    kinds: dict[str, str] = {}
    for number, (place, things) in enumerate(kitchen.items(), 1):
        spot = list(kitchen).index(SAME_SPOT.get(place, place)) + 1
        kind, where = place.split()[0], f"loc_bar_{spot}"
        objects += [f"{_id(place)} - receptacle", f"loc_bar_{number} - location"]
        kinds[f"{kind}Type"] = "rtype"
        facts += [f"(receptacleType {_id(place)} {kind}Type)"]
        facts += [f"(receptacleAtLocation {_id(place)} {where})"]
        facts += [f"(openable {_id(place)})"] * (kind in OPENABLE)
        facts += [f"(canContain {kind}Type {thing}Type)" for thing in FITS[kind].split()]
        kinds |= {f"{thing}Type": "otype" for thing in FITS[kind].split()}
        for thing in things:
            objects.append(f"{_id(thing)} - object")
            kinds[f"{thing.split()[0]}Type"] = "otype"
            facts.append(f"(objectType {_id(thing)} {thing.split()[0]}Type)")
            facts.append(f"(inReceptacle {_id(thing)} {_id(place)})")
            facts.append(f"(objectAtLocation {_id(thing)} {where})")
            facts += [f"({word} {_id(thing)})" for word, able in ABLE.items()
                      if thing.split()[0] in able]  # fmt: skip
    # The domain names these types itself.
    needed = {"SinkType": "rtype", "SinkBasinType": "rtype", "MicrowaveType": "rtype"}
    needed |= {"FridgeType": "rtype", "KnifeType": "otype", "ButterKnifeType": "otype"}
    objects += [f"{name} - {kind}" for name, kind in (kinds | needed).items()]
    return (
        "(define (problem tiny) (:domain alfred)\n(:objects\n  " + "\n  ".join(objects) + ")\n"
        "(:init\n  " + "\n  ".join(facts) + ")\n(:goal " + goal + "))"
    )


def write_games(root: Path, *, split: str = "valid_seen", human: bool = True) -> Path:
    """Write the games, and ALFRED's annotations of them, under a data root; return it."""
    info = pytest.importorskip("alfworld.info", reason='needs pip install "embodied[alfworld]"')
    domain = Path(info.ALFRED_PDDL_PATH).read_text()
    grammar = Path(info.ALFRED_TWL2_PATH).read_text()
    for task, (words, goal, walkthrough) in GAMES.items():
        folder = root / "alfworld" / "json_2.1.1" / split / task / "trial_T1"
        folder.mkdir(parents=True)
        content = {
            "pddl_domain": domain,
            "grammar": grammar.replace("UNKNOWN GOAL", words),
            "pddl_problem": problem(goal),
            "solvable": True,
            "walkthrough": walkthrough.split("; "),
        }
        (folder / "game.tw-pddl").write_text(json.dumps(content))
        if human:
            folder = root / "alfred" / "json_2.1.0" / split / task / "trial_T1"
            folder.mkdir(parents=True)
            anns = [{"task_desc": text, "high_descs": ["Walk."]} for text in HUMAN]
            (folder / "traj_data.json").write_text(json.dumps({"turk_annotations": {"anns": anns}}))
    return root


def step(skill: str, **things: str) -> Subgoal:
    """Build a subgoal: `step("pick", object="another Mug")`."""
    return Subgoal(skill, {name: _reference(words) for name, words in things.items()})


def _reference(words: str) -> ObjectRef:
    *attributes, category = words.split()
    return ObjectRef(category, tuple(attributes))
