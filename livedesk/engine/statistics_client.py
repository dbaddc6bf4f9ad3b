"""How is a server's statistics page fetched? The only place of the engine that asks over HTTP."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import httpx

from livedesk.core.secrets import Secret
from livedesk.engine.statistics import StatisticsError

PAGE_LIMIT: Final = 4 * 1024 * 1024
"""A page has about 300 bytes a client; one that is larger is read no further."""

PATIENCE_S: Final = 3.0
"""For the whole page: one that drips in slowly is given up too."""


class StatisticsClient:
    """Fetches one page again and again, over a connection that is kept."""

    def __init__(self, url: Secret, patience_s: float = PATIENCE_S) -> None:
        # At INFO httpx writes out every URL it calls.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._url = url
        self._patience_s = patience_s
        self._http = httpx.AsyncClient(
            timeout=patience_s,
            trust_env=False,
            # A certificate store takes 30 ms to load, which plain HTTP has no use for.
            verify=url.reveal().lower().startswith("https:"),
        )

    async def fetch(self) -> bytes:
        """Raises StatisticsError, whose text does not contain the address."""
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._page()
        except (TimeoutError, httpx.TimeoutException):
            problem = f"the statistics page did not come within {self._patience_s:g} s"
        except httpx.HTTPError as error:
            problem = f"the statistics server cannot be reached ({type(error).__name__})"
        except (httpx.InvalidURL, UnicodeError):
            problem = "the address of the statistics page is not valid"
        raise StatisticsError(problem)

    async def _page(self) -> bytes:
        page = bytearray()
        async with self._http.stream("GET", self._url.reveal()) as answer:
            if answer.status_code != httpx.codes.OK:
                raise StatisticsError(f"the statistics server answered {answer.status_code}")
            async for piece in answer.aiter_bytes():
                page += piece
                if len(page) > PAGE_LIMIT:
                    raise StatisticsError(f"the statistics page is larger than {PAGE_LIMIT} bytes")
        return bytes(page)

    async def close(self) -> None:
        await self._http.aclose()
