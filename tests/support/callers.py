"""Calls through a proxy of ours: the addresses that payment systems and services know, and a forged one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.support.stack import Stack

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


def leads_to_https(front: Site) -> None:
    answer = requests.post(
        f"{front.plain_url}/1plat-webhook?a=1", timeout=10, allow_redirects=False
    )
    assert answer.status_code == 308  # the method is kept
    assert answer.headers["Location"] == "https://localhost/1plat-webhook?a=1"


def is_heard_by_its_receiver(front: Site, path: str) -> None:
    """Refused as a call of nobody, which only the receiver does: no redirect, no page, no "not found"."""
    answer = send(front, "POST", path, json={"nothing": "of ours"})
    assert answer.status_code in (200, 400, 403, 415), answer.text[:200]
    assert "<html" not in answer.text.lower()


def forged_address_is_not_believed(front: Site, stack: Stack, *, mark: str) -> None:
    """`mark` is a text that no other call holds."""
    headers = {"X-Forwarded-For": FORGED, "X-Real-IP": FORGED, "Forwarded": f"for={FORGED}"}
    path = "/payments/callbacks/cryptobot"
    answer = send(front, "POST", path, json={"who": mark}, headers=headers)
    assert answer.status_code in (400, 403)
    kept = stack.value(
        "SELECT host(remote_addr) FROM integrations_inboundcallback WHERE position(%s::bytea in body) > 0",
        mark.encode(),
    )
    assert kept == "127.0.0.1"


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
