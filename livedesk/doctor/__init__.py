"""What is missing on this machine, and how to get it? `livedesk doctor`; works without Qt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from livedesk.core.clock import Clock
from livedesk.core.process import is_alive
from livedesk.doctor.finding import Finding, as_text, exit_status
from livedesk.doctor.leftovers import check_leftovers
from livedesk.doctor.libraries import check_libraries
from livedesk.doctor.machine import (
    check_clock,
    check_folders,
    check_keyring,
    check_looks,
    check_player,
)
from livedesk.doctor.settings import check_settings
from livedesk.keys import secret_resolver
from livedesk.paths import Paths

__all__ = ["Finding", "as_text", "exit_status", "run_doctor"]


def run_doctor(
    paths: Paths, config: Path | None, environ: Mapping[str, str], clock: Clock
) -> list[Finding]:
    """Everything that was looked at, the good with the bad; `config` is checked if given."""
    return list(_all(paths, config, environ, clock))


def _all(
    paths: Paths, config: Path | None, environ: Mapping[str, str], clock: Clock
) -> Iterator[Finding]:
    yield from check_libraries(environ)
    yield from check_looks(environ)
    yield check_player()
    yield check_keyring()
    yield from check_folders(paths)
    yield from check_clock(clock)
    yield from check_leftovers(paths.runtime, is_alive)
    if config is not None:
        yield from check_settings(config, secret_resolver(environ), paths, clock)
