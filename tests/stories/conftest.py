"""What stories through the whole system begin with."""

from __future__ import annotations

import pytest

from livedesk.paths import Paths
from tests.engine.conftest import Bench


@pytest.fixture
def bench(paths: Paths) -> Bench:
    return Bench(paths.prepare())
