"""People of the settings file: named well, with a long token that does not stand in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.person_name import MOST_USERS, is_name, same_name
from livedesk.core.secrets import Secret, SecretUnavailable

STORE = """
[[store]]
id = "glow"
[store.feed]
listen = "rtmp://127.0.0.1:1935/live/env:KEY"
[[store.uplink]]
name = "primary"
url = "rtmp://ingest.example/live/env:KEY"
"""
TOKENS = {
    "env:KEY": "stream-key-1",
    "env:MEI": "m" * 43,
    "env:ANA": "a" * 43,
    "env:SHORT": "hunter2",
}


def resolve(reference: str) -> Secret:
    if reference not in TOKENS:
        raise SecretUnavailable(f"{reference} is not set")
    return Secret(TOKENS[reference])


def users_of(tmp_path: Path, text: str) -> list[tuple[str, str, str]]:
    file = tmp_path / "livedesk.toml"
    file.write_text(STORE + text)
    return [(u.name, u.role, u.token.reveal()) for u in load_settings(file, resolve).users]


def problems_of(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        users_of(tmp_path, text)
    return str(caught.value)


def user(name: str, role: str = "host", token: str = "env:MEI") -> str:
    return f'[[user]]\nname = "{name}"\nrole = "{role}"\ntoken = "{token}"\n'


def test_people_are_read_with_what_their_reference_stands_for(tmp_path: Path) -> None:
    assert users_of(tmp_path, "") == []
    text = user("Mei Tan", "admin") + user("ศุภชัย", "producer", "env:ANA")
    assert users_of(tmp_path, text) == [
        ("Mei Tan", "admin", "m" * 43),
        ("ศุภชัย", "producer", "a" * 43),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (user("Mei", "boss"), 'expected one of admin, producer'),
        (user("admin"), "expected a name of at most 40"),
        (user("", "host"), "expected a name of at most 40"),
        (user("Mei", token="plain-" + "x" * 40), "found the token itself"),
        (user("Mei", token="env:NONE"), "env:NONE is not set"),
        (user("Mei", token="env:SHORT"), "expected behind env:SHORT 32 to 200 random"),
        (user("Mei") + user("MEI", token="env:ANA"), "user[0] has the same"),
        (user("Mei") + user("Ana"), "expected a token of its own; user[0] has the same"),
        ('[[user]]\nname = "Mei"\nrole = "host"\n', "the key is missing"),
        (user("Mei") + 'tokn = "x"\n', "did you mean token?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_no_token_is_repeated(
    tmp_path: Path, text: str, told: str
) -> None:
    words = problems_of(tmp_path, text)
    assert told in words
    assert not any(secret in words for secret in ("hunter2", "plain-", "m" * 10, "a" * 10))


def test_there_are_only_so_many(tmp_path: Path) -> None:
    for at in range(MOST_USERS + 1):
        TOKENS[f"env:U{at}"] = f"{at:043d}"
    some = [user(f"U {at}", token=f"env:U{at}") for at in range(MOST_USERS + 1)]
    assert len(users_of(tmp_path, "".join(some[:-1]))) == MOST_USERS
    assert "expected at most 50 people; found 51" in problems_of(tmp_path, "".join(some))


def test_names_can_be_told_apart_by_eye() -> None:
    for name in ("Mei", "mei@desk-3", "Zoë O'Neill", "นภา", "王小明", "R. D. 2"):
        assert is_name(name), name
    for name in (
        "", " Mei", "Mei ", "a  b", "a/b", "a\u202eb", "a\nb", "x" * 41, "Live_Operations", "-x",
        "e\u0301", "\u200bx", "..", "a\u00a0b",
    ):  # fmt: skip
        assert not is_name(name), name
    assert same_name("Ｍｅｉ") == same_name("mei")


def test_what_the_example_shows_in_comments_is_valid_when_uncommented(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "examples" / "livedesk.toml").read_text(encoding="utf-8")
    shown = example.partition("# [[user]]")
    text = "".join(shown[1:]).replace("# [[", "[[").replace("\n# ", "\n")
    TOKENS["env:MEI_TOKEN"] = "e" * 44
    assert users_of(tmp_path, text) == [("Mei Tan", "live_operations", "e" * 44)]
