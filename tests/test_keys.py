from __future__ import annotations

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.core
import keyring.errors
import pytest

from livedesk.core.secrets import Secret, SecretUnavailable
from livedesk.keys import UsersSafe, keyring_name, secret_resolver


class OneEntry(keyring.backend.KeyringBackend):
    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        if service == "locked":
            raise keyring.errors.KeyringLocked("k3y in a foreign text")
        return "k3y" if (service, username) == ("glow", "stream-key") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


def use(monkeypatch: pytest.MonkeyPatch, backend: type[keyring.backend.KeyringBackend]) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend())


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, keyring.backends.fail.Keyring)


def test_a_variable_is_read_without_the_blanks_around_it() -> None:
    assert secret_resolver({"GLOW_KEY": " k3y\n"})("env:GLOW_KEY").reveal() == "k3y"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:NONE", "NONE, which is not set; set it before livedesk starts"),
        ("env:EMPTY", "is empty"),
        ("env:", "a variable's name"),
        ("env:A/B", "a variable's name"),
        ("keyring:glow/stream-key", "no keyring is available"),
        ("keyring:glow", "service and user"),
        ("vault:x", "expected env:NAME or keyring:service/user"),
    ],
)
def test_a_reference_that_leads_nowhere_says_why(reference: str, words: str) -> None:
    with pytest.raises(SecretUnavailable, match=words):
        secret_resolver({"EMPTY": " "})(reference)


def test_the_keyring_is_asked_for_service_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, OneEntry)
    resolve = secret_resolver({})
    assert resolve("keyring:glow/stream-key").reveal() == "k3y"
    with pytest.raises(SecretUnavailable, match="keyring set glow other"):
        resolve("keyring:glow/other")
    with pytest.raises(SecretUnavailable, match="unlock the keyring") as caught:
        resolve("keyring:locked/user")
    assert "k3y" not in str(caught.value)


def test_a_machine_without_a_keyring_is_told_from_one_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert keyring_name() is None
    use(monkeypatch, OneEntry)
    assert keyring_name() is not None


class Drawer(OneEntry):
    """Takes what it is given."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("k3y in a foreign text")


def test_what_is_kept_is_found_until_it_is_forgotten(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    safe = UsersSafe({})
    assert not safe.keep("channel", "ops", Secret("k3y"))
    use(monkeypatch, Drawer)
    assert safe.keep("channel", "ops", Secret("k3y"))
    assert safe.resolve("keyring:channel/ops").reveal() == "k3y"
    for _ in range(2):
        safe.forget("channel", "ops")
    with pytest.raises(SecretUnavailable):
        safe.resolve("keyring:channel/ops")
    assert "was not deleted" in caplog.text
    assert "k3y" not in caplog.text
