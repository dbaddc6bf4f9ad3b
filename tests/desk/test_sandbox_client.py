"""Spoiling and healing the sandbox: the orders that leave the console."""

from __future__ import annotations

import asyncio
import json
import random

import httpx
import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.secrets import Secret
from livedesk.desk.errors import RefusedError
from livedesk.desk.sandbox_client import SandboxAccess, SandboxClient, faults
from livedesk.sandbox.chat.orders import ChatFaults, chat_ordered
from livedesk.sandbox.orders import ENCODER_ORDERS, encoder_commands, only
from livedesk.sandbox.rules.faults import Faults as RuleFaults

Order = tuple[str, str, object]


class Control:
    """The sandbox's control as a transport that writes down what it is told."""

    def __init__(self, process: str = "running", refuse: bool = False) -> None:
        self.process = process
        self.refuse = refuse
        self.orders: list[Order] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            paths: dict[str, object] = {"primary": {}, "bonded": {}}
            rooms = {"glow": {"rate_per_s": 1.5, "comments": 7}}
            state = {"encoder": {"process": self.process}, "path": {}, "paths": paths, "shop": {},
                     "chat": {"rooms": rooms}, "rules": {"version": "1"}}  # fmt: skip
            return httpx.Response(200, json=state)
        self.orders.append((request.method, request.url.path, json.loads(request.content)))
        if self.refuse:
            error = {"code": "bad_order", "message": "Not done.", "action": "Start it first."}
            return httpx.Response(400, json={"error": error})
        return httpx.Response(200, json={})


def apply(control: Control, name: str) -> list[Order]:
    async def play() -> None:
        access = SandboxAccess("http://sandbox.test", Secret("t"))
        sandbox = SandboxClient(access, httpx.MockTransport(control))
        await sandbox.apply(next(fault for fault in faults() if fault.name == name))
        await sandbox.close()

    asyncio.run(play())
    return control.orders


def test_every_fault_is_an_order_the_control_knows() -> None:
    orders = {fault.name: apply(Control("running"), fault.name) for fault in faults()}
    assert orders == {
        "throttle": [("POST", "/path", {"rate_kbps": 1500})],
        "black-hole": [("POST", "/path", {"blackhole": True})],
        "reset": [("POST", "/path", {"reset": 2})],
        "cut-bonded": [("POST", "/path", {"path": "bonded", "blackhole": True})],
        "lower-rate": [("POST", "/encoder", {"kbps": 1200})],
        "restart-at-zero": [("POST", "/encoder", {"restart": True})],
        "delay-audio": [("POST", "/encoder", {"audio_delay_ms": 300})],
        "clock-off": [("POST", "/encoder", {"audio_ppm": 1000})],
        "freeze": [("POST", "/encoder", {"freeze": True})],
        "black": [("POST", "/encoder", {"black": True})],
        "mute": [("POST", "/encoder", {"mute": True})],
        "stop-sound": [("POST", "/encoder", {"stop_track": "audio"})],
        "slow-shop": [("POST", "/shop", {"median_ms": 80, "slow_pct": 30,
                                         "slow_ms": [1000, 2000]})],
        "shop-down": [("POST", "/shop", {"down_s": 20})],
        "lose-answers": [("POST", "/shop", {"drop_after_pct": 50})],
        "spam": [("POST", "/chat", {"burst": {"count": 200, "seconds": 10, "bad_pct": 60}})],
        "chat-down": [("POST", "/chat", {"down_s": 20, "calls": ["comments", "act"]})],
        "rules-down": [("POST", "/rules-faults", {"down_s": 20})],
        "lose-hides": [("POST", "/chat", {"drop_after_pct": 50, "calls": ["act"]})],
        "stop-encoder": [("POST", "/encoder", {"stop": True})],
        "start-encoder": [],
        "heal": [("POST", "/path", {"path": "primary", "clear": True}),
                 ("POST", "/path", {"path": "bonded", "clear": True}),
                 ("POST", "/shop", {"clear": True}),
                 ("POST", "/chat", {"room": "glow", "clear": True, "rate_per_s": 1.5}),
                 ("POST", "/rules-faults", {"clear": True}),
                 ("POST", "/encoder", {"clear": True})],
    }  # fmt: skip


def test_every_order_is_understood_by_the_real_control() -> None:
    for fault in faults():
        for _, path, order in apply(Control(), fault.name):
            if path == "/encoder" and isinstance(order, dict):
                assert encoder_commands(order) or order == {"stop": True}
                only(order, ENCODER_ORDERS)
            elif path == "/chat" and isinstance(order, dict):
                chat_ordered(order, ChatFaults(), frozenset({"glow"}), 0)
            elif path == "/rules-faults" and isinstance(order, dict):
                RuleFaults(ManualClock(), random.Random(1)).order(order)


@pytest.mark.parametrize("name", ["start-encoder", "heal"])
def test_a_stopped_encoder_is_started(name: str) -> None:
    assert ("POST", "/encoder", {"start": True}) in apply(Control("stopped"), name)


def test_a_refused_order_keeps_its_words() -> None:
    with pytest.raises(RefusedError, match="Start it first"):
        apply(Control(refuse=True), "delay-audio")
