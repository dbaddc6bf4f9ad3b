"""A client and a server understand each other, and neither can be broken by the other's bytes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.rtmp_address import RtmpAddress, parse_address
from livedesk.rtmp import amf0
from livedesk.rtmp import messages as m
from livedesk.rtmp.chunks import ChunkReader, ChunkWriter
from livedesk.rtmp.client import ClientEvent, ClientSession, Ready, Refused, Started
from livedesk.rtmp.errors import ProtocolError
from livedesk.rtmp.messages import Message
from livedesk.rtmp.server import (
    PlayRequest,
    PublishRequest,
    ServerEvent,
    ServerSession,
    StreamClosed,
)


def address(text: str = "rtmp://ingest.example/live/key-1?sign=a/b") -> RtmpAddress:
    found, problem = parse_address(text)
    assert found is not None, problem
    return found


class Wire:
    """Carries bytes between the two ends until both are silent, in slices of a given size."""

    def __init__(self, on_server: Callable[[ServerSession, ServerEvent], None], cut: int = 1 << 20):
        self.server = ServerSession(os.urandom)
        self.client = ClientSession(address(), os.urandom)
        self.server_events: list[ServerEvent] = []
        self.client_events: list[ClientEvent] = []
        self._on_server = on_server
        self._cut = cut

    def run(self, to_server: bytes = b"", on_ready: str | None = None) -> None:
        while True:
            to_server += self.client.take_output()
            for part in self._slices(to_server):
                for event in self.server.feed(part):
                    self.server_events.append(event)
                    self._on_server(self.server, event)
            to_client = self.server.take_output()
            for part in self._slices(to_client):
                for answer in self.client.feed(part):
                    self.client_events.append(answer)
                    if isinstance(answer, Ready) and on_ready:
                        getattr(self.client, on_ready)()
            if not to_server and not to_client:
                return
            to_server = b""

    def _slices(self, data: bytes) -> list[bytes]:
        return [data[at : at + self._cut] for at in range(0, len(data), self._cut)]


def accept(server: ServerSession, event: ServerEvent) -> None:
    if isinstance(event, PublishRequest):
        server.accept_publish(event)
    if isinstance(event, PlayRequest):
        server.accept_play(event)


@pytest.mark.parametrize("cut", [1, 7, 1 << 20])
def test_publishing_carries_media_unchanged(cut: int) -> None:
    wire = Wire(accept, cut)
    wire.run(wire.client.open(), on_ready="publish")
    assert wire.client_events == [Ready(), Started()]
    assert wire.server_events == [PublishRequest(1, "live", "key-1?sign=a/b")]
    sent = [
        Message(m.VIDEO, 9, 0xFFFFFF + 3, os.urandom(9000)),
        Message(m.AUDIO, 9, 2**32 - 1, b""),
    ]
    for message in sent:
        wire.client.send(message)
    wire.client.unpublish()
    wire.run()
    media, closed = wire.server_events[1:3], wire.server_events[3:]
    assert [(e.type_id, e.timestamp_ms, e.payload) for e in media if isinstance(e, Message)] == [
        (e.type_id, e.timestamp_ms, e.payload) for e in sent
    ]
    assert closed == [StreamClosed(1)]


def test_playing_gets_media_and_the_end() -> None:
    wire = Wire(accept)
    wire.run(wire.client.open(), on_ready="play")
    wire.server.send(Message(m.VIDEO, 1, 40, b"frame"))
    wire.server.end_play(1)
    wire.run()
    started, frame, ended = wire.client_events[1:]
    assert started == Started()
    assert isinstance(frame, Message)
    assert frame.payload == b"frame"
    assert isinstance(ended, Refused)
    assert ended.code == "NetStream.Play.Stop"


def test_a_refused_key_reaches_the_client_in_the_servers_words() -> None:
    def refuse(server: ServerSession, event: ServerEvent) -> None:
        assert isinstance(event, PublishRequest)
        server.refuse(event, "NetStream.Publish.Denied", "App or stream key is wrong.")

    wire = Wire(refuse)
    wire.run(wire.client.open(), on_ready="publish")
    assert wire.client_events[-1] == Refused(
        "stream", "NetStream.Publish.Denied", "App or stream key is wrong."
    )
    wire.client.send(Message(m.VIDEO, 1, 0, b"smuggled"))
    wire.run()
    assert len(wire.server_events) == 1


@pytest.mark.parametrize(
    "named", ["glow-key-77?sign=a1b2c3d4", "glow-key-77", "a1b2c3d4"], ids=["all", "name", "query"]
)
def test_a_server_that_names_the_key_in_its_answer_does_not_spread_it(named: str) -> None:
    target, _ = parse_address("rtmp://127.0.0.1/live/glow-key-77?sign=a1b2c3d4")
    assert target is not None
    client, writer = ClientSession(target, os.urandom), ChunkWriter()
    client.feed(b"\x03" + bytes(3072))
    error = {"level": "error", "code": "BadName", "description": f"Stream {named} is in use."}
    answer = Message(m.COMMAND_AMF0, 1, 0, amf0.encode("_error", 5, None, error))
    assert client.feed(writer.write(answer)) == [
        Refused("stream", "BadName", "Stream ••• is in use.")
    ]


def test_media_before_publishing_is_ignored() -> None:
    wire = Wire(accept)
    wire.run(wire.client.open())
    wire.client.send(Message(m.VIDEO, 1, 0, b"early"))
    wire.run()
    assert wire.server_events == []


def test_a_ping_is_answered() -> None:
    """nginx-rtmp drops a publisher that does not answer within half a minute."""
    client, writer = ClientSession(address(), os.urandom), ChunkWriter()
    client.feed(b"\x03" + bytes(3072))
    client.take_output()
    client.feed(writer.write(m.user_control(m.PING_REQUEST, 4711)))
    assert client.take_output().endswith(m.user_control(m.PING_RESPONSE, 4711).payload)


def test_keys_show_in_no_representation() -> None:
    assert "key-1" not in repr(PublishRequest(1, "live", "key-1"))
    assert "key-1" not in repr(address())
    assert "key-1" not in address().tc_url


def test_received_bytes_are_acknowledged_when_the_peer_asks_for_it() -> None:
    server, writer = ServerSession(os.urandom), ChunkWriter()
    server.feed(b"\x03" + bytes(1536) + bytes(1536))
    server.take_output()
    server.feed(writer.write(m.control(m.WINDOW_ACK_SIZE, 1000)))
    server.feed(writer.write(Message(m.VIDEO, 1, 0, bytes(1100))))
    answers = ChunkReader().feed(server.take_output())
    acknowledged = [
        int.from_bytes(a.payload, "big") for a in answers if a.type_id == m.ACKNOWLEDGEMENT
    ]
    assert len(acknowledged) == 1
    assert acknowledged[0] > 1100


def test_http_on_the_rtmp_port_is_told_apart() -> None:
    with pytest.raises(ProtocolError, match="not RTMP"):
        ServerSession(os.urandom).feed(b"GET / HTTP/1.1\r\n")


def _opened_server() -> ServerSession:
    server = ServerSession(os.urandom)
    server.feed(b"\x03" + bytes(1536) + bytes(1536))
    return server


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_hostile_bytes_never_break_the_server(parts: list[bytes]) -> None:
    server = _opened_server()
    with contextlib.suppress(ProtocolError):
        for part in parts:
            accepted = [e for e in server.feed(part) if isinstance(e, PublishRequest)]
            for request in accepted:
                server.accept_publish(request)


command_names = st.sampled_from(
    [
        "connect",
        "createStream",
        "publish",
        "play",
        "deleteStream",
        "FCUnpublish",
        "_result",
        "onStatus",
        "x",
    ]
)
arguments = st.lists(
    st.none()
    | st.floats()
    | st.text(max_size=5)
    | st.dictionaries(st.text(max_size=5), st.floats()),
    max_size=4,
)


@given(st.lists(st.tuples(command_names, st.floats(), arguments), max_size=12))
def test_odd_commands_never_break_either_end(
    commands: list[tuple[str, float, list[amf0.Value]]],
) -> None:
    server, client = _opened_server(), ClientSession(address(), os.urandom)
    client.feed(b"\x03" + bytes(3072))
    writer = ChunkWriter()
    for name, transaction, values in commands:
        data = writer.write(Message(m.COMMAND_AMF0, 1, 0, amf0.encode(name, transaction, *values)))
        assert all(
            isinstance(e, PublishRequest | PlayRequest | StreamClosed) for e in server.feed(data)
        )
        assert all(isinstance(e, Ready | Started | Refused) for e in client.feed(data))


def test_an_error_in_answer_to_publish_is_a_refusal() -> None:
    """Some servers answer the call itself instead of sending a status."""
    client, writer = ClientSession(address(), os.urandom), ChunkWriter()
    client.feed(b"\x03" + bytes(3072))
    error = {"level": "error", "code": "NetStream.Publish.Rejected", "description": "Not now."}
    answer = Message(m.COMMAND_AMF0, 1, 0, amf0.encode("_error", 5, None, error))
    assert client.feed(writer.write(answer)) == [
        Refused("stream", "NetStream.Publish.Rejected", "Not now.")
    ]
