"""How does one find out that somebody changed a session's record afterwards? Pure.

Each event's digest is the SHA-256 of its content and of the digest before it, so that the newest,
the head, stands for all that was written until then: a hash-linked timestamp log (Haber and
Stornetta, "How to time-stamp a digital document", 1991). The first one is linked to what `meta`
says of the session, so that neither its name nor its limits can be exchanged. Whoever notes a head
elsewhere (the audit trail does) can later tell also whether the newest events were cut off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from livedesk.journal.values import EventRow

UNSEALED_UNTIL: Final = "unsealed_until"
"""In `meta`: the newest event that was written before the file had a seal (format 1)."""

_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))
_TEXT: Final = json.encoder.encode_basestring_ascii

_SEALED_META: Final = (
    "session",
    "store",
    "name",
    "platform",
    "started_utc_ns",
    "started_mono_ns",
    "limits",
    "uplinks",
    "versions",
    "sandbox",
    UNSEALED_UNTIL,
)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a look through the whole record found.

    `intact`: every event that has to have a digest has the right one. `broken`: the one numbered
    `broken_seq` is the first that is not as it was written, or before which one is missing or was
    put in. `unsealed`: nothing in the file has a digest. Events of a file of format 1 that a later
    engine continued are counted in `unsealed_events`; the seal says nothing of them.

    `noted`: whether the head that was noted elsewhere at the end of the session is in the file; ""
    where nothing was noted. A file that was cut off behind a whole event is `broken` by nothing
    else: `broken_seq` is then the number after its last.
    """

    state: Literal["intact", "broken", "unsealed"] = "unsealed"
    head: str = ""
    sealed_events: int = 0
    broken_seq: int | None = None
    unsealed_events: int = 0
    noted: Literal["", "held", "missing"] = ""


def origin(meta: Mapping[str, str]) -> str:
    """What stands before the first event: a digest of what `meta` says of the session."""
    return _digest([[key, meta[key]] for key in _SEALED_META if key in meta])


def digest_after(before: str, row: EventRow) -> str:
    """Of the JSON list of the digest before and the columns of `events` in order, `data` being the
    text as it is in the file: without blanks, in ASCII, so that there is one text for one content.
    """
    content = ",".join(
        [_TEXT(each) if type(each) is str else _json(each) for each in (before, *row)]
    )
    return hashlib.sha256(f"[{content}]".encode("ascii")).hexdigest()


def _json(value: object) -> str:
    """The encoder makes itself anew for each call, so the numbers of a row do without it."""
    return str(value) if type(value) is int else _ENCODER.encode(value)


def unsealed_until(meta: Mapping[str, str]) -> int:
    """0 for a file that was sealed from its first event on."""
    try:
        return int(meta.get(UNSEALED_UNTIL, 0))
    except ValueError:
        return 0


class Check:
    """Takes the events in order and says at the end what they amount to.

    `noted_head`: a digest that was noted elsewhere; empty where none was.
    """

    def __init__(self, meta: Mapping[str, str], noted_head: str = "") -> None:
        self._noted_head = noted_head
        self._is_held = False
        self._last_seq = 0
        self._before = origin(meta)
        self._unsealed_until = unsealed_until(meta)
        self._head = ""
        self._sealed = 0
        self._unsealed = 0
        self._broken_seq: int | None = None

    def take(self, row: EventRow, digest: str | None) -> None:
        self._last_seq = row[0]
        if digest is None:
            self._unsealed += 1
            if row[0] > self._unsealed_until:
                self._break(row[0])
            return
        self._sealed += 1
        if self._broken_seq is None and digest != digest_after(self._before, row):
            self._break(row[0])
        self._before = self._head = digest
        self._is_held = self._is_held or digest == self._noted_head

    def result(self, *, is_sealed_format: bool = True) -> Seal:
        """`is_sealed_format`: whether the file's format has digests at all (since 2)."""
        is_cut = bool(self._noted_head) and not self._is_held
        if is_cut:
            self._break(self._last_seq + 1)
        if not (is_sealed_format or is_cut) or not (self._sealed or self._broken_seq):
            return Seal(unsealed_events=self._unsealed)
        return Seal(
            "intact" if self._broken_seq is None else "broken",
            self._head,
            self._sealed,
            self._broken_seq,
            self._unsealed,
            "missing" if is_cut else "held" if self._noted_head else "",
        )

    def _break(self, seq: int) -> None:
        if self._broken_seq is None:
            self._broken_seq = seq


def _digest(content: object) -> str:
    return hashlib.sha256(_ENCODER.encode(content).encode("ascii")).hexdigest()
