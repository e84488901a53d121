"""News for customers: the reactions named in project/reactions.py. Each may run twice and says its thing once."""

from __future__ import annotations

from dataclasses import replace

from bot import messenger
from bot.answers import incident_answered
from bot.by_post import Fact, Post
from bot.by_post import write as write_letter
from bot.gift_news import days_ready, gift_claimed, gift_ready
from bot.messenger import Letter, Outcome, WhenUnsure
from bot.models import Message
from bot.notices.letters import staff_letter_refused, staff_mail_failing
from bot.notices.money import (
    staff_access_delayed,
    staff_incident,
    staff_payment_held,
    staff_payment_paid,
    staff_reconciliation,
    staff_refund_failed,
    staff_refund_requested,
    staff_refund_second,
)
from bot.notices.registry import (
    staff_application_received,
    staff_conversation_waits,
    staff_lead_unmatched,
    staff_partner_closed,
    staff_umnico,
)
from bot.on_screen import edit_invoice, refresh_invoice
from bot.partner_news import offer_in_telegram
from bot.refund_news import (
    payment_partly_refunded,
    refund_rejected,
)
from bot.reminding import reminder_by_mail, reminder_due
from bot.rendering import Screen
from bot.renewal_news import (
    renewal_declined,
    renewal_off,
    renewal_upcoming,
    subscription_past_due,
    subscription_stopped,
)
from bot.screens import access, found, invoice, referral
from payments import selectors
from payments.models import Payment, PaymentEvent, Referral
from payments.services.fulfilment import mark_link_sent

__all__ = [
    "access_delayed",
    "access_granted",
    "days_ready",
    "gift_claimed",
    "gift_ready",
    "hold_released",
    "incident_answered",
    "offer_in_telegram",
    "payment_expired",
    "payment_failed",
    "payment_found",
    "payment_held",
    "payment_partly_refunded",
    "payment_refunded",
    "payment_under_review",
    "plan_active",
    "referral_rewarded",
    "refund_rejected",
    "reminder_by_mail",
    "reminder_due",
    "renewal_declined",
    "renewal_off",
    "renewal_upcoming",
    "staff_access_delayed",
    "staff_application_received",
    "staff_conversation_waits",
    "staff_incident",
    "staff_lead_unmatched",
    "staff_letter_refused",
    "staff_mail_failing",
    "staff_partner_closed",
    "staff_payment_held",
    "staff_payment_paid",
    "staff_reconciliation",
    "staff_refund_failed",
    "staff_refund_requested",
    "staff_refund_second",
    "staff_umnico",
    "subscription_past_due",
    "subscription_stopped",
]

Kind = Message.Kind
# Closed by us, and paid all the same: the customer is told that the money was not lost.
CLOSED = (Payment.Status.EXPIRED, Payment.Status.CANCELED, Payment.Status.FAILED)


def access_granted(*, payment_id: int) -> None:
    """The link. Where its message may have been lost, the invoice message is edited to hold it instead.

    So the customer always has the link, and has it twice only where there was no invoice message to edit.
    """
    payment = _payment(payment_id)
    screen = access.granted(payment.customer, payment, late=_paid_late(payment))
    letter = _letter(payment, Kind.ACCESS, screen, WhenUnsure.ASK)
    outcome = messenger.send_once(letter)
    link_in_invoice = False
    if outcome is Outcome.UNSURE:
        shown_in = edit_invoice(payment, screen)
        link_in_invoice = shown_in is not None
        if link_in_invoice:
            messenger.mark_sent(letter, message_id=shown_in)
            outcome = Outcome.SENT
        else:
            outcome = messenger.send_again(letter)
    if outcome is not Outcome.SENT:
        return
    mark_link_sent(payment_id=payment_id)
    if not link_in_invoice:
        refresh_invoice(payment)


def plan_active(*, payment_id: int) -> None:
    """A partner's plan runs: there is no link to bring, and nothing on the panel to wait for."""
    payment = _payment(payment_id)
    key = f"plan_active:{payment.pk}"
    post = Post(what="active", facts={"late": _paid_late(payment)})
    if write_letter(key=key, customer=payment.customer, payment=payment, post=post):
        mark_link_sent(payment_id=payment_id)


def access_delayed(*, payment_id: int) -> None:
    """Money is in, the panel is not answering. Not said any more once the link is there."""
    payment = _payment(payment_id)
    if payment.access == Payment.Access.GRANTED:
        return
    screen = access.delayed(payment.customer, payment)
    messenger.send_once(_letter(payment, Kind.DELAYED, screen, WhenUnsure.LEAVE))
    refresh_invoice(payment)


def payment_found(*, payment_id: int) -> None:
    """The provider has the money and has not called: one press of the button settles it. Said once at most."""
    payment = _payment(payment_id)
    if payment.paid_at is None and payment.status != Payment.Status.REVIEW:
        screen = found.show(payment.customer, payment)
        messenger.send_once(_letter(payment, Kind.FOUND, screen, WhenUnsure.LEAVE))


def payment_failed(*, payment_id: int) -> None:
    if not _payment(payment_id).renewal_key:  # of renewals `renewal_news` tells
        _tell_state(payment_id, Kind.FAILED)


def payment_held(*, payment_id: int) -> None:
    _tell_state(payment_id, Kind.HOLD)


def hold_released(*, payment_id: int) -> None:
    """The held sum goes back: not what the invoice message alone would tell."""
    payment = _payment(payment_id)
    screen = invoice.released(payment.customer, payment)
    letter = replace(
        _letter(payment, Kind.HOLD, screen, WhenUnsure.REPEAT),
        key=f"released:{payment.pk}",
        post=Post(what="released"),
    )
    if messenger.send_once(letter) is Outcome.SENT:
        edit_invoice(payment, invoice.superseded(payment.customer, payment))


def payment_under_review(*, payment_id: int) -> None:
    _tell_state(payment_id, Kind.REVIEW)


def payment_refunded(*, payment_id: int) -> None:
    _tell_state(payment_id, Kind.REFUNDED)


def payment_expired(*, payment_id: int) -> None:
    """The invoice message says so itself. A new message only where it cannot be edited, and never to somebody who
    has moved on to another payment."""
    payment = _payment(payment_id)
    if payment.status != Payment.Status.EXPIRED:
        return
    screen = invoice.show(payment.customer, payment)
    if edit_invoice(payment, screen) is not None:
        return
    if payment.customer.payments.filter(pk__gt=payment.pk).exists():
        return
    messenger.send_once(_letter(payment, Kind.EXPIRED, screen, WhenUnsure.LEAVE))


def referral_rewarded(*, referral_id: int) -> None:
    """Days for a friend's first payment; a second copy would read as a second bonus."""
    row = Referral.objects.select_related("inviter").get(pk=referral_id)
    if row.inviter.blocked_bot_at is not None:
        return
    messenger.send_once(
        Letter(
            key=f"{Kind.REFERRAL}:{referral_id}",
            kind=Kind.REFERRAL,
            chat_id=row.inviter.telegram_id,
            screen=referral.rewarded(row.inviter, row),
            when_unsure=WhenUnsure.LEAVE,
            customer=row.inviter,
        )
    )


def _payment(payment_id: int) -> Payment:
    payments = Payment.objects.select_related("customer__subscription", "plan")
    return payments.get(pk=payment_id)


def _letter(payment: Payment, kind: Kind, screen: Screen, when_unsure: WhenUnsure) -> Letter:
    return Letter(
        key=f"{kind}:{payment.pk}",
        kind=kind,
        chat_id=payment.customer.telegram_id,
        screen=screen,
        when_unsure=when_unsure,
        customer=payment.customer,
        payment=payment,
        post=_post(payment, kind),
    )


def _post(payment: Payment, kind: Kind) -> Post:
    """The same news for a payer without a chat."""
    facts: dict[str, Fact] = {"reason": payment.reason}
    if kind == Kind.REFUNDED:
        facts = {
            "sum": selectors.given_back(payment),
            "had_bought": selectors.paid_for_something(payment),
        }
    return Post(what=kind.value, facts=facts)


def _tell_state(payment_id: int, kind: Kind) -> None:
    """A new message, because an edit rings no bell; the old invoice loses its buttons."""
    payment = _payment(payment_id)
    screen = invoice.show(payment.customer, payment)
    if messenger.send_once(_letter(payment, kind, screen, WhenUnsure.REPEAT)) is Outcome.SENT:
        edit_invoice(payment, invoice.superseded(payment.customer, payment))


def _paid_late(payment: Payment) -> bool:
    return payment.events.filter(
        outcome=PaymentEvent.Outcome.MOVED,
        status_after=Payment.Status.PAID,
        status_before__in=CLOSED,
    ).exists()
