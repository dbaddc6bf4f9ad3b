"""What stands beside the run of show, and on the pad of the person in front of the camera."""

from __future__ import annotations

from livedesk.core.moderation import ComplianceWarning, ModerationStatus
from livedesk.core.status import AlarmStatus, StoreStatus
from livedesk.desk.compliance import compliance_of
from tests.desk.pad_stage import PadStage

CURES = ComplianceWarning("w1", "glow", "medical_claim", "The host said that it cures acne.", 0,
                          "p1", "Serum", ("cures acne",), 12)  # fmt: skip
BEST = ComplianceWarning("w2", "glow", "unproven_claim", "Best on\u202eTikTok", 0)


def status(*open_ids: str) -> StoreStatus:
    alarms = tuple(AlarmStatus(f"compliance.{each}", "high", "x", "y", 0) for each in open_ids)
    moderation = ModerationStatus(warnings=(BEST, CURES), terms=("best on TikTok", "cures acne"))
    return StoreStatus("glow", "Glow", 0, alarms=alarms, moderation=moderation)


def test_what_nobody_saw_to_is_told_with_product_and_minute_and_the_words_stay() -> None:
    view = compliance_of(status("w2", "w1"))
    assert view.terms == "“best on TikTok” · “cures acne”"
    assert [each.text for each in view.open] == [
        "Best onTikTok",
        "The host said that it cures acne. (minute 12, Serum)",
    ]
    assert compliance_of(status()).open == ()
    assert compliance_of(status()).terms == view.terms
    assert compliance_of(StoreStatus("calm", "Calm", 0)).terms == ""


def test_the_pad_keeps_telling_what_not_to_say_while_the_engine_is_away() -> None:
    stage = PadStage()
    stage.tell(moderation=ModerationStatus(terms=("cures acne",)))
    assert stage.pad("lumen").unsaid == "“cures acne”"
    stage.clock.advance(60)
    lost = stage.pad("lumen")
    assert (bool(lost.blocked), lost.unsaid) == (True, "“cures acne”")
