"""Where the agent is follows from what it did."""

from hypothesis import given
from hypothesis import strategies as st

from embodied.mapping.pose import GridPose

MOVES = st.sampled_from(["MoveAhead", "RotateLeft", "RotateRight", "LookUp", "LookDown"])


@given(st.lists(MOVES, max_size=30))
def test_four_turns_and_back_again_lead_home(moves: list[str]) -> None:
    pose = GridPose()
    for move in moves:
        pose = pose.after(move)
    turned = pose
    for _ in range(4):
        turned = turned.after("RotateLeft")
    assert turned == pose
    back = pose.after("RotateLeft").after("RotateLeft").after("MoveAhead")
    there = back.after("RotateRight").after("RotateRight").after("MoveAhead")
    assert there == pose


def test_a_turn_to_the_right_faces_right() -> None:
    pose = GridPose().after("RotateRight").after("MoveAhead")
    assert pose.cell == (1, 0)


def test_interactions_leave_the_pose_as_it_is() -> None:
    assert GridPose().after("PickupObject") == GridPose()
