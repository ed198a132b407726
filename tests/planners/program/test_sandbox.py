"""No published way out of a Python sandbox gets anywhere; what is allowed runs."""

import tomllib
from pathlib import Path

import pytest

from embodied.core.entity import Entity
from embodied.core.plan import ObjectRef
from envs.household.skills import SKILLS
from planners.program.sandbox import Limits, run

ESCAPES = tomllib.loads(
    (Path(__file__).parents[2] / "data" / "python_escapes.toml").read_text("utf-8")
)["escape"]


@pytest.mark.parametrize("escape", ESCAPES, ids=lambda escape: escape["technique"])
def test_a_published_escape_is_refused(escape):
    result = run(escape["program"], SKILLS)
    assert result.failure is not None, escape["source"]
    assert result.failure.kind != "gave_up"
    assert result.subgoals == ()


def test_letters_of_other_alphabets_are_for_texts_and_comments():
    assert plan('# caf\u00e9\npick("caf\u00e9")') == ["pick(caf\u00e9)"]
    result = run('pick(\uff4f\uff42\uff4a\uff45\uff43\uff54="Mug")', SKILLS)
    assert result.failure.kind == "refused"


def test_the_corpus_is_a_corpus():
    assert len(ESCAPES) >= 150
    assert len({escape["technique"] for escape in ESCAPES}) == len(ESCAPES)


def plan(source: str, **more) -> list[str]:
    result = run(source, SKILLS, **more)
    assert result.failure is None, result.failure
    return [str(step) for step in result.subgoals]


def test_calls_of_skills_are_written_down_in_order():
    assert plan('pick("Mug")\nplace("Mug", "Shelf")') == ["pick(Mug)", "place(Mug, Shelf)"]


def test_things_have_looks_and_places():
    result = run('pick(thing("Mug", "red", where="by the sink"))', SKILLS)
    assert result.subgoals[0].arguments["object"] == ObjectRef("Mug", ("red",), "by the sink")


def test_functions_loops_and_conditions():
    source = """
def bring(what, where):
    pick(what)
    place(what, where)

for what in ["Mug", "Cup"]:
    if what != "Cup" or 2 * 3 == 6:
        bring(what, where="Shelf")
total = 0
while total < 2:
    total += 1
goto("Bed") if total == 2 else goto("Desk")
"""
    assert plan(source) == [
        "pick(Mug)",
        "place(Mug, Shelf)",
        "pick(Cup)",
        "place(Cup, Shelf)",
        "goto(Bed)",
    ]


def test_programs_ask_what_was_seen():
    source = """
if seen("Mug") and not state("Fridge", "open"):
    open("Fridge")
for i in numbers(count("Mug")):
    pick("Mug")
"""
    seen = [Entity("Mug"), Entity("Mug"), Entity("Fridge", states={"open": False})]
    assert plan(source, entities=seen) == ["open(Fridge)", "pick(Mug)", "pick(Mug)"]


def test_a_program_can_give_up_with_a_reason():
    failure = run('give_up("there is no elephant")', SKILLS).failure
    assert failure is not None
    assert (failure.kind, failure.message) == ("gave_up", "there is no elephant")


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("pick('Mug')\nimport os", 2, "Import is not part of the language"),
        ("\nx = y", 2, "there is no y"),
        ("pick('Mug', 'Cup')", 1, "pick: takes object"),
        ("pick(3)", 1, "pick: object has to be a thing"),
        ("turn('left', 'far')", 1, "turn: angle_deg has to be a number"),
        ("def f(a):\n    return a\nf()", 3, "f takes a"),
        ("x = 1 / 0", 1, "division by zero"),
        ("pick('Mug'", 1, "not a program: '(' was never closed"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(source, line, message):
    failure = run(source, SKILLS).failure
    assert failure is not None
    assert (failure.line, failure.message) == (line, message)


def test_skills_that_are_not_declared_cannot_be_called():
    failure = run("pick('Mug')", [skill for skill in SKILLS if skill.name != "pick"]).failure
    assert failure is not None
    assert failure.message == "there is no pick"


def test_the_kernel_stops_what_the_interpreter_does_not_count():
    limits = Limits(wall_s=20.0, cpu_s=1, budget=10**9)
    failure = run("while True:\n    pass", SKILLS, limits=limits).failure
    assert failure is not None
    assert failure.kind == "killed"


def test_memory_is_limited_by_the_kernel():
    hoard = "x = []\nwhile True:\n    x = [x, numbers(100)]"
    limits = Limits(wall_s=60.0, cpu_s=30, memory_mb=64, budget=10**9)
    failure = run(hoard, SKILLS, limits=limits).failure
    assert failure is not None
    assert failure.kind in ("killed", "budget")
    assert "over" not in failure.message, "the clock ran out before the memory did"
