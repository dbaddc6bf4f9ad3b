"""From what was typed to a running engine: is the key kept, and no file written over?"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from livedesk.core.config_file import load_settings
from livedesk.core.secrets import Secret
from livedesk.desk.errors import DeskError, UnreachableError
from livedesk.desk.first_run import FirstStore
from livedesk.desk.starting import FirstRun
from livedesk.keys import secret_resolver

KEY = "sk-9-canary-platform-key"
STORE = FirstStore("Glow", "tiktok", "rtmp://ingest.example/live", Secret(KEY), Secret("own-key-1"))


class Machine:
    """A keyring, an environment and an engine, as far as they are asked for."""

    def __init__(self, folder: Path, *, has_keyring: bool) -> None:
        self.file = folder / "livedesk.toml"
        self.has_keyring = has_keyring
        self.kept: dict[tuple[str, str], str] = {}
        self.lent: dict[str, str] = {}
        self.started: list[Path] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.is_starting = False
        self.stopped = 0
        self.refusal: DeskError | None = None
        self.run = FirstRun(self.file, self._keep, self._lend, self, self._spawn)

    def start(self, file: Path) -> None:
        self.started.append(file)

    async def stop(self) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.stopped += 1

    def _keep(self, service: str, user: str, secret: Secret) -> bool:
        if self.has_keyring:
            self.kept[service, user] = secret.reveal()
        return self.has_keyring

    def _lend(self, name: str, secret: Secret) -> None:
        self.lent[name] = secret.reveal()

    def _spawn(self, _name: str, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.create_task(work))

    def start_again(self) -> None:
        async def story() -> None:
            self.run.start_again()
            await asyncio.gather(*self.tasks)
            self.tasks.clear()

        asyncio.run(story())

    def connect(self, times: int = 1, store: FirstStore = STORE) -> None:
        async def story() -> None:
            for _ in range(times):
                self.run.connect(store)
            await asyncio.gather(*self.tasks)
            self.tasks.clear()

        asyncio.run(story())


def test_the_key_goes_into_the_keyring_and_an_engine_starts(tmp_path: Path) -> None:
    machine = Machine(tmp_path, has_keyring=True)
    machine.connect()
    assert machine.kept == {("livedesk-glow", "stream-key"): KEY}
    assert machine.started == [machine.file]
    assert KEY not in machine.file.read_text()
    assert machine.file.stat().st_mode & 0o077 == 0
    begun = machine.run.begun
    assert begun is not None
    assert (begun.problem, begun.note) == ("", "")
    assert all(server.endswith(":1935/live") for server in begun.servers)
    assert begun.servers


def test_without_a_keyring_the_key_is_lent_and_the_person_told_what_to_set(tmp_path: Path) -> None:
    machine = Machine(tmp_path, has_keyring=False)
    machine.connect()
    assert machine.lent == {"LIVEDESK_GLOW_KEY": KEY}
    begun = machine.run.begun
    assert begun is not None
    assert "LIVEDESK_GLOW_KEY" in begun.note
    assert KEY not in begun.note + machine.file.read_text()
    [read] = load_settings(machine.file, secret_resolver(machine.lent)).stores
    assert read.uplinks[0].url.reveal().endswith(KEY)


def test_settings_that_are_there_are_never_written_over(tmp_path: Path) -> None:
    machine = Machine(tmp_path, has_keyring=True)
    machine.file.write_text("# mine\n")
    machine.connect()
    assert machine.file.read_text() == "# mine\n"
    assert machine.kept == {}
    assert machine.started == []
    assert machine.run.begun is not None
    assert "already" in machine.run.begun.problem


def test_a_folder_that_takes_no_file_is_told_and_can_be_tried_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "missing", has_keyring=True)
    machine.connect()
    assert machine.run.begun is not None
    assert "cannot be written" in machine.run.begun.problem
    (tmp_path / "missing").mkdir()
    machine.connect()
    assert machine.started == [machine.file]


def test_a_second_press_starts_nothing_twice(tmp_path: Path) -> None:
    machine = Machine(tmp_path, has_keyring=True)
    machine.connect(times=3)
    assert machine.started == [machine.file]


def test_what_was_typed_wrongly_is_put_right_and_the_engine_started_anew(tmp_path: Path) -> None:
    machine = Machine(tmp_path, has_keyring=True)
    machine.connect()
    machine.connect(store=replace(STORE, server="rtmp://other.example/app", key=Secret("right")))
    assert machine.kept == {("livedesk-glow", "stream-key"): "right"}
    assert "other.example" in machine.file.read_text()
    assert machine.stopped == 1, "the first engine has the wrong key"
    assert len(machine.started) == 2


def test_an_engine_that_does_not_stop_is_told_and_nothing_is_changed(tmp_path: Path) -> None:
    machine = Machine(tmp_path, has_keyring=True)
    machine.connect()
    before = machine.file.read_text()
    machine.refusal = UnreachableError("The engine does not answer.", "here", "Try again.")
    machine.connect(store=replace(STORE, server="rtmp://other.example/app"))
    assert machine.run.begun is not None
    assert machine.run.begun.problem == "The engine does not answer. Try again."
    assert machine.file.read_text() == before


def test_settings_that_were_changed_by_hand_are_kept_and_can_be_started_again(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path, has_keyring=True)
    machine.connect()
    machine.start_again()
    assert (machine.stopped, len(machine.started)) == (1, 2)
    with machine.file.open("a") as file:
        file.write("# mine\n")
    machine.connect()
    assert machine.file.read_text().endswith("# mine\n")
    assert machine.run.begun is not None
    assert "already" in machine.run.begun.problem
