"""Fixtures around a real OBS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.obs.real_obs import RealObs, obs_running
from tests.peers.peers import NginxRtmp, RunningPath, nginx_running, path_running


@pytest.fixture
def obs(tmp_path: Path) -> Iterator[RealObs]:
    with obs_running(tmp_path / "obs") as running:
        yield running


@pytest.fixture
def first(tmp_path: Path) -> Iterator[NginxRtmp]:
    with nginx_running(tmp_path / "first") as server:
        yield server


@pytest.fixture
def second(tmp_path: Path) -> Iterator[NginxRtmp]:
    with nginx_running(tmp_path / "second") as server:
        yield server


@pytest.fixture
def path(first: NginxRtmp) -> Iterator[RunningPath]:
    """The bad network before the first server."""
    with path_running(first.port) as running:
        yield running
