"""The symbolic expert: solves one task of each type, recovers, and hears replacements."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embodied.core import task as tasks
from embodied.core.errors import ConfigError, PlanningError, UnknownNameError
from embodied.core.instruction import Instruction
from embodied.core.plan import Cause, ObjectRef, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.runtime.agent import PlanningAgent
from envs.household.env import InteractionEnv
from envs.household.expert import BoundRef, ExpertMemory, make_expert
from envs.household.expert.references import resolve
from envs.household.expert.routes import Routes, look_actions
from envs.household.expert.solve import solve
from envs.household.expert.state import Pose, State
from envs.household.expert.viewpoints import Wish, viewpoints
from envs.household.generator.splits import Row, draw_row
from envs.household.source import HouseholdSource

KIND = {
    tasks.PICK_AND_PLACE: "bathroom",
    tasks.PICK_TWO: "bedroom",
    tasks.LOOK_IN_LIGHT: "bedroom",
    tasks.PICK_HEAT: "kitchen",
    tasks.PICK_COOL: "kitchen",
    tasks.PICK_CLEAN: "kitchen",
    tasks.PICK_WITH_MOVABLE: "kitchen",
}
SCENE_SEED = 9000
"""A room of no split."""


def row_of(task_type: str, *, sliced: bool | None = None) -> Row:
    """The first draw of a type in the test's room; of a sliced task or a whole one where asked."""
    for number in range(200):
        row = Row("train", KIND[task_type], SCENE_SEED, task_type, 5000 + number)
        drawn = draw_row(row)
        if drawn is not None and sliced in (None, drawn.draw.task.sliced):
            return row
    raise AssertionError(f"no draw of {task_type} in 200")


def environment(row: Row) -> InteractionEnv:
    return InteractionEnv(source=HouseholdSource.of_rows([row]), privileged_targets=True)


@pytest.fixture
def heat_env() -> Iterator[InteractionEnv]:
    env = environment(row_of(tasks.PICK_HEAT, sliced=False))
    yield env
    env.close()


@pytest.mark.parametrize("task_type", tasks.TASK_TYPES)
def test_solves_a_task_of_each_type_and_the_checkers_agree(task_type: str) -> None:
    row = row_of(task_type)
    env = environment(row)
    try:
        solution = solve(env, row.episode_id)
    finally:
        env.close()
    assert solution.success, solution.reason
    assert solution.failed_actions == 0


@pytest.mark.parametrize("task_type", [tasks.PICK_COOL, tasks.PICK_TWO])
def test_cuts_before_it_brings_slices(task_type: str) -> None:
    row = Row("train", "kitchen", SCENE_SEED, task_type, 0)
    number = next(
        n
        for n in range(200)
        if (drawn := draw_row(Row("train", "kitchen", SCENE_SEED, task_type, n)))
        and drawn.draw.task.sliced
    )
    row = Row("train", "kitchen", SCENE_SEED, task_type, number)
    env = environment(row)
    try:
        assert solve(env, row.episode_id).success
        cut = [e for e in env.controller.last_event.metadata["objects"] if e["isSliced"]]
    finally:
        env.close()
    assert cut


def test_solves_by_mask_what_it_solves_by_id() -> None:
    row = row_of(tasks.PICK_CLEAN)
    env = environment(row)
    try:
        by_id = solve(env, row.episode_id, by="id")
        by_mask = solve(env, row.episode_id, by="mask")
    finally:
        env.close()
    assert by_mask.success
    assert by_mask.steps == by_id.steps


def test_a_spoken_replacement_becomes_the_new_task(heat_env: InteractionEnv) -> None:
    env = heat_env
    episode_id = env.episodes()[0].episode_id
    raw, info = env.reset(options={"episode_id": episode_id})
    agent = PlanningAgent(*env.expert(by="id"))
    agent.begin(info["instruction"], skills=env.skills)
    for count in range(400):
        if count == 12:
            agent.correct("forget it, put a mug in the sink")
        action = agent.step(env.decode_observation(raw), float(count))
        raw, _, terminated, truncated, info = env.step(env.encode_action(action))
        if terminated or truncated:
            break
    assert agent.report()["end_reason"] == "the plan is carried out"
    state = State(env.controller.last_event.metadata)
    mugs = state.of_type("Mug")
    basins = [entry["objectId"] for entry in state.of_type("SinkBasin")]
    assert any(state.lies_in(m["objectId"], b) for m in mugs for b in basins)


def test_plans_anew_from_how_things_stand(heat_env: InteractionEnv) -> None:
    env = heat_env
    _, info = env.reset(options={"episode_id": env.episodes()[0].episode_id})
    planner, policy = make_expert(env)
    context = PlanContext(info["instruction"])
    first = planner.plan(context)
    held = next(s for s in first.subgoals if s.skill == "pick").arguments["object"]
    for subgoal in first.subgoals[:2]:
        carry_out(env, policy, subgoal)
    again = planner.plan(context)
    assert "pick" not in [s.skill for s in again.subgoals]
    assert held.object_id == State(env.controller.last_event.metadata).held


def test_words_nobody_understands_make_no_plan(heat_env: InteractionEnv) -> None:
    heat_env.reset(options={"episode_id": heat_env.episodes()[0].episode_id})
    planner, _ = make_expert(heat_env)
    with pytest.raises(PlanningError, match="not understood"):
        planner.plan(PlanContext(Instruction.from_text("sing a song")))


def test_what_the_room_lacks_makes_no_plan(heat_env: InteractionEnv) -> None:
    heat_env.reset(options={"episode_id": heat_env.episodes()[0].episode_id})
    planner, _ = make_expert(heat_env)
    with pytest.raises(PlanningError, match="Bed"):
        planner.plan(PlanContext(Instruction.from_text("put a mug on the bed")))


def test_follows_subgoals_that_name_no_object_by_id(heat_env: InteractionEnv) -> None:
    env = heat_env
    env.reset(options={"episode_id": env.episodes()[0].episode_id})
    _, policy = make_expert(env)
    carry_out(env, policy, Subgoal("open", {"object": ObjectRef("Fridge")}))
    fridge = State(env.controller.last_event.metadata).of_type("Fridge")[0]
    assert fridge["isOpen"]


def test_a_full_hand_picks_nothing(heat_env: InteractionEnv) -> None:
    env = heat_env
    env.reset(options={"episode_id": env.episodes()[0].episode_id})
    _, policy = make_expert(env)
    carry_out(env, policy, Subgoal("pick", {"object": ObjectRef("Knife")}))
    policy.begin(Subgoal("pick", {"object": ObjectRef("Tomato")}))
    action, outcome = policy.act(
        env.decode_observation(env._observation(env.controller.last_event))
    )
    assert action is None
    assert (outcome.status, outcome.cause) == (Status.FAILED, Cause.HAND_FULL)


def test_what_is_not_there_is_not_found(heat_env: InteractionEnv) -> None:
    env = heat_env
    env.reset(options={"episode_id": env.episodes()[0].episode_id})
    _, policy = make_expert(env)
    policy.begin(Subgoal("pick", {"object": ObjectRef("TeddyBear")}))
    _, outcome = policy.act(env.decode_observation(env._observation(env.controller.last_event)))
    assert outcome.cause is Cause.NOT_FOUND


def test_wrong_settings_are_named(heat_env: InteractionEnv) -> None:
    with pytest.raises(ConfigError, match="mask"):
        make_expert(heat_env, by="name")
    _, policy = make_expert(heat_env)
    with pytest.raises(UnknownNameError, match="pick"):
        policy.begin(Subgoal("pik"))


def carry_out(env: InteractionEnv, policy, subgoal: Subgoal) -> None:
    observation = env.decode_observation(env._observation(env.controller.last_event))
    policy.begin(subgoal)
    for _ in range(200):
        action, outcome = policy.act(observation)
        if outcome.status is not Status.RUNNING:
            assert outcome.status is Status.DONE, outcome
            return
        raw, *_ = env.step(env.encode_action(action))
        observation = env.decode_observation(raw)
    raise AssertionError(f"{subgoal} never ended")


# --- routes and viewpoints, on a floor made here


def square(side: int) -> np.ndarray:
    return np.array([(x, z) for x in range(side) for z in range(side)])


@given(
    st.integers(0, 4), st.integers(0, 4), st.integers(0, 3), st.integers(0, 4), st.integers(0, 4)
)
@settings(max_examples=60, deadline=None)
def test_routes_lead_where_they_should_in_as_many_actions_as_they_cost(
    x: int, z: int, heading: int, end_x: int, end_z: int
) -> None:
    routes = Routes(square(5))
    start = Pose((x, z), heading, 0)
    for end_heading in range(4):
        end = Pose((end_x, end_z), end_heading, 0)
        names = routes.actions(start, end)
        cell = np.array(start.cell)
        facing = start.heading
        for name in names:
            if name == "MoveAhead":
                cell = cell + [(0, 1), (1, 0), (0, -1), (-1, 0)][facing]
            else:
                facing = (facing + (1 if name == "RotateRight" else -1)) % 4
        assert (tuple(cell), facing) == (end.cell, end.heading)
        assert len(names) == routes.costs(start)[5 * end_x + end_z, end_heading]
        assert len(names) >= abs(end_x - x) + abs(end_z - z)


def test_a_refused_move_is_walked_around() -> None:
    routes = Routes(square(3), frozenset({((1, 0), 0)}))
    names = routes.actions(Pose((1, 0), 0, 0), Pose((1, 2), 0, 0))
    assert names[0] != "MoveAhead"
    assert names.count("MoveAhead") == 4


def test_looks_count_in_steps_of_fifteen_degrees() -> None:
    assert look_actions(Pose((0, 0), 0, 30), Pose((0, 0), 0, -15)) == ["LookUp"] * 3
    assert look_actions(Pose((0, 0), 0, 0), Pose((0, 0), 0, 15)) == ["LookDown"]


def entry(object_id: str, x: float, y: float, z: float, **more) -> dict:
    kind = object_id.split("|")[0]
    base = {
        "objectId": object_id,
        "objectType": kind,
        "position": {"x": x, "y": y, "z": z},
        "rotation": {"x": 0.0, "y": 0.0, "z": 0.0},
        "receptacleObjectIds": [],
        "parentReceptacles": [],
        "distance": float(np.hypot(x, z)),
        "isOpen": False,
    }
    return {**base, **more}


def world(*entries: dict, held: str | None = None) -> State:
    return State(
        {
            "objects": list(entries),
            "inventoryObjects": [{"objectId": held}] if held else [],
            "agent": {
                "position": {"x": 0.0, "y": 0.9, "z": 0.0},
                "rotation": {"y": 0.0},
                "cameraHorizon": 0.0,
            },
        }
    )


@given(st.integers(0, 8), st.integers(0, 8), st.floats(0.1, 1.9))
@settings(max_examples=60, deadline=None)
def test_the_best_viewpoint_faces_the_object_within_reach(x: int, z: int, y: float) -> None:
    state = world(entry("Mug|a", x * 0.25 + 0.1, y, z * 0.25 + 0.1))
    best = viewpoints(state, Routes(square(9)), Pose((4, 4), 0, 30), Wish("Mug|a")).best()
    assert best is not None
    pose, _ = best
    offset = np.array([x * 0.25 + 0.1, z * 0.25 + 0.1]) - np.array(pose.cell) * 0.25
    ahead = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)][pose.heading])
    assert np.hypot(*offset) <= 1.5
    bearing = np.degrees(np.arccos(np.clip(offset @ ahead / np.hypot(*offset), -1, 1)))
    assert bearing <= 38.0


def test_what_opens_is_approached_from_its_front_with_room_for_the_door() -> None:
    state = world(entry("Fridge|a", 1.0, 0.9, 0.25))
    best = viewpoints(state, Routes(square(9)), Pose((4, 4), 0, 0), Wish("Fridge|a", opens=True))
    pose, _ = best.best()
    ahead, beside = pose.cell[1] * 0.25 - 0.25, abs(pose.cell[0] * 0.25 - 1.0)
    assert ahead >= 1.2
    assert beside <= 0.6


def test_poses_that_failed_are_not_tried_again() -> None:
    state = world(entry("Mug|a", 1.0, 0.9, 1.0))
    ranking = viewpoints(state, Routes(square(9)), Pose((0, 0), 0, 0), Wish("Mug|a"))
    first, _ = ranking.best()
    second, _ = ranking.best(without={first})
    assert first != second


def test_references_mean_the_nearest_that_was_not_placed() -> None:
    state = world(entry("Mug|near", 0.5, 1.0, 0.0), entry("Mug|far", 2.0, 1.0, 0.0))
    memory = ExpertMemory()
    assert resolve(ObjectRef("Mug"), state, memory) == "Mug|near"
    memory.placed.add("Mug|near")
    assert resolve(ObjectRef("Mug"), state, memory) == "Mug|far"
    assert resolve(BoundRef("Mug", object_id="Mug|near"), state, memory) == "Mug|near"
    assert resolve(ObjectRef("Vase"), state, memory) is None


def test_a_sliced_reference_means_a_slice_of_its_object() -> None:
    state = world(
        entry("Apple|a", 1.0, 1.0, 0.0),
        entry("Apple|a|AppleSliced_1", 1.0, 1.0, 0.0),
        entry("Apple|b|AppleSliced_1", 0.1, 1.0, 0.0),
    )
    reference = BoundRef("Apple", ("sliced",), object_id="Apple|a")
    assert resolve(reference, state, ExpertMemory()) == "Apple|a|AppleSliced_1"


def test_the_container_is_the_outermost_thing_with_a_door() -> None:
    state = world(
        entry("Fridge|a", 0.0, 0.0, 0.0, receptacleObjectIds=["Bowl|b"]),
        entry("Bowl|b", 0.0, 0.0, 0.0, parentReceptacles=["Fridge|a"]),
        entry("Egg|c", 0.0, 0.0, 0.0, parentReceptacles=["Bowl|b"]),
    )
    assert state.container("Egg|c") == "Fridge|a"
    assert state.container("Fridge|a") is None
    assert list(state.parents("Egg|c")) == ["Bowl|b", "Fridge|a"]
