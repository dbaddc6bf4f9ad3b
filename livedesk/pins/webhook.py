"""What does a shop's webhook tell of its products, once it is proven genuine?

Events: `product.stock` {product_id, stock}, `product.status` {product_id, state, reason} and
`product.updated` {product: {id, …}} with whatever fields of it are told. They stand in `data`
beside `type` and `timestamp`, or beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from livedesk.core.pins import Product, ProductProblem
from livedesk.core.secrets import Secret
from livedesk.pins.catalogue_cells import RowError, product_of
from livedesk.pins.catalogue_json import fields_of
from livedesk.pins.catalogue_text import quoted
from livedesk.platforms.webhook import HookRefused, SeenHooks, SignedHook, genuine

_TYPES: Final = ("product.stock", "product.status", "product.updated")
_STATUS_FIELDS: Final = frozenset(("state", "reason"))


@dataclass(frozen=True, slots=True)
class HookEvent:
    """What was told. Of `product` only `fields` hold; without it nothing is to be done."""

    id: str
    type: str
    utc_ns: int
    """When it was true, as the sender says; never later than the signature."""
    product: Product | None = None
    fields: frozenset[str] = frozenset()
    problems: tuple[ProductProblem, ...] = ()
    note: str = ""
    """Why nothing is done with it."""
    repeated: bool = False
    """Sent again because our answer was lost; it had its effect."""


def verify(
    secret: Secret, headers: Mapping[str, str], body: bytes, utc_ns: int, seen: SeenHooks
) -> HookEvent:
    """What a webhook tells, once it is proven genuine, timely and new. Raises HookRefused."""
    return _event(genuine(secret, headers, body, utc_ns, seen))


def _event(hook: SignedHook) -> HookEvent:
    if hook.type not in _TYPES:
        note = f"livedesk does nothing with events of the type {quoted(hook.type)}"
        return HookEvent(hook.id, hook.type, hook.utc_ns, note=note, repeated=hook.repeated)
    entry = hook.data.get("product", hook.data)
    if not isinstance(entry, dict):
        raise HookRefused("bad_body", f"Its {hook.type} does not name a product.")
    problems: list[ProductProblem] = []
    product, fields = _product(hook.type, entry, problems)
    if hook.repeated:
        note = "it was sent again, and has had its effect"
        return HookEvent(hook.id, hook.type, hook.utc_ns, product, note=note, repeated=True)
    return HookEvent(hook.id, hook.type, hook.utc_ns, product, fields, tuple(problems))


def _product(
    kind: str, entry: Mapping[str, object], problems: list[ProductProblem]
) -> tuple[Product, frozenset[str]]:
    """What could be read of it; a field with a fault keeps what was known of it before."""
    cells = {field: cell for field, cell in fields_of(entry).items() if cell is not None}
    faulty: set[str] = set()

    def tell(field: str, text: str) -> None:
        faulty.add("state" if field == "status" else field)
        problems.append(ProductProblem(f"webhook {kind}, {field}", text))

    try:
        product = product_of({"title": "-", **cells}, tell)
    except RowError as error:
        raise HookRefused("bad_body", f"Its {kind} does not name a product: {error}.") from None
    fields = set(cells) - {"id", "position"}
    if kind == "product.stock":
        fields &= {"stock"}
    elif kind == "product.status":
        # A reason belongs to its status: without one, the old reason is gone too.
        fields = set(_STATUS_FIELDS) if "state" in fields else set()
    elif "state" in fields:
        fields.add("reason")
    if "price" in fields and product.currency:
        fields.add("currency")
    # A status that nobody knows is acted upon: it may mean that the product must not be shown.
    return product, frozenset(fields - (faulty - {"state"}))
