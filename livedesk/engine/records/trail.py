"""What does the audit trail say of a session that is gone? It outlives what it speaks of."""

from __future__ import annotations

from livedesk.core.roles import Role
from livedesk.engine.people.audit import ENGINE, Audit
from livedesk.engine.records.records import Deleted


def note_deleted(audit: Audit, deleted: Deleted, actor: str = ENGINE, role: Role = "admin") -> None:
    """Beside the call that asked for it, if one did: what exactly was lost."""
    session = deleted.session
    data = {
        "session": session.id,
        "file": session.file,
        "name": session.name,
        "bytes": str(deleted.freed_bytes),
        "head": deleted.seal.head,
        "events": str(deleted.seal.events),
    }
    audit.note("session.deleted", actor, role, store=session.store, data=data)
