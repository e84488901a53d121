"""Calls through a proxy of ours: the addresses that payment systems and services know, and a forged one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import requests

CALLED = (
    "/1plat-webhook",
    "/payments/callbacks/oneplat",
    "/payments/callbacks/cryptobot",
    "/payments/callbacks/yookassa",
    *(
        f"/payments/callbacks/cloudpayments/{kind}"
        for kind in ("check", "pay", "fail", "confirm", "refund", "cancel", "recurrent")
    ),
    "/integrations/callbacks/tilda",
    *(
        f"/integrations/callbacks/{source}/wrong-secret"
        for source in ("tilda", "umnico", "protalk", "flexbe")
    ),
)
FORGED = "203.0.113.77"


@dataclass(frozen=True)
class Site:
    """`url` by https, `plain_url` by http; `authority` is who signed the certificate."""

    url: str
    plain_url: str
    authority: Path


def send(front: Site, method: str, path: str, **options: object) -> requests.Response:
    options = {"timeout": 10, "allow_redirects": False, "verify": str(front.authority), **options}
    return requests.request(method, f"{front.url}{path}", **options)  # type: ignore[arg-type]


def answers(found: Site, path: str = "/health/live") -> None:
    """Wait until it does, ten seconds at most."""
    until = time.monotonic() + 10
    while True:
        try:
            requests.get(f"{found.url}{path}", verify=str(found.authority), timeout=5)
        except (requests.ConnectionError, OSError):  # no door yet, or no authority yet
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
