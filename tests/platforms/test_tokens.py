"""No refresh token is lost, none is used twice without need, and people are told what to do."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from random import Random

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.secrets import Secret
from livedesk.platforms.tokens import Access, NotRenewed, RenewalNews, Renewed, TokenShelf
from tests.waiting import until

HOUR_NS = 3600 * NS_PER_S
FIRST = Secret("first-refresh-token")


class Platform:
    """Renews as Shopee does: each refresh token once."""

    def __init__(self, clock: ManualClock, path: Path) -> None:
        self._clock = clock
        self._path = path
        self.given: list[str] = []
        self.on_disk: list[str] = []
        self.outcome: NotRenewed | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, refresh: Secret, limit_s: float) -> Renewed | NotRenewed:
        self.given.append(refresh.reveal())
        self.on_disk.append(self._path.read_text())
        await self.gate.wait()
        if self.outcome is not None:
            return self.outcome
        n = len(self.given)
        now = self._clock.utc_ns()
        return Renewed(
            Secret(f"access-{n}"), now + 4 * HOUR_NS, Secret(f"refresh-{n}"), now + 720 * HOUR_NS
        )


class At:
    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(utc_ns=1_790_000_000 * NS_PER_S)
        self.folder = folder / "sign-ins"
        self.path = self.folder / "shopee-1-2.json"
        self.news: list[RenewalNews] = []
        self.platform = Platform(self.clock, self.path)
        self.shelf = self.new_shelf()

    def new_shelf(self) -> TokenShelf:
        """As after a restart."""
        self.shelf = TokenShelf(self.folder, self.clock, Random(1), self.news.append)
        return self.shelf

    @property
    def access(self) -> Access:
        return self.shelf.access("shopee-1-2", FIRST)

    async def renew(self, hours: float = 3.0) -> None:
        until_utc_ns = self.clock.utc_ns() + round(hours * HOUR_NS)
        await self.access.renew(until_utc_ns, self.platform, lambda: True)


def test_the_new_refresh_token_is_on_disk_before_its_access_is_used(tmp_path: Path) -> None:
    async def run() -> None:
        at = At(tmp_path)
        assert at.access.token() is None
        await at.renew()
        assert at.access.token() == Secret("access-1")
        kept = json.loads(at.path.read_text())
        assert (kept["refresh"], kept["sent_utc_ns"]) == ("refresh-1", None)
        assert json.loads(at.platform.on_disk[0])["sent_utc_ns"] is not None
        assert stat.S_IMODE(at.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(at.folder.stat().st_mode) == 0o700
        assert list(at.folder.iterdir()) == [at.path]
        await at.shelf.close()

    asyncio.run(run())


def test_a_restart_takes_up_the_kept_access_and_a_new_sign_in_the_place_of_it(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        at = At(tmp_path)
        await at.renew()
        at.new_shelf()
        assert at.access.token() == Secret("access-1")
        await at.renew()
        assert len(at.platform.given) == 1
        again = at.new_shelf().access("shopee-1-2", Secret("after-signing-in-again"))
        assert again.token() is None
        await again.renew(at.clock.utc_ns(), at.platform, lambda: True)
        assert at.platform.given[-1] == "after-signing-in-again"

    asyncio.run(run())


def test_one_renewal_at_a_time_for_all_stores_of_an_identity(tmp_path: Path) -> None:
    async def run() -> None:
        at = At(tmp_path)
        await asyncio.gather(*(at.renew() for _ in range(5)))
        assert at.platform.given == [FIRST.reveal()]

    asyncio.run(run())


def test_renewed_at_half_of_its_life_or_when_the_show_outlasts_it(tmp_path: Path) -> None:
    async def run() -> None:
        at = At(tmp_path)
        await at.renew()
        at.clock.advance(3600)
        await at.renew(hours=2.9)
        assert len(at.platform.given) == 1
        await at.renew(hours=3.5)
        assert at.platform.given == [FIRST.reveal(), "refresh-1"]
        at.clock.advance(2 * 3600)
        await at.renew(hours=0.1)
        assert len(at.platform.given) == 3
        assert at.access.covers(at.clock.utc_ns() + 100 * HOUR_NS)
        assert not at.access.covers(at.clock.utc_ns() + 1000 * HOUR_NS)

    asyncio.run(run())


def test_a_lost_answer_is_told_and_tried_once_more(tmp_path: Path) -> None:
    async def run() -> None:
        at = At(tmp_path)
        at.platform.outcome = NotRenewed("maybe", "No answer came.")
        await at.renew()
        assert "sign in again" in at.access.reason
        assert "tried again at" in at.access.reason
        await at.renew()
        assert len(at.platform.given) == 1
        at.clock.advance(10)
        at.platform.outcome = NotRenewed("sign_in", "Shopee says refresh_token_expired.")
        await at.renew()
        assert at.access.reason.startswith("Sign in again")
        assert "was lost" in at.access.reason
        at.clock.advance(3600)
        await at.renew()
        assert len(at.platform.given) == 2
        assert at.access.covers(at.clock.utc_ns()) is False
        await at.shelf.close()

    asyncio.run(run())


def test_an_engine_that_died_during_a_renewal_says_so_when_it_is_back(tmp_path: Path) -> None:
    async def run() -> None:
        at = At(tmp_path)
        at.platform.gate.clear()
        renewal = asyncio.create_task(at.renew())
        await until(lambda: at.platform.given)
        at.new_shelf()
        assert "sign in again" in at.access.reason
        at.platform.gate.set()
        await renewal
        await at.renew()
        assert (at.access.reason, at.access.token()) == ("", Secret("access-2"))

    asyncio.run(run())


def test_a_renewal_that_was_refused_for_another_reason_is_tried_later(tmp_path: Path) -> None:
    async def run() -> None:
        at = At(tmp_path)
        at.platform.outcome = NotRenewed("none", "Too many calls.", retry_after_s=120.0)
        await at.renew()
        assert "sign in" not in at.access.reason
        assert json.loads(at.path.read_text())["sent_utc_ns"] is None
        at.clock.advance(60)
        await at.renew()
        assert len(at.platform.given) == 1
        at.clock.advance(61)
        at.platform.outcome = None
        await at.renew()
        assert at.access.token() is not None
        assert [news.ok for news in at.news] == [False, True]
        await at.shelf.close()

    asyncio.run(run())


def test_nothing_is_sent_when_the_disk_takes_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        at = At(tmp_path)
        at.folder.write_text("a file in the folder's place")
        await at.renew()
        assert at.platform.given == []
        assert "cannot be written to" in at.access.reason
        await at.shelf.close()

    asyncio.run(run())


ENDLESS = (
    '{"first": "1", "refresh": "r", "refresh_until_utc_ns": Infinity, "access": null,'
    ' "access_from_utc_ns": Infinity, "access_until_utc_ns": 0, "sent_utc_ns": null}'
)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"first": 1}', "NaN", "[" * 10_000, ENDLESS]
)
def test_a_damaged_file_is_no_reason_to_stop(tmp_path: Path, content: str) -> None:
    async def run() -> None:
        at = At(tmp_path)
        at.folder.mkdir()
        at.path.write_text(content)
        assert "cannot be read" in at.access.reason
        await at.renew()
        assert (at.access.reason, at.access.token()) == ("", Secret("access-1"))

    asyncio.run(run())


def test_closing_waits_for_the_answer_of_a_renewal(tmp_path: Path) -> None:
    async def run() -> None:
        at = At(tmp_path)
        at.platform.gate.clear()
        caller = asyncio.create_task(at.renew())
        await until(lambda: at.platform.given)
        caller.cancel()
        closing = asyncio.create_task(at.shelf.close())
        at.platform.gate.set()
        await closing
        assert json.loads(at.path.read_text())["refresh"] == "refresh-1"

    asyncio.run(run())


def test_no_secret_is_shown(tmp_path: Path) -> None:
    async def run() -> None:
        at = At(tmp_path)
        await at.renew()
        shown = repr((at.access._kept, at.news, at.shelf, at.access.reason))
        for word in (FIRST.reveal(), "refresh-1", "access-1"):
            assert word not in shown

    asyncio.run(run())


def test_a_platform_that_is_away_for_a_while_is_no_lack_of_access(tmp_path: Path) -> None:
    async def run() -> None:
        at = At(tmp_path)
        await at.renew()
        at.clock.advance(2.5 * 3600)
        at.platform.outcome = NotRenewed("none", "The platform could not be reached.")
        await at.renew()
        tomorrow_utc_ns = at.clock.utc_ns() + 24 * HOUR_NS
        assert at.access.reason
        assert at.access.covers(tomorrow_utc_ns) is None
        at.clock.advance(1.3 * 3600)
        assert at.access.covers(tomorrow_utc_ns) is False
        await at.shelf.close()

    asyncio.run(run())
