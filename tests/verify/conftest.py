"""A desk for each test."""

from pathlib import Path

import pytest

from tests.verify.desk import Desk, desk_at


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)
