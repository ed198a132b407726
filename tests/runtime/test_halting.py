"""Stopping wins: who cries stop is understood however the words are put or written down."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embodied.core.correction import CorrectionKind
from embodied.runtime.corrections import classify
from embodied.runtime.halting import asks_to_halt

HALTS = """
wait, the bowl is full
hold on, there is a cat
that's far enough
far enough
stop?
"stop"
'stop'
STOOOP
sotp
stop )
dont move
just stop
can you stop
could you please stop
I said stop
you need to stop now
for god's sake stop
oh my god stop
robot stop
thanks stop
stop thank you
stop for now
stop already
stop this instant
stop the robot
stop your arm
stop moving the arm
stop all motion
stop where you are
stop turning
stop going left
stop closing the gripper
stop and wait
stop you're going to hit it
stop stop you are hitting it
stop — you'll hit it
stop - you'll hit it
stop before you hit the vase
stop or you'll break it
stop immediately or you'll break it
stop until I say so
stop with that
stop it, you're going to hit the vase
stop that! it hurts
stop it and be careful
stop it, the drawer is falling
stop that, that is my hand
never mind, watch out
forget it, you are hitting me
stop it there is a child
you are hitting it stop
you're hitting it, stop
no that's the wrong one stop now
that is the wrong one. stop!
abort mission
cancel the task
forget the whole thing
pause please
hold still
emergency
e-stop
whoa
don't!
no no no!
enough
that's enough thanks
hang on a second
one moment
just a second please
that will do
I'll take over
I'll take it from here
I'll do the rest myself
""".strip().splitlines()
OTHERS = """
stop the microwave
stop the water please
stop at the stairs
stop in front of the fridge
stop right next to the bed
stop when you see the table
stop before you reach the door
stop halfway down the hall
don't stop
please don't stop now
keep going, don't stop
you must not stop
go to the bus stop
no, the cup next to the bus stop
move it left and then down
open it and, when I say stop, close it
keep going until I say stop
wait for the kettle
wait until it is done
hold it over the bowl
cancel the heating
freeze the tomato
put it on the table
I'll take the red one
that will do for the mug, and the plate too
one of them
""".strip().splitlines()


@pytest.mark.parametrize("text", HALTS)
def test_a_cry_halts_however_it_is_put(text: str) -> None:
    assert classify(text).kind is CorrectionKind.STOP


@pytest.mark.parametrize("text", OTHERS)
def test_another_things_stop_and_a_place_to_stop_at_are_no_halts(text: str) -> None:
    assert classify(text).kind is not CorrectionKind.STOP


WORDS = ["this", "arm", "the", "no", "stop", "x", "and", "a bit", "forget the", "right", ",", "."]


@given(
    st.sampled_from(["", "please ", "no, ", "can you "]),
    st.sampled_from(["stop", "Stop!", "STOP."]),
    st.lists(st.sampled_from(["now", "please", "it", "moving", "the arm", "there"]), max_size=5),
)
def test_words_that_ask_for_nothing_never_take_a_stop_away(
    before: str, stop: str, after: list[str]
) -> None:
    assert asks_to_halt(f"{before}{stop} {' '.join(after)}")


@settings(max_examples=20)
@given(st.lists(st.sampled_from(WORDS), min_size=1000, max_size=1000))
def test_it_is_told_at_once_however_long_a_person_talks(words: list[str]) -> None:
    classify(" ".join(words))  # alternatives that were tried anew would take longer than the test
