"""A record tells of every pin: when it was called for, how long it took, and what became of it."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec

from livedesk.core.events import Event, Json
from livedesk.core.pins import PadClock, PinStatus, Product
from livedesk.journal.exports.export import export
from livedesk.journal.fold.pins import unsettled_pins
from tests.journal.kit import START_UTC_NS, event, steady, summary_of, write

SERUM = Product("p1", "Rose serum 30 ml", price=Decimal("19.90"), currency="USD")


def pin(name: str, t_s: float, **known: object) -> PinStatus:
    cued = PinStatus(
        id=name,
        action="pin",
        product_id=SERUM.id,
        title=SERUM.title,
        state="cued",
        source="pad",
        cued_utc_ns=START_UTC_NS + round(t_s * 1e9),
        received_ms=2.0,
        key=f"s1:p1:{name}",
    )
    return replace(cued, **known)  # type: ignore[arg-type]


def told(seq: int, t_s: float, kind: str, status: PinStatus, **more: Json) -> Event:
    data = msgspec.to_builtins(status) | more
    return replace(event(seq, t_s, kind), source="pins", data=data)


def cue(seq: int, t_s: float, name: str) -> Event:
    marks: dict[str, Json] = {
        "cue_mono_ns": 7, "deadline_mono_ns": 807, "product": msgspec.to_builtins(SERUM),
    }  # fmt: skip
    return told(seq, t_s + 0.002, "pin.cued", pin(name, t_s), **marks)


def shown(seq: int, t_s: float, name: str, ms: float, state: str = "confirmed") -> list[Event]:
    done = pin(
        name, t_s, state=state, shown=True, attempts=1, reads=1,
        sent_ms=5.0, accepted_ms=ms - 60, settled_ms=ms, latency_ms=ms,
    )  # fmt: skip
    return [cue(seq, t_s, name), told(seq + 1, t_s + ms / 1000, f"pin.{state}", done)]


def failed(seq: int, t_s: float, name: str, reason: str) -> list[Event]:
    status = pin(name, t_s, state="failed", shown=False, attempts=2, sent_ms=5.0, settled_ms=750.0,
                 code="rate_limited", reason=reason)  # fmt: skip
    return [cue(seq, t_s, name), told(seq + 1, t_s + 0.75, "pin.failed", status)]


def recorded(tmp_path: Path, events: list[Event]) -> Path:
    return write(tmp_path / "a.livedesk", steady(range(60)), events)


def test_the_latency_of_a_session_counts_what_was_read_back_and_what_was_not(
    tmp_path: Path,
) -> None:
    refused = pin("r", 30, state="refused", code="out_of_stock", reason="Out of stock.")
    events = [
        *shown(1, 10, "a", 180),
        *shown(3, 12, "b", 320),
        *shown(5, 14, "c", 1_240, state="late"),
        *failed(7, 16, "d", "The platform asked for fewer calls."),
        told(9, 30, "pin.refused", refused),
    ]
    figures = summary_of(recorded(tmp_path, events)).pin_latency
    assert (figures.sent, figures.shown, figures.within) == (4, 3, 2)
    assert (figures.late, figures.failed, figures.refused) == (1, 1, 1)
    assert (figures.p50_ms, figures.max_ms) == (320, 1_240)
    assert figures.share_within == 2 / 4


def test_only_pins_whose_end_is_not_on_record_are_unsettled(tmp_path: Path) -> None:
    sent = told(4, 20.1, "pin.sent", pin("b", 20, state="in_flight", attempts=1, sent_ms=5.0))
    events = [*shown(1, 10, "a", 180), cue(3, 20, "b"), sent]
    (left,) = unsettled_pins(events)
    assert (left.pin.id, left.pin.state, left.pin.attempts) == ("b", "in_flight", 1)
    assert left.product == SERUM
    assert (left.cue_mono_ns, left.deadline_mono_ns) == (7, 807)


def test_a_pin_whose_cue_the_disk_did_not_take_is_not_forgotten() -> None:
    """It was sent all the same, so somebody has to look what became of it."""
    sent = told(4, 20.1, "pin.sent", pin("b", 20, state="in_flight", recorded=False, sent_ms=5.0))
    (left,) = unsettled_pins([sent])
    assert (left.pin.id, left.product, left.cue_mono_ns) == ("b", None, 0)


def test_the_report_tells_what_came_late_from_what_never_came(tmp_path: Path) -> None:
    unsent = pin("b", 20, state="late", shown=False, settled_ms=900.0, reason="Not sent.")
    events = [*shown(1, 10, "a", 1_240, state="late"), told(3, 21, "pin.late", unsent)]
    (page,) = export(recorded(tmp_path, events), ["html"], tmp_path)
    text = page.read_text(encoding="utf-8")
    assert re.findall(r">(late(?:, not shown)?)<", text) == ["late", "late, not shown"]


def test_a_pin_event_of_a_later_livedesk_or_without_sense_harms_nothing(tmp_path: Path) -> None:
    later = told(3, 21, "pin.cued", pin("b", 20), something_new=[1, 2])
    senseless = replace(event(4, 22, "pin.cued"), data={"id": 5})
    summary = summary_of(recorded(tmp_path, [*shown(1, 10, "a", 180), later, senseless]))
    assert [row.pin.id for row in summary.pins] == ["a", "b"]


def test_exports_list_pins_with_their_times_and_the_clock_of_the_pad(tmp_path: Path) -> None:
    on_a_phone = pin("b", 20, state="confirmed", shown=True, attempts=1, settled_ms=210.0,
                     latency_ms=210.0, clock=PadClock(offset_ms=-131.5, error_ms=4.0))  # fmt: skip
    events = [*shown(1, 10, "a", 180), told(3, 20.21, "pin.confirmed", on_a_phone)]
    export(recorded(tmp_path, events), ["csv", "jsonl"], tmp_path / "out")
    with (tmp_path / "out/a-csv/pins.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["t_s"], first["state"], first["latency_ms"]) == ("10", "confirmed", "180")
    assert first["key"] == "s1:p1:a"
    assert (second["clock_offset_ms"], second["clock_error_ms"]) == ("-131.5", "4")
    lines = [json.loads(line) for line in (tmp_path / "out/a.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines if line["type"] == "pin"] == ["a", "b"]


def test_the_report_says_how_many_pins_kept_the_promise_and_why_others_did_not(
    tmp_path: Path,
) -> None:
    why = "The platform asked for fewer calls: <b>next in 10 s</b>."
    events = [*shown(1, 10, "a", 180), *failed(3, 16, "b", why)]
    (page,) = export(recorded(tmp_path, events), ["html"], tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "Pins within 800 ms" in text
    assert ">50 %" in text
    assert "1 not shown" in text
    assert "&lt;b&gt;next in 10 s" in text


def test_a_title_of_ten_thousand_characters_is_whole_in_the_export_and_short_on_the_page(
    tmp_path: Path,
) -> None:
    title = "Serum " * 1_700
    done = pin("a", 10, title=title, state="confirmed", shown=True, attempts=1, latency_ms=90.0)
    path = recorded(tmp_path, [told(1, 10.1, "pin.confirmed", done)])
    export(path, ["csv", "html"], tmp_path / "out")
    assert title in (tmp_path / "out/a-csv/pins.csv").read_text(encoding="utf-8")
    assert (tmp_path / "out/a.html").read_text(encoding="utf-8").count("Serum Serum") < 20
