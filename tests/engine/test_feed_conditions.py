"""What is said of a feed that is only watched: what is seen, and whose fault it may be."""

from __future__ import annotations

import pytest

from livedesk.core.status import FeedStatus, StoreStatus
from livedesk.engine.conditions import Beside, findings
from livedesk.engine.entries import SenderState

DARK = FeedStatus("GONE")
SILENT = FeedStatus("STALLED", age_ms=4_000)
LATE = FeedStatus("STARVED", kbps=1_900, age_ms=20, lag_ms=1_200)
LOW = FeedStatus("LOW", kbps=1_800, age_ms=20)


def told(feed: FeedStatus, sender: SenderState | None) -> tuple[str, str]:
    """Cause and action of the one alarm there is."""
    status = StoreStatus("glow", "Glow", 0, state="live", feed=feed)
    found = findings(status, Beside(is_pulled=True, sender=sender))
    [(name, finding)] = [each for each in found.items() if each[1].present and "feed." in each[0]]
    assert name in ("feed.lost", "feed.starved", "feed.low")
    return finding.cause, finding.rule.action


def test_nothing_from_the_server_is_what_is_seen_and_not_that_the_encoder_is_gone() -> None:
    cause, action = told(DARK, None)
    assert cause == "Nothing comes from the server: it gives no stream out."
    assert "the encoder, its way to the server, the server, or the way from there" in action
    assert told(SILENT, None)[0] == "Nothing comes from the server: it is connected, and silent."


@pytest.mark.parametrize(
    ("sender", "obs", "where"),
    [
        ("off", "OBS does not stream.", "Start the stream in OBS"),
        ("reconnecting", "OBS lost its connection", "OBS's network"),
        ("held_up", "OBS cannot get rid of its media.", "OBS's network"),
        ("streaming", "nothing waits there.", "the way from there to this machine"),
    ],
)
def test_what_obs_says_of_itself_tells_where_to_look(
    sender: SenderState, obs: str, where: str
) -> None:
    for feed in (DARK, SILENT, LATE):
        cause, action = told(feed, sender)
        assert obs in cause
        assert where in action


def test_late_media_may_be_held_back_anywhere() -> None:
    cause, action = told(LATE, None)
    assert cause == "What comes from the server is held back by 1.2 s."
    assert "It may be" in action


def test_few_bits_in_time_are_most_likely_the_encoders_choice() -> None:
    cause, action = told(LOW, None)
    assert cause == "The server gives 1,800 kbps out, under the limit of 2,500 kbps."
    assert "most likely the encoder chose fewer bits" in action
    assert "OBS chose fewer bits" in told(LOW, "streaming")[1]
    assert "chose" not in told(LOW, "held_up")[1]
