"""Parameters as a person writes them."""

import pytest

from embodied.core.errors import ConfigError
from embodied.runtime.robot.parameters import (
    PARAMETERS,
    coerced,
    defaults,
    listed,
    robot_spec,
    session_settings,
)

NAMED = {each.name: each for each in PARAMETERS}


def test_the_defaults_make_a_robot():
    spec = robot_spec(defaults())
    assert len(spec.joints) == 7
    assert set(spec.sources()) == {
        "front/image", "front/depth", "wrist/image", "wrist/depth",
        "joint_states", "tf of the hand", "entities",
    }  # fmt: skip
    assert session_settings(defaults()).rate_hz == 20.0


def test_every_setting_of_a_robot_and_of_goals_can_be_reached():
    given = defaults() | {"linear_m_s": 0.01, "horizon_s": 0.5, "give_up_s": 3.0}
    assert robot_spec(given).limits.linear_m_s == 0.01
    assert robot_spec(given).horizon_s == 0.5
    assert session_settings(given).give_up_s == 3.0


def test_a_whole_number_of_seconds_is_a_number_of_seconds():
    value = coerced(NAMED["give_up_s"], 10)
    assert (value, type(value)) == (10.0, float)


@pytest.mark.parametrize(
    ("name", "value"),
    [("give_up_s", "10"), ("give_up_s", True), ("depth", 1), ("planner", 3), ("cameras", "front"),
     ("cameras", [1]), ("planner", None)],
)  # fmt: skip
def test_another_kind_of_value_is_told(name, value):
    with pytest.raises(ConfigError, match=name):
        coerced(NAMED[name], value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, -1])
@pytest.mark.parametrize("name", ["e_stop_heartbeat_s", "joints_stale_s", "linear_m_s"])
def test_a_number_that_would_switch_a_limit_off_is_refused(name, value):
    with pytest.raises(ConfigError, match=name):
        coerced(NAMED[name], value)


@pytest.mark.parametrize("name", ["rate_hz", "feedback_hz"])
def test_a_rate_is_above_zero(name):
    with pytest.raises(ConfigError, match="above 0"):
        coerced(NAMED[name], 0.0)


@pytest.mark.parametrize("name", ["horizon_s", "pose_gain_per_s", "linear_m_s"])
@pytest.mark.parametrize("value", [0.0, -4.0, float("nan"), float("inf")])
def test_a_robot_has_limits_that_limit(name, value):
    with pytest.raises(ConfigError, match=name):
        robot_spec(defaults() | {name: value})


def test_an_empty_text_stands_for_an_empty_list():
    assert listed([""]) == ()
    assert robot_spec(defaults() | {"joints": [""], "cameras": [""]}).joints == ()
    assert coerced(NAMED["overrides"], []) == []
