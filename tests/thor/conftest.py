"""Builds that a test may do anything to."""

import pytest
from builds import build_of


@pytest.fixture(params=["5.0.0", "2.1.0"])
def build(request):
    made = build_of(request.param)
    yield made
    made.close()


@pytest.fixture
def strict():
    made = build_of("5.0.0")
    yield made
    made.close()
