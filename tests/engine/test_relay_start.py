"""Does an engine that is stopped while a relay starts leave that relay behind?"""

from __future__ import annotations

import asyncio
import shlex

from livedesk.core.runtime import list_runtime_files
from tests.engine.conftest import DOUBLE, Bench
from tests.waiting import until


def test_a_relay_that_is_just_starting_ends_with_its_engine(bench: Bench) -> None:
    begun = bench.paths.runtime / "begun"
    slow = ("sh", "-c", f"touch {shlex.quote(str(begun))}; sleep 1.2; exec {shlex.join(DOUBLE)}")

    async def story() -> None:
        async with bench.engine(bench.options(relay_command=slow)):
            await until(begun.exists, "the relay's start")
        assert list_runtime_files(bench.paths.runtime) == {}

    asyncio.run(story())
