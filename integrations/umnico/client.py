"""Umnico's API 1.3: answering in a dialogue, reading its history, and the addresses its events go to.

Reference: https://api.umnico.com/docs (leads, messages, managers); webhooks as its implementers use them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.http import Answer, Client
from integrations.umnico.wire import Message, message_of

SERVICE = "umnico"
BASE_URL = "https://api.umnico.com/v1.3"
DEADLINE = 20.0  # seconds; a messenger behind it may be slow to take a message
ALREADY = "already exist"  # "This server already exists": the address is registered
EXPIRED = 401
LONGEST_REASON = 200
MANAGER_SECONDS = 600.0


class UmnicoOff(ServiceRefused):
    """UMNICO_API_KEY is not set."""


class KeyRefused(ServiceRefused):
    """401: the token has expired or was never right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a dialogue can be answered: `real_id` goes into `send`."""

    real_id: str
    account: str
    type: str  # message, comment


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    id: str
    url: str
    status: str


class UmnicoApi:
    """One account. Raises ServiceRefused and ServiceUnreachable; their words never hold the token."""

    def __init__(self, *, base_url: str, token: str, deadline: float = DEADLINE) -> None:
        self._token = token
        self._first: tuple[str, float] = "", 0.0  # a manager, and until when he is remembered
        self._client = Client(
            service=SERVICE,
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            deadline=deadline,
        )

    def send(self, lead: str, *, text: str, source: str, manager: str, custom_id: str) -> str:
        """Say something in a dialogue; returns the number of the message, or nothing where none is named.

        Repeating it may say it twice: nothing is known of the service heeding `customId`.
        """
        body: dict[str, Any] = {
            "message": {"text": text},
            "source": source,
            "customId": custom_id,
        }
        if manager:
            body["userId"] = int(manager) if manager.isdigit() else manager
        answer = self._call("POST", f"/messaging/{_part(lead)}/send", body)
        told = answer.data if isinstance(answer.data, Mapping) else {}
        number = told.get("messageId")
        return str(number) if isinstance(number, int | str) else ""

    def history(self, lead: str, source: str) -> list[Message]:
        """The last messages, newest first."""
        path = f"/messaging/{_part(lead)}/history/{_part(source)}"
        rows = _rows(self._read("POST", path, {}), "data", "messages")
        return [message_of(row) for row in rows]

    def sources(self, lead: str) -> list[Source]:
        rows = _rows(self._read("GET", f"/messaging/{_part(lead)}/sources"), "data")
        return [
            Source(
                real_id=str(row.get("realId") or row.get("id") or ""),
                account=str(row.get("saId") or ""),
                type=str(row.get("type") or ""),
            )
            for row in rows
        ]

    def managers(self) -> list[Manager]:
        rows = _rows(self._read("GET", "/managers"), "data")
        return [
            Manager(
                id=str(row["id"]), name=str(row.get("name") or ""), role=str(row.get("role") or "")
            )
            for row in rows
            if row.get("id")
        ]

    def first_manager(self) -> str:
        """Who answers where nobody is named; remembered for MANAGER_SECONDS. Raises ServiceRefused for none."""
        number, until = self._first
        if not number or time.monotonic() > until:
            known = self.managers()
            if not known:
                raise ServiceRefused("umnico has no manager to answer as", service=SERVICE)
            number = known[0].id
            self._first = number, time.monotonic() + MANAGER_SECONDS
        return number

    def webhooks(self) -> list[Webhook]:
        rows = _rows(self._read("GET", "/webhooks"), "data")
        return [
            Webhook(
                id=str(row.get("id") or ""),
                url=str(row.get("url") or ""),
                status=_status(row.get("status")),
            )
            for row in rows
        ]

    def add_webhook(self, url: str, *, name: str) -> bool:
        """False: the address was registered already."""
        try:
            self._call("POST", "/webhooks", {"url": url, "name": name})
        except IntegrationError as error:
            if ALREADY in _reason(error.payload).lower():
                return False
            raise
        return True

    def remove_webhook(self, number: str) -> None:
        self._call("DELETE", f"/webhooks/{_part(number)}")

    def _read(self, method: str, path: str, body: Any = None) -> Answer:
        """A call that changes nothing: whatever became of it, it was not executed."""
        try:
            return self._call(method, path, body)
        except ServiceUnreachable as error:
            error.maybe_executed = False
            raise

    def _call(self, method: str, path: str, body: Any = None) -> Answer:
        try:
            return self._client.request(method, path, body=body)
        except ServiceRefused as error:
            facts: dict[str, Any] = {
                "service": SERVICE,
                "status": error.status,
                "payload": error.payload,
            }
            said = self._masked(_reason(error.payload))
            if error.status == EXPIRED:
                raise KeyRefused(
                    "umnico does not accept UMNICO_API_KEY (401): the token may have expired",
                    **facts,
                ) from None
            raise ServiceRefused(f"{error}: {said}" if said else str(error), **facts) from None

    def _masked(self, text: str) -> str:
        return text.replace(self._token, "***")


def _reason(payload: Any) -> str:
    """What the service says of a refusal; texts under several names are met."""
    if isinstance(payload, str):
        return payload[:LONGEST_REASON]
    if not isinstance(payload, Mapping):
        return ""
    for name in ("message", "error", "errors", "statusMessage"):
        value = payload.get(name)
        if isinstance(value, Mapping | list):
            value = _reason(value) if isinstance(value, Mapping) else "; ".join(map(str, value))
        if isinstance(value, str) and value:
            return value[:LONGEST_REASON]
    return ""


def _rows(answer: Answer, *wrappers: str) -> list[Mapping[str, Any]]:
    """A list, bare or wrapped. Raises ServiceUnreachable for anything else."""
    data = answer.data
    for name in wrappers:
        if isinstance(data, Mapping) and isinstance(data.get(name), list):
            data = data[name]
    if not isinstance(data, list):
        raise ServiceUnreachable(
            "umnico answered with no list", service=SERVICE, maybe_executed=False
        )
    return [row for row in data if isinstance(row, Mapping)]


def _status(value: Any) -> str:
    return "" if value is None else str(value).lower()


def _part(value: str) -> str:
    return quote(value, safe="")


def get_umnico() -> UmnicoApi:
    """The account of the settings; one per process, so that connections are kept. Raises UmnicoOff."""
    token = settings.CREDENTIALS.get("UMNICO_API_KEY") or ""
    if not token:
        raise UmnicoOff("UMNICO_API_KEY is not set", service=SERVICE)
    return _account(settings.CREDENTIALS.get("UMNICO_BASE_URL") or BASE_URL, token)


@lru_cache(maxsize=8)
def _account(base_url: str, token: str) -> UmnicoApi:
    return UmnicoApi(base_url=base_url, token=token)
