"""How do the people of an engine and their trail come up with it, and go down?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from livedesk import __version__
from livedesk.core.clock import Clock
from livedesk.core.settings import UserSettings
from livedesk.core.tasks import Tasks
from livedesk.engine.people.audit import Audit
from livedesk.engine.people.users import Users
from livedesk.journal.noted import TRAIL_FILE
from livedesk.paths import Paths

USERS_FILE: Final = "users.json"


@dataclass(frozen=True, slots=True)
class PeopleDoor:
    """What the API needs of them (`app.state.people`)."""

    users: Users
    audit: Audit


@asynccontextmanager
async def open_people(
    paths: Paths,
    clock: Clock,
    named: Sequence[UserSettings],
    failed: Callable[[str, BaseException], None],
) -> AsyncIterator[PeopleDoor]:
    """`named`: people of the settings file. `failed`: is told if the trail's task ends."""
    users = Users(paths.data / USERS_FILE, clock, named)
    audit = Audit(paths.data / TRAIL_FILE, clock)
    await users.load()
    tasks = Tasks(failed)
    writing = tasks.spawn("audit trail", audit.run())
    audit.note("engine.started", data={"version": __version__})
    try:
        yield PeopleDoor(users, audit)
    finally:
        await users.save()
        audit.note("engine.stopped")
        await audit.close(writing)
        await tasks.close()
