"""A fault of the console is told and logged, and one that comes ten times a second only once."""

from __future__ import annotations

import pytest

from livedesk.desk.mishaps import AGAIN_S, Mishaps


def fault(kind: type[Exception]) -> Exception:
    try:
        raise kind("a secret text")
    except kind as error:
        return error


def test_the_same_fault_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now_s, shown = [0.0], list[str]()
    mishaps = Mishaps(lambda: now_s[0])
    mishaps.show = shown.append
    for _ in range(50):
        mishaps.report("the window", fault(KeyError))
    mishaps.report("the window", fault(ValueError))
    assert [text.split("(")[1].split(")")[0] for text in shown] == ["KeyError", "ValueError"]
    assert not any("secret" in text for text in shown)
    now_s[0] = AGAIN_S
    mishaps.report("the window", fault(KeyError))
    assert len(shown) == 3
    assert "number 51 of it" in caplog.text
    assert len(caplog.records) == 3
