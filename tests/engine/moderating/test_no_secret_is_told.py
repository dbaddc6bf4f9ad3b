"""A rule service may repeat whatever it was sent: its token still reaches no text of ours."""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path
from random import Random

import httpx
import msgspec
import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.moderation import Comment
from livedesk.core.moderation_settings import ModerationSettings
from livedesk.core.secrets import Secret
from livedesk.engine.api.moderation_view import ModerationError
from livedesk.engine.moderating.hedging import Patience
from livedesk.engine.moderating.moderating import Moderating, Parts
from livedesk.engine.moderating.rule_shelf import RuleShelf
from livedesk.moderation.items import new_item
from livedesk.moderation.service_client import RuleService
from tests.engine.moderating.conftest import FakeChat, FakeStage
from tests.waiting import until

CANARY = "canary/rules+token=4711"
ITEM = new_item("glow", Comment("c1", "a1", "Mia", "too dear", 1), None)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def rude(status: int) -> httpx.MockTransport:
    """Answers every call but for the queue with an error that quotes what it was sent."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/items":
            page = {"seq": 1, "items": [msgspec.to_builtins(ITEM)], "after": None}
            return httpx.Response(200, json=page)
        said = f"\x1b[31mNo. You sent \u202e{request.headers['authorization']}\r\nto me"
        error = {"code": said, "message": said, "action": said}
        return httpx.Response(status, json={"error": error}, headers={"etag": said[6:12]})

    return httpx.MockTransport(answer)


@pytest.mark.parametrize("status", [401, 409, 422, 503])
def test_a_rule_service_that_quotes_its_token_is_not_quoted_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    async def story() -> None:
        settings = ModerationSettings("http://127.0.0.1:9", Secret(CANARY))
        stage = FakeStage()
        service = RuleService(settings.url, settings.token, rude(status))
        shelf = RuleShelf(tmp_path / "rules")
        parts = Parts(service, shelf, FakeChat(), Patience(0.1, 0.3))
        moderating = Moderating(stage, settings, parts, SystemClock(), Random(1))
        await moderating.start(None)
        try:
            await until(lambda: moderating.queue("all", "", 10).items != ())
            told = [await refused(moderating)]
            moderating.take_lines(b'{"id": "c2", "text": "too dear"}')
            await until(lambda: moderating.status().service.state == "down")
            told += [repr(moderating.status()), repr(moderating.facts()), repr(stage.events)]
            told += [event.text for event in stage.events]
        finally:
            await moderating.close()
        texts = "\n".join((*told, caplog.text))
        assert "canary" not in texts
        assert "4711" not in texts
        assert not any(_CONTROLS.search(line) for line in texts.replace("\n", ""))

    caplog.set_level(logging.DEBUG)
    asyncio.run(story())


async def refused(moderating: Moderating) -> str:
    """What the person hears who decides meanwhile; nothing, if the engine decided by itself."""
    try:
        await moderating.act(ITEM.id, "hide", "anna", "k1")
    except ModerationError as error:
        return f"{error.code} {error.text} {error.action}"
    return ""
