"""Go or no-go: what each state is called, and that the unknown is never called good."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from livedesk.core.status import (
    FeedState,
    FeedStatus,
    PartState,
    PartStatus,
    SessionState,
    SkewState,
    StoreStatus,
    SyncStatus,
    UplinkState,
    UplinkStatus,
)
from livedesk.desk.cards import LOUDNESS, Card, cards, is_still_sending, worst
from livedesk.desk.model import StoreView

UP = PartStatus("up", age_ms=100)
LIVE = StoreStatus(
    "lumen", "Lumen", 1, state="live", feed=FeedStatus("OK", 4000, age_ms=30),
    sync=SyncStatus(12, state="ok", age_ms=100), relay=UP, probe=UP, journal=UP,
    uplinks=(UplinkStatus("primary", "carrying", 3900, 200, age_ms=50),),
)  # fmt: skip


def card(key: str, status: StoreStatus, age_s: float = 0.2) -> Card:
    view = StoreView(status, age_s, age_s >= 1.5, None)
    return next(card for card in cards(view) if card.key == key)


def test_a_good_show_is_all_go_with_unit_source_and_age() -> None:
    strip = cards(StoreView(LIVE, 0.2, False, 60))
    assert {c.look for c in strip} == {"ok"}
    feed = strip[0]
    assert (feed.figure, feed.unit, feed.note) == ("4,000", "kbps", "relay · < 1 s")


def test_nothing_stale_is_go() -> None:
    for c in cards(StoreView(LIVE, 1.6, True, 60)):
        assert c.look == "unknown"
        assert c.word == "Unknown"
        assert "1.6 s ago" in c.note


@pytest.mark.parametrize(
    ("state", "look"),
    [("OK", "ok"), ("LOW", "warning"), ("STARVED", "warning"), ("STALLED", "critical"),
     ("GONE", "critical"), ("BLIND", "unknown")],
)  # fmt: skip
def test_each_state_of_the_feed_has_its_look(state: FeedState, look: str) -> None:
    status = replace(LIVE, feed=FeedStatus(state, 4000))
    assert card("feed", status).look == look


def test_before_the_show_nothing_is_a_fault() -> None:
    waiting = StoreStatus("lumen", "Lumen", 1, uplinks=(UplinkStatus("primary"),))
    strip = cards(StoreView(waiting, 0.2, False, None))
    assert {c.look for c in strip} == {"idle"}
    assert strip[0].word == "Waiting"


def test_an_uplink_that_carries_less_than_the_contract_is_no_go() -> None:
    slow = replace(LIVE, uplinks=(UplinkStatus("primary", "carrying", 1500, 4200),))
    found = card("uplink:primary", slow)
    assert (found.look, found.word) == ("critical", "Too slow")
    assert "2,500" in found.note
    assert "4.2 s behind" in found.note


def test_a_poor_feed_is_not_blamed_on_the_uplink() -> None:
    poor = replace(LIVE, feed=FeedStatus("LOW", 1500),
                   uplinks=(UplinkStatus("primary", "carrying", 1490, 100),))  # fmt: skip
    assert card("uplink:primary", poor).look == "ok"
    assert card("feed", poor).look == "warning"


def test_skew_is_told_in_words() -> None:
    late = replace(LIVE, sync=SyncStatus(-120, state="notice", age_ms=100))
    early = replace(LIVE, sync=SyncStatus(230, state="critical", age_ms=100))
    assert (card("sync", late).word, card("sync", late).figure) == ("Sound late", "−120")
    assert (card("sync", early).word, card("sync", early).figure) == ("Sound early", "+230")


def test_an_old_skew_is_no_reading() -> None:
    old = replace(LIVE, sync=SyncStatus(12, state="ok", age_ms=3_500))
    assert card("sync", old).look == "unknown"


def test_a_dead_instrument_says_why() -> None:
    down = replace(LIVE, journal=PartStatus("down", "disk full"))
    assert (card("journal", down).look, card("journal", down).note) == ("warning", "disk full")


def test_the_worst_part_speaks_for_the_store() -> None:
    slow = replace(LIVE, uplinks=(UplinkStatus("primary", "down", reason="refused"),))
    assert worst(StoreView(slow, 0.2, False, 1)).key == "uplink:primary"


def test_every_state_has_a_word_and_a_look() -> None:
    states = product(get_args(SessionState), get_args(FeedState), get_args(UplinkState),
                     get_args(SkewState), get_args(PartState), (0.2, 9.0))  # fmt: skip
    for session, feed, uplink, sync, part, age_s in states:
        status = StoreStatus(
            "lumen", "Lumen", 1, state=session, feed=FeedStatus(feed), probe=PartStatus(part),
            uplinks=(UplinkStatus("primary", uplink),), sync=SyncStatus(5.0, state=sync),
            journal=PartStatus(part),
        )  # fmt: skip
        for found in cards(StoreView(status, age_s, age_s > 1.5, None)):
            assert found.word
            assert found.look in LOUDNESS
            assert age_s < 1.5 or found.look == "unknown"


def test_a_lost_encoder_is_one_fault_and_not_four() -> None:
    gone = replace(
        LIVE, state="interrupted", feed=FeedStatus("GONE"), sync=SyncStatus(),
        probe=PartStatus("down", "there is no feed to play"),
        uplinks=(UplinkStatus("primary", "carrying", 0.0, 0.0),),
    )  # fmt: skip
    looks = {c.key: c.look for c in cards(StoreView(gone, 0.2, False, 60))}
    assert looks == {"feed": "critical", "uplink:primary": "idle", "sync": "idle",
                     "probe": "idle", "journal": "ok"}  # fmt: skip


def test_nothing_is_said_to_be_recorded_after_the_sign_off() -> None:
    assert card("journal", replace(LIVE, state="ended")).word == "Ready"


def test_a_show_does_not_begin_with_a_fault() -> None:
    first = replace(LIVE, feed=FeedStatus("GONE", age_ms=20), sync=SyncStatus(),
                    uplinks=(UplinkStatus("primary", "carrying", None, 0),))  # fmt: skip
    strip = cards(StoreView(first, 0.1, False, 0.3))
    assert {c.look for c in strip} <= {"idle", "ok", "unknown"}
    assert strip[0].word == "Arriving"
    assert cards(StoreView(first, 0.1, False, 60))[0].look == "critical"


def test_an_uplink_without_a_feed_is_not_down() -> None:
    gone = replace(LIVE, state="interrupted", feed=FeedStatus("GONE"),
                   uplinks=(UplinkStatus("primary", "down", reason="no encoder"),))  # fmt: skip
    found = card("uplink:primary", gone)
    assert (found.look, found.word, found.note) == ("idle", "Not open", "no encoder")
    refused = replace(LIVE, uplinks=(UplinkStatus("primary", "down", reason="refused"),))
    assert card("uplink:primary", refused).look == "critical"


def test_a_session_that_ended_while_the_encoder_sends_is_known() -> None:
    ended = replace(LIVE, state="ended")
    assert is_still_sending(StoreView(ended, 0.2, False, 60))
    silent = replace(ended, feed=FeedStatus("GONE"))
    assert not is_still_sending(StoreView(silent, 0.2, False, 60))
    assert not is_still_sending(StoreView(LIVE, 0.2, False, 60))


def test_an_uplink_is_not_good_while_its_relay_is_silent() -> None:
    silent = replace(
        LIVE, feed=FeedStatus("BLIND"), relay=PartStatus("stale", "it says nothing"),
        uplinks=(UplinkStatus("primary", "carrying", reason="silent for 3.0 s"),),
    )  # fmt: skip
    found = card("uplink:primary", silent)
    assert (found.look, found.note) == ("unknown", "silent for 3.0 s")
