"""An engine to talk to, and a desk that talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk.fake_engine import FakeEngine, Script, running


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def engine(script: Script) -> Iterator[FakeEngine]:
    with running(script) as fake:
        yield fake
