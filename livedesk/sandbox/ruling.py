"""How does a rule service run beside the sandbox's other parts? In a folder that goes with it.

Its wish, all of it optional: `{"port": 0, "token": "…", "data": "folder"}`. `token` is the one of
an engine; `data` is kept, and without it a new service begins each time, with the rules of
`rules/seed.json`. How to call it: `{"url", "token", "tokens": {role: token}}`.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.encoder.job import JobError

if TYPE_CHECKING:
    from livedesk.sandbox.rules.access import Role
    from livedesk.sandbox.rules.server import RulesServer

_FIELDS: Final = frozenset({"port", "token", "data"})
_ROLES: Final[tuple[Role, ...]] = ("engine", "editor", "reader")


@dataclass(frozen=True, slots=True)
class RulesJob:
    """`token`: of an engine; None: one is made."""

    port: int = 0
    token: Secret | None = field(default=None, repr=False)
    data: Path | None = None


def parse_rules_job(job: object) -> RulesJob | None:
    """None, when none is wanted. Raises JobError."""
    if job is None:
        return None
    if not isinstance(job, dict) or not set(job) <= _FIELDS:
        raise JobError(f"rules: an object with any of {', '.join(sorted(_FIELDS))} is needed")
    port, token, data = job.get("port", 0), job.get("token"), job.get("data")
    if not isinstance(port, int) or not 0 <= port <= 65535:
        raise JobError("rules: port: a number from 0 to 65535 is needed")
    if not (isinstance(token, str | None) and isinstance(data, str | None)):
        raise JobError("rules: token and data: texts are needed")
    return RulesJob(port, Secret(token) if token else None, Path(data) if data else None)


@asynccontextmanager
async def running_rules(job: RulesJob, clock: Clock) -> AsyncIterator[RulesServer]:
    """A rule service for as long as the context is open. Raises JobError."""
    # Here, as the matcher is not loaded where nobody asks for rules.
    from livedesk.moderation.rule_file import RuleFileError
    from livedesk.sandbox.rules.schema import NotOursError
    from livedesk.sandbox.rules.server import RulesSettings, serve_rules

    async with AsyncExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="livedesk-rules-")
        stack.callback(folder.cleanup)
        tokens: Mapping[Role, Secret] = {} if job.token is None else {"engine": job.token}
        settings = RulesSettings(job.data or Path(folder.name), job.port, tokens=tokens)
        try:
            server = await serve_rules(settings, clock)
        except (NotOursError, RuleFileError, OSError, ValueError, sqlite3.Error) as fault:
            raise JobError(f"rules: {fault}") from None
        stack.push_async_callback(server.close)
        yield server


def rules_access(server: RulesServer) -> dict[str, Json]:
    """How to call it, with its secrets: for the pipe to the parent, nothing else."""
    tokens: dict[str, Json] = {role: server.token(role).reveal() for role in _ROLES}
    return {"url": server.url, "token": tokens["engine"], "tokens": tokens}
