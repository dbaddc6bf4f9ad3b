"""How does the script spoil a part of the sandbox for a while?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Literal

from livedesk.core.events import Json
from livedesk.desk.sandbox_client import SandboxClient


@asynccontextmanager
async def spoiled(
    sandbox: SandboxClient, fault: Mapping[str, Json], part: Literal["shop", "chat"] = "shop"
) -> AsyncIterator[None]:
    """Then it is as it was: somebody in front of the console may have spoiled it as well."""
    if not fault:
        yield
        return
    before = (await sandbox.state())[part]["faults"]
    await sandbox.order(f"/{part}", dict(fault))
    yield
    await sandbox.order(f"/{part}", {name: before[name] for name in fault})
