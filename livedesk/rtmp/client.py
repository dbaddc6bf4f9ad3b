"""The client's end of an RTMP connection: uplinks (publish) and players.

The session stops at `Ready`, after createStream: publishing or playing starts when the owner says
so. That is what makes a warm standby possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from livedesk.core.rtmp_address import RtmpAddress
from livedesk.core.secrets import redact
from livedesk.rtmp import amf0
from livedesk.rtmp import messages as m
from livedesk.rtmp.chunks import ReadLimits
from livedesk.rtmp.handshake import ClientHandshake, RandomBytes
from livedesk.rtmp.messages import Message
from livedesk.rtmp.session import WINDOW_BYTES, Command, Framing, is_command, is_media

CHUNK_BYTES: Final = 4_096
"""What OBS writes, so what every platform sees all day."""
_FLASH_VERSION: Final = "FMLE/3.0 (compatible; livedesk)"
_CONNECT, _RELEASE, _FC_PUBLISH, _CREATE, _STREAM = 1, 2, 3, 4, 5
_TEXT_LIMIT: Final = 300


@dataclass(frozen=True, slots=True)
class Ready:
    """createStream was answered: `publish` or `play` may follow."""


@dataclass(frozen=True, slots=True)
class Started:
    """The server took the publish or play request."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server said no, or ended the stream.

    `code` and `description` are the server's own words.
    """

    stage: Literal["connect", "createStream", "stream"]
    code: str
    description: str


ClientEvent = Ready | Started | Refused | Message


class ClientSession:
    """One connection. Send `open()`, then feed it bytes and send what `take_output` gives."""

    def __init__(
        self, target: RtmpAddress, random_bytes: RandomBytes, limits: ReadLimits | None = None
    ) -> None:
        self._target = target
        self._secrets = target.secrets()
        self._handshake = ClientHandshake(random_bytes)
        self._framing = Framing(limits)
        self._stream_id = 0

    def open(self) -> bytes:
        """The first bytes to write."""
        return self._handshake.open()

    def take_output(self) -> bytes:
        return self._framing.take_output()

    def feed(self, data: bytes) -> list[ClientEvent]:
        """Events in order; messages are those of the played stream. Raises `ProtocolError`."""
        if not self._handshake.done:
            answer, data = self._handshake.feed(data)
            if answer:
                self._framing.send_raw(answer)
                self._connect()
            if not data:
                return []
        events: list[ClientEvent] = []
        for message in self._framing.receive(data):
            if is_command(message):
                self._command(Command(message), events)
            elif is_media(message):
                events.append(message)
        return events

    def _connect(self) -> None:
        self._framing.announce_chunk_bytes(CHUNK_BYTES)
        self._framing.send_command(
            0,
            "connect",
            _CONNECT,
            {
                "app": self._target.app,
                "type": "nonprivate",
                "flashVer": _FLASH_VERSION,
                "swfUrl": self._target.tc_url,
                "tcUrl": self._target.tc_url,
                "fourCcList": ["av01", "hvc1"],
            },
        )

    def _command(self, command: Command, events: list[ClientEvent]) -> None:
        if command.name in ("_result", "_error"):
            self._answered(command, events)
        elif command.name == "onStatus":
            self._status(command.mapping(1), events)

    def _answered(self, command: Command, events: list[ClientEvent]) -> None:
        is_error = command.name == "_error"
        if command.transaction == _CONNECT:
            if is_error:
                events.append(self._refused("connect", command.mapping(1) or command.mapping(0)))
            else:
                self._framing.send(m.control(m.WINDOW_ACK_SIZE, WINDOW_BYTES))
                self._framing.send_command(0, "createStream", _CREATE, None)
        elif command.transaction == _CREATE:
            self._stream_id = command.number(1)
            if is_error or self._stream_id == 0:
                events.append(self._refused("createStream", command.mapping(1)))
            else:
                events.append(Ready())
        elif command.transaction == _STREAM and is_error:
            events.append(self._refused("stream", command.mapping(1) or command.mapping(0)))

    def _status(self, status: dict[str, amf0.Value], events: list[ClientEvent]) -> None:
        code = status.get("code")
        if code in ("NetStream.Publish.Start", "NetStream.Play.Start"):
            events.append(Started())
        elif status.get("level") == "error" or code in _ENDINGS:
            events.append(self._refused("stream", status))

    def _refused(
        self,
        stage: Literal["connect", "createStream", "stream"],
        info: dict[str, amf0.Value],
    ) -> Refused:
        """Some servers name the stream in their answer, and its name is the key."""
        said = [info.get("code"), info.get("description")]
        code, description = (
            redact(text, self._secrets)[:_TEXT_LIMIT] if isinstance(text, str) else ""
            for text in said
        )
        return Refused(stage, code or "no code", description)

    def publish(self) -> None:
        """releaseStream and FCPublish come first, as encoders do: some platforms insist on them."""
        key = self._target.key
        self._framing.send_command(0, "releaseStream", _RELEASE, None, key)
        self._framing.send_command(0, "FCPublish", _FC_PUBLISH, None, key)
        self._framing.send_command(self._stream_id, "publish", _STREAM, None, key, "live")

    def play(self) -> None:
        self._framing.send_command(self._stream_id, "play", _STREAM, None, self._target.key, -2000)

    def send(self, message: Message) -> None:
        """Media for the published stream, whatever stream id it came with."""
        self._framing.send(message, self._stream_id)

    @property
    def pongs(self) -> int:
        """How many pings the server has answered; not every server does."""
        return self._framing.pongs

    def ping(self, timestamp_ms: int) -> None:
        """Asks the server for a sign of life (user control event 6, section 7.1.7)."""
        self._framing.send(m.user_control(m.PING_REQUEST, timestamp_ms % m.TIMESTAMP_MODULUS))

    def unpublish(self) -> None:
        """Signs off, so that the platform need not wait for a time-out."""
        if self._stream_id:
            key = self._target.key
            self._framing.send_command(0, "FCUnpublish", 6, None, key)
            self._framing.send_command(0, "deleteStream", 7, None, self._stream_id)


_ENDINGS: Final = (
    "NetStream.Play.Stop",
    "NetStream.Play.UnpublishNotify",
    "NetStream.Unpublish.Success",
    "NetConnection.Connect.Closed",
)
