"""What words ask for, and the queue they wait in."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.correction import CorrectionKind
from embodied.runtime.corrections import WHERE_INSTEAD, CorrectionQueue, classify

STOPS = [
    "stop",
    "Stop!",
    "STOP",
    "halt",
    "freeze",
    "wait",
    "wait stop",
    "wait, stop!",
    "no no no stop",
    "stop please",
    "please stop now",
    "stop right there",
    "stop, stop, stop",
    "stop moving",
    "hold on",
    "don't move",
    "Don’t move!",
    "emergency stop",
    "ok that's enough",
    "forget it",
    "never mind.",
    "cancel that",
    "stop! you are about to hit the vase",
    "no, stop: the floor is wet",
    "stop it. now",
    "no, instead stop",
]
REPLACEMENTS = {
    "forget it, bring me the cup": "bring me the cup",
    "Forget that. Wash the plate": "Wash the plate",
    "forget about the mug, bring me a plate": "bring me a plate",
    "never mind, go to the kitchen": "go to the kitchen",
    "nevermind the apple, slice the bread": "slice the bread",
    "no, instead wash the plate": "wash the plate",
    "No. Instead, wash the plate": "wash the plate",
    "instead bring me the red mug": "bring me the red mug",
    "actually, wash the plate instead": "wash the plate",
    "bring me the cup instead": "bring me the cup",
    "scratch that, heat the potato": "heat the potato",
    "change of plan: clear the table": "clear the table",
    "stop that and open the fridge": "open the fridge",
    "wait, forget it, please bring me the cup": "bring me the cup",
}
AMENDMENTS = [
    "also close the door",
    "when you are done, turn off the light",
    "turn the microwave off",
    "stop the microwave",
    "stop at the stairs",
    "don't forget the fork",
    "heat it first",
    "and wash it as well",
    "skip the heating",
]
TARGETS = [
    "no, the red one",
    "the red one instead",
    "the other one",
    "the one on the left",
    "no, the left one",
    "not the red block, the blue one",
    "I meant the green block",
    "put it in the drawer instead",
    "wait, the blue one",
    "wait, that's the wrong one",
    "take the blue block instead",
    "in the sink, not on the table",
    "put it on the waiting table",
    "the cup next to the bus stop",
    "you took the wrong one",
]


@pytest.mark.parametrize("text", STOPS)
def test_words_of_halting_stop(text: str) -> None:
    assert classify(text).kind is CorrectionKind.STOP


@pytest.mark.parametrize(("text", "instruction"), REPLACEMENTS.items())
def test_words_that_drop_the_task_bring_the_new_one_along(text: str, instruction: str) -> None:
    heard = classify(text)
    assert heard.kind is CorrectionKind.REPLACE
    assert heard.instruction == instruction


@pytest.mark.parametrize("text", AMENDMENTS)
def test_what_adds_to_the_task_amends_it(text: str) -> None:
    assert classify(text).kind is CorrectionKind.AMEND


@pytest.mark.parametrize("text", TARGETS)
def test_words_that_choose_a_thing_or_a_place_name_the_target(text: str) -> None:
    heard = classify(text)
    assert heard.kind is CorrectionKind.TARGET
    assert not heard.question


@pytest.mark.parametrize("text", ["hold on, it's in the drawer", "wait, put it in the drawer"])
def test_waiting_before_what_to_do_otherwise_is_no_halt(text: str) -> None:
    assert classify(text).kind is not CorrectionKind.STOP


@pytest.mark.parametrize(
    "text",
    ["not there", "somewhere else", "anywhere but the fridge", "not in the sink", "wrong place"],
)
def test_where_else_is_asked_back(text: str) -> None:
    assert classify(text).question == WHERE_INSTEAD


def test_words_that_only_point_are_asked_back() -> None:
    heard = classify("no, take that one")
    assert heard.kind is CorrectionKind.TARGET
    assert heard.question.endswith("?")


@given(st.text(max_size=80))
def test_any_text_is_classified_and_a_replacement_always_has_words(text: str) -> None:
    heard = classify(text)
    assert (heard.kind is CorrectionKind.REPLACE) == bool(heard.instruction)


def test_a_correction_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="needs words"):
        CorrectionQueue().put("  ", 0.0)


def test_nothing_is_lost_when_many_threads_speak_at_once() -> None:
    queue = CorrectionQueue()
    heard: list[str] = []

    def speak(name: str) -> None:
        for number in range(200):
            queue.put(f"{name} says {number}", float(number))

    threads = [threading.Thread(target=speak, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        heard += [said.text for said, _ in queue.drain()]
    heard += [said.text for said, _ in queue.drain()]
    assert len(heard) == len(set(heard)) == 800
    assert [text for text in heard if text.startswith("a")] == [f"a says {n}" for n in range(200)]
