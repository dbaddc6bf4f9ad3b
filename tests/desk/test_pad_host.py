"""A pad that runs by itself says why it is let in no longer."""

from __future__ import annotations

from random import Random

import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.desk.client import EngineClient
from livedesk.desk.errors import RefusedError, UnreachableError
from livedesk.desk.link import EngineAccess
from livedesk.desk.pad_host import PadHost


async def nowhere() -> EngineAccess:
    return EngineAccess("http://127.0.0.1:9", Secret("token"))


@pytest.fixture
def host() -> PadHost:
    return PadHost(nowhere, ManualClock(), Tasks(), Random(1), lambda access: EngineClient(
        access.url, access.token), is_local=False)  # fmt: skip


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_was_revoked_is_no_lost_engine(host: PadHost, status: int) -> None:
    host.lost(RefusedError("The token is not known.", "here", "", status, "no_access"))
    view = host.desk.pad("lumen")
    assert (view.line.sign.word, view.line.sign.shape) == ("NO ACCESS", "barred")
    assert view.blocked


def test_an_engine_that_does_not_answer_is_one(host: PadHost) -> None:
    host.lost(UnreachableError("Nobody answers.", "here", ""))
    assert host.desk.pad("lumen").line.sign.word != "NO ACCESS"
