"""Do the sentences agree with the figures beside them, and with each other from look to look?"""

from __future__ import annotations

import random
import re

import pytest

from livedesk.core.status import UplinkState
from livedesk.failover import words
from livedesk.failover.facts import FeedFacts, PathFacts
from tests.failover.link import Feed, Path
from tests.failover.show import Show, show


@pytest.mark.parametrize(
    ("kbps", "said"),
    [(1_980.0, "encoder low (1,980 kbps)"), (4_021.0, "encoder low until just now")],
)
def test_a_class_that_only_clears_is_not_told_as_a_low_rate(kbps: float, said: str) -> None:
    feed = FeedFacts("LOW", kbps, flows=True)
    path = PathFacts("primary", "carrying", goodput_kbps=1_200.0)
    assert words.fault("congestion", path, feed, None, 0.0, 2_500).endswith(said)


@pytest.mark.parametrize("state", ["connecting", "down"])
def test_a_path_that_tries_again_is_told_in_the_same_words(state: UplinkState) -> None:
    path = PathFacts("bonded", state, reason="connection refused")
    assert words.unready(path) == "down (connection refused)"


def test_what_is_sent_again_after_a_switch_is_catching_up_and_no_rate_of_the_path() -> None:
    story = show(3)
    story.run(9.9)
    story.path("primary").is_dead = True
    told = set()
    while story.at_ms < 16_000:
        story.run(story.at_ms / 1000 + 0.05)
        told.add((story.view.switching_to, re.split("[;,]", story.view.reason)[0]))
    assert (None, "bonded carries and is catching up") in told
    assert not story.said("sagging")


def test_a_path_that_works_off_what_waited_is_not_sagging() -> None:
    chance = random.Random(3)
    story = Show(Feed(chance), [Path("primary", chance)])
    story.run(8)
    story.path("primary").is_dead = True
    story.run(12)
    story.path("primary").is_dead = False
    story.run(12.8)
    assert re.match(r"primary carries and is catching up, [1-3],\d{3} ms b", story.view.reason)
    story.run(18)
    assert not story.said("sagging")
    assert story.view.reason.startswith("primary carries 4,")
