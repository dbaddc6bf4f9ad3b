"""Is a channel told to the engine as it was typed, and no secret asked for or sent too often?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from livedesk.alarms.channels.smtp import PATIENCE_S
from livedesk.core.channel_settings import ChannelEntry
from livedesk.core.events import Json
from livedesk.desk.alarm_client import AlarmClient
from livedesk.desk.channel_draft import ChannelDraft, body_of, draft_fault, draft_of
from livedesk.desk.channels import ChannelDesk
from livedesk.desk.client import _LONG_TIMEOUT
from livedesk.desk.errors import DeskError, RefusedError

MAIL = ChannelEntry(
    "mail", "email", "high", ("glow",), per_min=5, host="smtp.example", port=465, security="tls",
    sender="desk@agency.example", to=("a@agency.example",), user="desk", secrets=("password",),
)  # fmt: skip


def test_a_change_keeps_what_is_not_typed() -> None:
    draft = replace(draft_of(MAIL), priority="low")
    assert draft_fault(draft, MAIL) == ""
    assert body_of(draft, MAIL) == {
        "kind": "email", "priority": "low", "stores": ["glow"], "resolved": True,
        "heartbeat_min": 0, "per_min": 5, "host": "smtp.example", "security": "tls", "port": 465,
        "sender": "desk@agency.example", "to": ["a@agency.example"], "user": "desk",
    }  # fmt: skip


def test_another_address_takes_no_secret_along() -> None:
    entry = ChannelEntry("night", "ntfy", secrets=("url", "token"))
    draft = draft_of(entry)
    assert {"url", "token"}.isdisjoint(body_of(draft, entry))
    moved = replace(draft, texts={"url": " https://ntfy.example/other "})
    told = body_of(moved, entry)
    assert (told["url"], told["token"]) == ("https://ntfy.example/other", None)


def test_what_is_still_empty_is_named() -> None:
    assert "name" in draft_fault(ChannelDraft("", "slack"), None)
    assert draft_fault(ChannelDraft("ops", "slack"), None) == "Still empty: Address."
    assert draft_fault(ChannelDraft("ops", "slack", texts={"url": "x"}), None) == ""
    assert "number" in draft_fault(replace(draft_of(MAIL), texts={
        **draft_of(MAIL).texts, "port": "mail"}), MAIL)  # fmt: skip


def test_a_typed_secret_is_in_no_text_of_the_draft() -> None:
    assert "canary" not in repr(ChannelDraft("ops", "slack", texts={"url": "canary"}))


class Door:
    """Answers as an engine does, and notes what is sent."""

    where = "stage"

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, dict[str, Json]]] = []
        self.refusal: DeskError | None = None

    async def get_bytes(self, _path: str, _params: Any = None) -> bytes:
        return b'{"channels": [{"name": "ops", "kind": "slack", "secrets": ["url"]}]}'

    async def post(self, path: str, body: dict[str, Json]) -> bytes:
        raise NotImplementedError

    async def post_patiently(self, path: str, body: dict[str, Json]) -> bytes:
        self.sent.append(("POST", path, body))
        return b'{"ok": true, "text": "The message arrived."}'

    async def put(self, path: str, body: dict[str, Json]) -> bytes:
        self.sent.append(("PUT", path, body))
        if self.refusal is not None:
            raise self.refusal
        return b"{}"

    async def delete(self, path: str, body: dict[str, Json] | None = None) -> bytes:
        self.sent.append(("DELETE", path, body or {}))
        return b""


def test_channels_are_kept_tried_and_removed() -> None:
    door = Door()
    work: list[Any] = []
    desk = ChannelDesk(lambda: AlarmClient(door), lambda _n, job: work.append(job), lambda: "Mai")

    def done() -> None:
        while work:
            asyncio.run(work.pop(0))

    draft = ChannelDraft("ops", "slack", texts={"url": "https://hooks.example/x"})
    desk.try_out(draft)
    desk.try_out(draft)
    assert len(work) == 1
    done()
    tried = desk.known().tried
    assert tried is not None
    assert tried.result is not None
    assert tried.result.ok
    desk.keep(draft)
    assert desk.known().busy
    done()
    assert desk.known().entry("ops") is not None
    assert not desk.known().busy
    door.refusal = RefusedError("No keyring.", "stage", "Give env:NAME.", 409, "no_keyring", None)
    desk.keep(draft)
    done()
    assert desk.known().trouble == "No keyring. Give env:NAME."
    desk.remove("ops")
    done()
    assert [(method, path) for method, path, _ in door.sent] == [
        ("POST", "/v1/channels/ops/test"), ("PUT", "/v1/channels/ops"),
        ("PUT", "/v1/channels/ops"), ("DELETE", "/v1/channels/ops"),
    ]  # fmt: skip
    assert all(body["by"] == "Mai" for _, _, body in door.sent)


def test_the_console_waits_longer_for_a_test_than_a_mail_server_may_take() -> None:
    assert (_LONG_TIMEOUT.read or 0) > PATIENCE_S
