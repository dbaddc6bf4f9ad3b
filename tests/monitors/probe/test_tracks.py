"""A missing track is looked for: soon, then ever more rarely, and not for ever."""

from __future__ import annotations

from livedesk.core.clock import NS_PER_S
from livedesk.monitors.facts import Track
from livedesk.monitors.probe.tracks import TrackWatch


def looks(watch: TrackWatch, track: Track, from_s: int, to_s: int) -> list[float]:
    """When the input was opened again, while only one track comes, ten packets a second."""
    found = []
    for tenth in range(from_s * 10, to_s * 10):
        now_ns = tenth * NS_PER_S // 10
        if watch.packet(track, now_ns):
            found.append(tenth / 10)
            watch.opened(now_ns)
    return found


def test_both_tracks_there_is_no_reason() -> None:
    watch = TrackWatch()
    watch.opened(0)
    for second in range(100):
        assert not watch.packet("video", second * NS_PER_S)
        assert not watch.packet("audio", second * NS_PER_S)


def test_a_track_that_stopped_is_looked_for_until_it_is_back() -> None:
    watch = TrackWatch()
    watch.opened(0)
    watch.packet("video", 0)
    assert looks(watch, "audio", 0, 120) == [2, 7, 17, 47, 77, 107]
    watch.packet("video", 120 * NS_PER_S)
    assert looks(watch, "audio", 121, 124) == [122]


def test_a_pause_of_the_whole_feed_is_no_reason() -> None:
    watch = TrackWatch()
    watch.opened(0)
    for second in (0, 1, 30, 31):
        assert not watch.packet("audio", second * NS_PER_S)
        assert not watch.packet("video", second * NS_PER_S + 1)


def test_a_track_that_never_was_is_given_up() -> None:
    watch = TrackWatch()
    watch.opened(0)
    assert looks(watch, "audio", 0, 120) == [2, 7, 17]


def test_a_look_for_a_missing_track_is_a_longer_one() -> None:
    watch = TrackWatch()
    watch.opened(0)
    assert watch.analyse_s(0.5) == 0.5
    assert looks(watch, "audio", 0, 3)
    assert watch.analyse_s(0.5) > 2.0
    watch.packet("video", 4 * NS_PER_S)
    assert watch.analyse_s(0.5) == 0.5
