"""Has each kind of alarm steps, and can the agency write its own?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from livedesk.alarms.runbook import MOST_STEPS, Runbook, UnusableStepsError, kind_of
from livedesk.core.engine_status import ChannelStatus
from livedesk.core.moderation import ChatStatus, ComplianceWarning, ModerationStatus
from livedesk.core.pins import GatewayStatus, PinsStatus
from livedesk.core.status import (
    ConfigurationIssue,
    FailoverStatus,
    ReturnStatus,
    StoreStatus,
    UplinkStatus,
)
from livedesk.engine.common_conditions import COMMONS
from livedesk.engine.conditions import Beside, findings
from livedesk.engine.engine_conditions import engine_findings
from livedesk.engine.machine import Machine
from livedesk.engine.moderation_facts import ModerationFacts
from livedesk.engine.pin_conditions import PinFacts


def every_alarm() -> Iterator[str]:
    """All that a store, with one uplink or several, and the engine can raise."""
    warning = ComplianceWarning("w1", "glow", "policy", "Do not say this.", 1)
    beside = Beside(
        pins=PinFacts(60, 60, 0),
        moderation=ModerationFacts(warnings=(warning,)),
    )
    for names in (("primary",), ("primary", "bonded")):
        status = StoreStatus(
            "glow",
            "Glow",
            1,
            state="live",
            uplinks=tuple(UplinkStatus(name) for name in names),
            failover=FailoverStatus("primary", mode="auto"),
            pins=PinsStatus(GatewayStatus("sandbox")),
            moderation=ModerationStatus(chat=ChatStatus("sandbox")),
            issues=(ConfigurationIssue("gopSizeLong", "error", "GOP", "Long; shorten it."),),
            return_check=ReturnStatus(),
        )
        yield from findings(status, beside)
    yield from (common.id for common in COMMONS)
    yield from engine_findings(Machine(), (ChannelStatus("on-call", "slack"),), 4)


def test_every_alarm_that_can_be_raised_has_steps() -> None:
    alarms = set(every_alarm())
    assert len(alarms) > 40
    without = [alarm for alarm in alarms if not Runbook().steps(alarm)]
    assert without == []


def test_no_steps_are_kept_for_alarms_that_nothing_raises() -> None:
    raised = {kind_of(alarm) for alarm in every_alarm()}
    assert {entry.kind for entry in Runbook().kinds()} - raised == set()


@pytest.mark.parametrize(
    ("alarm", "kind"),
    [
        ("uplink.down:primary", "uplink.down"),
        ("channel.failing/on-call", "channel.failing"),
        ("configuration.gopSizeLong", "configuration"),
        ("compliance.w/1", "compliance"),
        ("nobody.knows", "nobody.knows"),
    ],
)
def test_the_kind_is_what_comes_before_the_subject(alarm: str, kind: str) -> None:
    assert kind_of(alarm) == kind


def test_the_agencys_own_steps_stand_until_the_default_is_asked_for() -> None:
    book = Runbook().with_steps("feed.lost", ["  Call   Ann. "])
    assert book.steps("feed.lost") == ("Call Ann.",)
    [entry] = [entry for entry in book.kinds() if entry.kind == "feed.lost"]
    assert entry.default == Runbook().steps("feed.lost")
    assert book.with_steps("feed.lost", None).own() == {}
    with pytest.raises(KeyError):
        book.with_steps("nobody.knows", ["Call Ann."])


@pytest.mark.parametrize("steps", [[], [" "], ["x"] * (MOST_STEPS + 1), ["x" * 301]])
def test_steps_that_nobody_would_read_are_refused(steps: list[str]) -> None:
    with pytest.raises(UnusableStepsError):
        Runbook().with_steps("feed.lost", steps)
