"""The customer's own "check payment"."""

from __future__ import annotations

import structlog

from integrations.errors import IntegrationError
from payments import selectors
from payments.errors import EventTooEarly, UnknownPayment
from payments.models import Payment, PaymentEvent
from payments.registry import UnknownProvider
from payments.services.checks import check_payment

log = structlog.get_logger(__name__)


class NoAnswer(Exception):
    """The provider gave no answer that says anything about this payment."""


def check_own_payment(*, payment_id: int, customer_id: int) -> Payment | None:
    """Ask the provider, at most once in the cooldown; None for a payment that is not this customer's.

    Raises CheckTooSoon and NoAnswer.
    """
    if selectors.payment_of(payment_id=payment_id, customer_id=customer_id) is None:
        return None
    try:
        return check_payment(payment_id=payment_id, origin=PaymentEvent.Origin.CHECK)
    except (IntegrationError, EventTooEarly, UnknownPayment, UnknownProvider) as error:
        log.warning("bot.check_unanswered", case=f"payment:{payment_id}", error=str(error))
        raise NoAnswer from error
