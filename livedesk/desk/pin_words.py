"""How is one pin told: by which word, which shape, which figure, and why?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from livedesk.core.clock import NS_PER_MS
from livedesk.core.pins import UNSETTLED, CueSource, PinStatus, Product
from livedesk.desk.looks import Look
from livedesk.desk.words import NOTHING, number, tr

LONGEST_TITLE = 160
"""Characters of a title that a window lays out; a catalogue may bring 10,000."""

LARGEST_PRICE = 15
"""Digits before the point that are written out."""

_SPACE = str.maketrans(dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029", " "))
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_DIRECTION = str.maketrans(dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


@dataclass(frozen=True, slots=True)
class PinView:
    """One pin at one instant, in words. All but `pin_id` is for people."""

    pin_id: str
    product_id: str
    title: str
    look: Look
    word: str
    elapsed_ms: float | None = None
    """Since the cue, while more may become of it."""
    latency_ms: float | None = None
    """From the cue until it was read back."""
    note: str = ""
    """Why, or what is waited for."""
    source: str = ""
    cued_utc_ns: int = 0
    is_unpin: bool = False
    attempts: int = 0
    parts: tuple[tuple[str, float], ...] = ()
    """What happened when, in ms from the cue."""

    @property
    def figure(self) -> str:
        """`412 ms` when it was read back, `+ 412 ms` while it is under way."""
        if self.latency_ms is not None:
            return ms(self.latency_ms)
        return f"+{ms(self.elapsed_ms)}" if self.elapsed_ms is not None else ""

    @property
    def spoken(self) -> str:
        return ", ".join(filter(None, (self.word, self.figure, self.title, self.note)))


def ms(value: float | None) -> str:
    """`412 ms`; from ten seconds on in seconds, as nobody compares milliseconds there."""
    if value is None:
        return NOTHING
    if value >= 10_000:
        return tr("{n} s").format(n=number(value / 1000, 1 if value < 100_000 else 0))
    return tr("{n} ms").format(n=number(value))


def title_of(text: str, longest: int = LONGEST_TITLE) -> str:
    """A title as it is safe to lay out: one short line that cannot turn what stands beside it.

    Titles come from elsewhere, of any length and direction (Unicode UAX #9: isolates)."""
    line = text[: 4 * LONGEST_TITLE].translate(_SPACE).translate(_DIRECTION).strip()
    if len(line) > longest:
        line = f"{line[:longest]}…"
    return line if line.isascii() else f"{_ISOLATE}{line}{_END_ISOLATE}"


def price_of(product: Product) -> str:
    """`29.50 USD`; empty when the price is not known."""
    if product.price is None:
        return ""
    return f"{_amount(product.price)} {product.currency}".strip()


def _amount(price: Decimal) -> str:
    if not price.is_finite() or abs(price.adjusted()) >= LARGEST_PRICE:
        # Written out, a catalogue's 1E+5000 would be five thousand digits.
        return f"{price:.2E}"
    is_half_written = price.as_tuple().exponent == -1
    return f"{price:,.2f}" if is_half_written else f"{price:,f}"


def stock_of(product: Product) -> str:
    if product.refusal:
        return title_of(product.refusal)
    return "" if product.stock is None else tr("{n} in stock").format(n=number(product.stock))


def source_name(source: CueSource) -> str:
    return {
        "pad": tr("pad"),
        "web_pad": tr("web pad"),
        "key": tr("key"),
        "console": tr("console"),
        "api": tr("API"),
    }[source]


def pin_view(pin: PinStatus, elapsed_ms: float | None, budget_ms: float) -> PinView:
    """`elapsed_ms`: since the cue, by now."""
    look, word, note = _words(pin, budget_ms)
    return PinView(
        pin_id=pin.id,
        product_id=pin.product_id,
        title=title_of(pin.title or pin.product_id) if pin.action == "pin" else tr("Unpin"),
        look=look,
        word=word,
        elapsed_ms=elapsed_ms if pin.state in UNSETTLED and not _is_last_word(pin) else None,
        latency_ms=pin.latency_ms,
        note=" ".join(filter(None, (note, _unrecorded(pin)))),
        source=_who(pin),
        cued_utc_ns=pin.cued_utc_ns,
        is_unpin=pin.action == "unpin",
        attempts=pin.attempts,
        parts=_parts(pin),
    )


def _is_last_word(pin: PinStatus) -> bool:
    """A platform that cannot be read leaves a pin accepted; the engine says when it was settled."""
    return pin.settled_ms is not None


def _words(pin: PinStatus, budget_ms: float) -> tuple[Look, str, str]:
    reason = title_of(pin.reason) if pin.reason else ""
    match pin.state:
        case "cued":
            return "busy", tr("Cued"), reason or tr("on its way to the platform")
        case "in_flight" if pin.by_hand:
            return "notice", tr("By hand"), tr("pin it in the platform's own window")
        case "in_flight":
            return "busy", tr("In flight"), reason or _attempts(pin)
        case "accepted" if _is_last_word(pin):
            return "ok", tr("Accepted"), tr("this platform cannot be read back")
        case "accepted":
            return "busy", tr("Accepted"), tr("is being read back")
        case "confirmed":
            hand = tr("a person says so") if pin.by_hand else tr("read back from the platform")
            return "ok", tr("Confirmed"), hand
        case "late" if pin.latency_ms is not None or pin.shown:
            over = tr("shown, after more than {ms}").format(ms=ms(budget_ms))
            return "warning", tr("Late"), reason or over
        case "late":
            return "warning", tr("Late"), reason or tr("not sent: there was no time left")
        case "failed":
            return "critical", tr("Failed"), reason or tr("no reason was given")
        case "unknown":
            asked = tr("nothing tells what became of it; the platform is being asked")
            return "unknown", tr("Unknown"), reason or asked
        case "superseded":
            return "idle", tr("Superseded"), reason or tr("a newer cue took its place")
        case "refused":
            return "warning", tr("Refused"), reason or tr("nothing was sent")


def _attempts(pin: PinStatus) -> str:
    if pin.hedged:
        return tr("a second attempt is out, under the same key")
    return tr("attempt {n}").format(n=pin.attempts) if pin.attempts > 1 else tr("sent")


def _unrecorded(pin: PinStatus) -> str:
    return "" if pin.recorded else tr("The disk did not take it in time: sent all the same.")


def _who(pin: PinStatus) -> str:
    clock = ""
    if pin.clock is not None:
        clock = tr("its clock {offset} ms, ±{error} ms").format(
            offset=number(pin.clock.offset_ms, signed=True), error=number(pin.clock.error_ms)
        )
    return " · ".join(filter(None, (source_name(pin.source), title_of(pin.actor), clock)))


def _parts(pin: PinStatus) -> tuple[tuple[str, float], ...]:
    named = (
        (tr("received"), pin.received_ms),
        (tr("sent"), pin.sent_ms),
        (tr("accepted"), pin.accepted_ms),
        (tr("done by hand") if pin.by_hand else tr("read back"), pin.latency_ms),
    )
    return tuple((name, value) for name, value in named if value is not None)


def age_at(pin: PinStatus, utc_ns: int) -> float:
    """Since the cue in ms, both instants by the engine's clock."""
    return (utc_ns - pin.cued_utc_ns) / NS_PER_MS
