"""The engine's real process, with the relay's double: `python engine_process.py [watched]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from livedesk.core.settings import Settings
from livedesk.engine.main import EngineOptions, engine_process
from livedesk.engine.watch import run_watched
from livedesk.paths import find_paths
from tests.engine.conftest import DOUBLE, resting_probe, store_settings


def main() -> int:
    paths = find_paths(os.environ).prepare()
    if "watched" in sys.argv:
        return run_watched([sys.executable, __file__], paths.runtime)
    return engine_process(
        EngineOptions(
            Settings((store_settings(),)),
            paths,
            relay_command=DOUBLE,
            make_probe=resting_probe,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
