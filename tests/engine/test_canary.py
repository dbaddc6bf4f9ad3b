"""Keys, tokens and secrets are planted in settings and traffic: nothing that leaves has them."""

from __future__ import annotations

import asyncio
import io
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.core.moderation_settings import ModerationSettings, SandboxChat
from livedesk.core.pin_settings import HttpCallSettings, HttpGateway, PinSettings
from livedesk.core.secrets import Secret
from livedesk.core.settings import FeedSettings, StoreSettings, UplinkSettings
from livedesk.engine.api.roles import Role
from livedesk.journal.evidence.pack import pack_evidence
from livedesk.journal.evidence.stretch import Stretch
from livedesk.journal.exports.export import FORMATS, export
from livedesk.journal.sessions import list_sessions
from tests.engine.conftest import GOOD, Bench
from tests.waiting import until

CANARY = "canary4f1d9a77"
MASK = "rtmp://127.0.0.1/•••"
NOWHERE = "http://127.0.0.1:9"


def store() -> StoreSettings:
    secret = Secret(f"{CANARY}-token")
    call = HttpCallSettings(
        Secret(f"{NOWHERE}/{CANARY}/pin?key={CANARY}"), headers=(("X-Key", secret),), body=CANARY
    )
    return StoreSettings(
        "glow", "Glow Beauty", "tiktok",
        FeedSettings("rtmp", "127.0.0.1", 1935, "live", Secret(f"{CANARY}-feed")),
        (
            UplinkSettings("primary", Secret(f"rtmp://127.0.0.1/app/{CANARY}")),
            UplinkSettings(
                "bonded", Secret(f"rtmp://jo:{CANARY}@127.0.0.1/app/{CANARY}?auth={CANARY}"),
                proxy=Secret(f"socks5://jo:{CANARY}@127.0.0.1:9"),
            ),
        ),
        pins=PinSettings(HttpGateway(call)),
        moderation=ModerationSettings(
            NOWHERE, secret, SandboxChat(NOWHERE, "room", secret), webhook_secret=secret
        ),
    )  # fmt: skip


async def show(bench: Bench) -> list[str]:
    """A short show in which everything that can fail does; returns what the API answered."""
    said: list[str] = []
    address = f"rtmp://jo:{CANARY}@127.0.0.1/app/{CANARY}?auth={CANARY}"
    bench.say(GOOD, reason=f"{address} refused the publication")
    tokens: tuple[tuple[Secret, Role], ...] = ((Secret(f"{CANARY}-api"), "live_operations"),)
    async with bench.engine(replace(bench.options(store()), tokens=tokens)) as running:

        async def live() -> bool:
            return (await running.status())["session"] is not None

        await until(live, "the session")
        bench.say(GOOD, failed=address, reason=f"{address} was cut")
        headers = {"Authorization": f"Bearer {CANARY}-api"}
        for path, body in (
            ("cues", {"product_id": "42", "source": "console", "by": "Jo"}),
            ("failover", {"to": "bonded", "reason": f"away from {address}"}),
            ("drill", {"by": "Jo"}),
            ("webhooks/compliance", {"signature": f"v1,{CANARY}-token"}),
        ):
            answer = await running.http.post(
                f"/v1/stores/glow/{path}", json=body, headers=headers, timeout=20
            )
            said.append(answer.text)
        said += [(await running.http.get(f"/v1/stores/glow/{p}")).text for p in ("status", "check")]
        said += [
            (await running.http.get(p)).text for p in ("/v1/sessions", "/metrics", "/v1/audit")
        ]
    return said


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    content = path.read_bytes()
    yield path.name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(path) as packed:
            yield from ((f"{path.name}:{name}", packed.read(name)) for name in packed.namelist())


@pytest.mark.slow
def test_no_secret_is_in_record_exports_evidence_answers_and_log(
    bench: Bench,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    told = asyncio.run(show(bench))
    [entry] = list_sessions(bench.paths.data)
    assert entry.info is not None
    out = tmp_path / "out"
    export(entry.path, [name for name in FORMATS if name != "pdf"], out)
    pack_evidence(entry.path, Stretch(-60_000, 3_600_000), "Strike", out)
    files = [path for folder in (out, bench.paths.data) for path in folder.rglob("*")]
    found = [
        name
        for path in files
        if path.is_file()
        for name, content in contents(path)
        if CANARY.encode() in content
    ]
    assert len(files) > 20
    assert MASK in (out / f"{entry.path.stem}-csv" / "events.csv").read_text(encoding="utf-8")
    assert found == []
    assert CANARY not in "\n".join(told)
    assert CANARY not in caplog.text
    written = capfd.readouterr()
    assert CANARY not in written.out + written.err
