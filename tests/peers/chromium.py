"""A real browser without a window, driven over the Chrome DevTools Protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.waiting import until, wait_until

# As root in a container there is neither a sandbox for it nor a large /dev/shm.
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--no-first-run",
    "--no-proxy-server",
    "--mute-audio",
    "--password-store=basic",
    "--remote-debugging-port=0",
)


@dataclass
class Page:
    """A tab. Touches and keys go through the browser's own input, as from a finger."""

    connection: ClientConnection
    told: list[str] = field(default_factory=list)
    """What the page wrote to its console, and its uncaught errors."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    async def listen(self) -> None:
        async for text in self.connection:
            message = json.loads(text)
            if "id" in message:
                self._waiting.pop(message["id"]).set_result(message)
            elif message["method"] in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.told.append(json.dumps(message["params"]))

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self.connection.send(json.dumps({"id": number, "method": method, "params": params}))
        message = await answer
        assert "error" not in message, f"{method}: {message['error']}"
        return dict(message["result"])

    async def value(self, expression: str) -> Any:
        """Of a JavaScript expression, also of a promise."""
        answer = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def text(self, selector: str) -> str:
        """What is written there; empty while there is no such element."""
        found = await self.value(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")
        return " ".join(str(found).split())

    async def shows(self, selector: str, text: str) -> None:
        async def does() -> bool:
            return text in await self.text(selector)

        await until(does, f"{selector} shows {text!r}; page errors: {self.told}", 10)

    async def tap(self, selector: str, times: int = 1) -> None:
        """Touch the middle of an element and let go at once."""
        box = await self.value(
            f"(({{x, y, width, height}}) => ({{x: x + width / 2, y: y + height / 2}}))"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        for _ in range(times):
            await self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[box])
            await self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    async def key(self, key: str) -> None:
        code = ord(key)
        values = {"key": key, "text": key, "windowsVirtualKeyCode": code}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **values)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **values)

    async def size(self, width: int, height: int, scale: float = 1) -> None:
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=scale, mobile=True,
        )  # fmt: skip

    async def picture(self, path: Path) -> None:
        answer = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(answer["data"]))


@dataclass(frozen=True)
class Chromium:
    port: int

    @asynccontextmanager
    async def page(
        self, url: str, *, before: str = "", size: tuple[int, int] = (390, 844)
    ) -> AsyncIterator[Page]:
        """A new tab with this address; `before` runs before the scripts of the page."""
        tab = await asyncio.to_thread(self._new_tab)
        async with connect(tab["webSocketDebuggerUrl"], max_size=2**26, proxy=None) as connection:
            page = Page(connection)
            listening = asyncio.create_task(page.listen())
            try:
                for domain in ("Page", "Runtime", "Log"):
                    await page.call(f"{domain}.enable")
                await page.call("Emulation.setTouchEmulationEnabled", enabled=True)
                await page.size(*size)
                if before:
                    await page.call("Page.addScriptToEvaluateOnNewDocument", source=before)
                await page.call("Page.navigate", url=url)
                yield page
                await page.call("Page.close")
            finally:
                listening.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await listening

    def _new_tab(self) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT"
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return dict(json.load(answer))


@contextmanager
def chromium_running(profile: Path) -> Iterator[Chromium]:
    """With a profile of its own, which is left to the test's temporary folder."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("chromium is needed: run `make test`, it installs it")
    port_file = profile / "DevToolsActivePort"
    process = subprocess.Popen(
        [program, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: port_file.exists() and port_file.read_text(), "Chromium answers")
        yield Chromium(int(port_file.read_text().split()[0]))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
