"""People and their tokens: who gets in, and that who was shown the door stays out."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.person_name import MOST_USERS
from livedesk.core.secrets import Secret
from livedesk.core.settings import UserSettings
from livedesk.engine.people.users import UserError, Users

MEI = UserSettings("Mei Tan", "admin", Secret("m" * 43))


def test_a_person_outlives_the_engine_and_the_token_is_on_no_disk(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        file = tmp_path / "users.json"
        first = Users(file, clock, (MEI,))
        await first.load()
        ana, token = await first.add("Ana", "producer", "Mei Tan")
        assert (ana.created_by, ana.seen_utc_ns, ana.from_settings) == ("Mei Tan", None, False)
        clock.advance(60)
        caller = first.find(token.reveal())
        assert caller is not None
        assert (caller.actor, caller.role, caller.token) == ("Ana", "producer", "user")
        assert caller.name_for("somebody else") == "Ana"
        await first.save()
        assert token.reveal() not in file.read_text()
        assert 'Mei Tan",' not in file.read_text().replace('"created_by":"Mei Tan"', "")
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600

        second = Users(file, clock, (MEI,))
        await second.load()
        assert [user.name for user in second.list()] == ["Ana", "Mei Tan"]
        assert second.list()[0].seen_utc_ns == clock.utc_ns()
        assert second.find(token.reveal()) is not None
        assert second.find("m" * 43) is not None
        assert second.find("m" * 42) is None

    asyncio.run(story())


def test_what_was_let_in_ends_with_the_token_the_role_or_the_person(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        file = tmp_path / "users.json"
        users = Users(file, clock)
        _, token = await users.add("Ana", "host", "admin")

        async def ends(change: asyncio.Task[object]) -> None:
            await asyncio.wait_for(until, 5)
            await change

        caller = users.find(token.reveal())
        assert caller is not None
        assert caller.until is not None
        until = asyncio.create_task(caller.until())
        await ends(asyncio.create_task(users.give_role("ana", "producer")))
        caller = users.find(token.reveal())
        assert caller is not None
        assert caller.until is not None
        assert caller.role == "producer"
        until = asyncio.create_task(caller.until())
        _, other = await users.give_token("Ana")
        await asyncio.wait_for(until, 5)
        assert users.find(token.reveal()) is None
        caller = users.find(other.reveal())
        assert caller is not None
        assert caller.until is not None
        until = asyncio.create_task(caller.until())
        await users.revoke("Ana")
        await asyncio.wait_for(until, 5)
        assert users.find(other.reveal()) is None
        with pytest.raises(KeyError):
            await users.revoke("Ana")
        again = Users(file, clock)
        await again.load()
        assert again.list() == ()

    asyncio.run(story())


def test_names_are_taken_once_and_there_are_only_so_many(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        users = Users(tmp_path / "users.json", clock, (MEI,))
        for at in range(MOST_USERS - 2):
            await users.add(f"Host {at}", "host", "admin")
        for taken in ("host 3", "MEI TAN"):
            with pytest.raises(UserError) as refused:
                await users.add(taken, "admin", "admin")
            assert refused.value.code == "name_taken"
        await users.add("The last", "host", "admin")
        with pytest.raises(UserError) as refused:
            await users.add("One more", "host", "admin")
        assert refused.value.code == "too_many_users"
        for change in (users.revoke("Mei Tan"), users.give_token("mei tan")):
            with pytest.raises(UserError) as refused:
                await change
            assert refused.value.code == "in_settings"
        assert users.find("m" * 43) is not None

    asyncio.run(story())


def _user(name: str, digest: str, role: str = "admin") -> str:
    return (
        f'{{"name": "{name}", "role": "{role}", "digest": "{digest}", "created_utc_ns": 1, '
        '"created_by": "x"}'
    )


A, B = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", '{"version": 2, "users": []}', '{"version": 1, "users": [{"name": "x"}]}',
        f'{{"version": 1, "users": [{_user("Ana", "A")}]}}',
        f'{{"version": 1, "users": [{_user("Ana", A, "root")}]}}',
        f'{{"version": 1, "users": [{_user("Ana", A)}, {_user("ANA", B)}]}}',
        f'{{"version": 1, "users": [{_user("Ana", A)}, {_user("Bo", A)}]}}',
        f'{{"version": 1, "users": [{_user("admin", A)}]}}',
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_lets_nobody_in_and_is_kept(
    tmp_path: Path, clock: ManualClock, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        (tmp_path / "users.json").write_text(content)
        users = Users(tmp_path / "users.json", clock, (MEI,))
        await users.load()
        assert "nobody of it is let in; add the people anew" in users.problem
        assert "users.unusable.json" in caplog.text
        assert [user.name for user in users.list()] == ["Mei Tan"]
        assert (tmp_path / "users.unusable.json").read_text() == content
        await users.add("Ana", "host", "admin")
        assert users.problem == ""

    asyncio.run(story())


def test_a_settings_name_or_token_wins_over_the_file(tmp_path: Path, clock: ManualClock) -> None:
    async def story() -> None:
        file = tmp_path / "users.json"
        users = Users(file, clock)
        _, old = await users.add("Mei Tan", "host", "admin")
        _, same = await users.add("Mei's phone", "host", "admin")
        later = Users(file, clock, (MEI, UserSettings("Kim", "analyst", same)))
        await later.load()
        assert later.find(old.reveal()) is None
        kim = later.find(same.reveal())
        assert kim is not None
        assert (kim.actor, kim.role) == ("Kim", "analyst")

    asyncio.run(story())


def test_without_a_disk_nothing_is_granted_and_revoking_holds(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        folder = tmp_path / "data"
        folder.mkdir()
        file = folder / "users.json"
        users = Users(file, clock)
        _, token = await users.add("Ana", "admin", "admin")
        folder.rename(tmp_path / "away")
        for change in (
            users.add("Bo", "host", "admin"), users.give_token("Ana"),
            users.give_role("Ana", "host"), users.revoke("Ana"), users.revoke("Ana"),
        ):  # fmt: skip
            with pytest.raises(UserError) as refused:
                await change
            assert refused.value.code == "not_kept"
        assert "revoked, but only until the engine restarts" in str(refused.value)
        assert users.list() == ()
        assert users.find(token.reveal()) is None
        (tmp_path / "away").rename(folder)
        await users.revoke("Ana")
        after = Users(file, clock)
        await after.load()
        assert after.find(token.reveal()) is None
        with pytest.raises(KeyError):
            await users.revoke("Ana")

    asyncio.run(story())


def test_who_is_revoked_while_the_disk_writes_is_not_back_afterwards(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        users = Users(tmp_path / "users.json", clock)
        _, token = await users.add("Ana", "host", "admin")
        giving = asyncio.create_task(users.give_role("Ana", "admin"))
        await asyncio.sleep(0)
        await users.revoke("Ana")
        with pytest.raises(KeyError):
            await giving
        assert users.find(token.reveal()) is None
        after = Users(tmp_path / "users.json", clock)
        await after.load()
        assert after.list() == ()

    asyncio.run(story())


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owners here")
@pytest.mark.parametrize("mode", [0o666, 0o602])
def test_a_file_that_anybody_may_write_lets_nobody_in(
    tmp_path: Path, clock: ManualClock, mode: int
) -> None:
    """Who can write it needs no token to be an admin."""

    async def story() -> None:
        file = tmp_path / "users.json"
        _, token = await Users(file, clock).add("Ana", "admin", "x")
        file.chmod(0o640)
        again = Users(file, clock)
        await again.load()
        assert again.find(token.reveal()) is not None
        file.chmod(mode)
        later = Users(file, clock)
        await later.load()
        assert later.find(token.reveal()) is None
        assert "anybody may write it" in later.problem

    asyncio.run(story())
