"""The trail of who did what: complete, in order, and not to be changed unnoticed."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from livedesk.core.audit_chain import Proof
from livedesk.core.clock import ManualClock
from livedesk.engine.people import audit as audit_module
from livedesk.engine.people import audit_file
from livedesk.engine.people.audit import WAITING_MOST, Audit
from livedesk.engine.people.audit_file import AuditDamagedError, prove_file, read_page
from tests.waiting import until


@asynccontextmanager
async def trail(file: Path, clock: ManualClock) -> AsyncIterator[Audit]:
    audit = Audit(file, clock)
    running = asyncio.create_task(audit.run())
    try:
        yield audit
    finally:
        await audit.close(running)


def filled(file: Path, clock: ManualClock, acts: int = 30) -> None:
    async def story() -> None:
        async with trail(file, clock) as audit:
            for at in range(acts):
                clock.advance(1)
                audit.note(f"POST /v1/stores/glow/hold {at}", "Ana", "producer", store="glow",
                           outcome=200, data={"on": "true", "token": "user"})  # fmt: skip

    asyncio.run(story())


def test_the_trail_goes_on_over_engines_and_proves_itself(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        file = tmp_path / "audit.livedesk"
        async with trail(file, clock) as audit:
            audit.note("POST /v1/users", "Mei", outcome=201, data={"name": "Ana"})
            audit.note("engine.stopped")
            first = await audit.proof()
            assert (first.intact, first.entries) == (True, 2)
        async with trail(file, clock) as audit:
            audit.note("engine.started")
            entries = await audit.page(0, 10)
            assert [(e.seq, e.act, e.actor) for e in entries] == [
                (1, "POST /v1/users", "Mei"), (2, "engine.stopped", "engine"),
                (3, "engine.started", "engine"),
            ]  # fmt: skip
            assert entries[1].digest == first.head
            assert await audit.page(2, 10) == entries[2:]
            assert (await audit.proof()).head == entries[2].digest

    asyncio.run(story())


def test_every_flipped_byte_is_found_or_changes_nothing(tmp_path: Path, clock: ManualClock) -> None:
    file, other = tmp_path / "audit.livedesk", tmp_path / "other.livedesk"
    filled(file, clock)
    whole = file.read_bytes()
    before, proof = read_page(file, 0, 100), prove_file(file)
    assert proof.intact
    rng = random.Random(7)
    texts = [each for entry in before for each in (entry.act, entry.digest)]
    contents = [whole.index(each.encode()) + rng.randrange(len(each)) for each in texts]
    for at in [*contents, *rng.sample(range(len(whole)), 100)]:
        flipped = bytearray(whole)
        flipped[at] ^= 1 << rng.randrange(8)
        other.write_bytes(flipped)
        now = prove_file(other)
        assert not (at in contents and now.intact)
        if now.intact:
            # In an empty part of a page, or in a header that says nothing of the content.
            assert now == proof
            assert read_page(other, 0, 100) == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET actor = 'Bo' WHERE seq = 7",
        "UPDATE entries SET outcome = 403 WHERE seq = 7",
        "UPDATE entries SET utc_ns = utc_ns + 1 WHERE seq = 7",
        "UPDATE entries SET data = '{}' WHERE seq = 7",
        "UPDATE entries SET digest = (SELECT digest FROM entries WHERE seq = 8) WHERE seq = 7",
        "DELETE FROM entries WHERE seq = 7",
        "UPDATE entries SET seq = seq - 1 WHERE seq >= 8",
    ],
)
def test_a_changed_or_missing_entry_is_named(
    tmp_path: Path, clock: ManualClock, change: str
) -> None:
    file = tmp_path / "audit.livedesk"
    filled(file, clock)
    with closing(sqlite3.connect(file)) as database, database:
        if "seq - 1" in change:
            database.execute("DELETE FROM entries WHERE seq = 7")
        database.execute(change)
    broken_at = prove_file(file).broken_at
    assert broken_at is not None
    assert broken_at in (7, 8)


def test_an_end_that_was_cut_off_is_found_while_the_engine_knows_better(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        file = tmp_path / "audit.livedesk"
        async with trail(file, clock) as audit:
            for _ in range(5):
                audit.note("engine.started")
            assert (await audit.proof()).intact
            with closing(sqlite3.connect(file)) as database, database:
                database.execute("DELETE FROM entries WHERE seq > 3")
            assert (await audit.proof()).broken_at == 4

    asyncio.run(story())


def test_no_key_of_an_address_and_nothing_unprintable_is_kept(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        async with trail(tmp_path / "audit.livedesk", clock) as audit:
            audit.note(
                "x", data={"reason": "see rtmp://a.example/live/s3cr3t-key\n\u202eback \udc80"}
            )
            [entry] = await audit.page(0, 10)
            assert "s3cr3t" not in entry.data["reason"]
            assert entry.data["reason"].isprintable()
            assert (await audit.proof()).intact

    asyncio.run(story())


def test_a_file_that_is_none_is_set_aside_and_the_new_one_says_so(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        file = tmp_path / "audit.livedesk"
        file.write_bytes(b"not a database, " * 100)
        async with trail(file, clock) as audit:
            audit.note("engine.started")
            entries = await audit.page(0, 10)
            assert [e.act for e in entries] == ["engine.started", "trail.begun"]
            aside = tmp_path / entries[1].data["set_aside"]
            assert aside.read_bytes().startswith(b"not a database")

    asyncio.run(story())


def test_acts_wait_for_the_disk_and_what_was_too_much_is_counted(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_module, "_RETRY_S", 0.01)

    async def story() -> None:
        folder = tmp_path / "later"
        async with trail(folder / "audit.livedesk", clock) as audit:
            for at in range(WAITING_MOST + 7):
                audit.note(f"act {at}")
            await until(lambda: audit.problem, "the disk is missed")
            folder.mkdir()
            await until(lambda: not audit.problem, "what waited is written")
            entries = await audit.page(WAITING_MOST - 1, 10)
            assert [e.act for e in entries] == [f"act {WAITING_MOST - 1}", "trail.lost"]
            assert "7 acts" in entries[1].data["text"]
            assert (await audit.proof()).intact

    asyncio.run(story())


def test_a_damaged_line_is_not_shown_as_if_it_were_whole(
    tmp_path: Path, clock: ManualClock
) -> None:
    file = tmp_path / "audit.livedesk"
    filled(file, clock, 3)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE entries SET role = 'root' WHERE seq = 2")
    with pytest.raises(AuditDamagedError, match="entry 2"):
        read_page(file, 0, 10)
    assert not prove_file(file).intact


def test_who_pages_on_does_not_have_all_looked_through_again(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100,000 entries take seconds, and an export has twenty pages of them."""
    file, looked = tmp_path / "audit.livedesk", []
    prove_all = audit_file.prove_file

    def prove_from(path: Path, known: Proof) -> Proof:
        looked.append(known.entries)
        return prove_all(path, known)

    monkeypatch.setattr(audit_file, "prove_file", prove_from)

    async def story() -> None:
        async with trail(file, clock) as audit:
            for at in range(20):
                audit.note(f"POST {at}", "Ana")
            assert (await audit.proof()).entries == 20
            audit.note("POST more", "Ana")
            assert (await audit.proof(whole=False)).entries == 21
            with closing(sqlite3.connect(file)) as other, other:
                other.execute("UPDATE entries SET actor = 'Kim' WHERE seq = 3")
            assert (await audit.proof(whole=False)).intact
            assert (await audit.proof()).broken_at == 3
            assert (await audit.proof(whole=False)).broken_at == 3

    asyncio.run(story())
    assert looked == [0, 20, 21, 0, 0]
