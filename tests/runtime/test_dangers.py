"""Who sees harm coming halts the robot, though nobody said stop."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embodied.core.correction import CorrectionKind
from embodied.core.motion import MotionKind
from embodied.runtime.corrections import classify
from embodied.runtime.dangers import LONGEST, cries_danger

CRIES = """
watch out
Watch out!
look out!
no, watch out!
mind your head
mind the glass
ouch
help!
danger
hands off
you're hitting the table
you're going to hit the vase
you'll break it
you are about to drop it
you dropped it
it's falling
the mug is falling
the bread fell on the floor
it's on fire
that's dangerous
there's a child behind you
there are two kids behind you
someone is in the way
my finger!
my hand is in there
you're too close to the table
too close!
don't touch me
stay where you are
stay there
stop everything and stay there
stop everything and turn on the light
forget it, watch out
drop everything, my hand is in there
shut down
turn yourself off
e stop
""".strip().splitlines()
OTHERS = """
look out of the window
look for the mug
watch the pot
turn off the lamp
turn it off
shut the drawer
hit the switch
there's a mug on the table
there is a hand towel on the rack
there's a dog bowl on the floor
not my hand towel
not my mug
that's hot enough
the knife is in the drawer
you're dropping it in the wrong place
you dropped it in the wrong drawer
you will find it in the drawer
put it in my hand
the plate is broken, take the other one
help me carry the plate to the table
stay away from the stove
touch the red one
""".strip().splitlines()
CARE = """
careful
be careful, it's fragile
careful with the door
don't spill it
gently
take your time
""".strip().splitlines()


@pytest.mark.parametrize("text", CRIES)
def test_a_warning_halts(text: str) -> None:
    assert classify(text).kind is CorrectionKind.STOP


@pytest.mark.parametrize("text", OTHERS)
def test_what_warns_of_nothing_does_not(text: str) -> None:
    assert not cries_danger(text)
    assert classify(text).kind is not CorrectionKind.STOP


@pytest.mark.parametrize("text", CARE)
def test_who_asks_for_care_slows_it_down(text: str) -> None:
    heard = classify(text)
    assert heard.motion is not None
    assert heard.motion.kind is MotionKind.SPEED


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["you're", "it's", "the mug", "to", "hit", ","]), max_size=2000))
def test_it_is_told_at_once_however_much_is_said(words: list[str]) -> None:
    text = " ".join(words)
    assert not (cries_danger(text) and len(text) > LONGEST)
