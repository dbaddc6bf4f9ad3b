"""The engine's real process with a store that pins: `python engine_process.py PORT_OF_SERVICE`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from livedesk.core.settings import Settings
from livedesk.engine.main import EngineOptions, engine_process
from livedesk.paths import find_paths
from tests.engine.conftest import DOUBLE, resting_probe, store_settings
from tests.engine.pinning.service import PinService


def main() -> int:
    settings = replace(store_settings(), pins=PinService(int(sys.argv[1])).settings())
    return engine_process(
        EngineOptions(
            Settings((settings,)),
            find_paths(os.environ).prepare(),
            relay_command=DOUBLE,
            make_probe=resting_probe,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
