"""Does an engine run on this machine, and who can reach it?"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from livedesk.core.process import is_alive
from livedesk.core.runtime import EngineRuntime, list_runtime_files
from livedesk.doctor.finding import Finding

_LOOPBACK: Final = frozenset(("127.0.0.1", "::1", "localhost"))


def running_engine(folder: Path) -> EngineRuntime | None:
    files = list_runtime_files(folder).values()
    engines = [value for value in files if isinstance(value, EngineRuntime)]
    return next((each for each in engines if is_alive(each.pid, each.process)), None)


def is_on_network(engine: EngineRuntime) -> bool:
    return (urlsplit(engine.url).hostname or "") not in _LOOPBACK


def webhook(
    store: str, of: Literal["products", "warnings"], engine: EngineRuntime | None
) -> Finding:
    """Where the store's webhooks of one kind are taken."""
    text = f"webhooks for {store} are taken at /v1/hooks/{store}/{of}"
    if engine is not None and not is_on_network(engine):
        text += ", on this machine only: the running engine listens on loopback"
        action = "send them through a tunnel or a proxy of this machine"
        return Finding("warn", "webhook", text, action)
    return Finding("ok", "webhook", text)
