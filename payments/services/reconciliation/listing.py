"""The other side's list, read page by page into the database: memory holds one page, the comparison is a join."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice

from integrations.remnawave.client import get_panel
from payments.errors import PaymentError
from payments.models import ListedRow, ReconciliationRun
from payments.provider import EventKind, ListsPayments, ProviderEvent
from payments.registry import UnknownProvider, get_provider
from payments.services.reconciliation.subjects import PANEL

PAGE = 1000  # rows written at once
MONEY_MOVED = (EventKind.PAID, EventKind.REFUNDED)
LARGEST = Decimal(10) ** 16  # what a row can hold


class CannotList(PaymentError):
    """There is no list to compare with: the provider is switched off or has no such call."""


def fill(run: ReconciliationRun, *, keep_alive: Callable[[], None]) -> None:
    """Write the list down; `keep_alive` is called with each page. Raises CannotList and IntegrationErrors."""
    ListedRow.objects.filter(run=run).delete()
    rows = _rows(run)
    count = 0
    while page := list(islice(rows, PAGE)):
        ListedRow.objects.bulk_create(page)
        count += len(page)
        keep_alive()
    run.theirs = count
    run.save(update_fields=["theirs"])


def _rows(run: ReconciliationRun) -> Iterator[ListedRow]:
    if run.statement is not None:
        return (_from_statement(run, row) for row in run.statement.rows)
    if run.subject == PANEL:
        return (
            ListedRow(
                run=run,
                external_id=user.username[:100],
                kind=user.status[:10],
                at=user.expires_at,
            )
            for user in get_panel().users()
        )
    return _from_provider(run, _listed(run))


def _listed(run: ReconciliationRun) -> Iterable[ProviderEvent]:
    try:
        provider = get_provider(run.subject)
    except UnknownProvider as error:
        raise CannotList(f"{run.subject} is not switched on") from error
    if not isinstance(provider, ListsPayments):
        raise CannotList(f"{provider.label} cannot list its payments: upload a statement")
    return provider.list_payments(since=run.since)


def _from_provider(run: ReconciliationRun, events: Iterable[ProviderEvent]) -> Iterator[ListedRow]:
    for event in events:
        if event.kind not in MONEY_MOVED:
            continue
        sums = [money for money in (event.money, event.refunded) if money is not None]
        yield ListedRow(
            run=run,
            external_id=event.external_id[:100],
            reference=event.reference[:128],
            kind=event.kind.value,
            amount=_held(event.money.amount) if event.money else None,
            currency=sums[0].currency if sums else "",
            refunded=_held(event.refunded.amount) if event.refunded else None,
            at=event.paid_at,
        )


def _from_statement(run: ReconciliationRun, row: dict[str, str | None]) -> ListedRow:
    """A row as `statements` kept it: sums as text, the moment in ISO 8601."""
    amount, refunded, at = row.get("amount"), row.get("refunded"), row.get("at")
    return ListedRow(
        run=run,
        external_id=row.get("external_id") or "",
        reference=row.get("reference") or "",
        kind=row["kind"] or "",
        amount=Decimal(amount) if amount else None,
        currency=row.get("currency") or "",
        refunded=Decimal(refunded) if refunded else None,
        at=datetime.fromisoformat(at) if at else None,
    )


def _held(amount: Decimal) -> Decimal:
    """A sum no order of ours can have is as good as the largest that fits: it differs either way."""
    return min(amount, LARGEST - 1)
