"""Does the stream move without a reason? Hours of feeds and paths that are in order, virtual time.

The feed goes through the relay's judgement, the path through its ledger and gauges, both into the
policy twenty times a second. A path of an unsteady kind is one whose round trips vary and which
loses a segment every few minutes; it always carries what it is given. Beside it, what the rules of
others say of the same bytes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.feed_judge import FeedJudge
from benchmarks.link_model import FeedModel, ModelLink, Way, to_ns
from benchmarks.rows import Row
from benchmarks.rules import Arrival, noalbs, window
from livedesk.core.settings import FailoverSettings
from livedesk.core.status import Limits
from livedesk.failover.facts import PathFacts, Switch
from livedesk.failover.policy import Policy
from livedesk.sandbox.supply import ConstantRate

_LOOK_S = 0.05
_SEED = 12
_UPLINKS = ("primary", "bonded")
_STANDBY = PathFacts("bonded", "standby", ready=True, proof_age_ms=500.0)
_WAN = Way(ConstantRate(14_000), jitter_s=0.015)
_CELLULAR = Way(ConstantRate(12_000), rtt_s=0.07, jitter_s=0.03, lost_every_s=60, lost_s=0.28)

_KINDS = (
    ("a camera, 4,000 kbps", FeedModel(), _WAN),
    ("scenes of 300 to 8,000 kbps", FeedModel(300, 8_000), _WAN),
    ("a slide show, 150 to 900 kbps", FeedModel(150, 900, scene_s=8), _WAN),
    ("an encoder in bursts of 500 ms", FeedModel(burst_s=0.5), _WAN),
    ("an encoder that stops for a second each minute", FeedModel(pause_every_s=60), _WAN),
    ("a camera over an unsteady path", FeedModel(), _CELLULAR),
    ("scenes over an unsteady path", FeedModel(300, 8_000), _CELLULAR),
)


@dataclass
class Found:
    switches: list[tuple[Switch, float]] = field(default_factory=list)
    """And when each was decided, in seconds."""
    arrivals: list[Arrival] = field(default_factory=list)


def measure(hours: float) -> Iterator[Row]:
    """Each kind gets an equal share of the hours."""
    share_h = hours / len(_KINDS)
    for what, feed, way in _KINDS:
        begun_s = time.monotonic()
        found = replayed(feed, way, share_h * 3600)
        took_s = time.monotonic() - begun_s
        causes = ", ".join(sorted({switch.cause for switch, _ in found.switches}))
        yield Row(
            f"false switches, {share_h * 60:.0f} min of {what}",
            f"{len(found.switches)}" + (f" ({causes})" if causes else ""),
            _others(found.arrivals, share_h * 3600),
            f"{share_h * 3600 / took_s:,.0f} × real time",
            "0",
        )


def replayed(
    feed: FeedModel, way: Way, seconds: float, seed: int = _SEED, *, once: bool = False
) -> Found:
    """After a switch the policy begins anew on the same path, so that each is counted.

    With `once` the first ends it.
    """
    limits, chance, found = Limits(), random.Random(seed), Found()
    link, judge = ModelLink(way, limits, chance), FeedJudge(limits)
    policy = Policy(FailoverSettings(), limits, _UPLINKS)
    look_s, acked = _LOOK_S, 0
    for media in feed.media(seconds, chance):
        while look_s <= media.at_s:
            mono_ns, path = to_ns(look_s), link.facts(look_s)
            switch = policy.update(mono_ns, judge.facts(mono_ns), (path, _STANDBY))
            if switch is not None:
                found.switches.append((switch, look_s))
                if once:
                    return found
                policy = Policy(FailoverSettings(), limits, _UPLINKS)
            found.arrivals.append(Arrival(look_s, path.media_bytes_acked - acked))
            acked = path.media_bytes_acked
            look_s += _LOOK_S
        judge.packet(to_ns(media.at_s), media.stamp_ms, media.size_bytes)
        link.write(media)
    return found


def _others(arrivals: list[Arrival], seconds: float) -> str:
    """How often they would have given the path up, after the server's first blocks."""
    polled = sum(each.is_bad and each.at_s > 30 for each in noalbs(arrivals, seconds, 0.37))
    slid = sum(each.is_bad for each in window(arrivals, seconds))
    return f"{polled} (NOALBS rule), {slid} (1 s window)"
