"""A show of four hours with every case of the fault list, as far as alarms see it.

Told as statuses, four a second while something happens and one a second while nothing does, on a
clock that is moved. Each case says how many alarms it should raise: one for each cause a person has
to see to, none for what livedesk or the network mends by itself.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from livedesk.alarms.runbook import Runbook
from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.events import Json, Level, Source
from livedesk.core.moderation import ChatStatus, ModerationStatus, RuleServiceStatus
from livedesk.core.pins import GatewayStatus, PinsStatus
from livedesk.core.status import (
    FailoverStatus,
    FeedStatus,
    LastSwitch,
    PartStatus,
    PictureStatus,
    SoundStatus,
    StoreStatus,
    SwitchCause,
    SwitchState,
    SyncStatus,
    UplinkStatus,
)
from livedesk.core.true_time import TrueTime
from livedesk.engine.alarming.announce import Announcement
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from livedesk.engine.alarming.following import Following, Place
from livedesk.engine.conditions import Beside, findings
from livedesk.engine.engine_conditions import engine_findings
from livedesk.engine.machine import Machine
from livedesk.engine.moderation_facts import ModerationFacts
from livedesk.engine.pin_conditions import PinFacts

HOURS = 4.0
UP = PartStatus("up")
CARRIES = UplinkStatus("primary", "carrying", 3_990, 20, health="OK", ready=True, healthy_s=600)
WAITS = UplinkStatus("bonded", "standby", health="GONE", ready=True, healthy_s=600)
HEALTHY = StoreStatus(
    "glow",
    "Glow",
    0,
    session="s",
    state="live",
    feed=FeedStatus("OK", kbps=4_000, lag_ms=5, age_ms=10, video_age_ms=10, audio_age_ms=20),
    sync=SyncStatus(skew_ms=10, state="ok"),
    picture=PictureStatus("ok"),
    sound=SoundStatus("ok"),
    uplinks=(CARRIES, WAITS),
    failover=FailoverStatus("primary", mode="auto", next="bonded"),
    pins=PinsStatus(GatewayStatus("sandbox", "up", calls_left=50, calls_per_min=60)),
    moderation=ModerationStatus(
        service=RuleServiceStatus("up", version="7"), chat=ChatStatus("sandbox", "up")
    ),
    relay=UP,
    probe=UP,
    journal=UP,
)
BESIDE = Beside(pins=PinFacts(60, 60, 1), moderation=ModerationFacts())
MACHINE = Machine(500_000_000_000, None, TrueTime(True, 0.5))


@dataclass(frozen=True)
class Raised:
    """An alarm that began, `at_s` after the show did."""

    at_s: float
    id: str
    cause: str
    action: str
    steps: tuple[str, ...]


class AlarmShow:
    """The alarms of a store and of its engine, and what is true now."""

    def __init__(self, quiet_step_s: float = 1.0) -> None:
        self.clock = ManualClock()
        self.status, self.beside, self.machine = HEALTHY, BESIDE, MACHINE
        self.raised: list[Raised] = []
        self.rises: dict[str, list[float]] = {}
        self._quiet_step_s = quiet_step_s
        self._begun_ns = self.clock.mono_ns()
        place = Place(self.clock, self._post, self, Runbook().steps, "glow", "Glow")
        self.following = Following(place)
        self.engine = EngineAlarms(self.clock, self, Runbook().steps, self._post)

    @property
    def now_s(self) -> float:
        return (self.clock.mono_ns() - self._begun_ns) / NS_PER_S

    def announce(self, what: Announcement) -> None:
        """What is told elsewhere is not what is counted here."""

    def _post(
        self,
        kind: str,
        level: Level,
        source: Source,
        text: str,
        data: dict[str, Json],
        actor: str | None,
    ) -> None:
        if kind != "limit.trip":
            return
        alarm_id, action = str(data["alarm"]), str(data["action"])
        cause = text.removesuffix(action).strip()
        steps = Runbook().steps(alarm_id)
        self.raised.append(Raised(self.now_s, alarm_id, cause, action, steps))

    def quiet(self, seconds: float) -> None:
        """Nothing happens."""
        self.status, self.beside, self.machine = HEALTHY, BESIDE, MACHINE
        self._look(seconds, self._quiet_step_s)

    def now(self, seconds: float, beside: dict[str, Any] | None = None, **status: Any) -> None:
        """This is so, beside all that is well."""
        self.status = replace(HEALTHY, **status)
        self.beside = replace(BESIDE, **(beside or {}))
        self._look(seconds, 0.25)

    def _look(self, seconds: float, step_s: float) -> None:
        found = findings(self.status, self.beside)
        engine = engine_findings(self.machine, (), HOURS)
        end_s = self.now_s + seconds
        while self.now_s < end_s - 1e-6:
            self.clock.advance(step_s)
            self.following.look(found)
            if self.now_s == int(self.now_s):
                self.engine.look(engine)


def feed(**changes: Any) -> FeedStatus:
    return replace(HEALTHY.feed, **changes)


def gateway(**changes: Any) -> PinsStatus:
    pins = HEALTHY.pins
    assert pins is not None
    return replace(pins, gateway=replace(pins.gateway, **changes))


def moderation(**changes: Any) -> ModerationStatus:
    assert HEALTHY.moderation is not None
    return replace(HEALTHY.moderation, **changes)


def switch(cause: SwitchCause, state: SwitchState = "done") -> LastSwitch:
    return {
        "from": "primary", "to": "bonded", "cause": cause, "reason": cause, "actor": "",
        "state": state, "utc_ns": NS_PER_S, "detect_ms": 200.0, "publish_ms": 60.0,
        "switch_ms": 300.0, "frames_lost": 0, "frames_repeated": 20, "lost_ms": 0.0,
    }  # fmt: skip


def moved(cause: SwitchCause, primary: UplinkStatus) -> dict[str, Any]:
    """The stream is on the bonded uplink since the primary failed."""
    carrying = replace(WAITS, state="carrying", goodput_kbps=3_990, health="OK")
    return {
        "uplinks": (primary, carrying),
        "failover": FailoverStatus("bonded", mode="auto", last=switch(cause)),
    }


DOWN = UplinkStatus("primary", "down", health="GONE", reason="no route", healthy_s=None)
READY = UplinkStatus("primary", "standby", health="GONE", ready=True)
STALLED = replace(CARRIES, health="STALLED", goodput_kbps=0, ready=False, healthy_s=None)


def left(show: AlarmShow, cause: SwitchCause, down_s: float) -> None:
    """A fault of the carrying path: moved within half a second, mended, moved back by a person."""
    show.now(0.5, uplinks=(STALLED, WAITS))
    show.now(down_s, **moved(cause, DOWN))
    show.now(10, **moved(cause, replace(READY, healthy_s=4)))
    show.now(30, **moved(cause, replace(READY, healthy_s=40)))


def flap(show: AlarmShow) -> None:
    show.now(0.5, uplinks=(STALLED, WAITS))
    for _ in range(60):
        show.now(1, **moved("silence", DOWN))
        show.now(1, **moved("silence", READY))
    show.now(20, **moved("silence", replace(READY, healthy_s=20)))


def static_scene(show: AlarmShow) -> None:
    show.now(90, feed=feed(state="LOW", kbps=900), picture=PictureStatus("frozen", 60))


def one_track_stops(show: AlarmShow) -> None:
    no_sync = SyncStatus(state="no_data")
    for age_s in range(1, 20):
        silent = feed(audio_age_ms=age_s * 1_000)
        lost = frozenset({"audio"})
        show.now(1, {"lost_tracks": lost}, feed=silent, sync=no_sync, sound=SoundStatus("unknown"))
    show.quiet(150)
    for age_s in range(1, 20):
        dark = feed(video_age_ms=age_s * 1_000, state="LOW", kbps=128)
        lost = frozenset({"video"})
        show.now(
            1, {"lost_tracks": lost}, feed=dark, sync=no_sync, picture=PictureStatus("unknown")
        )


def codecs_change(show: AlarmShow) -> None:
    show.now(1, feed=feed(epoch=1), sync=SyncStatus(), picture=PictureStatus())
    show.now(30, feed=feed(epoch=1, video_codec="hevc", height=720))


def timestamps_wrap(show: AlarmShow) -> None:
    show.now(2, feed=feed(epoch=2), sync=SyncStatus())
    show.now(30, feed=feed(epoch=2, timestamp_faults=3))


def bad_messages(show: AlarmShow) -> None:
    show.now(30, feed=feed(message_faults=40))


def standby_is_silent(show: AlarmShow) -> None:
    opening = replace(WAITS, state="connecting", ready=False, reason="no answer", healthy_s=None)
    show.now(60, uplinks=(CARRIES, opening))


def no_way_out(show: AlarmShow) -> None:
    """Where nothing takes the stream the first of the settings keeps trying, and gets it back."""
    dead = replace(WAITS, state="down", ready=False, reason="no route", healthy_s=None)
    show.now(0.5, uplinks=(STALLED, dead))
    tried = FailoverStatus("primary", mode="auto", last=switch("silence", "failed"))
    show.now(60, uplinks=(DOWN, dead), failover=tried)
    show.now(6, uplinks=(replace(CARRIES, healthy_s=1), dead), failover=tried)
    show.now(30, uplinks=(replace(CARRIES, healthy_s=20), WAITS), failover=tried)


def standby_brings_it_back(show: AlarmShow) -> None:
    """After no way out the standby takes over; the first one is there again, and proves itself."""
    dead = replace(WAITS, state="down", ready=False, reason="no route", healthy_s=None)
    show.now(0.5, uplinks=(STALLED, dead))
    show.now(30, uplinks=(DOWN, dead))
    for healthy_s in range(12):
        proving = replace(READY, healthy_s=float(healthy_s))
        show.now(1, **moved("silence", proving))
    show.now(20, **moved("silence", replace(READY, healthy_s=40)))


def backup_is_dead(show: AlarmShow) -> None:
    dead = replace(WAITS, state="down", ready=False, reason="no answer", healthy_s=None)
    show.now(40, uplinks=(CARRIES, dead))
    slow = replace(CARRIES, goodput_kbps=1_500, backlog_ms=900, health="LOW")
    show.now(40, uplinks=(slow, dead))


def jitter(show: AlarmShow) -> None:
    """Late by fits and starts, and in between good for longer than the off-delay."""
    chance = random.Random(13)
    for _ in range(60):
        late_ms = chance.uniform(100, 700)
        health: Any = "STARVED" if late_ms > 400 else "OK"
        unsteady = replace(CARRIES, backlog_ms=late_ms, health=health, goodput_kbps=3_700)
        show.now(chance.uniform(0.25, 3), uplinks=(unsteady, WAITS))


def names_fail(show: AlarmShow) -> None:
    slow = replace(WAITS, state="connecting", ready=False, reason="name not found")
    show.now(3, uplinks=(CARRIES, slow), pins=gateway(state="down", reason="no such name"))


def certificate(show: AlarmShow) -> None:
    refused = replace(WAITS, state="down", ready=False, reason="its certificate is expired")
    show.now(120, uplinks=(CARRIES, refused))


def limit_reached(show: AlarmShow) -> None:
    for left_s in range(10, 0, -1):
        show.now(1, pins=gateway(blocked_s=float(left_s)))


def gateway_away(show: AlarmShow) -> None:
    late = replace(PinFacts(60, 60, 1), late=3, judged=10)
    show.now(30, {"pins": late}, pins=gateway(state="down", reason="answers 503"))
    show.now(8, {"pins": late})


def unreadable_products(show: AlarmShow) -> None:
    for unread_s in range(120, 240, 2):
        show.now(2, {"pins": PinFacts(60, 60, unread_s)})


def disk_full(show: AlarmShow) -> None:
    show.machine = replace(MACHINE, disk_free_bytes=1_000_000_000)
    show.now(120)
    show.now(60, journal=PartStatus("down", "The disk is full."))


def probe_killed(show: AlarmShow) -> None:
    show.now(2, probe=PartStatus("down", "it was killed"), sync=SyncStatus())


def chat_flood(show: AlarmShow) -> None:
    show.now(
        50, {"moderation": ModerationFacts(long_overdue=40)}, moderation=moderation(waiting=90)
    )


def part_fails(show: AlarmShow) -> None:
    show.now(25, probe=PartStatus("down", "it ended with an error"), sync=SyncStatus())


def clock_is_set(show: AlarmShow) -> None:
    show.clock.step_wall(3600)
    show.now(60)
    show.clock.step_wall(-3600)
    show.now(60)


def encoder_lost(show: AlarmShow) -> None:
    """Cases 1 and 2 on the way in: the relay's uplinks close, the probe has nothing to play."""
    gone = FeedStatus("GONE")
    idle = (replace(CARRIES, state="standby", goodput_kbps=None, health="GONE"), WAITS)
    for _ in range(25):
        show.now(1, state="interrupted", feed=gone, uplinks=idle, sync=SyncStatus())
    show.now(1, feed=feed(kbps=None, state="BLIND"), sync=SyncStatus())


@dataclass(frozen=True)
class Case:
    number: int
    name: str
    play: Callable[[AlarmShow], None]
    alarms: tuple[str, ...] = ()


CASES: tuple[Case, ...] = (
    Case(1, "black hole", lambda show: left(show, "silence", 60), ("uplink.fault:primary",)),
    Case(2, "reset", lambda show: left(show, "gone", 3), ("uplink.fault:primary",)),
    Case(3, "ramp", lambda show: left(show, "congestion", 30), ("uplink.fault:primary",)),
    Case(4, "flap", flap, ("uplink.fault:primary",)),
    Case(5, "static scene", static_scene, ("picture.frozen",)),
    Case(6, "a track stops", one_track_stops, ("sound.lost", "picture.lost")),
    Case(7, "codec change", codecs_change),
    Case(8, "timestamps wrap", timestamps_wrap),
    Case(9, "bad messages", bad_messages),
    Case(10, "silent server", standby_is_silent, ("uplink.standby:bonded",)),
    Case(11, "no way out", no_way_out, ("path.none",)),
    Case(11, "the standby brings it back", standby_brings_it_back, ("path.none",)),
    Case(12, "dead backup", backup_is_dead, ("uplink.standby:bonded", "uplink.low:primary")),
    # Once by itself, and once more until it has been calm for a minute.
    Case(13, "loss and jitter", jitter, ("uplink.low:primary",) * 2),
    Case(14, "names fail", names_fail),
    Case(15, "expired certificate", certificate, ("uplink.standby:bonded",)),
    Case(16, "lost answer", lambda show: show.now(10)),
    Case(17, "limit", limit_reached, ("pins.limit",)),
    Case(18, "503", gateway_away, ("pins.gateway",)),
    Case(19, "malformed JSON", unreadable_products, ("pins.catalogue",)),
    Case(20, "forged webhook", lambda show: show.now(10)),
    Case(21, "disk full", disk_full, ("disk.low", "journal")),
    Case(22, "kill -9", probe_killed),
    Case(23, "chat flood", chat_flood, ("moderation.overdue",)),
    Case(24, "exception", part_fails, ("probe",)),
    Case(25, "clock", clock_is_set),
    Case(1, "encoder gone", encoder_lost, ("feed.lost",)),
)


def play_all(show: AlarmShow, hours: float = HOURS) -> Iterator[tuple[Case, tuple[str, ...]]]:
    """Every case in turn, evenly over the show: each with the alarms that it raised."""
    every_s = hours * 3600 / len(CASES)
    for number, case in enumerate(CASES):
        before = len(show.raised)
        case.play(show)
        show.quiet((number + 1) * every_s - show.now_s)
        yield case, tuple(raised.id for raised in show.raised[before:])


@dataclass(frozen=True)
class Load:
    """Alarm load after ISA-18.2: mean and most in ten minutes, and how many ids chatter."""

    per_10_min: float
    most_in_10_min: int
    chattering: int


@dataclass
class _Window:
    seconds: float
    times: deque[float] = field(default_factory=deque)
    most: int = 0

    def take(self, at_s: float) -> None:
        self.times.append(at_s)
        while at_s - self.times[0] >= self.seconds:
            self.times.popleft()
        self.most = max(self.most, len(self.times))


def load_of(raised: list[Raised], hours: float = HOURS) -> Load:
    """Chattering: the same alarm three times or more within a minute."""
    all_of_them, each = _Window(600), dict[str, _Window]()
    for one in raised:
        all_of_them.take(one.at_s)
        each.setdefault(one.id, _Window(60)).take(one.at_s)
    chattering = sum(window.most >= 3 for window in each.values())
    return Load(len(raised) / (hours * 6), all_of_them.most, chattering)
