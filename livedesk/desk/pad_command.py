"""`livedesk pad`: which engine and which store, before a window opens?"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from livedesk.core.command import FailureError, UsageError
from livedesk.desk.command import chosen_store, engine_access

if TYPE_CHECKING:  # HTTP takes a while to import, and the command line comes by for every command
    from livedesk.core.status import StoreStatus
    from livedesk.desk.client import EngineClient
    from livedesk.desk.link import EngineAccess

FORBIDDEN, NOT_FOUND = 403, 404


def add_pad_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine", metavar="URL", help="default: the engine that you run on this machine"
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="its one line is a token of that engine"
    )
    parser.add_argument(
        "--store", metavar="ID", help="may be left out where the engine has only one"
    )
    parser.add_argument("--full-screen", action="store_true", help="nothing else on the screen")


def pad_engine(args: argparse.Namespace) -> tuple[EngineAccess, str]:
    """The engine and the store that are meant, asked before a window opens.

    Raises UsageError, FailureError.
    """
    access = engine_access(args.engine, args.token_file)
    return access, asyncio.run(_pad_store(access, args.store))


async def _pad_store(access: EngineAccess, named: str | None) -> str:
    from livedesk.desk.client import EngineClient
    from livedesk.desk.errors import DeskError, UnreachableError

    client = EngineClient(access.url, access.token)
    try:
        status = await _status(client, named)
    except UnreachableError as error:
        raise FailureError(f"{error.where}: {error.what} Check that the engine runs.") from error
    except DeskError as error:
        raise FailureError(error.words) from error
    finally:
        await client.close()
    if status.pins is None:
        raise FailureError(
            f'"{status.store}" has no pins: its settings need a [store.pins] table with a gateway'
        )
    return status.store


async def _status(client: EngineClient, named: str | None) -> StoreStatus:
    """Of the store that is meant. A host's token may ask for its own store, and not for a list."""
    from livedesk.desk.errors import RefusedError

    try:
        return await client.status(named or await chosen_store(client, None))
    except RefusedError as error:
        if named is None and error.status == FORBIDDEN:
            raise UsageError("this token is of one store only; name it with --store ID") from error
        if named is not None and error.status == NOT_FOUND:
            await chosen_store(client, named)
        raise
