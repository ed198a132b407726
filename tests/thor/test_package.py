"""The published `ai2thor` package over our household, in one process and over its own pipes."""

import sys

import pytest

pytest.importorskip("ai2thor", reason="the ai2thor package is not installed: embodied[thor]")

from embodied.core.errors import ConfigError
from envs.alfred.placement import ThorPlacement
from envs.household.controller import HouseholdController
from envs.household.env import InteractionEnv
from envs.household.source import HouseholdSource
from envs.thor.adapter import ThorController, wire_controller
from envs.thor.compare import differences
from envs.thor.environments import thor21_folder
from envs.thor.link import Link, LinkSettings, ThorError, ThorRefusedError

ROOM = "Household-bathroom-00001"
VERSIONS = [
    "5.0.0",
    pytest.param(
        "2.1.0",
        marks=pytest.mark.skipif(
            not (thor21_folder() / "complete").exists(),
            reason="ai2thor 2.1.0 is not installed: embodied data thor21",
        ),
    ),
]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_episode_is_the_same_through_the_package_step_by_step(version: str) -> None:
    options = {"privileged_targets": True}
    here = InteractionEnv(
        source=HouseholdSource(split="train", limit=1),
        controller=HouseholdController(placement=ThorPlacement()),
        **options,
    )
    there = InteractionEnv(
        source=HouseholdSource(split="train", limit=1),
        controller=wire_controller(version=version, data_root="/nowhere"),
        **options,
    )
    episode = {"episode_id": here.episodes()[0].episode_id}
    try:
        seen, info = here.reset(options=episode)
        there.reset(options=episode)
        planner, policy = here.expert(by="id")
        agent = make_agent(planner, policy, info, here)
        over = False
        while not over:
            assert differences(here.controller.last_event, there.controller.last_event) == []
            action = here.encode_action(agent.step(here.decode_observation(seen), 0.0))
            seen, *_, ended, cut, info = here.step(action)
            *_, theirs = there.step(action)
            over = ended or cut
            assert theirs["is_success"] == info["is_success"]
        assert info["is_success"]
    finally:
        there.close()


def make_agent(planner, policy, info, env):
    from embodied.runtime.agent import PlanningAgent

    agent = PlanningAgent(planner, policy)
    agent.begin(info["instruction"], skills=env.skills)
    return agent


def test_the_package_is_ours_in_one_process_too() -> None:
    from ai2thor.server import Event as PackageEvent

    from envs.thor.inprocess import Controller

    controller = Controller(scene=ROOM, data_root="/nowhere", renderInstanceSegmentation=True)
    event = controller.step("RotateRight", degrees=90)
    assert isinstance(event, PackageEvent)
    assert event.metadata["agent"]["rotation"]["y"] == 90.0
    assert set(event.instance_masks) == set(event.instance_detections2D)
    with pytest.raises(ValueError, match="invalid arguments: sideways"):
        controller.step("MoveAhead", sideways=1)
    with pytest.raises(ValueError, match="not contained in build"):
        controller.reset("FloorPlan10")
    controller.stop()


def supervised(executable: str, **options) -> ThorController:
    options = {"start_timeout_s": 20.0, "step_timeout_s": 1.5, **options}
    link = Link(LinkSettings(version="5.0.0", executable=executable, **options))
    return ThorController(link, version="5.0.0", scene_label="test")


def test_a_build_that_cannot_be_run_is_refused_before_anything_waits_for_it() -> None:
    with pytest.raises(ConfigError, match="cannot be run"):
        supervised("/no/such/build")


def test_a_build_that_dies_at_once_is_noticed() -> None:
    with pytest.raises(ThorError, match="lost its build"):
        supervised(f"{sys.executable} -c 'raise SystemExit(3)'").reset(ROOM)


def test_a_build_that_never_speaks_is_ended() -> None:
    controller = supervised(
        f"{sys.executable} -c 'import time; time.sleep(600)'", start_timeout_s=4
    )
    with pytest.raises(ThorError, match="did not answer in time"):
        controller.reset(ROOM)


@pytest.fixture(scope="module")
def wire():
    controller = wire_controller(version="5.0.0", data_root="/nowhere", step_timeout_s=5.0)
    yield controller
    controller.close()


def test_what_the_build_refuses_as_a_call_is_an_error_here(wire: ThorController) -> None:
    wire.reset(ROOM)
    with pytest.raises(ThorRefusedError, match="Invalid action: Fly"):
        wire.step("Fly")
    assert wire.step("Pass").metadata["lastActionSuccess"]


def test_after_a_crash_the_next_reset_starts_another(wire: ThorController) -> None:
    import os
    import signal

    wire.reset(ROOM)
    os.killpg(wire._link.pid, signal.SIGKILL)
    with pytest.raises(ThorError, match="Pass"):
        wire.step("Pass")
    with pytest.raises(ThorError, match="Call reset"):
        wire.step("Pass")
    assert wire.reset(ROOM).metadata["sceneName"] == ROOM
