"""Statements that people upload, for providers that cannot be asked for a list: looked at, then kept and compared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q

from integrations.clock import now
from payments.errors import PaymentError
from payments.models import Payment, ReconciliationRun, Statement
from payments.money import Money
from payments.provider import EventKind
from payments.services.reconciliation.runs import order, order_for_worker
from payments.services.statement_reading import Row, read_statement

SHOWN = 20  # rows of a preview
FORGOTTEN = timedelta(days=1)  # previews nobody came back to


class UploadedBefore(PaymentError):
    """The very same file was taken already."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(f"statement {statement.pk}")
        self.statement = statement


@dataclass(slots=True, kw_only=True)
class Preview:
    """What a person sees before the file is kept. `shown` are the first rows, each with the payment it is about."""

    count: int
    paid: list[Money] = field(default_factory=list)
    refunded: list[Money] = field(default_factory=list)
    since: datetime | None = None
    until: datetime | None = None
    shown: list[tuple[Row, Payment | None]] = field(default_factory=list)


def upload(
    *, provider: str, name: str, content: bytes, currency: str, staff: AbstractBaseUser
) -> Statement:
    """Read a file and hold it for the preview; nothing is compared yet.

    The same file again leads to its preview, as long as nobody has kept it. Raises StatementRefused, UploadedBefore.
    """
    rows = read_statement(content, currency=currency)
    Statement.objects.filter(kept_at=None, uploaded_at__lt=now() - FORGOTTEN).delete()
    digest = sha256(content).hexdigest()
    try:
        with transaction.atomic():
            return Statement.objects.create(
                provider=provider,
                name=name[:200],
                sha256=digest,
                rows=rows,
                uploaded_by_id=staff.pk,
            )
    except IntegrityError as error:
        same = Statement.objects.get(provider=provider, sha256=digest)
        if same.kept_at is not None:
            raise UploadedBefore(same) from error
        return same


def preview(statement: Statement) -> Preview:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    moments = []
    for row in statement.rows:
        for part in ("amount", "refunded"):
            if row[part]:
                sums[part, row["currency"]] += Decimal(row[part])
        if row["at"]:
            moments.append(datetime.fromisoformat(row["at"]))
    shown = list(islice(statement.rows, SHOWN))
    ours = _ours(statement.provider, shown)
    return Preview(
        count=len(statement.rows),
        paid=[Money(total, code) for (part, code), total in sums.items() if part == "amount"],
        refunded=[
            Money(total, code)
            for (part, code), total in sums.items()
            if part == "refunded" and total
        ],
        since=min(moments, default=None),
        until=max(moments, default=None),
        shown=[(row, ours.get(row["external_id"]) or ours.get(row["reference"])) for row in shown],
    )


def keep(
    *, statement_id: int, since: datetime, until: datetime, staff: AbstractBaseUser
) -> ReconciliationRun:
    """Take the file and have a worker compare it with our payments of this period. Raises AlreadyRunning."""
    with transaction.atomic():
        statement = Statement.objects.select_for_update().get(pk=statement_id)
        run = order(
            subject=statement.provider,
            since=since,
            until=until,
            started_by=staff,
            statement=statement,
        )
        if statement.kept_at is None:
            statement.kept_at = now()
            statement.save(update_fields=["kept_at"])
        order_for_worker(run)
    return run


def discard(*, statement_id: int) -> bool:
    """Forget a file that was only looked at; False for one that is kept."""
    deleted, _by_model = Statement.objects.filter(pk=statement_id, kept_at=None).delete()
    return bool(deleted)


def is_refund(row: Row) -> bool:
    return row["kind"] == EventKind.REFUNDED.value


def _ours(provider: str, rows: list[Row]) -> dict[str | None, Payment]:
    """Our payments by either of their names."""
    found = Payment.objects.filter(provider=provider).filter(
        Q(external_id__in=[row["external_id"] for row in rows if row["external_id"]])
        | Q(reference__in=[row["reference"] for row in rows if row["reference"]])
    )
    names: dict[str | None, Payment] = {}
    for payment in found:
        names |= {payment.reference: payment}
        if payment.external_id:
            names[payment.external_id] = payment
    return names
