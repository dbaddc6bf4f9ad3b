"""An order file: handed in whole, its columns remembered by the engine, refusals in its words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from livedesk.core.records import OrderFile
from livedesk.core.secrets import Secret
from livedesk.desk import order_files
from livedesk.desk.client import EngineClient
from livedesk.desk.order_files import KnownOrders, OrderFiles, orders_words


class FakeShelf:
    """The engine's calls for order files, over httpx."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.mappings: list[dict[str, str]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/orders")
        if request.method == "POST":
            if b"Order" not in request.content:
                error = {"code": "unusable", "message": "No table.", "action": "Choose another."}
                return httpx.Response(422, json={"error": error})
            name = request.url.params["name"]
            self.files[f"o{len(self.files)}"] = request.content
            told = OrderFile(f"o{len(self.files) - 1}", name, ("Order",), 3, 0, missing=("sku",))
            return httpx.Response(201, json=asdict(told))
        if request.method == "DELETE":
            del self.files[path[1:]]
            return httpx.Response(204)
        mapping = json.loads(request.content)["mapping"]
        self.mappings.append(mapping)
        return httpx.Response(
            200, json=asdict(OrderFile(path[1:], "x.csv", ("Order",), 3, 3, mapping))
        )


class Play:
    def __init__(self) -> None:
        self.shelf = FakeShelf()
        client = EngineClient("http://e", Secret("t"), httpx.MockTransport(self.shelf.answer))
        self.out: list[Coroutine[Any, Any, None]] = []
        self.files = OrderFiles(lambda: client.records, lambda _name, work: self.out.append(work))

    def answer(self) -> KnownOrders:
        assert self.files.known().busy
        asyncio.run(self.out.pop())
        return self.files.known()


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    file = tmp_path / "september é.csv"
    file.write_text("Order;SKU\n1;2\n")
    return file


def test_a_file_is_handed_in_and_its_columns_are_told(play: Play, orders: Path) -> None:
    play.files.hand_in(orders)
    known = play.answer()
    assert known.file is not None
    assert known.file.name == orders.name
    assert play.shelf.files["o0"] == orders.read_bytes()
    assert known.usable == ()
    assert orders_words(known.file) == "No column is known for: the product or the time"
    play.files.map_columns({"sku": "Order"})
    known = play.answer()
    assert play.shelf.mappings == [{"sku": "Order"}]
    assert known.usable == ("o0",)


def test_it_is_busy_until_all_that_was_asked_for_is_done(play: Play, orders: Path) -> None:
    play.files.hand_in(orders)
    play.files.hand_in(orders)
    assert play.answer().busy
    assert not play.answer().busy


def test_what_another_engine_was_handed_is_not_this_ones(play: Play, orders: Path) -> None:
    play.files.hand_in(orders)
    work = play.out.pop()
    play.files.attached()
    asyncio.run(work)
    assert play.files.known() == KnownOrders()


def test_another_file_takes_its_place_and_the_first_is_forgotten(play: Play, orders: Path) -> None:
    for _ in range(2):
        play.files.hand_in(orders)
        play.answer()
    assert list(play.shelf.files) == ["o1"]
    play.files.forget()
    assert play.files.known().file is None
    play.answer()
    assert play.shelf.files == {}


def test_a_refusal_leaves_the_file_before(play: Play, orders: Path) -> None:
    play.files.hand_in(orders)
    play.answer()
    orders.write_text("nothing")
    play.files.hand_in(orders)
    known = play.answer()
    assert known.trouble == "No table. Choose another."
    assert known.file is not None


def test_a_file_that_is_not_there_or_too_large_does_not_leave(
    play: Play, orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play.files.hand_in(orders.parent / "away.csv")
    assert "away.csv cannot be read" in play.answer().trouble
    monkeypatch.setattr(order_files, "MOST_BYTES", 5)
    play.files.hand_in(orders)
    assert "is larger than 64 MB" in play.answer().trouble
    assert play.shelf.files == {}
