"""Nothing is alleged of a good feed in eight hours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stories.hours import PROGRAMS

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_relay_and_meters_find_nothing_in_eight_hours_of_a_good_feed() -> None:
    running = {
        name: subprocess.Popen(
            [sys.executable, "-m", "tests.stories.hours", name],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in PROGRAMS
    }
    try:
        complaints = {name: child.communicate()[1] for name, child in running.items()}
    finally:
        for child in running.values():
            child.kill()
    assert complaints == dict.fromkeys(PROGRAMS, "")
    assert {child.returncode for child in running.values()} == {0}
