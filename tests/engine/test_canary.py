"""Keys, tokens and secrets are planted in settings and traffic: nothing that leaves has them."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import io
import logging
import os
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.core.moderation_settings import ModerationSettings, SandboxChat
from livedesk.core.pin_settings import HttpCallSettings, HttpGateway, PinSettings
from livedesk.core.secrets import Secret
from livedesk.core.settings import FeedSettings, Settings, StoreSettings, UplinkSettings
from livedesk.core.system_packages import PAPER, PAPER_READERS, missing
from livedesk.engine.api.roles import Role
from livedesk.journal.evidence.pack import pack_evidence
from livedesk.journal.evidence.stretch import Stretch
from livedesk.journal.exports.export import FORMATS, export
from livedesk.journal.sessions import list_sessions
from tests.engine.conftest import GOOD, Bench, Running
from tests.waiting import until

CANARY = "canary4f1d9a77"
MASK = "rtmp://127.0.0.1/•••"
MASK_ALONE = "•••"
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
        said += await exported(running, headers)
    return said


async def exported(running: Running, headers: dict[str, str]) -> list[str]:
    """The record of the show that runs, by the engine's worker; and what the system tells of all
    processes that it started meanwhile."""
    [session] = (await running.http.get("/v1/sessions")).json()["sessions"]
    wish = {"sessions": [session["id"]], "formats": ["vtt", "jsonl"], "by": "Jo"}
    asked = await running.http.post("/v1/exports", json=wish, headers=headers)
    said, address = [asked.text], f"/v1/exports/{asked.json()['id']}"
    processes: set[str] = set()

    async def made() -> bool:
        processes.update(children(os.getpid()))
        answer = await running.http.get(address, headers=headers)
        said.append(answer.text)
        return bool(answer.json()["state"] == "done")

    await until(made, "the export")
    assert any("journal.worker" in each for each in processes)
    assert any("relay_double" in each for each in processes)
    for file in (await running.http.get(address, headers=headers)).json()["files"]:
        content = await running.http.get(f"{address}/files/{file['name']}", headers=headers)
        said.append(content.content.decode("utf-8", "replace"))
    return [*said, *processes]


def children(pid: int) -> Iterator[str]:
    """The command lines and environments of all below a process, as every program of this user may
    read them."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                for about in ("cmdline", "environ"):
                    yield Path(f"/proc/{child}/{about}").read_bytes().decode("utf-8", "replace")
                yield from children(child)


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    content = path.read_bytes()
    yield path.name, content
    if path.suffix == ".pdf":
        yield path.name, printed(content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                member = packed.read(name)
                yield f"{path.name}:{name}", member
                if name.endswith(".pdf"):
                    yield f"{path.name}:{name}", printed(member)


def printed(pdf: bytes) -> bytes:
    """What a reader of the PDF reads: in the file itself it is deflated."""
    command = ["pdftotext", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout


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
    if not missing((*PAPER, *PAPER_READERS)):
        [bundle] = out.glob("*evidence*.zip")
        assert any(b"Strike" in content for name, content in contents(bundle) if "cover" in name)


def test_a_crash_shows_no_secret_although_all_are_in_reach(tmp_path: Path) -> None:
    """As what tells of a crash writes it: Python, a library that shows locals, `faulthandler`."""
    settings = Settings((store(),))
    secret = Secret(f"{CANARY}-token")

    def fail(known: Settings, token: Secret) -> None:
        held = {"token": token, token: known.stores[0].uplinks}
        raise RuntimeError(f"no way with {known} and {token!r} and {held} and {token:>40}")

    with pytest.raises(RuntimeError) as raised:
        fail(settings, secret)
    error = raised.value
    told = traceback.TracebackException(
        type(error), error, error.__traceback__, capture_locals=True
    )
    with (tmp_path / "fault").open("w+") as file:
        faulthandler.dump_traceback(file)
        file.seek(0)
        text = "".join(told.format()) + file.read()
    assert "RuntimeError" in text
    assert MASK_ALONE in text
    assert CANARY not in text


def test_a_worker_repeats_nothing_of_an_order_that_it_does_not_understand() -> None:
    command = [sys.executable, "-m", "livedesk.journal.worker"]
    order = f'{{"type":"export","sessions":["{CANARY}"],"orders":"{CANARY}"\n'
    done = subprocess.run(
        command, input=order, capture_output=True, text=True, timeout=30,
        check=False,
    )  # fmt: skip
    assert "makes no sense" in done.stdout
    assert CANARY not in done.stdout + done.stderr
