"""Does the report tell of the show, in order, to everybody, and run nothing?"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Json
from livedesk.journal.chain import Seal
from livedesk.journal.fold.summary import summarise
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import edited
from livedesk.journal.report.page import render_report
from livedesk.journal.writer import JournalWriter
from tests.journal.kit import START_MONO_NS, START_UTC_NS, at, event, info, row, steady, write

HOSTILE = "<script>alert(1)</script>&\"'</style>\u202e\x07=1+1"


class Elements(HTMLParser):
    """Start tags with their attributes, and the text of each element that was asked for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def page(path: Path, edition: str = "full", seal: Seal | None = None) -> str:
    with SessionReader.open(path) as reader:
        words = edited(reader, "brand" if edition == "brand" else "full")
        return render_report(reader, summarise(reader), words, seal)


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """A minute with a fault, an alarm, an act of a person, and texts of strangers."""
    rows = steady(range(60))
    rows += [row(t_s, 10, "skew_ms") for t_s in range(60)]
    events = [
        event(1, 0, "session.start"),
        event(
            2, 20, "limit.trip", f"{HOSTILE} at 10.1.2.3. Mend it.", level="warning",
            alarm="sound.silent", priority="high", action="Mend it.",
        ),
        event(3, 22, "alarm.acknowledged", "ana has seen it.", actor="ana", alarm="sound.silent"),
        event(4, 30, "limit.clear", "Gone.", alarm="sound.silent"),
        event(5, 40, "operator.note", f"ana wrote {HOSTILE}", actor="ana"),
        event(6, 60, "session.end", "Signed off.", actor="ana"),
    ]  # fmt: skip
    return write(tmp_path / "a.livedesk", rows, events, info(name=f"Glow {HOSTILE}"))


def test_texts_of_strangers_stay_texts(show: Path) -> None:
    found = Elements(page(show))
    assert not found.of("script")
    assert len(found.of("style")) == 1
    assert "\x07" not in page(show)
    assert "\u202e" not in page(show)
    assert "alert(1)" in page(show)


def test_nothing_is_fetched(show: Path) -> None:
    links = [
        value
        for _, attributes in Elements(page(show)).found
        for name, value in attributes.items()
        if name in ("src", "href", "action", "data")
        and value
        and not value.startswith(("#", "data:image/jpeg;base64,"))
    ]
    assert links == []
    assert "url(" not in page(show)
    assert "@import" not in page(show)


def test_who_does_not_see_finds_the_way(show: Path) -> None:
    found = Elements(page(show))
    assert found.of("html") == [{"lang": "en"}]
    assert len(found.of("main")) == len(found.of("h1")) == 1
    assert len(found.of("caption")) == len(found.of("table")) > 0
    assert all(th.get("scope") == "col" for th in found.of("th"))
    ids = [attributes["id"] for _, attributes in found.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [a["aria-labelledby"] for a in found.of("section")]
    assert set(named) <= set(ids)


def test_the_first_page_has_verdict_glance_and_trouble_before_the_evidence(show: Path) -> None:
    text = page(show)
    order = [
        text.index(mark)
        for mark in ('id="verdict"', 'class="tiles', "at a glance", 'class="worst"', "Seal of")
    ]
    assert order == sorted(order)
    assert order[-1] < text.index('id="timeline"') < text.index('id="incidents"')
    assert text.index('id="incidents"') < text.index('id="events"')


def test_the_brand_edition_names_nobody(show: Path) -> None:
    full, brand = page(show), page(show, "brand")
    assert "10.1.2.3" in full
    assert "ana has seen it" in full
    assert "10.1.2.3" not in brand
    assert "ana" not in brand.replace("analyst", "")
    assert "operator 1" in brand
    assert "Brand edition" in brand


def test_a_broken_seal_is_the_first_thing_said(show: Path) -> None:
    told = page(show, seal=Seal("broken", "ab" * 32, 6, 4))
    assert told.index("broken at event 4") < told.index('class="tiles')
    assert "BROKEN" in told


def test_what_was_saved_of_a_damaged_record_says_so_first(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", steady(range(300)), [event(1, 0, "session.start")])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with SessionReader.open_or_salvage(path, tmp_path / "saved") as reader:
        assert reader.salvaged
        told = render_report(reader, summarise(reader))
    assert told.index("saved of a damaged record") < told.index('class="tiles')
    assert "The seal speaks of the events that are left" in told


def test_a_switch_that_a_person_ordered_is_a_moment_and_no_fault(tmp_path: Path) -> None:
    facts: dict[str, Json] = {"from": "primary", "to": "bonded", "cause": "operator"}
    done = facts | {"publish_ms": 45.0, "switch_ms": 400.0}
    events = [
        replace(event(1, 20, "failover.switch", actor="ana"), data=facts),
        replace(event(2, 20.4, "failover.done", actor="ana"), data=done),
        event(3, 60, "session.end"),
    ]
    about = info(uplinks=("primary", "bonded"))
    told = page(write(tmp_path / "a.livedesk", steady(range(60)), events, about))
    assert "Nothing went wrong that was recorded" in told
    assert "Ordered. Switched from primary to bonded" in told
    assert 'class="trouble' not in told


def test_what_viewers_had_of_it_goes_before_what_merely_took_longer(tmp_path: Path) -> None:
    rows = [*steady(range(100)), *steady(range(100, 105), goodput=900), *steady(range(105, 400))]
    events = [
        happened
        for seq, t_s in enumerate(range(120, 370, 50), 1)
        for happened in (
            event(2 * seq, t_s, "limit.trip", "Late.", alarm="path.late", priority="low"),
            event(2 * seq + 1, t_s + 30, "limit.clear", "Over.", alarm="path.late"),
        )
    ]
    told = page(write(tmp_path / "a.livedesk", rows, [*events, event(99, 400, "session.end")]))
    listed = told.partition('class="worst"')[2].partition("</ol>")[0]
    assert "What went wrong most (4 of 6)" in told
    assert "5 s below 2,500 kbps." in listed.replace("\xa0", " ")
    assert "path.late:" not in listed


def test_pictures_stand_in_the_page_itself(tmp_path: Path) -> None:
    assert not Elements(page(write(tmp_path / "none.livedesk"))).of("img")
    jpeg = b"\xff\xd8\xff small"
    path = with_stills(tmp_path / "a.livedesk", jpeg, b"<svg onload=alert(1)>")
    (picture,) = Elements(page(path)).of("img")
    assert picture["src"] == f"data:image/jpeg;base64,{b64encode(jpeg).decode()}"
    assert "img-src data:" in page(path)


def with_stills(path: Path, *jpegs: bytes) -> Path:
    async def fill() -> None:
        writer = JournalWriter.create(path, info(), at(0))
        for t_s, jpeg in enumerate(jpegs):
            into_ns = t_s * NS_PER_S
            writer.still("interval", jpeg, START_MONO_NS + into_ns, START_UTC_NS + into_ns)
        writer.sample(steady(range(4)))
        await writer.close()

    asyncio.run(fill())
    return path


def test_the_same_record_is_the_same_page(show: Path) -> None:
    assert page(show) == page(show)


def test_a_session_without_anything_is_a_page_too(tmp_path: Path) -> None:
    told = page(write(tmp_path / "a.livedesk"))
    assert "There is no sign-off in this record" in told
    assert "Nothing went wrong that was recorded" in told


def test_of_many_events_the_loud_ones_are_listed_however_old(tmp_path: Path) -> None:
    loud = event(1, 1, "feed.lost", "The feed was lost.", level="critical")
    rest = [event(seq, seq / 10, "operator.note", f"Note {seq}.") for seq in range(2, 900)]
    told = page(write(tmp_path / "a.livedesk", [], [loud, *rest]))
    assert "The feed was lost." in told
    assert "Note 899." in told
    assert "Note 2." not in told
    assert "899 are listed" in told


def test_who_stops_it_gets_no_page(show: Path) -> None:
    asked: list[None] = []

    def stop_at_the_fifth() -> None:
        asked.append(None)
        if len(asked) == 5:
            raise InterruptedError

    with SessionReader.open(show) as reader, pytest.raises(InterruptedError):
        render_report(reader, summarise(reader), still=stop_at_the_fifth)
