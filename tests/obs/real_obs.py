"""A real OBS on its own display: a prepared profile, no first-run windows, drawn in software."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from livedesk.core.secrets import Secret
from livedesk.core.settings import ObsActuator
from tests.ports import free_port
from tests.waiting import wait_until

PASSWORD = "kiosk-plum-42"
KBPS = 3000
KEYFRAME_S = 2

# Keys as OBS 29 reads them; obs-websocket keeps its own in the same file until OBS 30.2.
_GLOBAL = """\
[General]
FirstRun=true
EnableAutoUpdates=false
[BasicWindow]
WarnBeforeStartingStream=false
WarnBeforeStoppingStream=false
[Basic]
Profile=Test
ProfileDir=Test
SceneCollection=Test
SceneCollectionFile=Test
[OBSWebSocket]
FirstLoad=false
ServerEnabled=true
ServerPort={port}
AuthRequired=true
ServerPassword={password}
AlertsEnabled=false
"""
_PROFILE = f"""\
[General]
Name=Test
[Output]
Mode=Simple
Reconnect=true
RetryDelay=2
MaxRetries=25
[SimpleOutput]
VBitrate={KBPS}
ABitrate=128
StreamEncoder=x264
UseAdvanced=true
Preset=ultrafast
x264Settings=keyint={30 * KEYFRAME_S}
[Video]
BaseCX=640
BaseCY=360
OutputCX=640
OutputCY=360
FPSType=0
FPSCommon=30
[Audio]
SampleRate=48000
ChannelSetup=Stereo
"""


@dataclass(frozen=True)
class RealObs:
    """A running OBS that streams nothing yet."""

    port: int
    log: Path

    def settings(self, password: str = PASSWORD, timeout_s: float = 20.0) -> ObsActuator:
        return ObsActuator("127.0.0.1", self.port, Secret(password), timeout_s)


@contextmanager
def obs_running(folder: Path) -> Iterator[RealObs]:
    if shutil.which("obs") is None or shutil.which("Xvfb") is None:
        pytest.fail("obs-studio and xvfb are needed: run `make test-obs`, it installs them")
    obs = RealObs(free_port(), folder / "obs.log")
    _prepare(folder / ".config/obs-studio", obs.port)
    with _display() as display, obs.log.open("wb") as log:
        process = subprocess.Popen(
            ["obs", "--multi"],
            env={
                "HOME": str(folder),
                "XDG_RUNTIME_DIR": str(folder),
                "PATH": os.environ["PATH"],
                "LANG": "C.UTF-8",
                "DISPLAY": display,
                "LIBGL_ALWAYS_SOFTWARE": "1",
                # It would look for news on the internet.
                "https_proxy": "http://127.0.0.1:9",
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            listens = "WebSocketServer::Start] Server started successfully"
            wait_until(lambda: listens in obs.log.read_text(), "OBS is up", limit_s=60)
            yield obs
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def _prepare(configuration: Path, port: int) -> None:
    profile = configuration / "basic/profiles/Test"
    profile.mkdir(parents=True)
    (configuration / "basic/scenes").mkdir()
    text = _GLOBAL.format(port=port, password=PASSWORD)
    (configuration / "global.ini").write_text(text)
    (profile / "basic.ini").write_text(_PROFILE)


@contextmanager
def _display() -> Iterator[str]:
    """An X server on the first free number, which it tells through a pipe."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{int(told.readline())}"
    finally:
        server.terminate()
        server.wait(10)
