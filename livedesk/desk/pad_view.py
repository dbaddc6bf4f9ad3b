"""What does the pad of a store show right now? Folds status, products and own cues into one value.

Pure: every call is told the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from livedesk.core.pins import PinsStatus, PinStatus, Product, ProductList, RunOfShow
from livedesk.desk.compliance import terms_line
from livedesk.desk.model import LinkView, Moment, StoreView
from livedesk.desk.pad import QUIET, STALE_AFTER_S, TILES, PadLine, PadTile, PadView, Sign
from livedesk.desk.pad_cues import News
from livedesk.desk.pad_signs import is_flying, line_of
from livedesk.desk.pin_words import price_of, title_of
from livedesk.desk.words import age, span, tr, wall_clock

SEEN_FRESH_S = 10.0
"""A read-back that is older is told with its age."""


@dataclass(frozen=True, slots=True)
class PadFacts:
    """What a desk knows of one store's pins. None: not known (yet)."""

    store: str
    link: LinkView
    view: StoreView | None
    products: ProductList | None
    show: RunOfShow | None
    news: News | None
    now: Moment
    no_access: str = ""
    """Why the engine lets this pad in no longer; empty while it does."""

    @property
    def pins(self) -> PinsStatus | None:
        return self.view.status.pins if self.view is not None else None

    @property
    def since_utc_ns(self) -> int | None:
        """Since when nothing is known of the engine; None while all is well."""
        if self.link.state in ("connecting", "reconnecting", "gone"):
            return self.link.since_utc_ns
        if self.view is None:
            return self.link.since_utc_ns
        if self.view.age_s >= STALE_AFTER_S:
            return self.now.utc_ns - round(self.view.age_s * 1e9)
        return None


@dataclass(slots=True)
class PadFold:
    """Makes views; tiles are only made anew when products or run of show changed."""

    _made_of: tuple[ProductList | None, RunOfShow | None] = (None, None)
    _tiles: tuple[PadTile, ...] = ()
    _dark: tuple[PadTile, ...] = ()
    """The same without an engine: nobody knows then what is on its way."""

    def view(self, facts: PadFacts) -> PadView:
        made_of = (facts.products, facts.show)
        if made_of[0] is not self._made_of[0] or made_of[1] is not self._made_of[1]:
            self._made_of, self._tiles = made_of, bare_tiles(*made_of)
            self._dark = tuple(_unlit(tile) for tile in self._tiles)
        blocked, line = _obstacle(facts)
        tiles = _lit(self._tiles, facts) if facts.since_utc_ns is None else self._dark
        pins = facts.pins
        return PadView(
            store=facts.store,
            line=line or _line(facts),
            tiles=tiles,
            next_up=next((tile for tile in tiles if tile.is_next), None),
            seen=_seen(facts),
            blocked=blocked,
            arm_and_fire=pins is not None and pins.arm_and_fire,
            warning="" if blocked or pins is None else " ".join(_warnings(facts, pins)),
            can_unpin=not blocked,
            unsaid=_unsaid(facts),
        )


def _unsaid(facts: PadFacts) -> str:
    """Also while the engine is away: what must not be said does not change with it."""
    moderation = facts.view.status.moderation if facts.view is not None else None
    return "" if moderation is None else terms_line(moderation.terms)


def bare_tiles(products: ProductList | None, show: RunOfShow | None) -> tuple[PadTile, ...]:
    """The products in the order of the run of show, then the others in the catalogue's order."""
    if products is None:
        return ()
    known = {product.id: product for product in products.products}
    cues = show.cues if show is not None else ()
    order = dict.fromkeys([*(cue.product_id for cue in cues), *known])
    pins: dict[str, int] = {}
    for cue in cues:
        pins[cue.product_id] = pins.get(cue.product_id, 0) + cue.pins
    next_up = show.next_up if show is not None else None
    next_id = next_up.product_id if next_up is not None else None
    return tuple(
        _bare(product_id, at, known.get(product_id), pins.get(product_id, 0), product_id == next_id)
        for at, product_id in enumerate(order)
    )


def _bare(product_id: str, at: int, product: Product | None, pins: int, is_next: bool) -> PadTile:
    refusal = product.refusal if product is not None else tr("Not in the catalogue.")
    tile = PadTile(
        product_id=product_id,
        number=at % TILES + 1,
        title=title_of(product.title if product else "") or product_id,
        price=_price(product) if product else "",
        picture=product.picture if product else "",
        refusal=refusal,
        is_next=is_next,
        pins=pins,
    )
    return replace(tile, sign=_resting(tile, product))


def _price(product: Product) -> str:
    """Not a number is no price."""
    return price_of(product) if product.price is not None and product.price.is_finite() else ""


def _resting(tile: PadTile, product: Product | None) -> Sign:
    """Of a product that nobody has just called for."""
    if product is None:
        return Sign(tr("NOT LISTED"), "barred", "bad")
    if tile.refusal:
        words = {
            "restricted": tr("RESTRICTED"), "flagged": tr("FLAGGED"), "unlisted": tr("NOT LISTED"),
        }  # fmt: skip
        return Sign(words.get(product.state, tr("SOLD OUT")), "barred", "bad")
    return Sign(tr("NEXT"), "arrow", "next") if tile.is_next else QUIET


def _lit(tiles: tuple[PadTile, ...], facts: PadFacts) -> tuple[PadTile, ...]:
    """The tiles with what just happened to some of them."""
    pin = facts.news.pin if facts.news is not None else None
    shown = _shown(facts)
    shown_id = shown[0] if shown is not None else None
    if pin is None and shown_id is None:
        return tiles
    ids = {shown_id, pin.product_id if pin is not None and pin.action == "pin" else None}
    lit = list(tiles)
    for at, tile in enumerate(tiles):
        if tile.product_id in ids:
            lit[at] = _lit_tile(tile, facts, shown_id)
    return tuple(lit)


def _unlit(tile: PadTile) -> PadTile:
    """Why it is refused is still worth knowing."""
    return tile if tile.refusal else replace(tile, sign=QUIET)


def _lit_tile(tile: PadTile, facts: PadFacts, shown_id: str | None) -> PadTile:
    news = facts.news
    is_shown = tile.product_id == shown_id
    if is_shown and not tile.refusal:
        tile = replace(tile, sign=Sign(tr("ON SCREEN"), "tick", "good"))
    tile = replace(tile, is_shown=is_shown)
    if news is None or news.pin.action != "pin" or news.pin.product_id != tile.product_id:
        return tile
    pin = news.pin
    if pin.shown and not is_shown and _shown(facts) is not None:
        return tile
    if tile.refusal and not is_flying(pin):
        return tile
    line = _line_of(news, facts)
    return replace(tile, sign=line.sign, figure=line.figure, is_flying=is_flying(pin))


def _obstacle(facts: PadFacts) -> tuple[str, PadLine | None]:
    """Why nothing can be fired, and how that is told; empty and None when something can."""
    if facts.no_access:
        line = PadLine(Sign(tr("NO ACCESS"), "barred", "bad"), detail=facts.no_access)
        return tr("No access: ask the desk."), line
    since = facts.since_utc_ns
    if since is not None:
        return tr("No engine: nothing can be pinned."), _no_engine(facts, since)
    assert facts.view is not None
    if facts.pins is None:
        why = tr("This store's settings have no [store.pins].")
        return why, PadLine(Sign(tr("NO PINS"), "barred", "unknown"), detail=why)
    if facts.view.status.state in ("waiting", "ended"):
        why = tr("There is no live to pin into: nothing comes from the encoder.")
        if facts.view.status.state == "ended":
            why = tr("The session was ended.")
        return why, PadLine(Sign(tr("NOT LIVE"), "pause", "unknown"), detail=why)
    return "", None


def _no_engine(facts: PadFacts, since_utc_ns: int) -> PadLine:
    away_s = max(0, facts.now.utc_ns - since_utc_ns) / 1e9
    detail = tr("Since {at}, {span}. Nothing can be pinned from here.").format(
        at=wall_clock(since_utc_ns), span=span(away_s)
    )
    is_first = facts.link.state == "connecting" and away_s < STALE_AFTER_S
    word = tr("CONNECTING") if is_first else tr("NO ENGINE")
    news = facts.news
    if news is not None and is_flying(news.pin):
        what = title_of(news.pin.title) or tr("the last cue")
        detail += " " + tr("What became of {title} is not known.").format(title=what)
    elif facts.link.reason and facts.view is None:
        detail += " " + facts.link.reason.partition("\n")[0]
    return PadLine(Sign(word, "unplugged", "quiet" if is_first else "bad"), detail=detail)


def _line(facts: PadFacts) -> PadLine:
    """Of the newest cue, or that there was none."""
    news = facts.news
    assert facts.view is not None
    if news is None:
        is_empty = facts.products is not None and not facts.products.products
        detail = tr("The catalogue has no products: nothing can be pinned.") if is_empty else ""
        return PadLine(Sign(tr("READY"), "none", "quiet"), detail=detail)
    gone = _displaced(facts, news.pin)
    if gone is not None:
        return gone
    return _line_of(news, facts)


def _line_of(news: News, facts: PadFacts) -> PadLine:
    assert facts.view is not None
    return line_of(news.pin, news.elapsed_ms(facts.now), facts.view.status.limits.pin_budget_ms)


def _displaced(facts: PadFacts, pin: PinStatus) -> PadLine | None:
    """A pin that was read back once, and is not what the platform showed later."""
    pins, view = facts.pins, facts.view
    if pins is None or view is None or pin.action != "pin" or not pin.shown:
        return None
    if _is_newer_than_status(facts) or pins.shown_age_ms is None or pin.settled_ms is None:
        return None
    newest = next((known for known in pins.recent if known.id == pin.id), None)
    if newest is None or newest.age_ms is None or newest.settled_ms is None:
        return None
    read_since = pins.shown_age_ms < newest.age_ms - newest.settled_ms
    if pins.shown_product_id == pin.product_id or not read_since:
        return None
    sees = tr("Viewers see {what}.").format(what=title_of(pins.shown_title) or tr("nothing"))
    return PadLine(Sign(tr("NOT ON SCREEN"), "replaced", "late"), "", title_of(pin.title), sees)


def _is_newer_than_status(facts: PadFacts) -> bool:
    """Whether an event told more of the newest pin than the last status can know."""
    news, view = facts.news, facts.view
    assert view is not None
    return news is not None and news.said_utc_ns > view.status.utc_ns


def _shown(facts: PadFacts) -> tuple[str | None, str, float] | None:
    """What viewers see: id, title, and how many seconds ago it was read. None: not known."""
    pins, view, news = facts.pins, facts.view, facts.news
    if pins is None or view is None:
        return None
    if news is not None and news.pin.shown and _is_newer_than_status(facts):
        is_pin = news.pin.action == "pin"
        what = (news.pin.product_id, news.pin.title) if is_pin else (None, "")
        return (*what, facts.now.since_s(news.received))
    if pins.shown_age_ms is None:
        return None
    return pins.shown_product_id, pins.shown_title, pins.shown_age_ms / 1000 + view.age_s


def _seen(facts: PadFacts) -> str:
    shown = _shown(facts)
    if shown is None or facts.since_utc_ns is not None:
        return tr("not known")
    product_id, title, age_s = shown
    words = (title_of(title) or product_id or "") if product_id else tr("nothing pinned")
    if age_s < SEEN_FRESH_S:
        return words
    return tr("{what} (read {age} ago)").format(what=words, age=age(age_s))


def _warnings(facts: PadFacts, pins: PinsStatus) -> Iterable[str]:
    if facts.products is None:
        yield tr("The products are being fetched.")
    gateway = pins.gateway
    if gateway.blocked_s:
        yield tr("The platform asked for a pause: {span}.").format(span=span(gateway.blocked_s))
    elif gateway.state == "down":
        yield (
            tr("The platform does not answer: {why}")
            .format(why=title_of(gateway.reason))
            .rstrip(": ")
        )
    elif gateway.calls_left is not None and gateway.calls_left <= 0:
        yield tr("No call to the platform is left this minute.")
    if gateway.token_covers_show is False:
        yield tr("The platform's access ends before the show.")
    if pins.products_reason:
        yield tr("Products may be old: {why}").format(why=title_of(pins.products_reason))
