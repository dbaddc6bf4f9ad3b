"""`python -m livedesk.sandbox.rules --port 0 --data FOLDER`: a rule service, alone.

It prints one line of JSON when it listens: `{"ready": true, "pid", "url", "version", "tokens":
FILE, "control_url", "control_token": FILE}`. The files have mode 0600: `tokens` an object with a
token for each role, `control_token` the one for `POST /rules-faults` and `GET /state`. It ends on
SIGTERM or SIGINT. `--check-audit` looks whether the audit is whole instead.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import signal
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route

from livedesk.core.clock import SystemClock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.core.whole_file import write_whole
from livedesk.moderation.rule_file import RuleFileError
from livedesk.sandbox.counter import Counter
from livedesk.sandbox.rules.access import TOKENS_FILE
from livedesk.sandbox.rules.schema import NotOursError, opened_for_reading
from livedesk.sandbox.rules.server import (
    DATABASE_FILE,
    SEED_RULES,
    RulesServer,
    RulesSettings,
    serve_rules,
)
from livedesk.sandbox.rules.transaction import broken_at
from livedesk.sandbox.serving import listening, served

CONTROL_FILE = "control.token"


def main() -> int:
    parser = argparse.ArgumentParser(prog="livedesk.sandbox.rules", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="where it listens; 0: any free port")
    parser.add_argument("--data", type=Path, required=True, help="its folder")
    parser.add_argument("--seed", type=Path, default=SEED_RULES, help="the rules of a new folder")
    parser.add_argument("--check-audit", action="store_true", help="is the audit whole?")
    asked = parser.parse_args()
    if asked.check_audit:
        return _audited(asked.data / DATABASE_FILE)
    return asyncio.run(_serve(RulesSettings(asked.data, asked.port, asked.seed)))


async def _serve(settings: RulesSettings) -> int:
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    try:
        server = await serve_rules(settings, SystemClock())
    except (NotOursError, RuleFileError, OSError, ValueError, sqlite3.Error) as fault:
        _print({"error": f"The rule service cannot start: {fault}.", "action": "Correct that."})
        return 1
    try:
        await _steered(server, settings.data, end)
    finally:
        await server.close()
    return 0


async def _steered(server: RulesServer, folder: Path, end: asyncio.Event) -> None:
    token = Secret(secrets.token_urlsafe(24))
    await asyncio.to_thread(write_whole, folder / CONTROL_FILE, token.reveal().encode())
    counter = Counter(token, server.figures)
    state = Route("/state", counter.told(lambda _: server.figures()), methods=["GET"])
    async with served(Starlette(routes=[state, *server.routes(counter)]), listening()) as control:
        _print(
            {
                "ready": True,
                "pid": os.getpid(),
                "url": server.url,
                "version": server.version,
                "tokens": str(folder / TOKENS_FILE),
                "control_url": control,
                "control_token": str(folder / CONTROL_FILE),
            }
        )
        await end.wait()


def _audited(path: Path) -> int:
    connection = opened_for_reading(path)
    try:
        at = broken_at(connection)
    finally:
        connection.close()
    _print({"whole": at is None, "broken_at": at})
    return 0 if at is None else 1


def _print(line: Mapping[str, Json]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
