"""Does the feed still fit its platform? The check of one store, and what of it is worth telling."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.events import Json, Level
from livedesk.core.status import FeedStatus, Limits, SoundStatus
from livedesk.monitors.configuration import ConfigurationCheck
from livedesk.monitors.issues import Issues


@dataclass(frozen=True, slots=True)
class ConfigurationChange:
    """Other issues than before, in the words of an event."""

    level: Level
    text: str
    data: dict[str, Json]


class ConfigurationWatch:
    """Follows one feed. `issues` is None while too little is known to check."""

    def __init__(self, limits: Limits, platform: str) -> None:
        self._check = ConfigurationCheck(limits, platform)
        self._told: Issues = ()
        self.issues: Issues | None = None

    @property
    def unseen(self) -> Issues:
        """What was found before the probe went away."""
        return self._check.unseen

    def update(
        self, mono_ns: int, feed: FeedStatus, sound: SoundStatus, *, on_air: bool
    ) -> ConfigurationChange | None:
        """A change is told while on air; each session tells its first issues again."""
        self.issues = self._check.update(mono_ns, feed, sound)
        if not on_air:
            self._told = ()
            return None
        if self.issues is None or _types(self.issues) == _types(self._told):
            return None
        before, self._told = self._told, self.issues
        return _change(before, self.issues)


def _change(before: Issues, now: Issues) -> ConfigurationChange:
    known = _types(before)
    new = [issue.description for issue in now if issue.type not in known]
    gone = "as the platform wishes" if not now else "closer to what the platform wishes"
    text = " ".join(new) or f"The encoder's settings are {gone}."
    types: list[Json] = [issue.type for issue in now]
    earlier: list[Json] = [issue.type for issue in before]
    data: dict[str, Json] = {"issues": types, "before": earlier}
    return ConfigurationChange("notice" if new else "info", text, data)


def _types(issues: Issues) -> set[str]:
    return {issue.type for issue in issues}
