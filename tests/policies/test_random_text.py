import pytest

from embodied.core.action import STOP, TextAction
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from policies.random_text import RandomText

COMMANDS = ("look", "take {} from {}")
NOTHING = Instruction(id="", parts=())


def said(agent, text, times=40):
    return {agent.step(Observation(text=text), 0.0).text for _ in range(times)}


def test_gaps_are_filled_with_things_it_has_read_of():
    agent = RandomText(commands=COMMANDS)
    agent.begin(NOTHING)
    assert said(agent, "You are in the middle of a room.") == {"look"}
    found = said(agent, "You see a drawer 2, and a mug 1.")
    assert found <= {
        "look",
        *(f"take {a} from {b}" for a in ("drawer 2", "mug 1") for b in ("drawer 2", "mug 1")),
    }
    assert len(found) > 2
    agent.begin(NOTHING)
    assert said(agent, "Nothing here.") == {"look"}


def test_listed_commands_are_drawn_from_where_there_are_some():
    agent = RandomText(commands=COMMANDS)
    text = "You see a mug 1.\nAdmissible commands: go to shelf 1, open drawer 2"
    assert said(agent, text) == {"go to shelf 1", "open drawer 2"}


def test_the_same_seed_draws_the_same_and_a_word_from_outside_ends_it():
    agent = RandomText(commands=COMMANDS)
    runs = []
    for _ in range(2):
        agent.begin(NOTHING)
        agent.seed(3)
        runs.append([agent.step(Observation(text="a mug 1"), 0.0) for _ in range(9)])
    assert runs[0] == runs[1]
    assert all(isinstance(action, TextAction) for action in runs[0])
    agent.correct("stop")
    assert agent.step(Observation(text="a mug 1"), 0.0) == STOP


def test_elsewhere_it_says_what_to_choose():
    agent = RandomText(commands=COMMANDS)
    with pytest.raises(ConfigError, match="benchmark=alfworld"):
        agent.step(Observation(), 0.0)
    with pytest.raises(ConfigError, match="without a gap"):
        RandomText(commands=("go to {}",))
