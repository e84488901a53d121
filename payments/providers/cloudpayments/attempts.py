"""The attempts before the latest one.

Their search gives the latest operation only: a payment whose news was lost and that was followed by a declined attempt
looks declined. The list has both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from integrations.foreign import Unreadable, moment
from payments.provider import EventKind, ProviderEvent
from payments.providers.cloudpayments import bodies, operations
from payments.providers.cloudpayments.client import CloudPaymentsClient

FAILED_ATTEMPTS = frozenset({"Declined", "AwaitingAuthentication", "Cancelled"})
BEFORE = timedelta(days=1)  # how far an order's attempts may lie apart
MOST = 2000  # operations looked through: the list cannot be asked for one order


def paid_before(
    client: CloudPaymentsClient, model: Mapping[str, Any], latest: ProviderEvent
) -> ProviderEvent | None:
    """The payment of the same order that this failed attempt hides, if there is one."""
    made = moment(model.get("CreatedDateIso"))
    if made is None or latest.raw.get("status") not in FAILED_ATTEMPTS:
        return None
    rows = client.payments(since=made - BEFORE, until=made + timedelta(minutes=1))
    for row in islice(rows, MOST):
        try:
            told = operations.told(bodies.texts(row))
        except Unreadable:
            continue
        if told.kind is EventKind.PAID and told.reference == latest.reference:
            return told
    return None
