"""Where does the API listen, and does an answer leave at once?"""

from __future__ import annotations

import asyncio
import socket

import pytest

from livedesk.engine.api.listener import PortTakenError, listen


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_second_part_of_an_answer_does_not_wait_for_an_acknowledgement(host: str) -> None:
    async def story() -> None:
        accepted: asyncio.Future[int] = asyncio.Future()

        async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            sock = writer.get_extra_info("socket")
            accepted.set_result(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = listen(host, 0)
        async with await asyncio.start_server(take, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
            assert await accepted
            writer.close()
            await writer.wait_closed()

    asyncio.run(story())


def test_a_port_in_use_says_what_to_do() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(PortTakenError, match="--api HOST:PORT"):
        listen(*taken.getsockname()[:2])
