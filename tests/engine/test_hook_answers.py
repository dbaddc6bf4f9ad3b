"""A sender whose webhook is refused is told what to do about that, and not to change its secret."""

from __future__ import annotations

import pytest

from livedesk.engine.api.hook_answers import hook_error
from livedesk.platforms.webhook import HookRefused, RefusalCode


@pytest.mark.parametrize(
    ("code", "status", "action"),
    [
        ("bad_signature", 401, "secret"),
        ("replayed", 401, "Nothing if it was answered before"),
        ("clock", 401, "Set the clock"),
        ("bad_body", 400, "what it may hold"),
        ("too_large", 413, "less"),
    ],
)
def test_what_is_to_be_done_fits_what_was_wrong(
    code: RefusalCode, status: int, action: str
) -> None:
    told = hook_error(HookRefused(code, "It was refused."))
    assert (told.status, told.code) == (status, code)
    assert action in told.action
