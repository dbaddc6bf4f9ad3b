"""What is the agency's runbook, and do its channels work? Asks the engine and sets what changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Final

from livedesk.desk.alarm_client import AlarmClient, ChannelTest, RunbookKind
from livedesk.desk.channels import ChannelDesk, ChannelTry
from livedesk.desk.errors import DeskError
from livedesk.desk.words import tr

STEPS_MOST: Final = 12
STEP_CHARS: Final = 300
"""What the engine takes of one kind."""


_NUMBER: Final = re.compile(r"^\s*\d{1,2}[.)]\s+")


@dataclass(frozen=True, slots=True)
class RunbookView:
    """None: not told yet. `saving`: the kind whose steps are on their way."""

    kinds: tuple[RunbookKind, ...] | None = None
    saving: str = ""
    trouble: str = ""


class AlarmSettings:
    """Runbook and channels of the engine that the desk is attached to."""

    def __init__(
        self,
        client: Callable[[], AlarmClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
        me: Callable[[], str],
    ) -> None:
        self._client, self._spawn, self._me = client, spawn, me
        self.runbook = RunbookView()
        self.channels = ChannelDesk(client, spawn, me)
        self._tests: dict[str, ChannelTry] = {}
        self.drafts: dict[str, str] = {}
        """By kind of alarm: what was typed and is not saved. It outlives the dialog."""

    def attached(self) -> None:
        """Another engine may have other steps; a test that was under way has no answer."""
        self.runbook = RunbookView()
        self.channels.attached()
        self._tests = {name: test for name, test in self._tests.items() if test.result is not None}

    def test_of(self, channel: str) -> ChannelTry | None:
        """The newest test; None before the first."""
        return self._tests.get(channel)

    def ask(self) -> None:
        self._spawn("runbook", self._read())

    def set_steps(self, kind: str, steps: tuple[str, ...] | None) -> None:
        """The agency's own; None for those that livedesk comes with."""
        self.runbook = replace(self.runbook, saving=kind, trouble="")
        self._spawn("runbook", self._set(kind, steps))

    def keep_draft(self, kind: RunbookKind, text: str) -> None:
        self.drafts.pop(kind.kind, None)
        if steps_of(text) != kind.steps:
            self.drafts[kind.kind] = text

    def test(self, channel: str) -> None:
        """Send one message there now."""
        known = self._tests.get(channel)
        if known is None or known.result is not None:
            self._tests[channel] = ChannelTry()
            self._spawn("channel test", self._test(channel))

    async def _read(self) -> None:
        try:
            kinds = await self._client().runbook()
        except DeskError as error:
            self.runbook = replace(self.runbook, trouble=error.words)
            return
        self.runbook = RunbookView(kinds)

    async def _set(self, kind: str, steps: tuple[str, ...] | None) -> None:
        try:
            await self._client().set_steps(kind, steps)
        except DeskError as error:
            self.runbook = replace(self.runbook, saving="", trouble=error.words)
            return
        await self._read()

    async def _test(self, channel: str) -> None:
        result = ChannelTest(False, tr("The engine went away before it answered."))
        try:
            result = await self._client().test_channel(channel, self._me())
        except DeskError as error:
            result = ChannelTest(False, error.words)
        finally:
            self._tests[channel] = ChannelTry(result)


def steps_of(text: str) -> tuple[str, ...]:
    """One step a line; numbers that were typed or pasted before them are the list's own."""
    lines = (_NUMBER.sub("", line).strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def steps_fault(steps: tuple[str, ...]) -> str:
    """Why the engine would not take them, for a person; empty when it would."""
    if not steps:
        return tr("Write one step at least, or use the default.")
    if len(steps) > STEPS_MOST:
        return tr("At most {n} steps: these are {count}.").format(n=STEPS_MOST, count=len(steps))
    for at, step in enumerate(steps, 1):
        if len(step) > STEP_CHARS:
            return tr("Step {at} is too long: at most {n} characters.").format(at=at, n=STEP_CHARS)
    return ""
