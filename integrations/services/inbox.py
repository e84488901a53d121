"""The inbox: every call that reached us, by one INSERT."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.db import InterfaceError, OperationalError, connection

from integrations.callbacks import RawCallback
from integrations.clock import wall_clock
from integrations.models import InboundCallback
from integrations.statements import Statement

SECRET_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "x-api-key",
        "x-secret",
        "x-telegram-bot-api-secret-token",
        "x-webhook-secret",
    }
)
REJECTED_BODY_BYTES = 4096  # of a refused call: enough to see what it was

# One statement: a redelivery finds the row of the first delivery and only counts up.
STORE = Statement(
    "store_callback",
    """
INSERT INTO integrations_inboundcallback (
    source, kind, digest, verdict, verdict_reason, headers, body, remote_addr, request_id, deliveries,
    status, outcome, attempts, not_before, error, "case", received_at, last_delivery_at
) VALUES (
    %(source)s, %(kind)s, %(digest)s, %(verdict)s, %(reason)s, %(headers)s, %(body)s, %(remote_addr)s, %(request_id)s,
    1, %(status)s, '', 0, %(moment)s, '', '', %(moment)s, %(moment)s
)
ON CONFLICT (source, kind, digest, verdict) DO UPDATE
SET deliveries = integrations_inboundcallback.deliveries + 1, last_delivery_at = EXCLUDED.last_delivery_at
RETURNING id
""",
)


def store_callback(*, source: str, raw: RawCallback, request_id: str = "") -> int:
    """Keep an accepted call for the worker; returns the row's id."""
    return _store(
        source=source,
        raw=raw,
        request_id=request_id,
        verdict=InboundCallback.Verdict.ACCEPTED,
        status=InboundCallback.Status.RECEIVED,
    )


def store_refused(
    *,
    source: str,
    raw: RawCallback,
    verdict: InboundCallback.Verdict,
    reason: str,
    request_id: str = "",
) -> int:
    """Keep a call that was not accepted, so that staff can see who knocked and why it stayed outside."""
    return _store(
        source=source,
        raw=raw,
        request_id=request_id,
        verdict=verdict,
        status=InboundCallback.Status.REFUSED,
        reason=reason,
    )


def requeue(callback_id: int) -> bool:
    """Have an accepted call processed again from the start; the worker's next tick finds it."""
    accepted = InboundCallback.objects.filter(
        pk=callback_id, verdict=InboundCallback.Verdict.ACCEPTED
    )
    return bool(
        accepted.update(
            status=InboundCallback.Status.RECEIVED,
            attempts=0,
            not_before=wall_clock(),
            error="",
            outcome="",
        )
    )


def _store(
    *,
    source: str,
    raw: RawCallback,
    request_id: str,
    verdict: InboundCallback.Verdict,
    status: InboundCallback.Status,
    reason: str = "",
) -> int:
    body = raw.body
    if status == InboundCallback.Status.REFUSED:
        body = body[:REJECTED_BODY_BYTES]
    return _insert(
        {
            "source": source,
            "kind": raw.kind,
            "digest": raw.digest,
            "verdict": verdict.value,
            "reason": reason[:200],
            "headers": json.dumps(masked(raw.headers)),
            "body": body,
            "remote_addr": raw.remote_addr or None,
            "request_id": request_id,
            "status": status.value,
            "moment": wall_clock().isoformat(),
        }
    )


def _insert(values: Mapping[str, str | bytes | None]) -> int:
    """Run the one statement, once more on a new connection where the old one turns out to be dead.

    It may be repeated: at worst a delivery is counted twice. So no connection is asked for its health beforehand.
    """
    try:
        return int(STORE.run(values) or 0)
    except (InterfaceError, OperationalError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return int(STORE.run(values) or 0)


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as they may be shown: secrets become ***."""
    return {
        name: "***" if name in SECRET_HEADERS else value.replace("\x00", "\\0")
        for name, value in headers.items()
    }
