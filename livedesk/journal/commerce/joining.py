"""What did a show sell: while what was shown, in which minute, and when something was wrong?

A sale that came after a pin came after it; whether because of it, nobody can say. Each sale has
one place, so that nothing counts twice; sums of incidents may overlap, and say so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from livedesk.core.clock import NS_PER_MS
from livedesk.journal.commerce.figures import ZERO, Sale, Tally, tally
from livedesk.journal.commerce.orders import Orders
from livedesk.journal.commerce.sales import doubles_of, sales_of
from livedesk.journal.commerce.stretches import Shelf, Stretch, stretches
from livedesk.journal.commerce.values import (
    JOINED,
    TIMED,
    Commerce,
    IncidentSales,
    MinuteSales,
    PinSales,
    Place,
    ProductSales,
    ReasonSum,
)
from livedesk.journal.fold.incidents import Incident
from livedesk.journal.fold.summary import Summary

_DAY_NS = 86_400 * 10**9
_MINUTE_MS = 60_000
_UNSEEN = "instrument"
"""Viewers notice nothing of what our own instrument lacks."""

_Timed = tuple[int, Sale]


def join(orders: Orders, summary: Summary, skus: Mapping[str, str] | None = None) -> Commerce:
    """`skus`: what the record knows of the sellers' numbers (`stretches.pinned_skus`)."""
    sales = sales_of(orders.rows)
    shown = stretches(summary.pins, summary.length_ms)
    shelf = Shelf(shown, skus or {})
    tells_times = "time" in orders.mapping
    found = [_placed(sale, shelf, summary, tells_times=tells_times) for sale in sales]
    ours = [sale for sale, place, _ in found if place in JOINED]
    timed = sorted(
        ((_t_ms(sale, summary), sale) for sale, place, _ in found if place in TIMED),
        key=lambda each: (each[0], each[1].order_id, each[1].item),
    )
    incidents = [each for each in summary.incidents if each.start_ms < summary.length_ms]
    during, after = _of_any(timed, incidents, summary.length_ms)
    return Commerce(
        orders=orders,
        started_utc_ns=summary.info.started_utc_ns,
        length_ms=summary.length_ms,
        placed=tuple((sale, place) for sale, place, _ in found),
        whole=tally(sales),
        show=tally(ours),
        pinned=tally(sale for sale, place, _ in found if place == "pinned"),
        after=tally(sale for sale, place, _ in found if place == "after"),
        in_incidents=tally(during),
        after_incidents=tally(after),
        pins=_pins(shown, found, skus or {}),
        minutes=_minutes(timed),
        products=_products(ours, shelf, shown, skus or {}),
        incidents=_incidents(timed, summary),
        reasons=_reasons(sales, {id(sale) for sale in ours}),
        doubles=doubles_of(sales),
        has_times=any(sale.utc_ns is not None and not sale.day_only for sale in sales),
    )


def _t_ms(sale: Sale, summary: Summary) -> int:
    return ((sale.utc_ns or 0) - summary.info.started_utc_ns) // NS_PER_MS


def _placed(
    sale: Sale, shelf: Shelf, summary: Summary, *, tells_times: bool
) -> tuple[Sale, Place, Stretch | None]:
    if sale.cancelled:
        return sale, "cancelled", None
    if sale.utc_ns is None:
        is_known = not tells_times and bool(shelf.products(sale))
        return sale, "product" if is_known else "untimed", None
    start_ns, length_ns = summary.info.started_utc_ns, summary.length_ms * NS_PER_MS
    if sale.day_only:
        is_ours = sale.utc_ns < start_ns + length_ns and start_ns < sale.utc_ns + _DAY_NS
        return sale, "day" if is_ours and shelf.products(sale) else "outside", None
    t_ms = _t_ms(sale, summary)
    if not 0 <= t_ms < summary.length_ms:
        return sale, "outside", None
    stretch = shelf.newest(sale, t_ms)
    if stretch is None:
        return sale, "show", None
    return sale, "pinned" if t_ms < stretch.to_ms else "after", stretch


def _pins(
    shown: Sequence[Stretch],
    found: Iterable[tuple[Sale, Place, Stretch | None]],
    skus: Mapping[str, str],
) -> tuple[PinSales, ...]:
    theirs: dict[tuple[str, Place], list[Sale]] = {}
    for sale, place, stretch in found:
        if stretch is not None:
            theirs.setdefault((stretch.pin_id, place), []).append(sale)
    return tuple(
        PinSales(
            number=number,
            pin_id=stretch.pin_id,
            product_id=stretch.product_id,
            sku=skus.get(stretch.product_id, ""),
            title=stretch.title,
            from_ms=stretch.from_ms,
            to_ms=stretch.to_ms,
            pinned=tally(theirs.get((stretch.pin_id, "pinned"), ())),
            after=tally(theirs.get((stretch.pin_id, "after"), ())),
        )
        for number, stretch in enumerate(shown, 1)
    )


def _minutes(timed: Iterable[_Timed]) -> tuple[MinuteSales, ...]:
    minutes: dict[int, list[Sale]] = {}
    for t_ms, sale in timed:
        minutes.setdefault(t_ms // _MINUTE_MS, []).append(sale)
    return tuple(MinuteSales(minute, tally(theirs)) for minute, theirs in minutes.items())


def _products(
    ours: Iterable[Sale], shelf: Shelf, shown: Sequence[Stretch], skus: Mapping[str, str]
) -> tuple[ProductSales, ...]:
    """Those that were shown, in that order, then what else was sold."""
    titles: dict[str, str] = {}
    pins: dict[str, int] = {}
    for stretch in shown:
        titles.setdefault(stretch.product_id, stretch.title)
        pins[stretch.product_id] = pins.get(stretch.product_id, 0) + 1
    theirs: dict[str, list[Sale]] = {product: [] for product in titles}
    for sale in ours:
        item = min(shelf.products(sale), default=sale.item)
        theirs.setdefault(item, []).append(sale)
    return tuple(
        ProductSales(
            item=item,
            sku=skus.get(item) or min((sale.sku for sale in sold if sale.sku), default=""),
            title=titles.get(item) or min((sale.product_name for sale in sold), default=""),
            pins=pins.get(item, 0),
            tallies=tally(sold),
        )
        for item, sold in theirs.items()
    )


def _incidents(timed: Sequence[_Timed], summary: Summary) -> tuple[IncidentSales, ...]:
    """Numbered as the report lists them; what lay wholly outside of the show has no sales."""
    times = [t_ms for t_ms, _ in timed]

    def between(from_ms: int, to_ms: int) -> tuple[Tally, ...]:
        return tally(
            sale for _, sale in timed[bisect_left(times, from_ms) : bisect_left(times, to_ms)]
        )

    found: list[IncidentSales] = []
    for number, incident in enumerate(summary.incidents, 1):
        start_ms, end_ms = _within(incident, summary.length_ms)
        before_ms = min(end_ms - start_ms, start_ms)
        after_ms = min(end_ms - start_ms, summary.length_ms - end_ms)
        found.append(
            IncidentSales(
                number=number,
                start_ms=start_ms,
                end_ms=end_ms,
                before_ms=before_ms,
                after_ms=after_ms,
                before=between(start_ms - before_ms, start_ms),
                during=between(start_ms, end_ms),
                after=between(end_ms, end_ms + after_ms),
            )
        )
    return tuple(found)


def _within(incident: Incident, length_ms: int) -> tuple[int, int]:
    start_ms = min(max(0, incident.start_ms), length_ms)
    end_ms = length_ms if incident.end_ms is None else incident.end_ms
    return start_ms, min(max(start_ms, end_ms), length_ms)


def _of_any(
    timed: Iterable[_Timed], incidents: Iterable[Incident], length_ms: int
) -> tuple[list[Sale], list[Sale]]:
    """Sales during any incident, and those after any and during none: each once."""
    spans = [_within(each, length_ms) for each in incidents if each.side != _UNSEEN]
    during_spans = _union(spans)
    after_spans = _union([(end, min(2 * end - start, length_ms)) for start, end in spans])
    during: list[Sale] = []
    after: list[Sale] = []
    for t_ms, sale in timed:
        if _is_in(during_spans, t_ms):
            during.append(sale)
        elif _is_in(after_spans, t_ms):
            after.append(sale)
    return during, after


def _union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _is_in(spans: Sequence[tuple[int, int]], t_ms: int) -> bool:
    place = bisect_left(spans, (t_ms + 1, 0)) - 1
    return place >= 0 and t_ms < spans[place][1]


def _reasons(sales: Iterable[Sale], ours: set[int]) -> tuple[ReasonSum, ...]:
    """What was taken back most comes first."""
    moved: dict[tuple[str, str, bool], list[tuple[Decimal, bool]]] = {}
    for sale in sales:
        for each in sale.clawbacks:
            key = (sale.currency, each.reason, each.is_commission)
            moved.setdefault(key, []).append((each.amount, id(sale) in ours))
    found = [
        ReasonSum(
            reason=reason,
            currency=currency,
            is_commission=is_commission,
            times=len(amounts),
            amount=sum((amount for amount, _ in amounts), ZERO),
            show_times=sum(is_ours for _, is_ours in amounts),
            show_amount=sum((amount for amount, is_ours in amounts if is_ours), ZERO),
        )
        for (currency, reason, is_commission), amounts in moved.items()
    ]
    return tuple(
        sorted(
            found, key=lambda each: (each.currency, each.amount, each.reason, each.is_commission)
        )
    )
