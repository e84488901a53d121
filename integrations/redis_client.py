"""How every part of the product reaches Redis itself, past Celery and Django's cache."""

from __future__ import annotations

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(
    url: str, *, seconds: float = 1.0, is_repeated: bool = True, is_text: bool = False
) -> Redis:
    """A client that waits so many seconds for the connection and for each answer.

    Where a call is not repeated, a frozen server costs that time once. `is_text` answers with str, not bytes.
    """
    options: dict[str, Any] = {"decode_responses": True} if is_text else {}
    if not is_repeated:
        options["retry"] = Retry(NoBackoff(), 0)
    return Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds, **options)
