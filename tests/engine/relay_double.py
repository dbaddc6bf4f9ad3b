"""A relay as far as an engine can tell: its job, ready line, runtime file and control channel.

Run as a program it is started by the engine in place of `python -m livedesk.relay`. What it shall
report is read from a small JSON file beside its runtime file, again for every sample, so that a
test can change the feed while everything runs.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import Any

from livedesk.core.runtime import RelayRuntime, remove_runtime_file, write_runtime_file
from livedesk.core.secrets import Secret

SAMPLE_S = 0.05
KEEP = 4_000

STANDBY: dict[str, Any] = {
    "state": "standby", "ready": True, "proof_age_ms": 800.0, "healthy_s": 60.0, "health": "GONE",
    "address": "127.0.0.1:2",
}  # fmt: skip
GOOD: dict[str, Any] = {"connected": True, "kbps": 4000.0, "goodput_kbps": 3990.0, "age_ms": 20.0}
GONE: dict[str, Any] = {"connected": False, "kbps": None, "goodput_kbps": None, "age_ms": None}


class RelayDouble:
    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.runtime_file = Path(job["runtime_file"])
        self.script = self.runtime_file.with_name(f"script-{job['store']}.json")
        self.entries: list[dict[str, Any]] = []
        self.n = 0
        self.dropped = 0
        self.token = secrets.token_urlsafe(16)
        self.changed = asyncio.Condition()
        self.stopping = asyncio.Event()
        self.failover: dict[str, Any] = {
            "active": job.get("begin_on") or job["uplinks"][0]["name"],
            "mode": "auto" if len(job["uplinks"]) > 1 else "single",
            "switches": 0,
            "reason": "all is well",
        }

    async def add(self, content: dict[str, Any]) -> None:
        self.n += 1
        stamp = {"n": self.n, "mono_ns": time.monotonic_ns(), "utc_ns": time.time_ns()}
        self.entries.append(stamp | content)
        if len(self.entries) > KEEP:
            self.entries.pop(0)
        async with self.changed:
            self.changed.notify_all()

    def sample(self, says: dict[str, Any]) -> dict[str, Any]:
        carrying = says["connected"]
        first, *others = (each["name"] for each in self.job["uplinks"])
        uplink = {
            "name": first,
            "state": says.get("uplink", "carrying" if carrying else "standby"),
            "goodput_kbps": says["goodput_kbps"],
            "backlog_ms": 30.0 if carrying else None,
            "rtt_ms": 1.0 if carrying else None,
            "unsent_bytes": 0,
            "dropped_messages": 0,
            "reconnects": 0,
            "reason": None,
            "address": "127.0.0.1:1",
            "health": says.get("health", "OK" if carrying else "GONE"),
            "retransmits": 0 if carrying else None,
        }
        feed = {key: says[key] for key in ("connected", "kbps", "age_ms")}
        feed |= {"video_kbps": says["kbps"], "audio_kbps": None, "epoch": says.get("epoch", 0)}
        feed |= {"video_codec": "avc1", "audio_codec": "mp4a"}
        feed |= {"state": says.get("state", "OK" if carrying else "GONE")}
        feed |= {"lag_ms": 5.0 if carrying else None}
        feed |= {f"{track}_age_ms": says["age_ms"] for track in ("video", "audio")}
        feed |= {"faults": {"empty": 0, "unreadable": 0, "before_header": 0}}
        return {
            "kind": "sample",
            "feed": feed | {"video_messages": self.n, "audio_messages": 0},
            "uplinks": [uplink, *({"name": name, **STANDBY} for name in others)],
            "failover": self.failover,
            "tap": {"players": 0, "skips": 0},
            "delay_us": {"p50": 100, "p99": 900},
        }

    async def talk(self) -> None:
        told = 0
        while True:
            says = json.loads(self.script.read_text()) if self.script.exists() else GONE
            if (number := says.get("event", 0)) > told:
                told = number
                await self.add(event(f"test.event{number}", f"Event {number}."))
            if (to := says.get("switch")) and to != self.failover["active"]:
                await self.switch(to, "silence", "policy")
            if not says.get("silent"):
                await self.add(self.sample(says))
            await asyncio.sleep(SAMPLE_S)

    async def obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Orders: a switch is done at once, a hold is kept, what comes too late is not obeyed."""
        while line := await reader.readline():
            order = json.loads(line)
            says = json.loads(self.script.read_text()) if self.script.exists() else {}
            if time.monotonic_ns() > order["until_mono_ns"]:
                await self.add(event("test.too_late", f"Too late: {order['cmd']}."))
                continue
            answer: dict[str, Any] = {"reply": order["id"], "ok": True}
            if refusal := says.get("refuse"):
                answer = {"reply": order["id"], "ok": False, **refusal}
            elif order["cmd"] == "hold":
                self.failover |= {"mode": "hold" if order["on"] else "auto"}
                data = {"mode": self.failover["mode"], "actor": order["actor"]}
                await self.add(event("failover.mode", "The mode changed.") | {"data": data})
            elif order["cmd"] == "failover":
                await self.switch(order["to"], "operator", order["actor"])
            writer.write(json.dumps(answer).encode() + b"\n")

    async def switch(self, to: str, cause: str, actor: str) -> None:
        """As a relay tells it: decided, published, done."""
        facts = {"from": self.failover["active"], "to": to, "cause": cause, "actor": actor}
        facts |= {"reason": f"{self.failover['active']} carries 0 of 4,000 kbps"}
        onset_ns = time.monotonic_ns() - 200_000_000
        more = {"onset_mono_ns": onset_ns, "detect_ms": 200.0, "figures": {"goodput_kbps": 0.0}}
        await self.add(event("failover.switch", f"Switch to {to}.") | {"data": facts | more})
        done = {"state": "done", "utc_ns": time.time_ns(), "detect_ms": 200.0}
        done |= {"publish_ms": 40.0, "switch_ms": 130.0, "lost_ms": 0.0}
        done |= {"frames_lost": 0, "frames_repeated": 12}
        self.failover |= {"active": to, "last": facts | done}
        self.failover["switches"] += 1
        await self.add(event("failover.done", f"{to} carries.") | {"data": facts | done})

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        obeying: asyncio.Task[None] | None = None
        try:
            first = json.loads(await reader.readline())
            if first["token"] != self.token:
                return
            seen = first["after"]
            kept = self.entries[0]["n"] if self.entries else self.n + 1
            hello = {
                "pid": os.getpid(),
                "store": self.job["store"],
                "version": self.job.get("version", "0.1.0"),
                "tap_url": "rtmp://127.0.0.1:1/tap/token",
                "last": self.n,
                "missed": max(0, kept - seen - 1),
            }
            writer.write(json.dumps({"hello": hello}).encode() + b"\n")
            obeying = asyncio.get_running_loop().create_task(self.obey(reader, writer))
            while True:
                new = [entry for entry in self.entries if entry["n"] > seen]
                for entry in new:
                    seen = entry["n"]
                    writer.write(json.dumps(entry).encode() + b"\n")
                await writer.drain()
                async with self.changed:
                    await self.changed.wait_for(lambda: self.n > seen)  # noqa: B023
        except (OSError, ValueError, asyncio.CancelledError):
            pass
        finally:
            if obeying is not None:
                obeying.cancel()
            writer.close()

    async def run(self) -> None:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        await self.add(event("relay.start", "The relay is ready."))
        runtime = RelayRuntime(
            store=self.job["store"],
            pid=os.getpid(),
            port=server.sockets[0].getsockname()[1],
            token=Secret(self.token),
            tap_url=Secret("rtmp://127.0.0.1:1/tap/token"),
            started_utc_ns=time.time_ns(),
            version="0.1.0",
            job_digest=self.job["job_digest"],
        )
        write_runtime_file(self.runtime_file, runtime)
        sys.stdout.write(json.dumps({"ready": True, "pid": os.getpid()}) + "\n")
        sys.stdout.flush()
        talking = loop.create_task(self.talk())
        await self.stopping.wait()
        talking.cancel()
        server.close()
        remove_runtime_file(self.runtime_file, os.getpid())


def event(kind: str, text: str) -> dict[str, Any]:
    return {"kind": "event", "event": kind, "level": "info", "text": text, "data": {}}


def main() -> int:
    job = json.loads(sys.stdin.readline())
    if job["listen"]["port"] == 1:
        problem = {"error": "cannot listen on 127.0.0.1:1: not allowed", "action": "use another"}
        sys.stdout.write(json.dumps(problem) + "\n")
        return 1
    asyncio.run(RelayDouble(job).run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
