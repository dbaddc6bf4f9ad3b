"""How is the encoder driven from outside? A job on standard input, then commands; reports back.

It is a process of its own because codecs are foreign code and because a newcomer's first fault is
an encoder that dies. Lines that it writes:

* `{"kind": "report", …}` once a second: state, rates, pace, counts and digests of what was sent;
* `{"kind": "event", "event": "publishing"|"lost"|"refused_command", "text"}`;
* `{"kind": "end", …}` with the last figures, or `{"kind": "error", "text", "action"}`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import replace
from functools import partial
from typing import Final

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret, redact
from livedesk.core.tasks import Tasks
from livedesk.sandbox.encoder import media
from livedesk.sandbox.encoder.job import Command, EncoderJob, JobError, parse_command, parse_job
from livedesk.sandbox.encoder.pusher import CLOSE_S, Pusher
from livedesk.sandbox.encoder.show import Paced, Show, Wishes

REPORT_S: Final = 1.0
HOLD_MS: Final = 40
"""How long after its instant a message goes out: drawing and encoding happen meanwhile."""

_LINE_BYTES: Final = 65_536
_MAX_UNREAD_BYTES: Final = 262_144


class Lines:
    """Standard input and output as JSON lines, without ever blocking the event loop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.WriteTransport) -> None:
        self._reader = reader
        self._writer = writer
        self.dropped = 0

    @classmethod
    async def open(cls) -> Lines:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_LINE_BYTES)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        writer, _ = await loop.connect_write_pipe(asyncio.Protocol, sys.stdout)
        return cls(reader, writer)

    async def read(self) -> str | None:
        """The next line; None when nobody will write any more, or wrote a line without end."""
        try:
            line = await self._reader.readline()
        except ValueError:
            return None
        return line.decode(errors="replace") if line else None

    def write(self, line: dict[str, Json]) -> None:
        """A reader that does not read loses lines; it never holds up the media."""
        if self._writer.get_write_buffer_size() > _MAX_UNREAD_BYTES:
            self.dropped += 1
        elif not self._writer.is_closing():
            self._writer.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")

    async def close(self) -> None:
        """Give the last lines a moment to be read."""
        deadline = asyncio.get_running_loop().time() + CLOSE_S
        while self._writer.get_write_buffer_size() and not self._writer.is_closing():
            if asyncio.get_running_loop().time() > deadline:
                self._writer.abort()
                return
            await asyncio.sleep(0.01)
        self._writer.close()


class Encoder:
    """Wires the show to the pusher and both to the lines, and closes them in reverse order."""

    def __init__(self, job: EncoderJob, clock: Clock, lines: Lines) -> None:
        self._job = job
        self._lines = lines
        self._clock = clock
        self._secret = Secret(job.target.url)
        loop = asyncio.get_running_loop()

        def emit(paced: Paced) -> None:
            loop.call_soon_threadsafe(self._pusher.feed, paced)

        def fail(failure: BaseException) -> None:
            loop.call_soon_threadsafe(self._failure.set_result, failure)

        self._failure: asyncio.Future[BaseException] = loop.create_future()
        self._show = Show(job, clock, HOLD_MS, emit, fail)
        self._pusher = Pusher(job, clock, self._show, self._say)

    async def run(self) -> None:
        """Until `stop`, the end of standard input, or a failure of the show. Raises the latter."""
        self._show.prepare()
        tasks = Tasks()
        pushing = tasks.spawn("push", self._pusher.run())
        tasks.spawn("report", self._report())
        try:
            orders = tasks.spawn("orders", self._obey())
            ends = {orders, pushing, self._failure}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            self._pusher.stop()
            await asyncio.wait({pushing}, timeout=2 * CLOSE_S)
        finally:
            await asyncio.to_thread(self._show.close)
            await tasks.close()
        self._lines.write({"kind": "end", **self._figures()})
        if self._failure.done():
            raise self._failure.result()

    async def _obey(self) -> None:
        while (line := await self._lines.read()) is not None:
            try:
                command = parse_command(line)
            except JobError as fault:
                self._say("refused_command", str(fault))
                continue
            if command.name == "stop":
                return
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        match command.name:
            case "audio_delay":
                self._pusher.audio_delay_ms = command.value
            case "audio_clock":
                self._pusher.stamps.audio_ppm = command.value
            case "jump":
                self._pusher.stamps.jump(command.value)
            case "stop_track":
                self._pusher.withhold(command.value or None)
            case "drop":
                self._pusher.drop(command.value / 1000)
            case "restart":
                self._pusher.restart(command.value / 1000)
            case "clear":
                self._set_right()
            case _:
                self._show.change(partial(_wished, command))

    def _set_right(self) -> None:
        """As the job says, without any fault; a jump that was made stays made."""
        self._pusher.audio_delay_ms = 0
        self._pusher.stamps.set_right()
        self._pusher.withhold(None)
        self._show.change(lambda _: Wishes(self._job.kbps))

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_S)
            self._lines.write({"kind": "report", **self._figures()})

    def _say(self, event: str, text: str) -> None:
        safe = redact(text, [self._secret])
        line: dict[str, Json] = {"kind": "event", "event": event, "text": safe}
        self._lines.write({"mono_ns": self._clock.mono_ns(), **line})

    def _figures(self) -> dict[str, Json]:
        pace, wishes = self._show.pace, self._show.wishes
        return {
            "mono_ns": self._clock.mono_ns(),
            "utc_ns": self._clock.utc_ns(),
            **self._pusher.figures(),
            "target_kbps": wishes.kbps,
            "frozen": wishes.frozen,
            "black": wishes.black,
            "muted": wishes.muted,
            "clipping": wishes.clipping,
            "frames": pace.frames,
            "frames_late": pace.frames_late,
            "frames_skipped": pace.frames_skipped,
            "worst_late_ms": round(pace.worst_late_ms, 1),
            "cpu_s": round(time.process_time(), 3),
            "lines_dropped": self._lines.dropped,
        }


def _wished(command: Command, wishes: Wishes) -> Wishes:
    """What a command asks of picture and sound."""
    on = bool(command.value)
    match command.name:
        case "bitrate":
            return replace(wishes, kbps=command.value)
        case "freeze":
            return replace(wishes, frozen=on)
        case "black":
            return replace(wishes, black=on)
        case "mute":
            return replace(wishes, muted=on)
        case "clip":
            return replace(wishes, clipping=on)
    raise ValueError(f"{command.name} asks nothing of picture and sound")


async def serve(clock: Clock) -> int:
    """The process: its exit status is 0 when it ended as asked."""
    lines = await Lines.open()
    line = await lines.read()
    try:
        if line is None:
            raise JobError("standard input ended before a job came")
        await Encoder(parse_job(line), clock, lines).run()
    except JobError as fault:
        lines.write(_error(f"The encoder's job cannot be done: {fault}.", "Correct the job."))
        return 1
    except Exception as fault:  # noqa: BLE001 - the last place that can tell the parent
        text = f"The encoder failed: {type(fault).__name__}: {fault}"
        lines.write(_error(redact(text, []), "Start it again; if it fails again, report this."))
        return 1
    finally:
        await lines.close()
    return 0


def _error(text: str, action: str) -> dict[str, Json]:
    return {"kind": "error", "text": text, "action": action, "pid": os.getpid()}


def main(clock: Clock) -> int:
    media.quiet()
    return asyncio.run(serve(clock))
