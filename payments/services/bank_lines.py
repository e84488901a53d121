"""Money that a person has found in a bank's statement: the invoice it pays moves by the one way there is."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from payments.abilities import PaidByStatement, StatementLine
from payments.errors import NotPossible
from payments.models import Payment, PaymentEvent
from payments.registry import UnknownProvider, get_provider
from payments.services.transitions import MONEY_IS_IN, apply_event

Outcome = PaymentEvent.Outcome


def statement_provider(payment: Payment) -> PaidByStatement | None:
    """The payment's provider, where only a statement shows its money."""
    try:
        provider = get_provider(payment.provider)
    except UnknownProvider:
        return None
    return provider if isinstance(provider, PaidByStatement) else None


def awaits_line(payment: Payment) -> bool:
    """Whether a line of a statement may still pay for it."""
    return payment.status not in MONEY_IS_IN and statement_provider(payment) is not None


def confirm_transfer(
    *, payment_id: int, line: StatementLine, reason: str, staff: AbstractBaseUser
) -> PaymentEvent.Outcome:
    """A person says which line of the bank's statement pays for this invoice, and why he is sure.

    Another sum than the invoice's sends it to review, as from any provider. Raises NotPossible where the line has paid
    already, or the payment is none of a bank's.
    """
    payment = Payment.objects.select_related("customer").get(pk=payment_id)
    provider = statement_provider(payment)
    if provider is None:
        raise NotPossible(_("Этот платёж подтверждает платёжная система, а не выписка."))
    told = provider.told_by(line, reference=payment.reference, payer_id=payment.customer.payer_id)
    taken = PaymentEvent.objects.filter(provider=payment.provider, event_id=told.event_id).first()
    if taken is not None:
        raise NotPossible(
            _("Этой строкой выписки уже оплачен счёт № %(number)s.") % {"number": taken.payment_id}
        )
    event = replace(
        told, reason=reason, raw=dict(told.raw) | {"staff": staff.get_username(), "reason": reason}
    )
    return apply_event(payment_id=payment.pk, event=event, origin=PaymentEvent.Origin.STAFF)
