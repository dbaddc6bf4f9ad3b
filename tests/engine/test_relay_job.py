"""What a relay is told to do: it judges classes by the store's own limits."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

from livedesk.core.secrets import Secret
from livedesk.core.settings import CommandActuator, FailoverSettings
from livedesk.core.status import Limits
from livedesk.engine.relay_process import relay_job
from livedesk.relay.job import read_job
from tests.engine.conftest import store_settings


def test_a_relay_gets_the_limits_that_it_judges_classes_by(tmp_path: Path) -> None:
    limits = Limits(min_kbps=3000, low_trip_s=1, starved_lag_ms=800, silence_ms=350)
    store = replace(store_settings(), limits=limits)
    job = relay_job(store, tmp_path)
    read = read_job(job.line.decode())
    assert read.limits == limits
    assert read.job_digest == job.digest


def test_a_limit_that_no_relay_looks_at_keeps_the_running_one(tmp_path: Path) -> None:
    store = store_settings()
    digest = relay_job(store, tmp_path).digest
    other = replace(store, limits=Limits(max_skew_ms=100))
    assert relay_job(other, tmp_path).digest == digest
    slower = replace(store, limits=Limits(silence_ms=400))
    assert relay_job(slower, tmp_path).digest != digest


def test_a_relay_gets_the_rules_of_the_failover_and_the_proxies(tmp_path: Path) -> None:
    rules = FailoverSettings(
        automatic=False, fail_back="automatic", min_dwell_s=4, actuator=CommandActuator(("x",))
    )
    store = store_settings()
    proxied = replace(store.uplinks[0], proxy=Secret("socks5://u:p@127.0.0.1:1080"))
    job = relay_job(replace(store, failover=rules, uplinks=(proxied,)), tmp_path)
    content = json.loads(job.line)
    assert content["uplinks"][0]["proxy"] == "socks5://u:p@127.0.0.1:1080"
    known = {each.name for each in fields(FailoverSettings)} - {"actuator"}
    assert set(content["failover"]) == known
    assert content["failover"]["min_dwell_s"] == 4
    assert job.digest != relay_job(store, tmp_path).digest
    assert read_job(job.line.decode()).job_digest == job.digest
