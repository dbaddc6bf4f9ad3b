"""Before the show: each store's rule service, token and chat are looked at; nothing is judged."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.moderation import ChatStatus
from livedesk.core.moderation_settings import (
    ChatSettings,
    LinesChat,
    ModerationSettings,
    SandboxChat,
    ShopeeChat,
)
from livedesk.core.secrets import Secret
from livedesk.core.settings import FeedSettings, Settings, StoreSettings
from livedesk.doctor.finding import Finding
from livedesk.doctor.moderation import abilities, check_moderation
from livedesk.paths import Paths
from livedesk.sandbox.chat.chat import ChatJob
from livedesk.sandbox.chat.run import running_chat
from livedesk.sandbox.rules.server import RulesServer, RulesSettings, serve_rules
from tests.ports import free_port

HOOK = Secret("whsec_" + "A" * 32)
Served = Callable[[str], RulesServer]


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Of its own, because the doctor has one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def served(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> Iterator[Served]:
    """Starts the sandbox's rule service."""
    servers: list[RulesServer] = []

    def serve(document: str) -> RulesServer:
        seed = tmp_path / "rules.json"
        seed.write_text(document, encoding="utf-8")
        settings = RulesSettings(tmp_path / "service", seed=seed)
        started: Future[RulesServer] = asyncio.run_coroutine_threadsafe(
            serve_rules(settings, SystemClock()), loop
        )
        servers.append(started.result(10))
        return servers[-1]

    try:
        yield serve
    finally:
        for server in servers:
            asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)


@pytest.fixture
def room(loop: asyncio.AbstractEventLoop) -> Iterator[SandboxChat]:
    """A room of the sandbox's chat."""
    running = running_chat(ChatJob(("glow",), Secret("s3cret-room")), SystemClock())
    chat = asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(10)
    try:
        yield SandboxChat(chat.url, "glow", Secret("s3cret-room"))
    finally:
        ending = running.__aexit__(None, None, None)
        asyncio.run_coroutine_threadsafe(ending, loop).result(10)


def look(paths: Paths, moderation: ModerationSettings) -> dict[str, Finding]:
    """The findings by their topics."""
    paths.prepare()
    feed = FeedSettings("rtmp", "127.0.0.1", 1, "live", Secret("k"))
    store = StoreSettings("glow", "Glow", "", feed, (), moderation=moderation)
    findings = list(check_moderation(Settings((store,)), paths, SystemClock()))
    assert "s3cret" not in repr(findings)
    return {finding.topic: finding for finding in findings}


def rules(*terms: str) -> str:
    rule = {"id": "r", "list": "l", "action": "hide", "reason": "why", "terms": terms}
    return json.dumps({"rules": [rule], "allow": {}, "faq": []})


def dead() -> ModerationSettings:
    return ModerationSettings(f"http://127.0.0.1:{free_port()}", Secret("s3cret"))


def test_a_service_that_answers_is_told_with_its_rules(paths: Paths, served: Served) -> None:
    server = served(rules("double your money", "whatsapp me"))
    found = look(paths, ModerationSettings(server.url, server.token("engine"), webhook_secret=HOOK))
    assert found["rules"].status == "ok", found
    assert f"version {server.version}, 1 rules with 2 terms" in found["rules"].text
    assert "/v1/hooks/glow/warnings" in found["webhook"].text
    assert "by POST /v1/stores/glow/comments" in found["chat"].text


def test_rules_with_a_flaw_are_used_and_remarked_upon(paths: Paths, served: Served) -> None:
    server = served(rules("whatsapp me", "whatsapp me"))
    found = look(paths, ModerationSettings(server.url, server.token("engine")))["rules"]
    assert (found.status, "1 with problems, such as" in found.text) == ("warn", True)


def test_a_token_that_may_only_read_is_named_as_such(paths: Paths, served: Served) -> None:
    server = served(rules("whatsapp me"))
    found = look(paths, ModerationSettings(server.url, server.token("reader")))["rules"]
    assert (found.status, "comments cannot be given in" in found.text) == ("fail", True)
    assert "role engine" in (found.action or "")


def test_a_wrong_token_and_a_dead_service_fail_in_words(paths: Paths, served: Served) -> None:
    server = served(rules("whatsapp me"))
    wrong = look(paths, ModerationSettings(server.url, Secret("s3cret")))["rules"]
    assert (wrong.status, "does not let this engine in" in wrong.text) == ("fail", True)
    gone = look(paths, dead())["rules"]
    assert (gone.status, "Nobody answers" in gone.text) == ("fail", True)


@pytest.mark.parametrize(
    ("chat", "status", "words"),
    [
        (ShopeeChat(), "ok", "a comment cannot be hidden"),
        (LinesChat((sys.executable, "-c", "pass")), "ok", "what it can do it says"),
        (LinesChat(("/no/such/reader",)), "fail", "/no/such/reader"),
        (None, "ok", "done by hand"),
    ],
)
def test_a_chat_is_told_with_what_can_be_done_there(
    paths: Paths, chat: ChatSettings | None, status: str, words: str
) -> None:
    gone = dead()
    found = look(paths, ModerationSettings(gone.url, gone.token, chat))["chat"]
    assert (found.status, words in found.text) == (status, True), found


def test_a_room_that_answers_is_told_with_its_verbs(paths: Paths, room: SandboxChat) -> None:
    gone = dead()
    found = look(paths, ModerationSettings(gone.url, gone.token, room))["chat"]
    assert (found.status, "hide, unhide, reply, ban, unban by the" in found.text) == ("ok", True)
    wrong = replace(room, token=Secret("s3cret-other"))
    found = look(paths, ModerationSettings(gone.url, gone.token, wrong))["chat"]
    assert (found.status, "does not take this token" in found.text) == ("fail", True)


def test_a_room_that_is_not_there_fails_in_words(paths: Paths) -> None:
    gone = dead()
    room = SandboxChat(f"http://127.0.0.1:{free_port()}", "glow", Secret("s3cret"))
    found = look(paths, ModerationSettings(gone.url, gone.token, room))["chat"]
    assert (found.status, "does not answer" in found.text) == ("fail", True)


def test_abilities_are_said_by_who_has_them() -> None:
    status = ChatStatus("lines", hide="by_hand", reply="platform", ban="by_hand")
    words = "reply by the platform; hide, ban by hand; unhide, unban not possible"
    assert abilities(status) == words
