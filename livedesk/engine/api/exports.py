"""How does one ask for exports of sessions, follow them, and fetch their files?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from livedesk.core.clock import NS_PER_S
from livedesk.core.order_limits import LONGEST_REASON
from livedesk.core.records import EXPORT_FORMATS, Edition, ExportFormat, ExportJob
from livedesk.engine.api.actors import ByBody, actor_alone, actor_of
from livedesk.engine.api.answers import ApiError, json_answer, typed_body, wrong_value
from livedesk.engine.api.order_files import unknown_orders
from livedesk.engine.api.roles import ANALYSIS, Role
from livedesk.engine.api.sessions import readable_session_of, records_of, unreadable
from livedesk.engine.api.spans import UNIX_LIMIT_S
from livedesk.engine.records.job import Asked
from livedesk.engine.records.jobs import WAITING_MOST, ExportJobs, TooManyExportsError
from livedesk.engine.records.library import Found
from livedesk.journal.work import ZERO_TIMECODE, Evidence, Orders

MOST_SESSIONS: Final = 500
_TIMECODE: Final = r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d[:;]\d\d$"
_PRESSED: Final = "Wait until one is done, or cancel one."


class EvidenceBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The stretch that a dispute is about, Unix seconds."""

    from_s: float = msgspec.field(name="from")
    to_s: float = msgspec.field(name="to")
    reason: Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON)]


class ExportBody(ByBody, kw_only=True):
    sessions: Annotated[list[str], Meta(min_length=1, max_length=MOST_SESSIONS)]
    formats: Annotated[tuple[ExportFormat, ...], Meta(max_length=len(EXPORT_FORMATS))] = ()
    edition: Edition = "full"
    orders: Annotated[tuple[str, ...], Meta(max_length=1)] = ()
    """Of a file that was handed in, its id. Several are not added up: they may overlap."""
    evidence: EvidenceBody | None = None
    start_timecode: Annotated[str, Meta(pattern=_TIMECODE)] = ZERO_TIMECODE
    """Where the recording begins on an editor's timeline (only for `edl`)."""


async def ask(request: Request) -> Response:
    body = await typed_body(request, ExportBody)
    by = actor_of(request, body.by)
    if not body.formats and body.evidence is None:
        raise wrong_value("formats", f"at least one of {', '.join(EXPORT_FORMATS)}")
    found = await _readable(request, body.sessions)
    asked = Asked(
        sessions=tuple(each.session.id for each in found),
        paths=tuple(each.path for each in found),
        formats=tuple(dict.fromkeys(body.formats)),
        edition=body.edition,
        orders=_orders(request, body.orders),
        evidence=_evidence(body.evidence, found),
        start_timecode=body.start_timecode,
        by=by,
    )
    return json_answer(_added(request, asked), 202)


async def _readable(request: Request, wanted: list[str]) -> list[Found]:
    """Each once, in the order asked for. Raises ApiError."""
    listed = await records_of(request).found()
    by_id = {each.session.id: each for each in listed}
    found = []
    for session_id in dict.fromkeys(wanted):
        each = by_id.get(session_id)
        if each is None:
            raise ApiError(
                404,
                "unknown_session",
                f"There is no session {session_id[:100]}.",
                "See GET /v1/sessions.",
            )
        if each.session.problem is not None:
            raise unreadable(each.session.problem)
        found.append(each)
    return found


def _orders(request: Request, ids: tuple[str, ...]) -> Orders | None:
    if not ids:
        return None
    orders = records_of(request).orders.work(ids[0])
    if orders is None:
        raise unknown_orders()
    return orders


def _evidence(body: EvidenceBody | None, found: list[Found]) -> Evidence | None:
    if body is None:
        return None
    if len(found) != 1:
        raise wrong_value("sessions", "one session where evidence is asked for")
    if not 0 <= body.from_s < body.to_s < UNIX_LIMIT_S:
        raise wrong_value("evidence", "a stretch of time with from before to, in Unix seconds")
    started_ns = found[0].session.started_utc_ns or 0
    first_ns, last_ns = round(body.from_s * NS_PER_S), round(body.to_s * NS_PER_S)
    if last_ns <= started_ns or first_ns > found[0].until_utc_ns:
        raise wrong_value("evidence", "a stretch of time that is on record in this session")
    return Evidence(first_ns, last_ns, body.reason)


def _added(request: Request, asked: Asked) -> ExportJob:
    try:
        return _jobs(request).add(asked)
    except TooManyExportsError as error:
        text = f"{WAITING_MOST} exports wait already; there is no room for another."
        raise ApiError(429, "too_many_exports", text, _PRESSED) from error


async def list_jobs(request: Request) -> Response:
    return json_answer({"exports": _jobs(request).list()})


async def tell_job(request: Request) -> Response:
    return json_answer(_job_of(request))


async def discard_job(request: Request) -> Response:
    await actor_alone(request)
    job = _job_of(request)
    await _jobs(request).discard(job.id)
    return Response(status_code=204)


async def fetch_file(request: Request) -> Response:
    job, name = _job_of(request), request.path_params["name"]
    path = _jobs(request).file(job.id, name)
    if path is None:
        raise ApiError(
            404, "no_file", "This export has no such file.", f"See GET /v1/exports/{job.id}."
        )
    return _Fetched(path, _jobs(request), job.id)


async def export_session(request: Request) -> Response:
    """A format as one file, made while the caller waits; what is a folder comes as an archive."""
    fmt = request.query_params.get("format", "")
    if fmt not in EXPORT_FORMATS:
        raise wrong_value("format", f"one of {', '.join(EXPORT_FORMATS)}")
    found = await readable_session_of(request)
    asked = Asked((found.session.id,), (found.path,), (fmt,), single=True, by=actor_of(request))
    jobs = _jobs(request)
    job_id = _added(request, asked).id
    try:
        job = await jobs.finished(job_id)
    except BaseException:
        await jobs.discard(job_id)
        raise
    if job.state != "done":
        raise unreadable(job.problem or "The export was cancelled.")
    path = jobs.file(job_id, _main_file(job, fmt))
    assert path is not None
    return _Fetched(path, jobs, job_id, is_last=True)


def _main_file(job: ExportJob, fmt: ExportFormat) -> str:
    """Of JSON Lines the lines, and not their schema."""
    ends = {"csv": ".zip", "parquet": ".zip", "edl": ".zip"}.get(fmt, f".{fmt}")
    return next((f.name for f in job.files if f.name.endswith(ends)), job.files[0].name)


class _Fetched(FileResponse):
    """A file of an export, which stays while it is being read."""

    def __init__(self, path: Path, jobs: ExportJobs, job_id: str, *, is_last: bool = False) -> None:
        """`is_last`: nobody fetches it again."""
        super().__init__(
            path,
            filename=path.name,
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        )
        self._jobs = jobs
        self._job_id = job_id
        self._is_last = is_last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._jobs.fetching(self._job_id, +1)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._jobs.fetching(self._job_id, -1)
            if self._is_last:
                await self._jobs.discard(self._job_id)


def _jobs(request: Request) -> ExportJobs:
    return records_of(request).jobs


def _job_of(request: Request) -> ExportJob:
    job = _jobs(request).get(request.path_params["job"])
    if job is None:
        raise ApiError(
            404,
            "unknown_export",
            "There is no such export; its files are kept for an hour.",
            "See GET /v1/exports, or ask for it again.",
        )
    return job


_Endpoint = Callable[[Request], Awaitable[Response]]

CALLS: Final[tuple[tuple[str, str, frozenset[Role], _Endpoint], ...]] = (
    ("GET", "/v1/sessions/{session}/export", ANALYSIS, export_session),
    ("POST", "/v1/exports", ANALYSIS, ask),
    ("GET", "/v1/exports", ANALYSIS, list_jobs),
    ("GET", "/v1/exports/{job}", ANALYSIS, tell_job),
    ("DELETE", "/v1/exports/{job}", ANALYSIS, discard_job),
    ("GET", "/v1/exports/{job}/files/{name}", ANALYSIS, fetch_file),
)
