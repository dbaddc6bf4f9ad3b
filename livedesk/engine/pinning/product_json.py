"""How is a list of ten thousand products answered without holding up the engine?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec

from livedesk.core.pins import Product, ProductList


class ProductJson:
    """A list as bytes, made once for each state of it, in a thread."""

    def __init__(self) -> None:
        self._of: ProductList | None = None
        self._content = b""
        self._lines: dict[str, tuple[Product, bytes]] = {}
        self._making = asyncio.Lock()

    async def of(self, products: ProductList) -> bytes:
        async with self._making:
            if self._of is not products:
                self._content = await asyncio.to_thread(self._encode, products)
                self._of = products
            return self._content

    def _encode(self, products: ProductList) -> bytes:
        """Product by product, so that the interpreter can turn to the event loop in between."""
        known, self._lines = self._lines, {}
        for product in products.products:
            before = known.get(product.id)
            line = before[1] if before is not None and before[0] == product else _line(product)
            self._lines[product.id] = (product, line)
        head = msgspec.json.encode(
            {
                "revision": products.revision,
                "source": products.source,
                "refreshed_utc_ns": products.refreshed_utc_ns,
                "problems": products.problems,
            }
        )
        lines = b",".join(line for _, line in self._lines.values())
        return head[:-1] + b',"products":[' + lines + b"]}"


def _line(product: Product) -> bytes:
    """Its fields, and in words why it cannot be pinned. Pads have no use for descriptions, which
    may be a hundred times longer than all the rest."""
    fields = msgspec.json.encode(replace(product, description=""))
    return fields[:-1] + b',"refusal":' + msgspec.json.encode(product.refusal) + b"}"
