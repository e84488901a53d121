"""A payment disputed at the payer's bank. No provider of ours tells of it by a call: a person who hears of it writes it
down."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from payments.errors import NotPossible
from payments.models import Incident, Payment
from payments.services.incidents import open_incident
from payments.services.settlement import money_left

POSSIBLE = frozenset({Payment.Status.PAID, Payment.Status.PARTLY_REFUNDED})


def report(*, payment_id: int, detail: str) -> Incident:
    """Open the payment's chargeback, once. Raises NotPossible where there is no money to dispute."""
    with transaction.atomic():
        payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)
        if payment.status not in POSSIBLE:
            raise NotPossible(_("По этому платежу нечего оспаривать: денег за ним нет."))
        return open_incident(
            kind=Incident.Kind.CHARGEBACK,
            key=f"chargeback:{payment.pk}",
            provider=payment.provider,
            payment=payment,
            money=money_left(payment),
            detail=detail,
        )
