"""The VPN panel: who has access, and until when. Speaks 2.x and 3.x.

Reference: the panel's own source and its contract package, 2.0.0 to 3.3.2.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings

from integrations.clock import now
from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.http import Client
from integrations.remnawave import versions
from integrations.remnawave.errors import (
    ALREADY_DISABLED,
    ALREADY_ENABLED,
    NOT_FOUND,
    SERVICE,
    USERNAME_TAKEN,
    code_of,
    explained,
)
from integrations.remnawave.listing import every_user
from integrations.remnawave.users import (
    ACTIVE,
    DISABLED,
    EXPIRED,
    ID_FIELDS,
    PanelUser,
    nobody,
    read_user,
    same_second,
    wire_time,
)

VERSION_TTL = 600.0  # seconds a detected version is believed


def username_of(telegram_id: int) -> str:
    """The panel's name of a customer: the one key that no answer of the panel is needed for."""
    return f"tg_{telegram_id}"


class Panel:
    """One panel. Every method may be called again after any failure: the next call settles it.

    Raises ServiceUnreachable and ServiceRefused only.
    """

    def __init__(
        self,
        *,
        base_url: str,
        token: str,
        squad: str = "",
        version: str = "auto",
        deadline: float = 10.0,
    ) -> None:
        self._client = Client(
            service=SERVICE,
            base_url=base_url.rstrip("/").removesuffix("/api") + "/api",
            headers={
                "Authorization": f"Bearer {token}",
                # The panel closes the socket on a call that did not come through a TLS proxy.
                "X-Forwarded-For": "127.0.0.1",
                "X-Forwarded-Proto": "https",
            },
            deadline=deadline,
        )
        self._squad = squad
        self._configured_version = version
        self._detected: tuple[str, float] | None = None  # version, and when it must be asked again

    def ensure_user(
        self,
        *,
        telegram_id: int,
        expires_at: datetime,
        known: bool = False,
        squad: str = "",
        description: str = "",
    ) -> PanelUser:
        """Give the customer access until `expires_at`, or take it away when that is past.

        `known` is somebody whom the panel has answered for before: others are created without asking first.
        A user is created once and then only changed; `description` is for the creation. A past date
        is never written, because the panel refuses it: the user is disabled instead, and one that
        does not exist is not created (the answer then has the status ABSENT).
        """
        username = username_of(telegram_id)
        if expires_at <= now():
            return self.disable(username=username) or nobody(username, expires_at)
        user = self.get(username=username) if known else None
        if user is None:
            try:
                return self._create(
                    {
                        "username": username,
                        "expireAt": wire_time(expires_at),
                        "telegramId": telegram_id,
                        "trafficLimitBytes": 0,
                        "trafficLimitStrategy": "NO_RESET",
                        **self._squads(squad),
                        **({"description": description} if description else {}),
                    }
                )
            except ServiceRefused as error:
                if code_of(error) != USERNAME_TAKEN:
                    raise
            # The panel's from before us, or somebody was faster, or an earlier create's answer was lost.
            user = self._get_existing(username)
        return self._extend(user, expires_at, squad)

    def disable(self, *, username: str) -> PanelUser | None:
        """Take access away. A user who is disabled, or does not exist, is fine already."""
        user = self.get(username=username)
        if user is None or user.status == DISABLED:
            return user
        try:
            self._call("POST", f"users/{user.remote_id}/actions/disable")
        except ServiceRefused as error:
            code = code_of(error)
            if code in NOT_FOUND:
                return None
            if code != ALREADY_DISABLED:
                raise
        return replace(user, status=DISABLED)

    def enable(self, *, username: str) -> PanelUser:
        """Give a disabled user access again, until the date the panel has."""
        user = self.get(username=username)
        if user is None:
            raise ServiceRefused(f"remnawave has no user {username}", service=SERVICE, status=404)
        if user.status == ACTIVE:
            return user
        try:
            self._call("POST", f"users/{user.remote_id}/actions/enable")
        except ServiceRefused as error:
            if code_of(error) != ALREADY_ENABLED:
                raise
        return replace(user, status=ACTIVE)

    def get(self, *, username: str) -> PanelUser | None:
        """The user as the panel has it now, None where there is none."""
        try:
            record = self._call("GET", f"users/by-username/{quote(username, safe='')}")
        except ServiceRefused as error:
            if code_of(error) in NOT_FOUND:
                return None
            raise
        return read_user(record, version=self._configured_version)

    def users(self) -> Iterator[PanelUser]:
        """Everybody the panel knows, page by page; a user who is changed meanwhile may come twice."""
        for record in every_user(self._call):
            yield read_user(record, version=self._configured_version)

    def health(self) -> str:
        """The panel's version, after a harmless call that needs the token."""
        found = self._call("GET", "internal-squads")
        squads = found.get("internalSquads") or []
        known = {squad.get("uuid") for squad in squads if isinstance(squad, dict)}
        if self._squad and self._squad not in known:
            raise ServiceRefused("remnawave has no squad DEFAULT_SQUAD_UUID", service=SERVICE)
        return self.version()

    def version(self) -> str:
        """As configured, or as the panel says; asked again after VERSION_TTL."""
        if self._configured_version != "auto":
            return f"{self._configured_version}.x"
        if self._detected is None or self._detected[1] < time.monotonic():
            self._detected = (versions.detect(self._call), time.monotonic() + VERSION_TTL)
        return self._detected[0]

    def _create(self, document: dict[str, Any]) -> PanelUser:
        return read_user(self._call("POST", "users", document), version=self._configured_version)

    def _extend(self, user: PanelUser, expires_at: datetime, squad: str) -> PanelUser:
        """Write what differs. EXPIRED turns ACTIVE by the new date alone, DISABLED must be told."""
        squads = {} if user.has_squads else self._squads(squad)
        if (
            same_second(user.expires_at, expires_at)
            and user.status not in (DISABLED, EXPIRED)
            and not squads
        ):
            return user
        changes: dict[str, Any] = {**user.address, "expireAt": wire_time(expires_at), **squads}
        if user.status == DISABLED:
            changes["status"] = ACTIVE
        try:
            record = self._call("PATCH", "users", changes)
        except ServiceRefused as error:
            if code_of(error) in NOT_FOUND:
                raise self._vanished(user.username) from None
            raise
        return read_user(record, version=self._configured_version)

    def _get_existing(self, username: str) -> PanelUser:
        user = self.get(username=username)
        if user is None:
            raise self._vanished(username)
        return user

    def _vanished(self, username: str) -> ServiceUnreachable:
        return ServiceUnreachable(
            f"remnawave had the user {username} a moment ago and has not now", service=SERVICE
        )

    def _squads(self, squad: str) -> dict[str, list[str]]:
        chosen = squad or self._squad
        return {"activeInternalSquads": [chosen]} if chosen else {}

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """What stands in `response` of the panel's answer."""
        try:
            data = self._client.request(method, path, body=body).data
        except IntegrationError as error:
            raise explained(error) from None
        response = data.get("response") if isinstance(data, dict) else None
        if not isinstance(response, dict):
            raise ServiceUnreachable(
                "remnawave answered as no panel does: is REMNAWAVE_BASE_URL right?",
                service=SERVICE,
            )
        return response


def get_panel() -> Panel:
    """The panel of the settings; one per process and credentials, so that connections are kept."""
    credentials = settings.CREDENTIALS
    for name in ("REMNAWAVE_BASE_URL", "REMNAWAVE_API_TOKEN"):
        if not credentials.get(name):
            raise ServiceRefused(f"remnawave is not configured: {name} is empty", service=SERVICE)
    version = credentials.get("REMNAWAVE_VERSION") or "auto"
    if version not in ID_FIELDS:
        raise ServiceRefused(
            f"remnawave is not configured: REMNAWAVE_VERSION is none of {', '.join(ID_FIELDS)}",
            service=SERVICE,
        )
    return _panel(
        credentials["REMNAWAVE_BASE_URL"],
        credentials["REMNAWAVE_API_TOKEN"],
        credentials.get("DEFAULT_SQUAD_UUID") or "",
        version,
    )


@lru_cache(maxsize=8)
def _panel(base_url: str, token: str, squad: str, version: str) -> Panel:
    return Panel(base_url=base_url, token=token, squad=squad, version=version)
