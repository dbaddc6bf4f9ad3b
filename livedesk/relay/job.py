"""What is this relay asked to do? One JSON line from the engine (docs/architecture.md,
"Processes").
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field, fields
from pathlib import Path

from livedesk.core.rtmp_address import RtmpAddress, parse_address
from livedesk.core.secrets import Secret
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


@dataclass(frozen=True, slots=True)
class RelayJob:
    store: str
    runtime_file: Path
    listen: ListenJob
    uplinks: tuple[UplinkJob, ...]
    feed_grace_s: float
    job_digest: str
    limits: Limits = field(default_factory=Limits)


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
            uplinks=tuple(_uplink(entry) for entry in raw["uplinks"]),
            feed_grace_s=float(raw["feed_grace_s"]),
            job_digest=str(raw["job_digest"]),
            limits=_limits(raw.get("limits", {})),
        )
    except json.JSONDecodeError:
        raise JobError("the job is not one line of JSON") from None
    except KeyError as missing:
        raise JobError(f"the job has no {missing.args[0]}") from None
    except (TypeError, ValueError, AttributeError):
        raise JobError("a field of the job has the wrong type") from None


def _uplink(raw: dict[str, object]) -> UplinkJob:
    name = str(raw["name"])
    target, problem = parse_address(str(raw["url"]))
    if target is None:
        raise JobError(f"uplink {name}: the address has {problem}")
    bind = raw.get("bind")
    return UplinkJob(
        name=name,
        target=target,
        bind=str(bind) if bind else None,
        max_backlog_ms=int(str(raw.get("max_backlog_ms", 10_000))),
    )


def _limits(raw: dict[str, object]) -> Limits:
    """Those that are given; the others keep their defaults."""
    given = {each.name: float(str(raw[each.name])) for each in fields(Limits) if each.name in raw}
    if not all(math.isfinite(value) for value in given.values()):
        raise ValueError("a limit is not finite")
    return Limits(**given)
