"""A live's chat: invented viewers who write, and a platform that can hide, answer and ban.

One server for one or more rooms, each the chat of one live. `P` is `/v1/chat/{room}`. Every call
needs `Authorization: Bearer <token>`. Ids are letters, digits and hyphens.

Reading:

* `GET P/comments?after=&limit=`: `{"comments": [comment], "last", "first", "epoch"}`, oldest first,
  at most 500; `last` is the newest number of the room, `first` the oldest that is kept (0: none
  yet). `epoch` is a text that stays as long as the room; another one means that the room began
  anew, without comments, and that what it knew of keys is gone.
* A comment is `{"n", "id", "author_id", "author", "text", "posted_utc_ms"}`. `n` counts from 1
  without holes, in each epoch; an `id` is not used again in another one. `posted_utc_ms` is the
  room's clock, which may be wrong. `text` and `author` are what viewers typed: anything at all.
  Replies do not come back here.

Doing, each with a header `Idempotency-Key` of 1 to 256 characters:

* `POST P/comments/{id}/hide` and `…/unhide`: `{"comment_id", "visible", "changed", "repeated"}`
* `POST P/replies` `{"comment_id", "text"}`: `{"reply_id", "repeated"}`; at most 300 characters
* `POST P/authors/{author_id}/ban` and `…/unban`: `{"author_id", "banned", "changed", "repeated"}`;
  who is banned writes nothing more, and what is there stays.

The same key for the same is answered as the first time, with `repeated: true`, and does nothing.
`changed` is false when it was so already. No body is needed but for a reply.

Errors are `{"error": {"code", "message"}}`: 400 `bad_request` and `too_long`, 401
`not_authorized`, 404 `unknown_room`, `unknown_comment`, `unknown_author`, 409 `key_reused` (the key
was used for something else) and `not_live`, 413 without a body, 429 `rate_limited` with
Retry-After, 500 and 503 `server_error`. Every error has done nothing. A connection that closes
without an answer says nothing of what was done: send it again with its key.

How the viewers write and how badly the room serves is ordered by `POST /chat` of the sandbox's
control (`orders.py`), and what was really done is asked there (`GET /chat/executions`).
"""
