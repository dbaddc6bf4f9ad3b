"""Whatever is done to a bundle afterwards is found, and nothing in one does harm."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from livedesk.journal.errors import JournalError
from livedesk.journal.evidence import verify
from livedesk.journal.evidence.pack import pack_evidence
from livedesk.journal.evidence.stretch import Stretch
from livedesk.journal.evidence.verify import NotEvidenceError, verify_evidence
from livedesk.journal.reader import SessionReader
from tests.journal.kit import event, write

Files = dict[str, bytes]


@pytest.fixture
def bundle(session: Path, tmp_path: Path) -> Path:
    return pack_evidence(session, Stretch(0, 100_000), "Strike", tmp_path / "out")


def unpacked(path: Path) -> Files:
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return path


def with_new_sums(files: Files) -> Files:
    """As somebody would who knows the format."""
    others = {name: content for name, content in files.items() if name != "SHA256SUMS"}
    sums = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in others.items())
    return others | {"SHA256SUMS": "".join(sums).encode()}


def with_events(files: Files, change: Callable[[list[bytes]], list[bytes]]) -> Files:
    lines = change(files["events.jsonl"].splitlines(keepends=True))
    return with_new_sums(files | {"events.jsonl": b"".join(lines)})


def test_a_bundle_as_packed_is_found_to_be_so(bundle: Path, session: Path) -> None:
    found = verify_evidence(bundle)
    assert found.problems == ()
    assert found.events == 5
    with SessionReader.open(session) as reader:
        assert found.head == reader.seal().head
        in_stretch = [row.digest for row in reader.sealed_rows() if row.row[1] < 100_000]
    assert verify_evidence(bundle, found.head).problems == ()
    assert verify_evidence(bundle, in_stretch[-1]).problems == ()
    assert "does not hold the head" in verify_evidence(bundle, "0" * 64).problems[0]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda f: f | {"tables/pins.csv": b"x"}, "tables/pins.csv was changed"),
        (lambda f: {n: c for n, c in f.items() if n != "plots/rates.svg"}, "rates.svg is missing"),
        (lambda f: f | {"more.txt": b"x"}, "more.txt was put in"),
    ],
)
def test_files_that_were_touched_are_named(
    bundle: Path, change: Callable[[Files], Files], problem: str
) -> None:
    touched = packed(bundle.with_name("t.zip"), change(unpacked(bundle)))
    assert any(problem in each for each in verify_evidence(touched).problems)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [line.replace(b"Later.", b"Never.") for line in lines],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: lines[1:],
        lambda lines: lines[:-1],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines, lines[-1].replace(b'"seq":9', b'"seq":10')],
        lambda lines: [line.replace(b'"digest":"', b'"digest":null,"x":"') for line in lines],
        lambda lines: [],
    ],
)
def test_events_that_were_touched_are_found_also_with_new_checksums(
    bundle: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    touched = packed(bundle.with_name("t.zip"), with_events(unpacked(bundle), change))
    assert verify_evidence(touched).problems != ()


def test_a_flipped_bit_anywhere_in_an_event_is_found(bundle: Path) -> None:
    files, chance = unpacked(bundle), random.Random(7)
    content = files["events.jsonl"]
    for _ in range(60):
        place = chance.randrange(len(content))
        flipped = bytearray(content)
        flipped[place] ^= 1 << chance.randrange(7)
        touched = packed(bundle.with_name("t.zip"), files | {"events.jsonl": bytes(flipped)})
        with suppress(NotEvidenceError):
            assert verify_evidence(touched).problems != ()


def test_a_cut_or_foreign_file_is_a_sentence(bundle: Path, tmp_path: Path) -> None:
    whole, cut = bundle.read_bytes(), tmp_path / "cut.zip"
    for size in range(0, len(whole), max(1, len(whole) // 40)):
        cut.write_bytes(whole[:size])
        with pytest.raises(JournalError, match=r"cut\.zip"):
            verify_evidence(cut)
    with pytest.raises(NotEvidenceError, match="no item named 'SHA256SUMS'"):
        verify_evidence(packed(tmp_path / "foreign.zip", {"a": b"b"}))


@pytest.mark.parametrize(
    "chain", [b"", b"[]", b"{}", b"[" * 10_000, b'{"format":1,"record":{},"stretch":[]}', b"\xff"]
)
def test_a_chain_that_makes_no_sense_is_a_sentence(bundle: Path, chain: bytes) -> None:
    files = with_new_sums(unpacked(bundle) | {"chain.json": chain})
    with pytest.raises(NotEvidenceError):
        verify_evidence(packed(bundle.with_name("t.zip"), files))


@pytest.mark.parametrize("limit", ["_MOST_FILES", "_MOST_BYTES"])
def test_a_bomb_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(verify, limit, 3)
    path = packed(tmp_path / "bomb.zip", {str(number): b"x" for number in range(4)})
    with pytest.raises(NotEvidenceError, match="more than a bundle does"):
        verify_evidence(path)


def test_names_of_files_command_no_screen(bundle: Path) -> None:
    touched = packed(bundle.with_name("t.zip"), unpacked(bundle) | {"\x1b[31m": b""})
    assert "\x1b" not in "".join(verify_evidence(touched).problems)


def test_a_bundle_of_a_later_livedesk_says_so(bundle: Path) -> None:
    files = unpacked(bundle)
    chain = json.loads(files["chain.json"]) | {"format": 99}
    later = packed(bundle.with_name("t.zip"), files | {"chain.json": json.dumps(chain).encode()})
    with pytest.raises(NotEvidenceError, match="later livedesk"):
        verify_evidence(later)


def test_a_record_that_was_changed_before_is_not_called_intact(
    session: Path, tmp_path: Path
) -> None:
    connection = sqlite3.connect(session)
    with connection:
        connection.execute("UPDATE events SET text = 'Nothing.' WHERE seq = 4")
    connection.close()
    path = pack_evidence(session, Stretch(0, 100_000), "x", tmp_path / "out")
    found = verify_evidence(path)
    assert "Event 4 is not as it was written" in " ".join(found.problems)
    assert "NOT intact" in " ".join(found.told)


def test_a_hundred_events_of_the_same_second_are_all_there(tmp_path: Path) -> None:
    events = [event(seq, 5 + (seq % 3) / 10) for seq in range(1, 101)]
    path = write(tmp_path / "a.livedesk", [], events)
    late = pack_evidence(path, Stretch(5_100, 5_200), "x", tmp_path)
    assert verify_evidence(late).problems == ()
