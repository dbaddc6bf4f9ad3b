"""What is known of a store's products while their source comes and goes."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from random import Random

from livedesk.core.clock import ManualClock
from livedesk.core.events import Json, Level
from livedesk.core.moderation import Span, Verdict
from livedesk.core.pins import Product
from livedesk.core.secrets import Secret
from livedesk.engine.pinning.catalogue import Catalogue
from livedesk.engine.pinning.sources import FileProducts, ProductSource
from livedesk.pins.catalogue import Differences
from livedesk.pins.gateways.base import Products
from livedesk.platforms.webhook import signature
from tests.waiting import until

SECRET = Secret("whsec_" + base64.b64encode(b"k" * 32).decode())
FULL = (Product("a", "Rose serum", stock=5), Product("b", "كريم ليلي 🌙", stock=2))
SOLD = (Product("a", "Rose serum", stock=0, state="out_of_stock"), FULL[1])


class Listed:
    """A source that answers as it is told, one answer after the other."""

    name, every_s = "the test", 60.0
    as_of_utc_ns: int | None = None

    def __init__(self, *answers: Products | None) -> None:
        self._answers = list(answers)

    async def read(self) -> Products | None:
        return self._answers.pop(0)

    def ends_before(self, until_utc_ns: int) -> str:
        return ""

    async def renew(self, until_utc_ns: int) -> None:
        pass

    async def close(self) -> None:
        pass


class Told:
    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.changes: list[Differences] = []

    def say(self, kind: str, level: Level, text: str, data: dict[str, Json]) -> None:
        assert text
        self.kinds.append(kind)


def catalogue_of(source: ProductSource, clock: ManualClock) -> tuple[Catalogue, Told]:
    told = Told()
    made = Catalogue(source, None, clock, Random(1), told.say, told.changes.append)
    return made, told


def ids(products: Sequence[Product]) -> list[str]:
    return [product.id for product in products]


def test_a_source_that_fails_leaves_what_was_known_and_is_told_once(clock: ManualClock) -> None:
    async def story() -> None:
        down = Products(False, code="no_answer", text="No answer.", retry_after_s=30.0)
        source = Listed(Products(True, FULL), down, down, Products(True, SOLD))
        catalogue, told = catalogue_of(source, clock)
        before = catalogue.age_s
        assert before is None
        assert await catalogue.refresh() == 60.0
        clock.advance(60)
        assert await catalogue.refresh() >= 30.0
        assert await catalogue.refresh() >= 30.0
        assert (ids(catalogue.products.products), catalogue.reason) == (["a", "b"], "No answer.")
        assert (catalogue.age_s, catalogue.unread_s) == (60.0, 60.0)
        await catalogue.refresh()
        assert (catalogue.age_s, catalogue.reason) == (0.0, "")
        assert told.kinds == [
            "catalogue.changed", "catalogue.failed", "catalogue.changed", "catalogue.out_of_stock",
        ]  # fmt: skip
        assert ids(told.changes[-1].out_of_stock) == ["a"]
        product = catalogue.product("a")
        assert product is not None
        assert product.refusal == "Out of stock."

    asyncio.run(story())


def test_the_list_is_answered_with_refusals_and_anew_when_it_changes(clock: ManualClock) -> None:
    async def story() -> None:
        catalogue, _ = catalogue_of(Listed(Products(True, FULL), Products(True, SOLD)), clock)
        await catalogue.refresh()
        first = json.loads(await catalogue.json())
        assert [each["refusal"] for each in first["products"]] == ["", ""]
        assert first["products"][1]["title"] == FULL[1].title
        assert await catalogue.json() is await catalogue.json()
        await catalogue.refresh()
        second = json.loads(await catalogue.json())
        assert [each["refusal"] for each in second["products"]] == ["Out of stock.", ""]
        assert second["revision"] > first["revision"]

    asyncio.run(story())


def test_a_file_is_read_when_it_changed_and_a_broken_one_changes_nothing(
    clock: ManualClock, tmp_path: Path
) -> None:
    async def story() -> None:
        file = tmp_path / "products.csv"
        source = FileProducts(file)
        catalogue, told = catalogue_of(source, clock)
        await catalogue.refresh()
        assert catalogue.reason
        file.write_text("id,title\na,Rose serum\n")
        await catalogue.refresh()
        assert (ids(catalogue.products.products), catalogue.reason) == (["a"], "")
        assert await source.read() is None
        file.write_text("nothing of use")
        await catalogue.refresh()
        assert (ids(catalogue.products.products), bool(catalogue.reason)) == (["a"], True)
        assert told.kinds == ["catalogue.failed", "catalogue.changed", "catalogue.failed"]

    asyncio.run(story())


def claims(title: str, description: str) -> Verdict | None:
    if "miracle" not in title:
        return None
    return Verdict("hide", "r1", "claims", "No miracles", (Span(0, 7),), "miracle")


def test_rules_flag_products_beside_the_loop_and_let_them_go_again(clock: ManualClock) -> None:
    async def story() -> None:
        flagged = Product("c", "miracle drops", state="flagged", reason="under review")
        listed = (Product("a", "miracle serum", description="x" * 9_000), FULL[1], flagged)
        catalogue, told = catalogue_of(Listed(Products(True, listed)), clock)
        screening = asyncio.create_task(catalogue.keep_screened())

        def refusal(product_id: str) -> str:
            product = catalogue.product(product_id)
            return "" if product is None else product.refusal

        await catalogue.refresh()
        threads: set[int] = set()

        def judge(title: str, description: str) -> Verdict | None:
            threads.add(threading.get_ident())
            return claims(title, description)

        catalogue.use_rules(judge)
        await until(lambda: refusal("a") != "", "the rules are in use")
        assert refusal("a") == (
            'Flagged by compliance: "miracle" in the title. No miracles (rule r1, claims).'
        )
        assert threading.get_ident() not in threads
        assert told.kinds == ["catalogue.changed", "catalogue.changed", "catalogue.flagged"]
        assert b"xxx" not in await catalogue.json()
        catalogue.use_rules(lambda _title, _description: None)
        await until(lambda: refusal("a") == "", "it may be pinned again")
        assert refusal("c") == "Flagged by compliance: under review."
        screening.cancel()

    asyncio.run(story())


def test_what_a_webhook_renames_is_looked_at_and_what_is_flagged_stays_so(
    clock: ManualClock,
) -> None:
    async def story() -> None:
        source = Listed(Products(True, FULL))
        told = Told()
        made = Catalogue(source, SECRET, clock, Random(1), told.say, told.changes.append)
        made.use_rules(claims)
        screening = asyncio.create_task(made.keep_screened())
        await made.refresh()
        clock.advance(1)
        made.hook(*signed(clock, {"id": "a", "title": "miracle serum"}))
        await until(lambda: "catalogue.flagged" in told.kinds, "it is flagged")
        clock.advance(1)
        made.hook(*signed(clock, {"id": "a", "stock": 7}))
        product = made.product("a")
        assert product is not None
        assert (product.state, product.stock) == ("flagged", 7)
        screening.cancel()

    asyncio.run(story())


def signed(clock: ManualClock, product: dict[str, Json]) -> tuple[dict[str, str], bytes]:
    body = json.dumps({"type": "product.updated", "data": {"product": product}}).encode()
    stamp = str(clock.utc_ns() // 10**9)
    headers = {"webhook-id": f"h{stamp}", "webhook-timestamp": stamp}
    return headers | {"webhook-signature": signature(SECRET, f"h{stamp}", stamp, body)}, body
