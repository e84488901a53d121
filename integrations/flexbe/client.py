"""Flexbe's API: leads of one site, their status and note.

Reference: help.flexbe.com/api-documentation. `https://<site>/mod/api/`, key and method among the parameters, 100 calls
a minute; what went wrong stands under 200 as `{"error": {"code", "msg"}}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.flexbe.source import sites_of
from integrations.flexbe.wire import host
from integrations.http import Client

SERVICE = "flexbe"
PATH = "/mod/api/"
DEADLINE = 20.0  # seconds
MINUTE = 60  # seconds
NEW, IN_WORK, DONE = "0", "1", "2"
BAD_KEY, TOO_MANY, NO_METHOD = 0, 1, 2
LONGEST_LIST = 1000


class FlexbeOff(ServiceRefused):
    """There is no key, or no address it may be sent to."""


class FlexbeRefused(ServiceRefused):
    """The API said no: the key is not this site's, or it does not know the method."""


class FlexbeBusy(ServiceUnreachable):
    """The minute's calls are used up; nothing was done."""

    retry_after: ClassVar[int] = MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class FlexbeLead:
    """A lead as the site's own list has it. `status`: 0 new, 1 in work, 2 done, 10 cancelled, 11 deleted."""

    id: str
    status: str
    note: str


class Flexbe:
    """One site. Raises ServiceUnreachable (FlexbeBusy) and ServiceRefused (FlexbeRefused); none names the key."""

    def __init__(self, *, base_url: str, api_key: str) -> None:
        self._client = Client(service=SERVICE, base_url=base_url, deadline=DEADLINE, retries=0)
        self._key = api_key

    def check(self) -> None:
        """Whether the key is this site's."""
        answer = self._ask("checkConnection")
        if str(answer.get("status")) != "1":
            raise FlexbeRefused("flexbe did not confirm the connection", service=SERVICE)

    def leads(self, **wanted: str) -> list[FlexbeLead]:
        """`id`, `status`, `client_phone`, `client_email`, `start`, `count` (up to LONGEST_LIST)."""
        data = self._ask("getLeads", **wanted).get("data")
        return list(_leads(data.get("leads") if isinstance(data, dict) else None))

    def lead(self, number: str) -> FlexbeLead | None:
        """The lead of this number; None where the site has none."""
        return next((one for one in self.leads(id=number) if one.id == number), None)

    def change_lead(self, number: str, *, status: str, note: str) -> None:
        """Both are written over what stood there."""
        self._ask("changeLead", id=number, status=status, note=note)

    def _ask(self, method: str, **arguments: str) -> dict[str, Any]:
        params = {"api_key": self._key, "method": method, **arguments}
        try:
            data = self._client.get(PATH, params=params).data
        except IntegrationError as error:
            _raise_for(error.payload)
            raise
        _raise_for(data)
        if not isinstance(data, dict):
            raise ServiceUnreachable("flexbe answered with no object", service=SERVICE)
        return data


def _raise_for(data: Any) -> None:
    """The error an answer names, whatever its HTTP status was."""
    error = data.get("error") if isinstance(data, dict) else None
    if not error:
        return
    code = error.get("code") if isinstance(error, dict) else None
    if str(code) == str(TOO_MANY):
        raise FlexbeBusy("flexbe: too many calls", service=SERVICE, maybe_executed=False)
    said = {
        str(BAD_KEY): "the key is not this site's",
        str(NO_METHOD): "it does not know the method",
    }.get(str(code), f"code {str(code)[:10]}")
    raise FlexbeRefused(f"flexbe refused: {said}", service=SERVICE)


def _leads(rows: Any) -> Iterator[FlexbeLead]:
    """An object by number, or a list: PHP writes an empty object as `[]`."""
    for row in rows.values() if isinstance(rows, Mapping) else rows if rows else ():
        if isinstance(row, Mapping) and row.get("id") is not None:
            status = row.get("status")
            code = status.get("code") if isinstance(status, Mapping) else status
            yield FlexbeLead(id=str(row["id"]), status=str(code), note=str(row.get("note") or ""))


def get_flexbe(domain: str = "") -> Flexbe:
    """The API of the site a lead came from.

    The key goes to FLEXBE_BASE_URL where it is set, else to no domain but those FLEXBE_SITES lists: what a call claims
    is not enough. Raises FlexbeOff.
    """
    credentials = settings.CREDENTIALS
    key = credentials.get("FLEXBE_API_KEY") or ""
    if not key:
        raise FlexbeOff("FLEXBE_API_KEY is not set", service=SERVICE)
    base_url = credentials.get("FLEXBE_BASE_URL") or ""
    if not base_url:
        listed = sorted(
            one for one in sites_of(credentials.get("FLEXBE_SITES") or "") if "." in one
        )
        wanted = host(domain) or (listed[0] if len(listed) == 1 else "")
        if wanted not in listed:
            raise FlexbeOff("FLEXBE_SITES does not list the site's domain", service=SERVICE)
        base_url = f"https://{wanted}"
    return _site(base_url, key)


@lru_cache(maxsize=8)
def _site(base_url: str, api_key: str) -> Flexbe:
    return Flexbe(base_url=base_url, api_key=api_key)
