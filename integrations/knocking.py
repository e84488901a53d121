"""Calling our own address as a stranger would: bytes as they are, nothing followed, nothing repeated."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import requests

TIMEOUT = 10  # seconds; providers give up at about this time
SHOWN = 200  # characters of the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """What came back; `status` is None with the kind of failure in `error` where nothing did."""

    status: int | None
    milliseconds: int
    text: str = ""
    error: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def knock(url: str, *, body: bytes, headers: Mapping[str, str]) -> Knock:
    """POST once. Never raises what the network did."""
    started = time.monotonic()
    try:
        answer = requests.post(
            url, data=body, headers=dict(headers), timeout=TIMEOUT, allow_redirects=False
        )
    except requests.RequestException as error:
        return Knock(status=None, milliseconds=_since(started), error=type(error).__name__)
    return Knock(status=answer.status_code, milliseconds=_since(started), text=answer.text[:SHOWN])


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
