from pathlib import Path

import pytest
from tiny_text_games import write_games


@pytest.fixture(scope="session")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_games(tmp_path_factory.mktemp("data"))
