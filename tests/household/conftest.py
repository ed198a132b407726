import pytest
from small_kitchen import small_kitchen

from envs.household.controller import HouseholdController


@pytest.fixture(scope="session")
def shared_controller():
    """One renderer for all tests of a process; small pictures are enough for rules."""
    controller = HouseholdController(width_px=100, height_px=100)
    yield controller
    controller.close()


@pytest.fixture
def kitchen(shared_controller):
    """The small kitchen, fresh."""
    shared_controller.reset(small_kitchen())
    return shared_controller
