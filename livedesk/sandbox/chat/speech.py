"""How do the calls of the chat's protocol read and act? See `livedesk.sandbox.chat`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Final

from livedesk.core.clock import NS_PER_MS
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.chat.room import ChatRoom, RefusedError, Said
from livedesk.sandbox.shop.wire import Call, Kind, Reply

PREFIX: Final = "/v1/chat/"
PAGE: Final = 500
REPLY_CHARS: Final = 300
MAX_KEY: Final = 256


class ChatSpeech:
    """Of all rooms of a server. `skew_ms` is by how much the rooms' clock is wrong."""

    def __init__(
        self, rooms: Mapping[str, ChatRoom], token: Secret, skew_ms: Callable[[], int]
    ) -> None:
        self._rooms = rooms
        self._token = token
        self._skew_ms = skew_ms
        self.revoked = False

    def kind(self, call: Call) -> Kind | None:
        if not call.path.startswith(PREFIX) or call.method not in ("GET", "POST"):
            return None
        return "comments" if call.method == "GET" else "act"

    def answer(self, call: Call) -> Reply:
        found = self._room_of(call)
        if isinstance(found, Reply):
            return found
        room, rest = found
        try:
            match call.method, rest.split("/"):
                case "GET", ["comments"]:
                    return self._comments(room, call)
                case "POST", [*parts]:
                    return self._act(room, parts, call)
        except RefusedError as refusal:
            status = 404 if refusal.code.startswith("unknown") else 409
            return _error(status, refusal.code, str(refusal))
        return _error(400, "bad_request", "There is no such call.")

    def _room_of(self, call: Call) -> tuple[ChatRoom, str] | Reply:
        """Whose room it is and the rest of the path, or why not."""
        given = call.headers.get("authorization", "").encode()
        expected = f"Bearer {self._token.reveal()}".encode()
        if not secrets.compare_digest(given, expected) or self.revoked:
            return _error(401, "not_authorized", "No valid token.")
        name, _, rest = call.path.removeprefix(PREFIX).partition("/")
        room = self._rooms.get(name)
        return (
            _error(404, "unknown_room", "There is no such room.") if room is None else (room, rest)
        )

    def busy(self, retry_after_s: int) -> Reply:
        reply = _error(429, "rate_limited", "Too many calls in this minute.")
        return Reply(reply.body, 429, {"retry-after": str(retry_after_s)})

    def failed(self, status: int) -> Reply:
        return _error(status, "server_error", "The service has failed.")

    def _told(self, said: Said) -> dict[str, Json]:
        """A comment as readers get it: not what the script knows of it."""
        return {
            "n": said.n,
            "id": said.id,
            "author_id": said.line.author_id,
            "author": said.line.author,
            "text": said.line.text,
            "posted_utc_ms": said.utc_ns // NS_PER_MS + self._skew_ms(),
        }

    def _comments(self, room: ChatRoom, call: Call) -> Reply:
        after, limit = _whole(call, "after", 0), _whole(call, "limit", PAGE)
        if after is None or limit is None or not 1 <= limit <= PAGE:
            return _error(400, "bad_request", f"after, limit: whole numbers, at most {PAGE}.")
        page: list[Json] = [self._told(said) for said in room.comments(after, limit)]
        return Reply(
            {"comments": page, "last": room.last, "first": room.first, "epoch": room.epoch}
        )

    def _act(self, room: ChatRoom, parts: list[str], call: Call) -> Reply:
        key = call.headers.get("idempotency-key", "")
        if not 0 < len(key) <= MAX_KEY:
            return _error(400, "bad_request", "Idempotency-Key: one is needed.")
        before = room.executed
        match parts:
            case ["comments", comment_id, ("hide" | "unhide") as verb]:
                done = room.show(comment_id, verb == "unhide", key)
                body: dict[str, Json] = {"comment_id": comment_id, "visible": verb == "unhide"}
            case ["authors", author_id, ("ban" | "unban") as verb]:
                done = room.ban(author_id, verb == "ban", key)
                body = {"author_id": author_id, "banned": verb == "ban"}
            case ["replies"]:
                return self._reply(room, call, key)
            case _:
                return _error(400, "bad_request", "There is no such call.")
        return Reply({**body, "changed": not done.again, "repeated": room.executed == before})

    def _reply(self, room: ChatRoom, call: Call, key: str) -> Reply:
        given = call.fields()
        comment_id, text = given.get("comment_id"), given.get("text")
        if not (isinstance(comment_id, str) and isinstance(text, str) and text.strip()):
            return _error(400, "bad_request", "comment_id and text: texts are needed.")
        if len(text) > REPLY_CHARS:
            return _error(400, "too_long", f"A reply has at most {REPLY_CHARS} characters.")
        before = room.executed
        done = room.reply(comment_id, text, key)
        return Reply({"reply_id": f"reply-{done.number}", "repeated": room.executed == before})


def _whole(call: Call, name: str, default: int) -> int | None:
    """A whole number of the query; None: no number."""
    text = call.query.get(name, "") or str(default)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _error(status: int, code: str, message: str) -> Reply:
    return Reply({"error": {"code": code, "message": message}}, status)
