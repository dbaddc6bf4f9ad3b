"""Is an evidence bundle as it was packed, and does its chain hold?

The file comes from whoever wants to prove something: nothing in it is taken to be as it should.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from livedesk.core.one_line import one_line
from livedesk.journal.chain import digest_after
from livedesk.journal.errors import JournalError
from livedesk.journal.evidence.bundle import SUMS
from livedesk.journal.evidence.extract import CHAIN_FORMAT, ROW_KEYS
from livedesk.journal.evidence.pack import CHAIN, EVENTS

_CHUNK: Final = 1 << 20
_MOST_FILES: Final = 100_000
_LONGEST_LINE: Final = 32 << 20
_MOST_BYTES: Final = 16 << 30
_SMALL: Final = 32 << 20
"""Of a file that is read as a whole."""


class NotEvidenceError(JournalError):
    """The ZIP is none of ours, or cannot be read."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be read as an evidence bundle: {why}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Verified:
    """`problems`: what is not as it was written, a sentence each. `told`: what is to be known."""

    files: int
    events: int
    head: str
    problems: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def verify_evidence(path: Path, head: str | None = None) -> Verified:
    """Checksums of all files, and each digest from the one before. `head`: a digest noted
    elsewhere, which the bundle has to hold. Raises NotEvidenceError."""
    with _in_words(path), zipfile.ZipFile(path) as packed:
        _refuse_bomb(packed, path)
        problems = [*_files(packed)]
        chain = _chain(packed, path)
        events, last, broken = _events(packed, chain)
        problems += broken
        if head is not None and head not in (_text(chain["record"], "head"), last):
            problems.append(f"It does not hold the head {head}.")
        return Verified(
            files=len(packed.namelist()),
            events=events,
            head=_text(chain["record"], "head"),
            problems=tuple(problems),
            told=tuple(_told(chain, events)),
        )


def _refuse_bomb(packed: zipfile.ZipFile, path: Path) -> None:
    """By what the ZIP says of itself: no more than that is ever unpacked of a file."""
    members = packed.infolist()
    if len(members) > _MOST_FILES or sum(member.file_size for member in members) > _MOST_BYTES:
        raise NotEvidenceError(path, "it holds more than a bundle does")


def _files(packed: zipfile.ZipFile) -> Iterator[str]:
    """What is missing, what is too much, and what is not what its checksum was of."""
    names = packed.namelist()
    expected = dict(_sums(packed))
    for name in sorted(name for name, count in Counter(names).items() if count > 1):
        yield f"{one_line(name, 200)} is in it twice."
    for name in sorted(expected.keys() - set(names)):
        yield f"{one_line(name, 200)} is missing."
    for name in sorted(set(names) - expected.keys() - {SUMS}):
        yield f"{one_line(name, 200)} was put in: it has no checksum."
    for name in sorted(expected.keys() & set(names)):
        if _digest(packed, name) != expected[name]:
            yield f"{one_line(name, 200)} was changed."


def _sums(packed: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    for line in _whole(packed, SUMS).decode("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest


def _digest(packed: zipfile.ZipFile, name: str) -> str | None:
    """None of what cannot be unpacked: ZIP has checksums of its own, and they do not hold."""
    digest = hashlib.sha256()
    try:
        with packed.open(name) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return None
    return digest.hexdigest()


def _chain(packed: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    chain = json.loads(_whole(packed, CHAIN))
    if not isinstance(chain, dict) or not isinstance(chain.get("record"), dict):
        raise ValueError(f"{CHAIN} does not describe a chain")
    if not isinstance(chain.get("stretch"), dict):
        raise ValueError(f"{CHAIN} does not describe a stretch")
    if chain.get("format") != CHAIN_FORMAT:
        raise NotEvidenceError(path, "it is of a later livedesk; use that one to verify it")
    return chain


def _events(packed: zipfile.ZipFile, chain: dict[str, Any]) -> tuple[int, str, list[str]]:
    """How many there are, the last digest, and the first thing that does not hold."""
    stretch = chain["stretch"]
    can_recompute = chain.get("recomputable") is True
    before, count, last_seq = _text(stretch, "before"), 0, 0
    with packed.open(EVENTS) as file:
        while line := file.readline(_LONGEST_LINE):
            members = json.loads(line)
            row = tuple(members[key] for key in ROW_KEYS)
            digest, count = members.get("digest"), count + 1
            if not isinstance(row[0], int) or row[0] <= last_seq:
                return count, before, [f"The events are not in order after number {last_seq}."]
            last_seq = row[0]
            if can_recompute and digest != digest_after(before, row):
                return count, before, [
                    f"Event {last_seq} is not as it was written, or one before it is missing."
                ]  # fmt: skip
            before = digest or before
    wrong: list[str] = []
    if count != stretch.get("events") or (count and before != _text(stretch, "last")):
        wrong = [f"{EVENTS} does not end where {CHAIN} says."]
    return count, before, wrong


def _told(chain: dict[str, Any], events: int) -> Iterator[str]:
    record = chain["record"]
    if record.get("seal") == "broken":
        yield "The record it was taken from was NOT intact when this was packed."
    if chain.get("edition") == "brand":
        yield "It is a brand edition: its events were edited, so their digests were not computed."
    elif not events:
        yield "No event of the record is in the stretch, so there are no digests to compute."
    elif chain.get("recomputable") is True:
        yield f"{events:,} events: the digests hold from the first to the last."
    else:
        yield "Its events have no digests: they are from before records were sealed."
    head, last = _text(record, "head"), _text(chain["stretch"], "last")
    if head and head == last:
        yield f"The last of them is the head of the record: {head}"
        yield "Compare it with one noted elsewhere, such as the audit trail's (session.sealed)."
    elif head and last:
        yield f"Last digest of the stretch: {last}"
        yield f"Whether the record holds it: livedesk verify SESSION --head {last}"


def _whole(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as file:
        content = file.read(_SMALL + 1)
    if len(content) > _SMALL:
        raise ValueError(f"{name} is too large")
    return content


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name, "")
    return value if isinstance(value, str) else ""


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except JournalError:
        raise
    except KeyError as error:
        raise NotEvidenceError(path, f"{error.args[0]}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise NotEvidenceError(path, f"{error}") from error
    except (ValueError, TypeError, RecursionError, RuntimeError) as error:
        raise NotEvidenceError(path, f"its content does not make sense ({error})") from error
