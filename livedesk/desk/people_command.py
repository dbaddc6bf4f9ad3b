"""`livedesk user` and `livedesk audit`: people of a running engine, and what they did."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from livedesk.core.audit_chain import Proof
from livedesk.core.clock import iso_utc
from livedesk.core.command import AddParser, FailureError, UsageError, say, warn
from livedesk.core.person_name import EXPECTED_NAME, is_name
from livedesk.core.roles import ROLES
from livedesk.core.whole_file import PRIVATE
from livedesk.desk.command import engine_access

if TYPE_CHECKING:  # the command line imports this file for every command; HTTP takes a while
    from livedesk.core.engine_status import AuditEntry
    from livedesk.desk.people_client import NewToken, PeopleClient

_PAGE = 5_000


def add_people(add_parser: AddParser) -> None:
    user = add_parser(
        "user",
        help="who may call the engine: list, add, revoke",
        description="People who may call a running engine. Each has a token of their own and a "
        "role; a revoked token opens nothing from that moment on.",
    )
    acts = user.add_subparsers(metavar="ACT", title="acts", required=True)
    listing = acts.add_parser("list", help="who there is")
    listing.set_defaults(run=_list)
    add = acts.add_parser("add", help="let somebody in; the token is told this once")
    role = acts.add_parser("role", help="give somebody another role")
    token = acts.add_parser("token", help="give somebody a new token; the old one ends")
    revoke = acts.add_parser("revoke", help="from now on the token is nobody's")
    for parser, run in ((add, _add), (role, _role), (token, _token), (revoke, _revoke)):
        parser.add_argument("name", metavar="NAME")
        parser.set_defaults(run=run)
    for parser in (add, role):
        parser.add_argument("role", choices=ROLES)
    for parser in (add, token):
        parser.add_argument(
            "--out", type=Path, metavar="FILE",
            help="write the token there, for you only; needed where there is no terminal",
        )  # fmt: skip
    audit = add_parser(
        "audit",
        help="who did what, and whether that record was changed",
        description="The audit trail of a running engine, as JSON lines; the last one holds its "
        "digest, which stands for all of it. Ends with 1 if the trail was changed: since it was "
        "written, or since the digest that --head names.",
    )
    audit.add_argument(
        "--head", type=_digest, metavar="DIGEST",
        help="a head that you kept elsewhere: is all that it stood for still there, unchanged?",
    )  # fmt: skip
    audit.add_argument("--out", type=Path, metavar="FILE", help="write it there")
    audit.set_defaults(run=_audit)
    for parser in (listing, add, role, token, revoke, audit):
        parser.add_argument(
            "--engine", metavar="URL", help="default: the engine that you run on this machine"
        )
        parser.add_argument(
            "--token-file", type=Path, metavar="FILE", help="its one line is a token of that engine"
        )


def _list(args: argparse.Namespace) -> int:
    async def work(people: PeopleClient) -> int:
        known = await people.users()
        if known.problem:
            warn(known.problem)
        width = max((len(user.name) for user in known.users), default=0)
        for user in known.users:
            seen = "not seen yet" if user.seen_utc_ns is None else f"seen {_time(user.seen_utc_ns)}"
            where = ", in the settings file" if user.from_settings else ""
            say(f"{user.name:<{width}}  {user.role:<15}  {seen}{where}")
        if not known.users:
            say("Nobody is named. Add somebody with: livedesk user add NAME ROLE")
        return 0

    return _with_people(args, work)


def _add(args: argparse.Namespace) -> int:
    if not is_name(args.name):
        raise UsageError(f'NAME expects {EXPECTED_NAME}; found "{args.name}"')
    return _with_token(args, lambda people: people.add(args.name, args.role))


def _token(args: argparse.Namespace) -> int:
    return _with_token(args, lambda people: people.new_token(args.name))


def _with_token(
    args: argparse.Namespace, ask: Callable[[PeopleClient], Awaitable[NewToken]]
) -> int:
    """The way out is opened first: a token that nobody sees would lock its owner out."""

    async def work(people: PeopleClient) -> int:
        if args.out is None:
            if not sys.stdout.isatty():
                raise UsageError("there is no terminal to show the token on; add --out FILE")
            new = await ask(people)
            say(f"The token of {new.user.name} ({new.user.role}), shown this once:")
            say(new.token.reveal())
            return 0
        with _private_file(args.out) as file:
            try:
                new = await ask(people)
            except BaseException:
                args.out.unlink()
                raise
            file.write(new.token.reveal() + "\n")
        say(f"The token of {new.user.name} ({new.user.role}) is in {args.out}.")
        return 0

    return _with_people(args, work)


def _role(args: argparse.Namespace) -> int:
    async def work(people: PeopleClient) -> int:
        user = await people.give_role(args.name, args.role)
        say(f"{user.name} is {user.role} now.")
        return 0

    return _with_people(args, work)


def _revoke(args: argparse.Namespace) -> int:
    async def work(people: PeopleClient) -> int:
        await people.revoke(args.name)
        say(f"The token of {args.name} opens nothing any more.")
        return 0

    return _with_people(args, work)


def _audit(args: argparse.Namespace) -> int:
    async def work(people: PeopleClient) -> int:
        if args.out is None:
            trail = await _write_trail(people, sys.stdout, args.head)
        else:
            with _private_file(args.out) as file:
                trail = await _write_trail(people, file, args.head)
        if trail.problem:
            warn(trail.problem)
        if trail.broken_at is not None:
            raise FailureError(
                f"the audit trail was changed: entry {trail.broken_at} is not as it was written, "
                "and nothing from there on can be believed"
            )
        if args.head and not trail.kept_at:
            raise FailureError(
                "the audit trail is not the one that this head stood for: it was written anew, or "
                "its end was taken off"
            )
        if args.head:
            warn(f"the head that you kept is entry {trail.kept_at}: nothing before was changed")
        return 0

    return _with_people(args, work)


@dataclass(frozen=True, slots=True)
class _Trail:
    """What was found. `kept_at`: the entry whose digest somebody kept; 0 where there is none."""

    broken_at: int | None
    kept_at: int
    problem: str


async def _write_trail(people: PeopleClient, file: IO[str], kept: str | None) -> _Trail:
    """All entries, then the head, which belongs to exactly those.

    The digests are computed here once more: an engine that was tampered with is not asked whether
    it was.
    """
    proof, after, kept_at = Proof(), 0, 0
    while True:
        page = await people.audit(after, _PAGE)
        for entry in page.entries:
            file.write(_line(entry))
            proof, after = proof.after(entry), entry.seq
            if entry.digest == kept:
                kept_at = entry.seq
        if len(page.entries) < _PAGE:
            break
    broken_at = min(filter(None, (proof.broken_at, page.broken_at)), default=None)
    head = {
        "type": "head", "head": proof.head, "entries": proof.entries, "intact": broken_at is None,
        "broken_at": broken_at,
    }  # fmt: skip
    file.write(json.dumps(head) + "\n")
    file.flush()
    return _Trail(broken_at, kept_at, page.problem)


def _digest(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError("a head has 64 hexadecimal digits")
    return text


def _line(entry: AuditEntry) -> str:
    content = {"type": "act", "time": iso_utc(entry.utc_ns), **asdict(entry)}
    return json.dumps(content, ensure_ascii=False) + "\n"


def _private_file(path: Path) -> IO[str]:
    """A new file for this user only. Raises UsageError, also where there is one already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        raise UsageError(f"there is a file {path} already; choose another with --out") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    return os.fdopen(handle, "w", encoding="utf-8")


def _time(utc_ns: int) -> str:
    return iso_utc(utc_ns)[:16].replace("T", " ") + " UTC"


def _with_people(args: argparse.Namespace, work: Callable[[PeopleClient], Awaitable[int]]) -> int:
    """The exit status of what is done with the engine that is meant."""
    from livedesk.desk.client import EngineClient
    from livedesk.desk.errors import DeskError, UnreachableError
    from livedesk.desk.operator_name import this_operator

    access = engine_access(args.engine, args.token_file)

    async def run() -> int:
        client = EngineClient(access.url, access.token)
        client.act_as(this_operator)
        try:
            return await work(client.people)
        finally:
            await client.close()

    try:
        return asyncio.run(run())
    except UnreachableError as error:
        raise FailureError(f"{error.where}: {error.what} Check that the engine runs.") from error
    except DeskError as error:
        raise FailureError(error.words) from error
