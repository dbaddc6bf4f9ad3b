"""What stands around the pins: the card of the strip, the gateway, the catalogue, the figures?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import tzinfo

from livedesk.core.pins import GatewayStatus, PinLatency, PinsStatus
from livedesk.desk.looks import Card, Look, is_running, lost, source_note
from livedesk.desk.model import StoreView
from livedesk.desk.pin_words import PinView, pin_view, title_of
from livedesk.desk.words import NOTHING, age, number, span, tr, wall_clock

PINS = "pins"
"""Key of the card."""

FRESH_MS = 20_000
"""So long what became of a pin stands in the strip; then what viewers see does."""

FEW_CALLS = 0.2
"""Less of a minute's calls than this share is worth a look: it is what is kept for pins."""

_LASTING = ("failed", "unknown")


def pins_card(view: StoreView) -> Card | None:
    """The pins in the strip of the feed page; None for a store that does not pin."""
    pins = view.status.pins
    if pins is None:
        return None
    key, title = PINS, tr("Pin")
    if view.stale:
        return lost(key, title, view)
    source = source_note(_kind_name(pins.gateway), pins.newest.age_ms if pins.newest else None,
                         view) if pins.newest else _kind_name(pins.gateway)  # fmt: skip
    if pins.by_hand:
        asked = title_of(pins.by_hand[0].title or pins.by_hand[0].product_id)
        return Card(key, title, "notice", tr("By hand"), note=asked, source=source)
    if pins.gateway.state == "down":
        look: Look = "critical" if is_running(view) else "notice"
        return Card(key, title, look, tr("No way"), note=title_of(pins.gateway.reason),
                    source=_kind_name(pins.gateway))  # fmt: skip
    newest = pins.newest
    if newest is not None:
        age_ms = (newest.age_ms or 0.0) + view.age_s * 1000
        if age_ms < FRESH_MS or newest.state in _LASTING:
            told = pin_view(newest, age_ms, view.status.limits.pin_budget_ms)
            known_ms = told.latency_ms if told.latency_ms is not None else told.elapsed_ms
            figure, hint = number(known_ms) if known_ms is not None else "", told.note
            return Card(
                key, title, told.look, told.word, figure, tr("ms"), told.title, source, hint
            )
    return _shown_card(pins, view)


def _shown_card(pins: PinsStatus, view: StoreView) -> Card:
    kind = _kind_name(pins.gateway)
    if pins.shown_product_id is not None:
        source = source_note(tr("read back"), pins.shown_age_ms, view)
        shown = title_of(pins.shown_title or pins.shown_product_id)
        return Card(PINS, tr("Pin"), "ok", tr("Shown"), note=shown, source=source)
    up_next = tr("next: {title}").format(title=title_of(pins.next_title)) if pins.next_title else ""
    return Card(PINS, tr("Pin"), "idle", tr("Nothing shown"), note=up_next, source=kind)


def _kind_name(gateway: GatewayStatus) -> str:
    return {
        "sandbox": tr("sandbox"),
        "shopee": "Shopee",
        "http": tr("middleware"),
        "manual": tr("by hand"),
    }[gateway.kind]


@dataclass(frozen=True, slots=True)
class Line:
    """A name, a value, and how loud it is; `hint` says more than has room."""

    name: str
    value: str
    look: Look = "ok"
    hint: str = ""


def gateway_lines(
    view: StoreView, pins: PinsStatus, zone: tzinfo | None = None
) -> tuple[Line, ...]:
    """The way to the platform, and what it is worth."""
    gateway = pins.gateway
    look, word = _gateway_word(gateway)
    if gateway.reason and look != "ok":
        word = f"{word}: {title_of(gateway.reason)}"
    kind = _kind_name(gateway)
    first = tr("{kind} · {word}").format(kind=kind, word=word)
    lines = [Line(tr("Gateway"), first, look)]
    if gateway.round_trip_ms is not None:
        lines.append(Line(tr("Round trip"), f"{number(gateway.round_trip_ms)} ms"))
    lines += [*_calls(gateway), *_token(gateway, pins, zone)]
    if gateway.can_pin and not gateway.reads_back:
        lines.append(Line(tr("Read-back"), tr("none: pins end as accepted, not confirmed")))
    return tuple(lines)


def _gateway_word(gateway: GatewayStatus) -> tuple[Look, str]:
    if not gateway.can_pin and gateway.state in ("up", "unknown"):
        return "ok", tr("a person pins")
    match gateway.state:
        case "up":
            return "ok", tr("up")
        case "degraded":
            return "warning", tr("unsteady")
        case "down":
            return "critical", tr("down")
        case "unknown":
            return "unknown", tr("not known yet")


def _calls(gateway: GatewayStatus) -> list[Line]:
    if gateway.blocked_s is not None and gateway.blocked_s > 0:
        text = tr("the platform takes none for {span}").format(span=span(gateway.blocked_s + 1))
        return [Line(tr("Calls"), text, "warning")]
    left, most = gateway.calls_left, gateway.calls_per_min
    if left is None or not most:
        return []
    look: Look = "ok" if left > most * FEW_CALLS else "warning" if left <= 0 else "notice"
    text = tr("{left} of {most} left this minute").format(left=number(left), most=number(most))
    return [Line(tr("Calls"), text, look)]


def _token(gateway: GatewayStatus, pins: PinsStatus, zone: tzinfo | None) -> list[Line]:
    until = gateway.token_until_utc_ns
    if until is None and gateway.token_covers_show is None:
        return []
    if gateway.token_covers_show is False:
        end = pins.planned_end_utc_ns
        planned = tr(" (planned end {time})").format(time=wall_clock(end, zone)) if end else ""
        text = tr("ends {time}, before the show{planned}").format(
            time=wall_clock(until, zone) if until is not None else NOTHING, planned=planned
        )
        return [Line(tr("Access"), text, "warning", tr("Sign in again before it ends."))]
    if until is None:
        return [Line(tr("Access"), tr("lasts until the planned end"))]
    return [Line(tr("Access"), tr("until {time}").format(time=wall_clock(until, zone)))]


def catalogue_line(view: StoreView, pins: PinsStatus, source: str) -> Line:
    """`212 products · shop.csv · 40 s old`, or why there are no newer ones."""
    if pins.products_age_s is None:
        why = title_of(pins.products_reason) or tr("not read yet")
        return Line(tr("Catalogue"), why, "warning" if pins.products_reason else "unknown")
    old = tr("{age} old").format(age=age(pins.products_age_s + view.age_s))
    count = tr("1 product") if pins.products == 1 else tr("{n} products").format(
        n=number(pins.products))  # fmt: skip
    text = " · ".join(filter(None, (count, title_of(source), old)))
    if pins.products_reason:
        return Line(tr("Catalogue"), f"{text} · {title_of(pins.products_reason)}", "notice")
    return Line(tr("Catalogue"), text, "notice" if pins.product_problems else "ok")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the latencies."""

    name: str
    value: str
    unit: str = ""
    look: Look = "ok"


def latency_figures(
    latency: PinLatency, budget_ms: float, *, by_hand: bool = False
) -> tuple[Figure, ...]:
    """p50, p95 and p99 of those that were shown, and the share within the budget of all judged.
    `by_hand`: no person is that quick, so nothing is amiss when they are not."""
    named = (
        (tr("Median"), latency.p50_ms), (tr("95 %"), latency.p95_ms), (tr("99 %"), latency.p99_ms),
    )  # fmt: skip
    figures = [
        Figure(
            name,
            number(value),
            tr("ms") if value is not None else "",
            _over(value, math.inf if by_hand else budget_ms),
        )
        for name, value in named
    ]
    share = latency.share_within
    look: Look = "idle" if share is None else "ok" if share == 1 or by_hand else "notice"
    # 99.96 % is not all of them, so it must not be rounded up to that.
    whole = None if share is None else 100.0 if share == 1 else min(99.9, share * 100)
    within = tr("Within {n} ms").format(n=number(budget_ms))
    share_figure = Figure(within, number(whole, 0 if whole == 100 else 1),
                          "%" if whole is not None else "", look)  # fmt: skip
    return (*figures, share_figure, Figure(tr("Sent"), number(latency.sent)))


def _over(value: float | None, budget_ms: float) -> Look:
    if value is None:
        return "idle"
    return "warning" if value > budget_ms else "ok"


def not_shown_words(latency: PinLatency) -> str:
    """`3 late · 1 failed · 2 superseded`; empty when there are none."""
    counted = (
        (latency.late - latency.unsent, tr("{n} late")), (latency.unsent, tr("{n} not sent")),
        (latency.failed, tr("{n} failed")),
        (latency.unknown, tr("{n} unknown")), (latency.superseded, tr("{n} superseded")),
        (latency.refused, tr("{n} refused")),
    )  # fmt: skip
    return " · ".join(text.format(n=number(count)) for count, text in counted if count)


def why_slow(pin: PinView) -> str:
    """Where the time went: `sent 4 ms · accepted 780 ms · read back 1,240 ms · 2 attempts`."""
    steps = [f"{name} {number(value)} ms" for name, value in pin.parts if value]
    if pin.attempts > 1:
        steps.append(tr("{n} attempts").format(n=pin.attempts))
    reason = pin.note if pin.look in ("critical", "warning", "unknown") else ""
    return " · ".join(filter(None, (reason, *steps)))
