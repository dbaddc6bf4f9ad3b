"""The long session that exports are measured with: hours of figures, thousands of pins, tens of
thousands of comments. Made to a seed, so that each run measures the same file."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.events import Event, Json
from livedesk.core.figures import FIGURES
from livedesk.core.moderation import Comment, Decision, Effect, Item, Span, Verdict
from livedesk.core.pins import PinStatus
from livedesk.journal.disk import SessionDisk
from livedesk.journal.rows import event_row
from livedesk.journal.schema import connect
from livedesk.journal.values import SampleRow
from tests.journal.kit import START_MONO_NS, START_UTC_NS, event, info

T = TypeVar("T")

UPLINKS: Final = ("primary", "bonded")
_PER_UPLINK: Final = ("goodput_kbps", "backlog_ms", "rtt_ms")
_LEVELS: Final = {
    "feed_kbps": 4_200.0, "goodput_kbps": 4_150.0, "video_kbps": 4_050.0, "audio_kbps": 128.0,
    "fps": 30.0, "skew_ms": -12.0, "gop_s": 2.0, "rtt_ms": 38.0, "short_term_lufs": -18.0,
}  # fmt: skip
_PEOPLE: Final = ("Anna Berg", "Jo Park", "Sam Ito")
_COMMENTS: Final = (
    "is this still in stock? 🌸 <b>please</b>",
    "get FREE MONEY now at www.example.com/win",
    "=HYPERLINK(\"http://example.com\",\"price\")",
    "كم السعر؟ متى يصل",
    "how long is shipping to Lisbon, and is the 30 ml the same as last week?",
)  # fmt: skip
_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Size:
    hours: float = 4.0
    pins: int = 2_000
    items: int = 50_000

    @property
    def seconds(self) -> int:
        return round(self.hours * 3600)


FULL: Final = Size()


def make_big(path: Path, size: Size = FULL) -> Path:
    """A closed session file of 20 figures a second, and of some three events a comment."""
    about = replace(info(name="Glow Beauty, the long show"), uplinks=UPLINKS)
    disk = SessionDisk(path, about, connect)
    disk.open()
    numbered = (replace(each, seq=seq) for seq, each in enumerate(_events(size), 1))
    for events in _batches(numbered):
        disk.write_events(
            [event_row(each, (each.mono_ns - START_MONO_NS) // NS_PER_MS) for each in events]
        )
    for samples in _batches(_samples(size)):
        disk.write_samples(samples)
    disk.fold()
    disk.discard()
    return path


def figures() -> list[tuple[str, str]]:
    """Figure and subject of each series."""
    single = [(name, "") for name in FIGURES if name not in _PER_UPLINK]
    return single + [(name, uplink) for name in _PER_UPLINK for uplink in UPLINKS]


def _samples(size: Size) -> Iterator[SampleRow]:
    chance = random.Random(3)
    keys = figures()
    for t_s in range(size.seconds):
        at_ns = t_s * NS_PER_S
        is_slow = t_s % 2_400 in range(600, 620)
        for figure, subject in keys:
            mean = _LEVELS.get(figure, 10.0) * chance.uniform(0.97, 1.03)
            if figure == "goodput_kbps" and (subject == "bonded" or is_slow):
                mean = 0.0 if subject == "bonded" else mean * 0.4
            yield SampleRow(
                t_s, START_UTC_NS + at_ns, START_MONO_NS + at_ns, figure, subject, 1, 4,
                mean - abs(mean) / 50, mean, mean + abs(mean) / 50,
            )  # fmt: skip


def _events(size: Size) -> Iterator[Event]:
    """In order of time, not yet numbered."""
    told = [*_frame(size), *_pins(size), *_items(size)]
    told.sort(key=lambda each: each.mono_ns)
    yield from told


def _frame(size: Size) -> Iterator[Event]:
    yield event(0, 0.0, "session.start", "The session began.")
    yield event(0, 0.1, "uplink.up", "The uplink primary publishes.", uplink="primary")
    yield event(0, 0.2, "uplink.up", "The uplink bonded stands by.", uplink="bonded")
    for number, t_s in enumerate(range(600, size.seconds, 1_200)):
        who = _PEOPLE[number % len(_PEOPLE)]
        alarm: dict[str, Json] = {"alarm": "uplink.low:primary", "priority": "high", "action": ""}
        text = "The uplink primary carries too little."
        yield replace(_told(t_s, "limit.trip", text, alarm), level="warning")
        yield _told(t_s + 4, "alarm.acknowledged", "The alarm was acknowledged.", alarm, who)
        yield _told(t_s + 20, "limit.clear", "The uplink primary is well again.", alarm)
    yield event(0, size.seconds, "session.end", "The session was signed off.", actor=_PEOPLE[0])


def _pins(size: Size) -> Iterator[Event]:
    chance = random.Random(5)
    for number in range(size.pins):
        t_s = 5 + number * (size.seconds - 10) / max(1, size.pins)
        took_ms = round(chance.uniform(180, 700), 3)
        begun = PinStatus(
            id=f"pin-{number}",
            action="pin",
            product_id=f"17290{number % 40:04d}",
            title=f"Rose serum no. {number % 40}, 30 ml",
            state="cued",
            source="pad",
            cued_utc_ns=_utc_ns(t_s),
            actor="Mika",
            received_ms=2.0,
            key=f"s1:{number}",
        )
        sent = replace(begun, state="in_flight", sent_ms=6.0, attempts=1)
        taken = replace(sent, state="accepted", accepted_ms=took_ms - 60)
        done = replace(
            taken, state="confirmed", shown=True, reads=1, settled_ms=took_ms, latency_ms=took_ms
        )
        for word, status, into_ms in (
            ("cued", begun, 2.0),
            ("sent", sent, 6.0),
            ("accepted", taken, took_ms - 60),
            ("confirmed", done, took_ms),
        ):
            yield _told(
                t_s + into_ms / 1000,
                f"pin.{word}",
                f"{status.title}: {word}.",
                msgspec.to_builtins(status),
                status.actor,
            )


def _items(size: Size) -> Iterator[Event]:
    chance = random.Random(7)
    for number in range(size.items):
        t_s = 3 + number * (size.seconds - 40) / max(1, size.items)
        is_hide = number % 5 != 0
        comment = Comment(
            f"c{number}", f"u{number % 9_000}", f"viewer_{number % 9_000}",
            f"{_COMMENTS[number % len(_COMMENTS)]} {number}", _utc_ns(t_s),
        )  # fmt: skip
        verdict = Verdict(
            "hide" if is_hide else "review", f"scam-{number % 30}", "scams", "Advance-fee scam",
            (Span(4, 14),), "free money", "7",
        )  # fmt: skip
        item = Item(
            f"i{number}", "glow", comment, verdict, "hidden" if is_hide else "waiting",
            effects=(Effect(f"hide:1:c{number}", "hide", wanted_utc_ns=_utc_ns(t_s)),)
            if is_hide
            else (),
        )  # fmt: skip
        yield _told(
            t_s + 0.02, "moderation.judged", "A comment was judged.",
            {"item": msgspec.to_builtins(item)},
        )  # fmt: skip
        if is_hide:
            yield from _hidden(item, t_s, chance.uniform(0.15, 1.6))
        else:
            yield from _decided(item, t_s + chance.uniform(3, 20), number)


def _hidden(item: Item, t_s: float, took_s: float) -> Iterator[Event]:
    for state, into_s in (("sent", 0.05), ("done", took_s)):
        settled_ns = _utc_ns(t_s + into_s) if state == "done" else None
        effect: dict[str, Json] = msgspec.to_builtins(item.effects[0])
        effect |= {"state": state, "settled_utc_ns": settled_ns}
        data: dict[str, Json] = {"item_id": item.id, "effect": effect}
        if state == "done":
            data["latency_ms"] = round(took_s * 1000, 3)
        yield _told(t_s + into_s, f"moderation.{state}", f"Hiding a comment: {state}.", data)


def _decided(item: Item, t_s: float, number: int) -> Iterator[Event]:
    by = _PEOPLE[number % len(_PEOPLE)]
    decision = Decision("approve" if number % 10 else "hide", by, _utc_ns(t_s), f"k{number}")
    new = replace(
        item,
        state="approved" if number % 10 else "hidden",
        revision=2,
        decisions=(decision,),
    )
    data: dict[str, Json] = {
        "item_id": item.id,
        "decision": msgspec.to_builtins(decision),
        "item": msgspec.to_builtins(new),
    }
    yield _told(t_s, "moderation.decided", "A moderator decided.", data, by)


def _told(
    t_s: float, kind: str, text: str, data: dict[str, Json], actor: str | None = None
) -> Event:
    return replace(event(0, t_s, kind, text, actor=actor), data=data)


def _utc_ns(t_s: float) -> int:
    return START_UTC_NS + round(t_s * NS_PER_S)


def _batches(values: Iterable[T]) -> Iterator[Sequence[T]]:
    rest = iter(values)
    while batch := list(islice(rest, _BATCH)):
        yield batch
