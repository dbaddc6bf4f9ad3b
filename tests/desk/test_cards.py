"""Go or no-go: what each state is called, and that the unknown is never called good."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from livedesk.core.status import (
    FeedState,
    FeedStatus,
    HealthClass,
    PartState,
    PartStatus,
    PictureStatus,
    ReturnStatus,
    SessionState,
    SkewState,
    SoundStatus,
    StoreStatus,
    SyncStatus,
    UplinkState,
    UplinkStatus,
)
from livedesk.desk.cards import cards, worst
from livedesk.desk.looks import LOUDNESS, Card, is_still_sending
from livedesk.desk.model import StoreView

UP = PartStatus("up", age_ms=100)
LIVE = StoreStatus(
    "lumen", "Lumen", 1, state="live", feed=FeedStatus("OK", 4000, age_ms=30),
    sync=SyncStatus(12, state="ok", age_ms=100), relay=UP, probe=UP, journal=UP,
    uplinks=(UplinkStatus("primary", "carrying", 3900, 200, age_ms=50, health="OK"),),
    picture=PictureStatus("ok"), sound=SoundStatus("ok", None, -6.0, -17.0, -18.0, 1.0),
    issues_checked=True,
)  # fmt: skip


def card(key: str, status: StoreStatus, age_s: float = 0.2) -> Card:
    view = StoreView(status, age_s, age_s >= 1.5, None)
    return next(card for card in cards(view) if card.key == key)


def test_a_good_show_is_all_go_with_unit_source_and_age() -> None:
    strip = cards(StoreView(LIVE, 0.2, False, 60))
    assert {c.look for c in strip} == {"ok"}
    feed = strip[0]
    assert (feed.figure, feed.unit, feed.source) == ("4,000", "kbps", "relay · < 1 s")


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
    status = replace(LIVE, feed=FeedStatus(state, 2000))
    assert card("feed", status).look == look


def test_before_the_show_nothing_is_a_fault() -> None:
    waiting = StoreStatus("lumen", "Lumen", 1, uplinks=(UplinkStatus("primary"),))
    strip = cards(StoreView(waiting, 0.2, False, None))
    assert {c.look for c in strip} == {"idle"}
    assert strip[0].word == "Waiting"


def test_an_uplink_that_carries_less_than_the_contract_is_no_go() -> None:
    slow = replace(LIVE, uplinks=(UplinkStatus("primary", "carrying", 1500, 4200, health="LOW"),))
    found = card("uplink:primary", slow)
    assert (found.look, found.word) == ("critical", "Low")
    assert "2,500" in found.note
    assert "4.2 s behind" in found.note


def test_a_poor_feed_is_not_blamed_on_the_uplink() -> None:
    path = UplinkStatus("primary", "carrying", 1490, 100, health="OK")
    poor = replace(LIVE, feed=FeedStatus("LOW", 1500), uplinks=(path,))
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
        probe=PartStatus("down", "there is no feed to play"), picture=PictureStatus(),
        sound=SoundStatus(), issues_checked=False,
        uplinks=(UplinkStatus("primary", "carrying", 0.0, 0.0),),
    )  # fmt: skip
    looks = {c.key: c.look for c in cards(StoreView(gone, 0.2, False, 60))}
    assert looks == {"feed": "critical", "uplink:primary": "idle", "sync": "idle",
                     "media": "idle", "settings": "idle", "probe": "idle",
                     "journal": "ok"}  # fmt: skip


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


@pytest.mark.parametrize(
    ("health", "goodput_kbps", "look", "word"),
    [("OK", 3900, "ok", "Carrying"), ("LOW", 1500, "critical", "Low"),
     ("STARVED", 4800, "warning", "Starved"), ("STARVED", 1200, "critical", "Starved"),
     ("STALLED", 0.0, "critical", "Stalled"), ("BLIND", 3900, "unknown", "Not measured")],
)  # fmt: skip
def test_a_path_is_called_by_its_class(
    health: HealthClass, goodput_kbps: float, look: str, word: str
) -> None:
    path = UplinkStatus("primary", "carrying", goodput_kbps, 1800, health=health)
    found = card("uplink:primary", replace(LIVE, uplinks=(path,)))
    assert (found.look, found.word) == (look, word)


def test_what_was_not_measured_is_neither_good_nor_bad_and_shows_no_figure() -> None:
    blind = replace(
        LIVE, feed=FeedStatus("BLIND", 4000), sync=SyncStatus(), picture=PictureStatus(),
        sound=SoundStatus(), return_check=ReturnStatus("BLIND"),
        uplinks=(UplinkStatus("primary", "carrying", 3900, health="BLIND"),),
    )  # fmt: skip
    for key in ("feed", "uplink:primary", "return", "sync", "media"):
        found = card(key, blind)
        assert (found.look, found.word) == ("unknown", "Not measured")
        assert found.figure in ("", "–")


def test_lag_is_told_once_it_matters() -> None:
    assert card("feed", replace(LIVE, feed=FeedStatus("OK", 4000, lag_ms=40))).note == ""
    late = card("feed", replace(LIVE, feed=FeedStatus("STARVED", 1900, lag_ms=1340)))
    assert (late.word, late.note) == ("Starved", "media arrives 1,340 ms late")


def test_a_track_that_stopped_is_not_called_good() -> None:
    mute = FeedStatus("OK", 3900, video_age_ms=20, audio_age_ms=3200)
    found = card("feed", replace(LIVE, feed=mute))
    assert (found.look, found.word) == ("critical", "No sound")
    low = card("feed", replace(LIVE, feed=replace(mute, state="LOW", kbps=1100)))
    assert (low.look, low.word) == ("critical", "No sound"), "the worse of the two"
    assert (
        card("sync", replace(LIVE, feed=mute, sync=SyncStatus())).note == "no sound to compare with"
    )


def test_skew_that_is_well_is_told_in_words_and_that_no_slate_vouches_for_it() -> None:
    young = SyncStatus(12, state="ok", age_ms=100)
    assert card("sync", replace(LIVE, sync=young)).note == "sound 12 ms early"
    found = card("sync", replace(LIVE, sync=replace(young, kind="fixed")))
    assert (found.word, found.note) == ("In sync", "sound 12 ms early · fixed")
    assert found.source == "stream timing only"
    assert "livedesk slate" in found.hint


def test_a_limit_that_comes_nearer_is_told_with_its_time_and_error() -> None:
    drifting = SyncStatus(-98, -14.0, 2880, None, "notice", 100, "drifting", 0.8, 290)
    assert card("sync", replace(LIVE, sync=drifting)).note == "reaches −200 ms in 48 min ± 5"
    soon = card("sync", replace(LIVE, sync=replace(drifting, skew_ms=-20, state="ok")))
    assert (soon.look, soon.word) == ("notice", "Drifting")
    far = card("sync", replace(LIVE, sync=replace(drifting, state="ok", forecast_s=9 * 3600)))
    assert far.look == "ok"


def test_a_recent_slate_overrules_stream_timing() -> None:
    baked_in = SyncStatus(2, state="ok", age_ms=100, offset_ms=-230, offset_age_s=65)
    found = card("sync", replace(LIVE, sync=baked_in))
    assert (found.look, found.word, found.figure) == ("critical", "Sound late", "−230")
    assert (found.note, found.source) == ("stream timing +2 ms", "slate −230 ms · 1 min 05 s ago")
    old = card("sync", replace(LIVE, sync=replace(baked_in, offset_age_s=3600)))
    assert old.look == "ok"


@pytest.mark.parametrize(
    ("picture", "sound", "look", "word"),
    [(PictureStatus("ok"), SoundStatus("ok"), "ok", "Good"),
     (PictureStatus("black", 1), SoundStatus("ok"), "warning", "Black"),
     (PictureStatus("black", 4), SoundStatus("ok"), "critical", "Black"),
     (PictureStatus("frozen", 12), SoundStatus("silent", 8), "warning", "Frozen, silent"),
     (PictureStatus("ok"), SoundStatus("clipping", 1), "notice", "Clipping"),
     (PictureStatus("ok"), SoundStatus("ok", coverage=0.8), "notice", "Sound breaks"),
     (PictureStatus("ok"), SoundStatus(), "unknown", "Not measured")],
)  # fmt: skip
def test_picture_and_sound_are_good_only_together(
    picture: PictureStatus, sound: SoundStatus, look: str, word: str
) -> None:
    found = card("media", replace(LIVE, picture=picture, sound=sound))
    assert (found.look, found.word) == (look, word)


def test_how_quiet_a_silence_is_makes_no_difference() -> None:
    silent = SoundStatus("silent", 8, peak_dbfs=-120)
    assert card("media", replace(LIVE, sound=silent)).source == "peak < −60 dBFS"


def test_the_platform_is_dark_only_while_something_is_sent_to_it() -> None:
    dark = replace(LIVE, return_check=ReturnStatus("GONE", "statistics", reason="no such stream"))
    found = card("return", dark)
    assert (found.look, found.word, found.note) == ("critical", "Dark", "no such stream")
    before = replace(dark, state="waiting", feed=FeedStatus())
    assert card("return", before).look == "idle"
    assert not [c for c in cards(StoreView(LIVE, 0.2, False, 60)) if c.key == "return"]


def test_a_class_that_is_only_held_says_that_it_is_over() -> None:
    caught_up = UplinkStatus("primary", "carrying", 17_500, 20, health="STARVED")
    found = card("uplink:primary", replace(LIVE, uplinks=(caught_up,)))
    assert (found.look, found.note) == ("notice", "in time again, not yet for long")
    enough = card("feed", replace(LIVE, feed=FeedStatus("LOW", 2600)))
    assert (enough.look, enough.note) == ("notice", "enough again, not yet for long")
