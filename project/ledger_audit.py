"""The daily proof that the ledgers agree, and what it found."""

from __future__ import annotations

import structlog

from integrations.services import heartbeats
from payments.services.audit import audit_ledgers

log = structlog.get_logger(__name__)

PULSE = (
    "audit"  # the heartbeat that tells when it was last done, and how many differences there were
)


def audit() -> int:
    """Returns how many differences were found; the first ones stand in the log."""
    found = audit_ledgers().differences
    heartbeats.beat(PULSE, differences=len(found))
    for difference in found[:10]:
        log.error("ledger.difference", subject=difference.subject, rule=difference.rule)
    return len(found)
