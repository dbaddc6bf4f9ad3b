"""Files of orders: handed in, understood, named by a person, used by an export, gone."""

from __future__ import annotations

import asyncio
import stat
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.engine.conftest import Bench, Running
from tests.engine.records.bench import session_file
from tests.waiting import until

PLAIN = b"Order ID,Seller SKU,Created Time,Net Sales,Currency\n1,A-1,2026-11-22 06:17:58,9.99,USD\n"
OWN = b"Bon,Artikel,Wert\n1,A-1,9.99\n2,A-2,much\n"


@pytest.mark.slow
def test_a_file_is_taken_understood_and_named_once_for_all_like_it(bench: Bench) -> None:
    session_file(bench.paths.data)

    async def story() -> None:
        async with bench.engine() as running:
            http = running.http

            async def hand_in(content: bytes) -> dict[str, Any]:
                answer = await http.post("/v1/orders?name=orders.csv", content=content)
                assert answer.status_code == 201, answer.text
                told: dict[str, Any] = answer.json()
                return told

            known = await hand_in(PLAIN)
            assert (known["rows"], known["usable"], known["missing"]) == (1, 1, [])
            assert known["mapping"]["sku"] == "Seller SKU"
            own = await hand_in(OWN)
            assert own["missing"]
            kept = bench.paths.data / "order-files" / own["id"]
            assert stat.S_IMODE(kept.stat().st_mode) == 0o600
            mapping = {"order_id": "Bon", "sku": "Artikel", "amount": "Wert"}
            named = (await http.put(f"/v1/orders/{own['id']}", json={"mapping": mapping})).json()
            assert (named["missing"], named["rows"], named["usable"]) == ([], 2, 1)
            assert [(c["row"], c["column"]) for c in named["complaints"]] == [(3, "Wert")]
            assert (await http.get(f"/v1/orders/{own['id']}")).json() == named
            again = await hand_in(OWN)
            assert again["mapping"] == mapping
            wish = {"sessions": ["s1"], "formats": ["html"], "orders": [again["id"]]}
            job = (await http.post("/v1/exports", json=wish)).json()

            async def over() -> dict[str, Any] | None:
                told: dict[str, Any] = (await http.get(f"/v1/exports/{job['id']}")).json()
                return None if told["state"] in ("queued", "running") else told

            ended = await until(over)
            assert (ended["state"], ended["problem"]) == ("done", None)
            assert (await http.delete(f"/v1/orders/{own['id']}")).status_code == 204
            gone = await http.get(f"/v1/orders/{own['id']}")
            assert gone.json()["error"]["code"] == "unknown_orders"
            assert not kept.exists()
            unknown = await http.post("/v1/exports", json=wish | {"orders": [own["id"]]})
            assert unknown.json()["error"]["code"] == "unknown_orders"
            trail = (await http.get("/v1/audit")).json()["entries"]
            taken = [e["data"]["name"] for e in trail if e["act"] == "POST /v1/orders"]
            assert taken == ["orders.csv"] * 3
            assert "A-1" not in str(trail)

    asyncio.run(story())


async def _head_of_too_much(running: Running) -> bytes:
    """The answer to a body that is only announced."""
    address = urlsplit(running.runtime.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    token = running.runtime.token.reveal()
    head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Length: 64000001"
    writer.write(f"POST /v1/orders?name=a.csv HTTP/1.1\r\n{head}\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line


def test_what_is_no_table_or_too_much_is_refused_and_not_kept(bench: Bench) -> None:
    async def story() -> None:
        async with bench.engine() as running:
            http = running.http
            empty = await http.post("/v1/orders?name=a.csv", content=b" ")
            assert (empty.status_code, empty.json()["error"]["code"]) == (422, "unusable")
            unnamed = await http.post("/v1/orders", content=PLAIN)
            assert unnamed.json()["error"]["code"] == "wrong_value"
            assert b" 413 " in await _head_of_too_much(running)
            assert not list((bench.paths.data / "order-files").iterdir())
            for method, body in (("GET", None), ("PUT", {"mapping": {}}), ("DELETE", None)):
                missing = await http.request(method, "/v1/orders/none", json=body)
                assert missing.json()["error"]["code"] == "unknown_orders"

    asyncio.run(story())
