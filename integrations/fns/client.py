"""The register of companies at api-fns.ru: `egr`, `check`, `search`, `stat`.

The service takes its key only in the query. Every call may be paid for, so only a network failure is repeated, once.
Large companies have been seen to take more than half a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from integrations.errors import ServiceUnreachable
from integrations.fns import wire
from integrations.fns.cards import Marks, RegistryCard, card_of, choose, items, marks_of
from integrations.fns.errors import SERVICE, FnsOff, NoAnswer, Odd
from integrations.fns.reply import Reply
from integrations.http import Client

BASE_URL = "https://api-fns.ru"
CONNECT_TIMEOUT = 10.0  # seconds
DEADLINE = 45.0  # seconds for a call with its repeat


@dataclass(frozen=True, slots=True)
class Found:
    """The entry of one INN: `item` as it came, `card` as it was read; both None where there is none."""

    reply: Reply
    item: Mapping[str, Any] | None
    card: RegistryCard | None


@dataclass(frozen=True, slots=True)
class Checked:
    """`marks` is None where the service says nothing about this INN."""

    reply: Reply
    marks: Marks | None


@dataclass(frozen=True, slots=True)
class Limit:
    """Calls of one method that are paid for, and how many were made."""

    limit: int
    spent: int

    @property
    def left(self) -> int:
        return max(self.limit - self.spent, 0)


@dataclass(frozen=True, slots=True)
class Stat:
    """`until` is the last day the limits are for, as the service writes it."""

    status: str
    until: str
    methods: Mapping[str, Limit]


class Fns:
    """One account of the service. Every method raises FnsProblem and nothing else."""

    def __init__(self, *, base_url: str, key: str, deadline: float = DEADLINE) -> None:
        self._key = key
        self._client = Client(
            service=SERVICE,
            base_url=base_url.rstrip("/").removesuffix("/api") + "/api",
            connect_timeout=CONNECT_TIMEOUT,
            deadline=deadline,
            retries=1,
        )

    def egr(self, number: str) -> Found:
        """The whole entry of an INN or OGRN."""
        reply = self._ask("egr", req=number)
        item = choose(reply.data, number)
        return Found(reply, item, card_of(item) if item else None)

    def check(self, number: str) -> Checked:
        """Marks for and against a company."""
        reply = self._ask("check", req=number)
        return Checked(reply, marks_of(reply.data, number))

    def search(self, query: str, *, page: int = 1) -> list[RegistryCard]:
        """Short entries whose name, number or address fits."""
        reply = self._ask("search", q=query, page=str(page))
        return [card for item in items(reply.data) if (card := card_of(item)) is not None]

    def stat(self) -> Stat:
        """What is left of the account's limits. Costs nothing."""
        reply = self._ask("stat", listed=False)
        methods = reply.data.get("Методы")
        return Stat(
            status=str(reply.data.get("Статус") or ""),
            until=str(reply.data.get("ДатаОконч") or ""),
            methods={
                str(name): Limit(_whole(numbers.get("Лимит")), _whole(numbers.get("Истрачено")))
                for name, numbers in (methods.items() if isinstance(methods, dict) else ())
                if isinstance(numbers, dict)
            },
        )

    def _ask(self, method: str, *, listed: bool = True, **arguments: str) -> Reply:
        """`listed`: the answer must be an object with a list of `items`."""
        try:
            got = self._client.fetch(method, params={**arguments, "key": self._key})
        except ServiceUnreachable as error:
            # Its message names the service and the type of the failure, never the address.
            raise NoAnswer(str(error), service=SERVICE) from None
        reply = wire.read(method, got.status, got.content, key=self._key)
        if not isinstance(reply.data, dict) or (
            listed and not isinstance(reply.data.get("items"), list)
        ):
            odd = Odd(f"fns answered {method} with JSON of another shape", service=SERVICE)
            odd.reply = reply
            raise odd
        return reply


def get_fns() -> Fns:
    """The account of the settings; one per process, so that connections are kept. Raises FnsOff."""
    key = settings.CREDENTIALS.get("FNS_API_KEY") or ""
    if not key:
        raise FnsOff("FNS_API_KEY is not set", service=SERVICE)
    return _fns(settings.CREDENTIALS.get("FNS_BASE_URL") or BASE_URL, key)


@lru_cache(maxsize=8)
def _fns(base_url: str, key: str) -> Fns:
    return Fns(base_url=base_url, key=key)


def _whole(value: Any) -> int:
    """Numbers come as texts and as numbers."""
    try:
        return int(str(value).strip())
    except ValueError:
        return 0
