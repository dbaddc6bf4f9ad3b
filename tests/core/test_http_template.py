"""What the settings describe is filled in as its place asks for, and stays secret."""

from __future__ import annotations

import json

from livedesk.core.http_template import (
    content_type,
    fill,
    filled_body,
    in_url,
    secrets_in,
)
from livedesk.core.secrets import Secret, redact


def test_only_names_with_a_value_are_filled_in() -> None:
    filled = fill("/a/{id}/{other}?{}", {"id": "x/ü", "{": "no"}, in_url)
    assert filled == "/a/x%2F%C3%BC/{other}?{}"


def test_a_value_is_not_filled_in_again() -> None:
    assert fill("{a}", {"a": "{b}", "b": "no"}, lambda value: value) == "{b}"


def test_a_body_is_encoded_as_its_type_says() -> None:
    values = {"title": 'a "quoted" & ü\n'}
    kind = content_type((), '{"t": "{title}"}')
    assert json.loads(filled_body('{"t": "{title}"}', kind, values)) == {"t": values["title"]}
    form = content_type(
        (("content-type", Secret("application/x-www-form-urlencoded")),), "t={title}"
    )
    assert filled_body("t={title}", form, values) == "t=a%20%22quoted%22%20%26%20%C3%BC%0A"
    assert filled_body("={title}", content_type((), "={title}"), values) == f"={values['title']}"


def test_secrets_are_known_also_in_part() -> None:
    url = Secret("https://user:passw0rd@agency.example/hooks/k3y-of-the-path?token=abc123def")
    headers = (("Authorization", Secret("Bearer t0ken-in-a-header")),)
    hidden = secrets_in(url, headers, '{"key": "body-k3y-123"}')
    said = "t0ken-in-a-header passw0rd k3y-of-the-path abc123def body-k3y-123 refused"
    assert redact(said, hidden) == " ".join(["•••"] * 5 + ["refused"])
