"""What the platform holds against a live reaches people once, and ends; what the rules hold against
a product keeps it from being shown."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from livedesk.core.pin_settings import PinSettings, SandboxGateway
from livedesk.core.secrets import Secret
from livedesk.platforms.webhook import signature
from livedesk.sandbox.shop.shop import Shop
from tests.engine.conftest import Bench, client
from tests.stories.moderated import STORE, Live, moderated
from tests.waiting import until

SECRET: Final = Secret("whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode())
RULES: Final[dict[str, Any]] = {
    "rules": [
        {"id": "title-mist", "list": "compliance", "action": "hide", "reason": "No mist is sold",
         "fields": ["products"], "terms": ["mist"]},
        {"id": "title-proof", "list": "compliance", "action": "review", "reason": "No proof",
         "fields": ["products"], "terms": ["instant results"]},
    ],
}  # fmt: skip
MIST, EYE_GEL = "10005", "10015"
Json = dict[str, Any]


def pins(shop: Shop) -> PinSettings:
    return PinSettings(SandboxGateway(shop.url, shop.room.name, shop.token))


@asynccontextmanager
async def on_air(bench: Bench, folder: Path) -> AsyncIterator[Live]:
    async with moderated(bench, folder, pins=pins, rule_set=RULES, webhook_secret=SECRET) as live:
        yield live


async def warn(live: Live, hook_id: str, **data: Any) -> int:
    told = {"type": "compliance.warning", "timestamp": dt.datetime.now(dt.UTC).isoformat()}
    body = json.dumps({**told, "data": data}).encode()
    stamp = str(int(time.time()))
    headers = {"webhook-id": hook_id, "webhook-timestamp": stamp,
               "webhook-signature": signature(SECRET, hook_id, stamp, body)}  # fmt: skip
    answer = await live.running.http.post("/v1/hooks/glow/warnings", content=body, headers=headers)
    return answer.status_code


async def alarms(live: Live) -> dict[str, str]:
    found = (await live.running.status())["alarms"]
    return {each["id"]: each["cause"] for each in found if each["id"].startswith("compliance.")}


async def tell_service(live: Live, method: str, call: str, **body: Any) -> httpx.Response:
    async with client(live.rules.url, live.rules.token("editor")) as http:
        seen = {"If-Match": f'"{live.rules.version}"'} if method == "PUT" else {}
        return await http.request(method, f"/v1/{call}", json=body, headers=seen)


def test_a_warning_is_an_alarm_once_whichever_way_it_comes_and_ends_by_a_person(
    bench: Bench, tmp_path: Path
) -> None:
    async def story() -> None:
        async with on_air(bench, tmp_path) as live:
            told = {"id": "w1", "text": "Said to cure acne.", "terms": ["cures acne"],
                    "kind": "medical_claim", "product_id": MIST}  # fmt: skip
            assert await warn(live, "h1", **told) == 204
            assert await warn(live, "h2", **told) == 204
            over_service = {"id": "w2", "store": "glow", "kind": "unproven_claim",
                            "text": "Best on TikTok.", "utc_ns": time.time_ns() + 10**15,
                            "terms": ["best on tiktok"]}  # fmt: skip
            for status in (201, 200):
                answer = await tell_service(live, "POST", "warnings", **over_service)
                assert answer.status_code == status
            again = {**over_service, "id": "w1", "terms": ["cures acne"]}
            assert (await tell_service(live, "POST", "warnings", **again)).status_code == 201

            async def both() -> bool:
                return len(await alarms(live)) == 2

            await until(both, "an alarm for each of the two")
            causes = await alarms(live)
            assert "Product: Rose Mist. Minute 0." in causes["compliance.w1"]
            assert set((await live.moderation())["terms"]) == {"cures acne", "best on tiktok"}
            assert len(await live.events("compliance.warning")) == 2

            body = {"warning": "w1", "by": "Ana"}
            (await live.running.http.post(f"{STORE}/warnings/done", json=body)).raise_for_status()

            async def one() -> bool:
                return list(await alarms(live)) == ["compliance.w2"]

            await until(one, "what was seen to is no alarm any more")
            assert set((await live.moderation())["terms"]) == {"cures acne", "best on tiktok"}
            [done] = await live.events("compliance.done")
            assert done.actor == "Ana"

    asyncio.run(story())


def test_what_the_rules_forbid_to_sell_cannot_be_pinned_until_they_let_it(
    bench: Bench, tmp_path: Path
) -> None:
    async def story() -> None:
        async with on_air(bench, tmp_path) as live:
            http = live.running.http

            async def refusal() -> str:
                products = (await http.get(f"{STORE}/products")).json()["products"]
                return str(next((each["refusal"] for each in products if each["id"] == MIST), ""))

            await until(refusal, "it is held against the rules")
            why = '"Mist" in the title. No mist is sold (rule title-mist, compliance)'
            assert why in await refusal()
            refused = await http.post(f"{STORE}/cues", json={"product_id": MIST})
            assert (refused.status_code, refused.json()["error"]["code"]) == (409, "flagged")
            assert why in refused.json()["error"]["message"]

            problems = (await http.get(f"{STORE}/products")).json()["problems"]
            [problem] = [each for each in problems if EYE_GEL in each["where"]]
            assert '"Instant results" in the description' in problem["text"]
            assert (await http.post(f"{STORE}/cues", json={"product_id": EYE_GEL})).is_success

            allowed = {**RULES, "allow": {"glow": ["rose mist"]}}
            answer = await tell_service(live, "PUT", "rules", **allowed)
            answer.raise_for_status()

            async def is_free() -> bool:
                return await refusal() == ""

            await until(is_free, "the store's allowlist wins")
            assert (await http.post(f"{STORE}/cues", json={"product_id": MIST})).is_success

    asyncio.run(story())
