"""How does Shopee's livestream module tell of comments, and what can be done about them there?

After the official descriptions (`v2.livestream.get_latest_comment_list`, `post_comment`,
`ban_user_comment`, `unban_user_comment`): only the last ten seconds are told, ids are numbers, what
the host posts comes back among the comments, and no single comment can be hidden. `next_offset` is
opaque: here it is the place in the chat. Nothing has a key, so what is posted twice is there twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.sandbox.chat.room import ChatRoom, RefusedError, Said
from livedesk.sandbox.shop.wire import Kind

WINDOW_S: Final = 10
MAX_CHARS: Final = 150
PAGE: Final = 100
_IDS_A_MS: Final = 1_000_000
CHAT_CALLS: Final[Mapping[tuple[str, str], Kind]] = {
    ("GET", "get_latest_comment_list"): "comments",
    ("POST", "post_comment"): "act",
    ("POST", "ban_user_comment"): "act",
    ("POST", "unban_user_comment"): "act",
}


class WrongError(Exception):
    """Not done; `error` is the platform's name for it."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


class ShopeeChat:
    """`user_id` is who broadcasts."""

    def __init__(self, chat: ChatRoom, clock: Clock, user_id: int) -> None:
        self._chat = chat
        self._clock = clock
        self._user_id = user_id

    def answer(self, name: str, given: Mapping[str, Any]) -> dict[str, Json]:
        """Of one of the calls. Raises WrongError."""
        try:
            match name:
                case "get_latest_comment_list":
                    return self._latest(given)
                case "post_comment":
                    return self._post(given.get("content"))
                case "ban_user_comment":
                    return self._ban(given.get("ban_user_id"), banned=True)
                case _:
                    return self._ban(given.get("unban_user_id"), banned=False)
        except RefusedError as refusal:
            if refusal.code == "not_live":
                raise WrongError("error_data", "The session is not ongoing.") from None
            raise WrongError("error_param", "Invalid user id.") from None

    def _latest(self, given: Mapping[str, Any]) -> dict[str, Json]:
        offset = str(given.get("offset", "") or 0)
        if not (offset.isascii() and offset.isdigit()):
            raise WrongError("error_param", "Invalid offset.")
        since_ns = self._clock.mono_ns() - WINDOW_S * NS_PER_S
        found = [said for said in self._chat.since(since_ns) if said.seq > int(offset)]
        page = found[::-1][:PAGE]
        comments: list[Json] = [self._told(said) for said in page]
        return {"next_offset": page[-1].seq if page else int(offset), "list": comments}

    def _told(self, said: Said) -> dict[str, Json]:
        line = said.line
        user_id = self._user_id if said.n == 0 else self._chat.author_number(line.author_id)
        return {
            "comment_id": self._id(said),
            "content": line.text,
            "timestamp": said.utc_ns // NS_PER_S,
            "user_id": user_id,
            "username": line.author,
        }

    def _post(self, content: object) -> dict[str, Json]:
        if not isinstance(content, str) or not content.strip():
            raise WrongError("error_param", "The comment is empty.")
        if len(content) > MAX_CHARS:
            raise WrongError("error_data", "The comment is longer than 150 characters.")
        self._chat.reply("", content)
        return {"comment_id": self._id(next(self._chat.since(0)))}

    def _id(self, said: Said) -> int:
        """Not used again by a room that is made later."""
        return self._chat.began_utc_ms * _IDS_A_MS + said.seq

    def _ban(self, user_id: object, *, banned: bool) -> dict[str, Json]:
        if user_id == self._user_id:
            raise WrongError("error_data", "You cannot ban yourself.")
        author_id = self._chat.author_of(user_id) if isinstance(user_id, int) else None
        if author_id is None:
            raise WrongError("error_param", "Invalid user id.")
        self._chat.ban(author_id, banned)
        return {}
