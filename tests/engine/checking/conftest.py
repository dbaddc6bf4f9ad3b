"""A store that is ready in every respect, to be spoiled by one fact at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import ChatStatus, ModerationStatus, RuleServiceStatus
from livedesk.core.pins import GatewayStatus, PinsStatus
from livedesk.core.status import (
    FailoverStatus,
    FeedStatus,
    PartStatus,
    PictureStatus,
    ReturnStatus,
    SoundStatus,
    StoreStatus,
    SyncStatus,
    UplinkStatus,
)
from livedesk.engine.checking.facts import CheckFacts, Drilled, MachineFacts, SlateSeen

NOW_NS = 1_790_000_000 * NS_PER_S
HOUR_NS = 3600 * NS_PER_S
UP = PartStatus("up")


def ready_status(**changes: Any) -> StoreStatus:
    status = StoreStatus(
        store="glow",
        name="Glow Beauty",
        utc_ns=NOW_NS,
        state="live",
        platform="tiktok",
        feed=FeedStatus("OK", 4000.0, width=1280, height=720),
        sync=SyncStatus(-12.0, state="ok"),
        uplinks=(
            UplinkStatus("primary", "carrying", 3990.0, health="OK", ready=True),
            UplinkStatus("bonded", "standby", ready=True),
        ),
        failover=FailoverStatus(active="primary", mode="auto"),
        pins=PinsStatus(
            GatewayStatus("shopee", "up", token_covers_show=True), products=48, products_age_s=20.0
        ),
        moderation=ModerationStatus(
            RuleServiceStatus("up", version="7", rules=41, terms=512), ChatStatus("shopee", "up")
        ),
        relay=UP,
        probe=UP,
        journal=UP,
        picture=PictureStatus("ok"),
        sound=SoundStatus("ok"),
        issues_checked=True,
        return_check=ReturnStatus("OK"),
    )
    return replace(status, **changes)


def ready_facts(status: StoreStatus | None = None, **changes: Any) -> CheckFacts:
    facts = CheckFacts(
        status=status or ready_status(),
        utc_ns=NOW_NS,
        show_hours=4.0,
        steady_s=30.0,
        slate=SlateSeen(NOW_NS - HOUR_NS, 8.0),
        drills={"bonded": Drilled(NOW_NS - 2 * HOUR_NS, passed=True)},
        machine=MachineFacts(200_000_000_000, 90.0, clock_synchronised=True, clock_offset_ms=3.0),
    )
    return replace(facts, **changes)
