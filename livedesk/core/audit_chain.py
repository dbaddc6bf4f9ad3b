"""How does one find out that somebody changed the audit trail afterwards? Pure.

Each entry's digest is the SHA-256 of its content and of the digest before it, so that it stands for
all that came until then. Who keeps a digest elsewhere can tell later whether anything before it was
changed or left out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Final

from livedesk.core.engine_status import AuditEntry


@dataclass(frozen=True, slots=True)
class Proof:
    """What a look through the whole trail found. `head`: the newest digest, "" of an empty one."""

    head: str = ""
    entries: int = 0
    broken_at: int | None = None
    """The number of the first entry that is not as it was written, or before which one lacks."""

    @property
    def intact(self) -> bool:
        return self.broken_at is None

    def after(self, entry: AuditEntry) -> Proof:
        """With one entry more looked at."""
        broken_at = self.broken_at
        is_next = entry.seq == self.entries + 1
        if broken_at is None and not (is_next and entry.digest == digest_after(self.head, entry)):
            broken_at = entry.seq
        return Proof(entry.digest, self.entries + 1, broken_at)


NOTHING: Final = Proof()
"""Of no entry yet."""


def sealed(entry: AuditEntry, before: str) -> AuditEntry:
    """The entry with its digest. `before`: that of the entry before it, "" of the first."""
    return replace(entry, digest=digest_after(before, entry))


def digest_after(before: str, entry: AuditEntry) -> str:
    """Over JSON without blanks, in ASCII, members of `data` by name: one text for one content."""
    content = [
        before, entry.seq, entry.utc_ns, entry.actor, entry.role, entry.act, entry.store,
        entry.outcome, entry.data,
    ]  # fmt: skip
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
