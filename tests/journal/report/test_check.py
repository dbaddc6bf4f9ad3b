"""Does the report tell who said GO, however much happened after it?"""

from __future__ import annotations

from pathlib import Path

from livedesk.journal.exports.export import export
from tests.journal.kit import event, write

SIGNED = "GO for going on air; waived: Clock (ana)."


def test_the_report_says_who_signed_the_check(tmp_path: Path) -> None:
    signed = event(1, 0.0, "check.signed", SIGNED, actor="ana")
    later = [event(seq, seq) for seq in range(2, 1_200)]
    path = write(tmp_path / "a.livedesk", [], [signed, *later])
    (report,) = export(path, ["html"], tmp_path)
    text = report.read_text(encoding="utf-8")
    assert "Check before the show" in text
    assert SIGNED in text
    assert ">ana<" in text


def test_without_a_signature_the_report_has_no_word_of_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [], [event(1, 0.0)])
    (report,) = export(path, ["html"], tmp_path)
    assert "Check before the show" not in report.read_text(encoding="utf-8")
