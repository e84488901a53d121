"""Which calls a panel of each version knows, and what they do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from integrations.sandbox.remnawave.fields import PanelError, invalid
from integrations.sandbox.remnawave.panel import NOT_FOUND, Panel
from integrations.sandbox.remnawave.state import VERSIONS, User
from integrations.sandbox.remnawave.wire import squads_view, subscription_view, user_view

Body = dict[str, Any]
Texts = dict[str, str]
Handler = Callable[[Panel, Body, Texts, Texts], Any]  # panel, body, query, path arguments


@dataclass(frozen=True)
class Route:
    """`handle` returns the `response`; None is 204 with no body."""

    name: str
    method: str
    pattern: str
    handle: Handler
    versions: str = "23"
    status: int = 200
    public: bool = False
    arguments: Texts = field(default_factory=dict)


def _create(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    return user_view(panel, panel.create(body))


def _update(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    return user_view(panel, panel.update(body))


def _get(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    return user_view(panel, panel.by_key(path["key"]))


def _by(name: str) -> Handler:
    def handle(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
        return user_view(panel, panel.one(lambda user: str(getattr(user, name)) == path["key"]))

    return handle


def _all_by(name: str) -> Handler:
    """2.x answers these with an array; nobody found is 404."""

    def handle(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
        found = panel.every(lambda user: str(getattr(user, name)) == path["key"])
        if not found:
            raise PanelError(404, "A062", "Users not found")
        return [user_view(panel, user) for user in found]

    return handle


def _listing(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    start, size = _number(query, "start", 0, 0, 10**9), _number(query, "size", 25, 1, 1000)
    users = panel.every()
    return {
        "total": len(users),
        "users": [user_view(panel, one) for one in users[start : start + size]],
    }


def _stream(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    """Pages by cursor (the last id seen)."""
    names = {
        "telegramId": "telegram_id", "email": "email", "tag": "tag", "status": "status",
        "externalSquadUuid": "external_squad_uuid",
    }  # fmt: skip
    size = _number(query, "size", 250, 1, 1000)
    after = _number(query, "cursor", 0, 0, 10**12)

    def fits(user: User) -> bool:
        wanted = ((names[name], value) for name, value in query.items() if name in names)
        return user.id > after and all(str(getattr(user, name)) == value for name, value in wanted)

    found = panel.every(fits)
    more = len(found) > size
    return {
        "users": [user_view(panel, user) for user in found[:size]],
        "nextCursor": str(found[size - 1].id) if more else None,
        "hasMore": more,
    }


def _number(query: Texts, name: str, default: int, low: int, high: int) -> int:
    text = query.get(name) or str(default)
    if not text.isdigit() or not low <= int(text) <= high:
        raise invalid(name, f"Must be a number from {low} to {high}")
    return int(text)


def _resolve(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    names = {"id": "id", "uuid": "uuid", "shortUuid": "short_uuid", "username": "username"}
    given = [(names[name], value) for name, value in body.items() if name in names]
    if len(given) != 1:
        raise invalid("body", "Exactly one of id, shortUuid, username is needed")
    ((name, value),) = given
    user = panel.one(lambda one: str(getattr(one, name)) == str(value))
    found = {"id": user.id, "username": user.username, "shortUuid": user.short_uuid}
    return found if panel.is_v3 else {"uuid": user.uuid} | found


def _delete(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    panel.delete(panel.by_key(path["key"]))
    return None if panel.is_v3 else {"isDeleted": True}


def _action(name: str) -> Handler:
    def handle(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
        user = panel.by_key(path["key"])
        getattr(panel, name)(user, body)
        return user_view(panel, user)

    return handle


def _metadata(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    version = VERSIONS[panel.state.version]
    return {
        "version": version,
        "build": {"time": "sandbox", "number": "0"},
        "git": {"backend": {"tag": version}},
    }


def _squads(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    return squads_view(panel)


def _subscription(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    found = panel.every(lambda user: user.short_uuid == path["key"])
    if not found:
        raise PanelError(404, "A063", NOT_FOUND)
    return subscription_view(panel, found[0])


def _devices(panel: Panel, body: Body, query: Texts, path: Texts) -> Any:
    panel.by_key(path["key"])
    return {"total": 0, "devices": []}


ROUTES = (
    Route("users.create", "POST", "users", _create, status=201),
    Route("users.update", "PATCH", "users", _update),
    Route("users.list", "GET", "users", _listing),
    Route("users.stream", "GET", "users/stream", _stream),
    Route("users.resolve", "POST", "users/resolve", _resolve),
    Route("users.by-id", "GET", "users/by-id/(?P<key>[^/]+)", _by("id"), "2"),
    Route("users.by-short-uuid", "GET", "users/by-short-uuid/(?P<key>[^/]+)", _by("short_uuid")),
    Route("users.by-username", "GET", "users/by-username/(?P<key>[^/]+)", _by("username")),
    Route(
        "users.by-telegram-id",
        "GET",
        "users/by-telegram-id/(?P<key>[^/]+)",
        _all_by("telegram_id"),
        "2",
    ),
    Route("users.by-email", "GET", "users/by-email/(?P<key>[^/]+)", _all_by("email"), "2"),
    Route("users.by-tag", "GET", "users/by-tag/(?P<key>[^/]+)", _all_by("tag"), "2"),
    Route("users.enable", "POST", "users/(?P<key>[^/]+)/actions/enable", _action("enable")),
    Route("users.disable", "POST", "users/(?P<key>[^/]+)/actions/disable", _action("disable")),
    Route(
        "users.reset-traffic",
        "POST",
        "users/(?P<key>[^/]+)/actions/reset-traffic",
        _action("reset_traffic"),
    ),
    Route("users.revoke", "POST", "users/(?P<key>[^/]+)/actions/revoke", _action("revoke")),
    Route("users.extend", "POST", "users/(?P<key>[^/]+)/actions/extend", _action("extend"), "3"),
    Route("users.get", "GET", "users/(?P<key>[^/]+)", _get),
    Route("users.delete", "DELETE", "users/(?P<key>[^/]+)", _delete),
    Route("squads", "GET", "internal-squads", _squads),
    Route("metadata", "GET", "system/metadata", _metadata),
    Route("sub.info", "GET", "sub/(?P<key>[^/]+)/info", _subscription, public=True),
    Route("hwid", "GET", "hwid/devices/(?P<key>[^/]+)", _devices),
)


def find_route(version: str, method: str, rest: str) -> Route | None:
    """The route with its path arguments; None for what this version does not know."""
    for route in ROUTES:
        match = re.fullmatch(route.pattern, rest.rstrip("/"))
        if match and route.method == method and version in route.versions:
            return replace(route, arguments=match.groupdict())
    return None
