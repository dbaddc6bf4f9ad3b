"""How does the demo run? Stage, console and script together, then the exports and the verdict."""

from __future__ import annotations

import asyncio
import contextlib
import json as json_text
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from livedesk.demo import chat_verdict, pin_verdict
from livedesk.demo.check import Check
from livedesk.demo.keeping import Kept, keep
from livedesk.demo.processes import StageError
from livedesk.demo.script import Cues, Show
from livedesk.demo.stage import STORE, Stage, open_stage
from livedesk.demo.verdict import judge
from livedesk.desk.errors import DeskError
from livedesk.desk.link import EngineAccess
from livedesk.desk.sandbox_client import SandboxAccess
from livedesk.journal.schema import FILE_SUFFIX

DEFAULT_SECONDS: Final = 40.0
SHORTEST_S: Final = 20.0
PICTURE: Final = "console.png"
_CALM_S: Final = 12.0
_BETWEEN_S: Final = 1.0
_THROTTLED_S: Final = 8.0
"""With somebody watching: a healthy feed with its products first, then the one fault that explains
the product."""


def run_demo(
    *, headless: bool = False, seconds: float | None = None, out: Path | None = None, json: bool
) -> int:
    """The exit status: 0 when the show went as scripted, 1 when it did not, 2 for a bad request."""
    if seconds is not None and seconds < SHORTEST_S:
        return _say(f"a show needs at least {SHORTEST_S:.0f} seconds", 2)
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="livedesk-demo-") as name:
            summary = _run(Path(name), headless, seconds, out, begun)
    except StageError as error:
        return _say(str(error), 1)
    except KeyboardInterrupt:
        return 130
    summary["took_s"] = round(time.monotonic() - begun, 1)
    _print(summary, json)
    return 0 if summary["ok"] else 1


def _run(
    folder: Path, headless: bool, seconds: float | None, out: Path | None, begun: float
) -> dict[str, Any]:
    length_s = seconds or (DEFAULT_SECONDS if headless else None)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    with open_stage(folder) as stage:
        director = _Director(stage, length_s, begun)
        director.start()
        shown = time.monotonic()
        _show_console(stage, headless, length_s, out)
        if length_s is None or (not headless and time.monotonic() - shown < length_s):
            director.leave()
        director.join()
    kept = _keep(stage, out, director)
    checks = [*director.checks, *kept.checks]
    return {
        "ok": all(check.ok for check in checks) and director.problem is None,
        "problem": director.problem,
        "checks": [asdict(check) for check in checks],
        "data_after_s": director.data_after_s,
        "pins": director.pins,
        "chat": director.chat,
        "files": [str(file) for file in kept.files],
        "left_out": kept.left_out,
    }


class _Director(threading.Thread):
    """Plays the script on a loop of its own, beside the console's. Without a length it shows one
    throttled stretch, and leaves the rest to the person in front of it."""

    def __init__(self, stage: Stage, length_s: float | None, begun: float) -> None:
        super().__init__(name="director")
        self._stage = stage
        self._length_s = length_s
        self._begun = begun
        self._leave = threading.Event()
        self.checks: list[Check] = []
        self.problem: str | None = "the script broke off"
        self.data_after_s: float | None = None
        self.pins: dict[str, Any] | None = None
        self.chat: dict[str, Any] | None = None

    def leave(self) -> None:
        """The window was closed: stop playing."""
        self._leave.set()

    def run(self) -> None:
        try:
            asyncio.run(self._direct())
        except DeskError as error:
            self.problem = str(error)

    async def _direct(self) -> None:
        script = asyncio.create_task(self._play())
        closed = asyncio.create_task(asyncio.to_thread(self._leave.wait))
        await asyncio.wait((script, closed), return_when=asyncio.FIRST_COMPLETED)
        self._leave.set()  # lets the waiting thread go
        await closed
        is_cut_short = not script.done()
        script.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await script
        is_fault = is_cut_short and self._length_s is not None
        self.problem = "the window was closed before the end of the show" if is_fault else None

    async def _play(self) -> None:
        async with AsyncExitStack() as closing:
            show = Show(self._stage)
            closing.push_async_callback(show.close)
            await show.start()
            self.data_after_s = round(time.monotonic() - self._begun, 1)
            if self._length_s is None:
                await asyncio.gather(
                    asyncio.sleep(_CALM_S),
                    show.host.play(_BETWEEN_S),
                    show.moderator.play(_BETWEEN_S),
                )
                await show.sign_on()
                await show.moderator.hand_over()
                await show.throttle(_THROTTLED_S)
                return
            await show.play(Cues.for_show(self._length_s))
            self.checks = judge(show.observed)
            self.pins = pin_verdict.figures(show.observed.pinned)
            self.chat = chat_verdict.figures(show.observed.moderated)


def _show_console(stage: Stage, headless: bool, length_s: float | None, out: Path | None) -> None:
    """The console in this process's main thread, until it is closed or the show is over."""
    from livedesk.app import ConsoleSettings, Picture, run_console

    cues = None if length_s is None else Cues.for_show(length_s)
    pictures: tuple[Picture, ...] = ()
    if out is not None and cues is not None:
        # Late in the throttle, when the plots tell of the switch. A busy machine opens the window
        # late, so both count from the show's first media.
        pictures = (Picture(out / PICTURE, cues.heal_s - 1.5),)
    # Nobody looks at a window without a display while the script waits for its last answers.
    close_after_s = cues.finish_s if cues is not None and headless else length_s
    run_console(
        ConsoleSettings(
            paths=stage.paths,
            engine=EngineAccess(stage.engine_url, stage.engine_token),
            sandbox=SandboxAccess(stage.control_url, stage.control_token),
            offscreen=headless,
            pictures=pictures,
            close_after_s=close_after_s,
        )
    )


def _keep(stage: Stage, out: Path | None, director: _Director) -> Kept:
    """The picture, the session file and its exports, in the folder that was asked for."""
    if out is None:
        return Kept()
    sessions = sorted((stage.paths.data / "sessions" / STORE).glob(f"*{FILE_SUFFIX}"))
    if not sessions:
        director.problem = director.problem or "no session was recorded"
    kept = keep(sessions, out)
    if (out / PICTURE).exists():
        kept.files.insert(0, out / PICTURE)
    return kept


def _print(summary: dict[str, Any], json: bool) -> None:
    if json:
        print(json_text.dumps(summary, indent=2))
        return
    for check in summary["checks"]:
        print(f"{'ok  ' if check['ok'] else 'FAIL'}  {check['name']}: {check['found']}")
    if summary["problem"]:
        print(f"FAIL  {summary['problem']}")
    for folder, count in Counter(str(Path(file).parent) for file in summary["files"]).items():
        print(f"kept  {count} files in {folder}")
    for why in summary["left_out"]:
        print(f"left out  {why}")
    if count := len(summary["checks"]):
        failed = sum(not check["ok"] for check in summary["checks"])
        print(f"{failed} of {count} checks failed" if failed else f"all {count} checks hold")


def _say(text: str, status: int) -> int:
    print(f"livedesk: {text}", file=sys.stderr)
    return status
