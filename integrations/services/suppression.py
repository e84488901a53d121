"""Addresses nothing is sent to."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from django.db import transaction

from integrations.mail.addresses import travelling
from integrations.models import Suppression

log = structlog.get_logger(__name__)

Reason = Suppression.Reason


def plain(address: str) -> str:
    """An address as it is compared. Raises NotAnAddress."""
    return travelling(address).lower()


def is_suppressed(address: str) -> bool:
    """Whether nothing may be sent to this address. Raises NotAnAddress."""
    return Suppression.objects.filter(address=plain(address)).exists()


def suppressed(addresses: Iterable[str]) -> set[str]:
    """Which of these addresses, given as they are compared, are suppressed."""
    rows = Suppression.objects.filter(address__in=list(addresses))
    return set(rows.values_list("address", flat=True))


def suppress(address: str, *, reason: Suppression.Reason, detail: str = "") -> bool:
    """Send nothing there any more. False where that stands already; its first reason stays. Raises NotAnAddress."""
    _row, is_new = Suppression.objects.get_or_create(
        address=plain(address), defaults={"reason": reason, "detail": detail[:300]}
    )
    if is_new:
        log.info("mail.suppressed", reason=str(reason))
    return is_new


@transaction.atomic
def forgive(address: str) -> bool:
    """Write there again. False where nothing was in the way. Raises NotAnAddress."""
    deleted, _rows = Suppression.objects.filter(address=plain(address)).delete()
    return bool(deleted)
