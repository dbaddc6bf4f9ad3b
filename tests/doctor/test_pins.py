"""Before the show: each store's platform, sign-in and products are looked at; nothing is pinned."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.pin_settings import (
    CatalogueSettings,
    HttpCallSettings,
    HttpGateway,
    ManualGateway,
    PinSettings,
    SandboxGateway,
    ShopeeGateway,
    TikTokProducts,
)
from livedesk.core.runtime import EngineRuntime, engine_file, write_runtime_file
from livedesk.core.secrets import Secret
from livedesk.core.settings import FeedSettings, Settings, StoreSettings
from livedesk.doctor.finding import Finding
from livedesk.doctor.pins import check_pins
from livedesk.paths import Paths
from livedesk.sandbox.shop.run import running_shop
from livedesk.sandbox.shop.shop import Shop, ShopJob
from tests.ports import free_port

TOKEN = Secret("s3cret-token")


@pytest.fixture
def shop() -> Iterator[Shop]:
    """The sandbox's shop, on a loop of its own, because the doctor has one."""
    ready: Future[Shop] = Future()
    loop = asyncio.new_event_loop()
    end = asyncio.Event()

    async def serve() -> None:
        async with running_shop(ShopJob("glow", TOKEN), SystemClock()) as shop:
            ready.set_result(shop)
            await end.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        yield ready.result(10)
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(10)
        loop.close()


def look(paths: Paths, pins: PinSettings) -> dict[str, Finding]:
    """The findings by their topics."""
    paths.prepare()
    store = StoreSettings(
        "glow", "Glow", "", FeedSettings("rtmp", "127.0.0.1", 1, "live", Secret("k")), (), pins=pins
    )
    findings = list(check_pins(Settings((store,)), paths, SystemClock()))
    assert "s3cret" not in repr(findings)
    assert len({finding.topic for finding in findings}) == len(findings)
    return {finding.topic: finding for finding in findings}


def by_file(path: Path, **more: object) -> PinSettings:
    return PinSettings(ManualGateway(), CatalogueSettings("file", path), **more)  # type: ignore[arg-type]


def run_engine(paths: Paths, host: str) -> None:
    paths.prepare()
    engine = EngineRuntime(os.getpid(), f"http://{host}:8765", Secret("t"), 1, "0.1.0")
    write_runtime_file(engine_file(paths.runtime), engine)


def test_a_platform_that_answers_is_told_with_its_products(paths: Paths, shop: Shop) -> None:
    found = look(paths, PinSettings(SandboxGateway(shop.url, "glow", TOKEN)))
    assert {topic: each.status for topic, each in found.items()} == {"pins": "ok", "products": "ok"}
    assert "sandbox of glow answers in" in found["pins"].text
    assert "shows no product" in found["pins"].text
    assert "products of glow" in found["products"].text


def test_a_wrong_token_and_a_dead_platform_fail_in_words(paths: Paths, shop: Shop) -> None:
    wrong = look(paths, PinSettings(SandboxGateway(shop.url, "glow", Secret("s3cret-other"))))
    assert wrong["pins"].status == "fail"
    dead = SandboxGateway(f"http://127.0.0.1:{free_port()}", "glow", TOKEN)
    found = look(paths, PinSettings(dead))
    assert (found["pins"].status, found["products"].status) == ("fail", "fail")


def test_a_sign_in_is_renewed_kept_and_held_against_the_show(paths: Paths, shop: Shop) -> None:
    its = shop.shopee_identity
    gateway = ShopeeGateway(
        its.partner_id, its.partner_key, its.user_id, its.shop_id, its.session_id,
        its.refresh_token, shop.url,
    )  # fmt: skip
    for _ in range(2):  # the token of the settings is good for one renewal; the next is on disk
        found = look(paths, PinSettings(gateway))
        assert {each.status for each in found.values()} == {"ok"}, found
    assert "enough for a show until" in found["sign-in"].text
    (kept,) = paths.sign_ins.iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def test_products_of_tiktok_are_read_with_pins_by_hand(paths: Paths, shop: Shop) -> None:
    its = shop.tiktok_identity
    source = TikTokProducts(
        its.app_key, its.app_secret, its.refresh_token, its.shop_cipher, shop.url, shop.url
    )
    pins = PinSettings(ManualGateway(), CatalogueSettings("tiktok", tiktok=source))
    found = look(paths, pins)
    assert {each.status for each in found.values()} == {"ok"}, found
    assert set(found) == {"pins", "sign-in", "products"}
    assert "by hand" in found["pins"].text


def test_a_running_engine_keeps_the_sign_in_to_itself(paths: Paths) -> None:
    run_engine(paths, "127.0.0.1")
    gateway = ShopeeGateway(1, TOKEN, 1, 1, 1, TOKEN, f"http://127.0.0.1:{free_port()}")
    (finding,) = look(paths, PinSettings(gateway)).values()
    assert (finding.topic, finding.status) == ("sign-in", "ok")
    assert "running engine" in finding.text


def test_a_catalogue_is_told_with_its_problems(paths: Paths, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("id,title,price,stock\n1,Serum,19.90,5\n2,Cream,12.50,0\n")
    good = look(paths, by_file(path))["products"]
    assert (good.status, "2 products, 1 of which cannot" in good.text) == ("ok", True)
    path.write_text("id,title,price\n1,Serum,abc\n")
    odd = look(paths, by_file(path))["products"]
    assert (odd.status, "products.csv, line 2, price" in odd.text) == ("warn", True)
    path.write_text("sku\n1\n")
    bad = look(paths, by_file(path))["products"]
    assert (bad.status, "no column for id and title" in bad.text) == ("fail", True)


def test_a_service_that_cannot_be_read_back_is_warned_of(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,title\n1,a\n")
    pin = HttpCallSettings(Secret("http://127.0.0.1:1/{product_id}?t=s3cret"))
    pins = PinSettings(HttpGateway(pin), CatalogueSettings("file", tmp_path / "p.csv"))
    assert look(paths, pins)["pins"].status == "warn"


@pytest.mark.parametrize(
    ("host", "status"), [(None, "ok"), ("0.0.0.0", "ok"), ("127.0.0.1", "warn")]
)
def test_phones_and_webhooks_need_an_engine_on_the_network(
    paths: Paths, tmp_path: Path, host: str | None, status: str
) -> None:
    (tmp_path / "p.csv").write_text("id,title\n1,a\n")
    if host is not None:
        run_engine(paths, host)
    secret = Secret("whsec_" + "A" * 32)
    catalogue = CatalogueSettings("file", tmp_path / "p.csv", webhook_secret=secret)
    found = look(paths, PinSettings(ManualGateway(), catalogue, web_pad=True))
    assert (found["web pad"].status, found["webhook"].status) == (status, status)
    assert (found["web pad"].action is None) == (host == "0.0.0.0")
