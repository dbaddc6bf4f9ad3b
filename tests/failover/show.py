"""A show in virtual time: a feed, its paths, and the policy that moves it between them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from livedesk.core.settings import FailoverSettings
from livedesk.core.status import Limits
from livedesk.failover.facts import Switch
from livedesk.failover.notes import Note
from livedesk.failover.policy import Policy
from livedesk.failover.view import FailoverView
from tests.failover.link import Feed, Frame, Path, ns

LOOK_MS = 50.0


@dataclass(frozen=True, slots=True)
class Moved:
    at_s: float
    switch: Switch

    @property
    def words(self) -> str:
        return self.switch.reason


@dataclass(slots=True)
class Show:
    """Runs the policy as the relay does: a look each 50 ms, and one when a connection ends."""

    feed: Feed
    paths: list[Path]
    settings: FailoverSettings = field(default_factory=FailoverSettings)
    limits: Limits = field(default_factory=Limits)
    step_ms: float = 10.0
    phase_ms: float = 0.0
    at_ms: float = 0.0
    publish_ms: float = 60.0
    moves: list[Moved] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    policy: Policy = field(init=False)
    _group: list[Frame] = field(default_factory=list)
    _publishes_ms: float | None = None
    _next_look_ms: float = 0.0
    _has_slept: bool = False

    def __post_init__(self) -> None:
        self.policy = Policy(self.settings, self.limits, tuple(path.name for path in self.paths))
        self.paths[0].carries = True
        self._next_look_ms = self.phase_ms

    def path(self, name: str) -> Path:
        return next(path for path in self.paths if path.name == name)

    @property
    def active(self) -> str:
        return self.policy.active

    @property
    def view(self) -> FailoverView:
        return self.policy.view(ns(self.at_ms))

    @property
    def now_ns(self) -> int:
        return ns(self.at_ms)

    def said(self, event: str) -> list[str]:
        return [note.text for note in self.notes if note.event == f"failover.{event}"]

    def lose(self, name: str) -> None:
        """The connection ends, and no other comes up; the relay looks at once."""
        path = self.path(name)
        path.carries, path.refuses_sessions = False, True
        self._look()

    def sleep(self, seconds: float) -> None:
        """The relay's process does not run; then what the encoder sent is there at once."""
        self.at_ms += seconds * 1000
        self._next_look_ms, self._has_slept = self.at_ms, True

    def run(self, until_s: float) -> None:
        while self.at_ms < until_s * 1000:
            self.at_ms += self.step_ms
            self._give()
            carrier = self.path(self.active)
            if carrier.carries:
                carrier.step(self.at_ms, self.step_ms)
            if self.at_ms >= self._next_look_ms:
                self._next_look_ms += LOOK_MS
                self._look()

    def _give(self) -> None:
        carrier = self.path(self.active)
        for frame in self.feed.frames(self.at_ms):
            if frame.is_key:
                self._group.clear()
            self._group.append(frame)
            if carrier.carries:
                carrier.give(frame)

    def _look(self) -> None:
        self._publish()
        facts = tuple(path.facts(self.at_ms) for path in self.paths)
        feed = self.feed.facts(self.at_ms)
        if self._has_slept:
            self._has_slept, feed = False, replace(feed, state="BLIND")
        switch = self.policy.update(self.now_ns, feed, facts)
        self.notes += self.policy.take_notes()
        if switch is not None:
            self.moves.append(Moved(self.at_ms / 1000, switch))
            for path in self.paths:
                path.carries = path.was_asked = False
            self._publishes_ms = self.at_ms + self.publish_ms

    def _publish(self) -> None:
        """What was decided goes on: the platform takes the publication, then the keyframe."""
        carrier = self.path(self.active)
        if self._publishes_ms is None:
            return
        if not carrier.carries:
            carrier.was_asked = self.at_ms >= self._publishes_ms and carrier.is_ready
            if carrier.was_asked and not (carrier.refuses_publish or carrier.denies):
                carrier.begin(self.at_ms)
                carrier.carries = True
                for frame in self._group:
                    carrier.give(frame)
        elif carrier.took_keyframe:
            self._publishes_ms = None
            self.policy.took_over(self.now_ns)
            self.notes += self.policy.take_notes()


def show(seed: int = 1, settings: FailoverSettings | None = None, *, kbps: float = 4_050.0) -> Show:
    """Two good paths and an ordinary feed."""
    chance = random.Random(seed)
    return Show(
        Feed(chance, kbps),
        [Path("primary", chance), Path("bonded", chance)],
        settings or FailoverSettings(),
        phase_ms=chance.uniform(0, LOOK_MS),
    )
