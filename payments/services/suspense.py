"""Money that arrived but was not ordered in this sum, currency or number: the account where it waits for a person.

Every posting names its incident in its key, so that each of them can be proved alone.
"""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Case, DecimalField, F, Q, Sum, When

from payments.models import Incident, MoneyEntry, Payment
from payments.money import Money

Account = MoneyEntry.Account
Kind = MoneyEntry.Kind


def hold(incident: Incident) -> None:
    """Book what came in, as it came in. The payment's row is locked by the caller, here and below."""
    _post(incident, Kind.SURPLUS, Account.CLEARING, Account.SUSPENSE, _sum_of(incident))


def release(incident: Incident, *, to: Payment, amount: Decimal) -> None:
    """Let waiting money pay for an order: the one it came for, or another one made of it."""
    _must_hold(incident, amount)
    _post(incident, Kind.RELEASE, Account.SUSPENSE, Account.REVENUE, amount, to=to)


def give_back(incident: Incident, amount: Decimal) -> None:
    """Book waiting money that went back to the payer; it may go in parts."""
    _must_hold(incident, amount)
    _post(incident, Kind.RETURN, Account.SUSPENSE, Account.CLEARING, amount)


def left_of(incident: Incident) -> Decimal:
    """How much of an incident's money waits, in its own currency."""
    of_it = Q()
    for kind in (Kind.SURPLUS, Kind.RELEASE, Kind.RETURN):
        of_it |= Q(key__startswith=_prefix(incident, kind))
    signed = Case(
        When(kind=Kind.SURPLUS, then=F("amount")),
        default=-F("amount"),
        output_field=DecimalField(max_digits=14, decimal_places=2),
    )
    total: Decimal = MoneyEntry.objects.filter(of_it).aggregate(
        total=Sum(signed, default=Decimal(0))
    )["total"]
    return total


def waiting(incident: Incident) -> Money | None:
    """What waits, as money; None where nothing does."""
    amount = left_of(incident)
    return Money(amount, incident.currency) if amount else None


def _must_hold(incident: Incident, amount: Decimal) -> None:
    if not 0 < amount <= left_of(incident):
        raise ValueError(f"incident {incident.pk} does not hold {amount}")


def _sum_of(incident: Incident) -> Decimal:
    if incident.amount is None:
        raise ValueError(f"incident {incident.pk} has no sum to hold")
    return incident.amount


def _prefix(incident: Incident, kind: MoneyEntry.Kind) -> str:
    return f"{kind}:{incident.pk}:"


def _post(
    incident: Incident,
    kind: MoneyEntry.Kind,
    debit: MoneyEntry.Account,
    credit: MoneyEntry.Account,
    amount: Decimal,
    *,
    to: Payment | None = None,
) -> None:
    payment = to or incident.payment
    if payment is None:
        raise ValueError(f"incident {incident.pk} is about no payment")
    prefix = _prefix(incident, kind)
    number = MoneyEntry.objects.filter(key__startswith=prefix).count() + 1
    MoneyEntry.objects.create(
        payment=payment,
        key=f"{prefix}{number}",
        kind=kind,
        debit=debit,
        credit=credit,
        amount=amount,
        currency=incident.currency,
    )
