"""What does the audit trail say of a session that is gone? It outlives what it speaks of."""

from __future__ import annotations

from livedesk.core.roles import Role
from livedesk.engine.people.audit import ENGINE, Audit
from livedesk.engine.records.library import Found


def note_deleted(
    audit: Audit, found: Found, freed_bytes: int, actor: str = ENGINE, role: Role = "admin"
) -> None:
    """Beside the call that asked for it, if one did: what exactly was lost."""
    session = found.session
    data = {
        "session": session.id,
        "file": session.file,
        "name": session.name,
        "bytes": str(freed_bytes),
    }
    audit.note("session.deleted", actor, role, store=session.store, data=data)
