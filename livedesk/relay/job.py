"""What is this relay asked to do? One JSON line from the engine (docs/architecture.md,
"Processes").
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from livedesk.core.proxy_address import parse_proxy
from livedesk.core.rtmp_address import RtmpAddress, parse_address
from livedesk.core.secrets import Secret
from livedesk.core.settings import FailoverSettings
from livedesk.core.status import Limits


class JobError(Exception):
    """The job cannot be done as it stands; the text names the field."""


@dataclass(frozen=True, slots=True)
class ListenJob:
    scheme: str
    host: str
    port: int
    app: str
    key: Secret
    tls_cert: str | None = None
    tls_key: str | None = None


@dataclass(frozen=True, slots=True)
class UplinkJob:
    name: str
    target: RtmpAddress = field(repr=False)
    bind: str | None = None
    """A local address, or the name of a network interface."""
    max_backlog_ms: int = 10_000
    proxy: Secret | None = None


@dataclass(frozen=True, slots=True)
class RelayJob:
    store: str
    runtime_file: Path
    listen: ListenJob
    uplinks: tuple[UplinkJob, ...]
    feed_grace_s: float
    job_digest: str
    limits: Limits = field(default_factory=Limits)
    failover: FailoverSettings = field(default_factory=FailoverSettings)
    begin_on: str | None = None
    """The uplink that carried for the relay before this one."""


def digest(job: dict[str, object]) -> str:
    """Of the job without itself: tells whether a running relay does what the settings say."""
    content = {name: value for name, value in job.items() if name != "job_digest"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read_job(line: str) -> RelayJob:
    """Raises `JobError`, whose text holds no value of the job."""
    try:
        raw = json.loads(line)
        listen = raw["listen"]
        return RelayJob(
            store=str(raw["store"]),
            runtime_file=Path(raw["runtime_file"]),
            listen=ListenJob(
                scheme=str(listen["scheme"]),
                host=str(listen["host"]),
                port=int(listen["port"]),
                app=str(listen["app"]),
                key=Secret(str(listen["key"])),
                tls_cert=listen.get("tls_cert"),
                tls_key=listen.get("tls_key"),
            ),
            uplinks=_uplinks(raw["uplinks"]),
            feed_grace_s=float(raw["feed_grace_s"]),
            job_digest=str(raw["job_digest"]),
            limits=_limits(raw.get("limits", {})),
            failover=_failover(raw.get("failover", {})),
            begin_on=_begin_on(raw),
        )
    except json.JSONDecodeError:
        raise JobError("the job is not one line of JSON") from None
    except KeyError as missing:
        raise JobError(f"the job has no {missing.args[0]}") from None
    except (TypeError, ValueError, AttributeError):
        raise JobError("a field of the job has the wrong type") from None


def _begin_on(raw: dict[str, Any]) -> str | None:
    """None, the first, also for an uplink that the settings have no longer."""
    names = [uplink["name"] for uplink in raw["uplinks"]]
    return raw["begin_on"] if raw.get("begin_on") in names else None


def _uplinks(raw: list[dict[str, object]]) -> tuple[UplinkJob, ...]:
    """In the order in which they are preferred."""
    uplinks = tuple(_uplink(entry) for entry in raw)
    if not uplinks:
        raise JobError("the job has no uplink")
    if len({uplink.name for uplink in uplinks}) < len(uplinks):
        raise JobError("two uplinks of the job have one name")
    return uplinks


def _uplink(raw: dict[str, object]) -> UplinkJob:
    name = str(raw["name"])
    target, problem = parse_address(str(raw["url"]))
    if target is None:
        raise JobError(f"uplink {name}: the address has {problem}")
    bind, proxy = raw.get("bind"), raw.get("proxy")
    if proxy and (fault := parse_proxy(str(proxy))[1]):
        raise JobError(f"uplink {name}: the proxy's address has {fault}")
    return UplinkJob(
        name=name,
        target=target,
        bind=str(bind) if bind else None,
        max_backlog_ms=int(str(raw.get("max_backlog_ms", 10_000))),
        proxy=Secret(str(proxy)) if proxy else None,
    )


def _limits(raw: dict[str, object]) -> Limits:
    """Those that are given; the others keep their defaults."""
    return Limits(
        **{each.name: _finite(raw[each.name]) for each in fields(Limits) if each.name in raw}
    )


def _failover(raw: dict[str, object]) -> FailoverSettings:
    """Those that are given; what moves the stream is always this relay."""
    usual = FailoverSettings()
    fail_back = raw.get("fail_back", usual.fail_back)
    if fail_back not in ("manual", "automatic"):
        raise ValueError("fail_back is neither manual nor automatic")
    return FailoverSettings(
        automatic=bool(raw.get("automatic", usual.automatic)),
        fail_back="automatic" if fail_back == "automatic" else "manual",
        fail_back_after_s=_finite(raw.get("fail_back_after_s", usual.fail_back_after_s)),
        min_dwell_s=_finite(raw.get("min_dwell_s", usual.min_dwell_s)),
        flap_limit=int(_finite(raw.get("flap_limit", usual.flap_limit))),
        flap_window_s=_finite(raw.get("flap_window_s", usual.flap_window_s)),
        max_lag_ms=_finite(raw.get("max_lag_ms", usual.max_lag_ms)),
        catch_up_s=_finite(raw.get("catch_up_s", usual.catch_up_s)),
    )


def _finite(value: object) -> float:
    number = float(str(value))
    if not math.isfinite(number):
        raise ValueError("a number is not finite")
    return number
