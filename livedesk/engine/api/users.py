"""How are people let in, given another role, and shown the door?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.person_name import EXPECTED_NAME, MOST_USERS, is_name
from livedesk.core.roles import Role
from livedesk.engine.api.actors import ByBody, actor_alone, actor_of
from livedesk.engine.api.answers import ApiError, json_answer, typed_body, wrong_value
from livedesk.engine.api.roles import ADMIN
from livedesk.engine.people.door import PeopleDoor
from livedesk.engine.people.users import UserError, Users

_NOT_KEPT: Final = 503


class NewUserBody(ByBody, kw_only=True):
    name: str
    role: Role


class RoleBody(ByBody, kw_only=True):
    role: Role


@contextmanager
def _as_answers(name: str) -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise ApiError(
            404, "unknown_user", f"There is nobody called {name}.", "See GET /v1/users."
        ) from error
    except UserError as error:
        status = _NOT_KEPT if error.code == "not_kept" else 409
        raise ApiError(status, error.code, str(error), error.action) from error


async def list_users(request: Request) -> Response:
    """`problem`: what is wrong with the file of people, for people."""
    users = _users(request)
    return json_answer({"users": users.list(), "limit": MOST_USERS, "problem": users.problem})


async def add_user(request: Request) -> Response:
    """The token is told this once."""
    body = await typed_body(request, NewUserBody)
    if not is_name(body.name):
        raise wrong_value("name", EXPECTED_NAME)
    with _as_answers(body.name):
        user, token = await _users(request).add(body.name, body.role, actor_of(request, body.by))
    return json_answer({"user": user, "token": token.reveal()}, 201)


async def give_token(request: Request) -> Response:
    """A new one, told this once; the old one ends, also for streams that are open."""
    await actor_alone(request)
    name = request.path_params["user"]
    with _as_answers(name):
        user, token = await _users(request).give_token(name)
    return json_answer({"user": user, "token": token.reveal()})


async def give_role(request: Request) -> Response:
    body = await typed_body(request, RoleBody)
    actor_of(request, body.by)
    name = request.path_params["user"]
    with _as_answers(name):
        return json_answer(await _users(request).give_role(name, body.role))


async def revoke_user(request: Request) -> Response:
    """Holds from the moment of the call, also for streams that are open."""
    await actor_alone(request)
    name = request.path_params["user"]
    with _as_answers(name):
        await _users(request).revoke(name)
    return Response(status_code=204)


def _users(request: Request) -> Users:
    people: PeopleDoor = request.app.state.people
    return people.users


CALLS: Final = (
    ("GET", "/v1/users", ADMIN, list_users),
    ("POST", "/v1/users", ADMIN, add_user),
    ("POST", "/v1/users/{user}/token", ADMIN, give_token),
    ("POST", "/v1/users/{user}/role", ADMIN, give_role),
    ("DELETE", "/v1/users/{user}", ADMIN, revoke_user),
)
