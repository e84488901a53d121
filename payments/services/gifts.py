"""Gifts: paid for by one, claimed by whoever opens the link first. The payer himself may."""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from integrations.clock import now
from integrations.services import outbox
from payments.models import Customer, DayEntry, Gift, Payment
from payments.services import days
from payments.services.cooldowns import Action, take_turn
from payments.services.locks import lock_customers

Status = Gift.Status


class Claim(StrEnum):
    """What came of opening a gift's link."""

    RECEIVED = "received"  # now
    YOURS = "yours"  # earlier, by the same customer
    TAKEN = "taken"  # earlier, by somebody else
    REVOKED = "revoked"  # the money went back
    UNKNOWN = "unknown"  # no such gift


def create(payment: Payment) -> Gift:
    """The gift of a paid payment. Its customers are locked by the caller."""
    gift, _created = Gift.objects.get_or_create(payment=payment)
    return gift


def revoke(payment: Payment) -> None:
    """After a full refund: the link opens nothing any more. The days of a claimed one are taken back by the caller."""
    gift = Gift.objects.select_for_update().filter(payment=payment).first()
    if gift is not None:
        gift.status = Status.REVOKED
        gift.save(update_fields=["status"])


def claim(*, token: str, customer_id: int) -> tuple[Claim, Gift | None]:
    """Give a waiting gift to this customer, once, whoever else opens the link at the same moment.

    Claiming makes nobody an inviter. The days are announced, and the access link follows them. Raises TooSoon.
    """
    take_turn(customer_id=customer_id, action=Action.GIFT)
    found = Gift.objects.filter(token=token).values_list("pk", "payment__customer_id").first()
    if found is None:
        return Claim.UNKNOWN, None
    gift_id, payer_id = found
    with transaction.atomic():
        lock_customers([customer_id, payer_id])
        gift = (
            Gift.objects.select_for_update(of=("self",))
            .select_related("payment__plan")
            .get(pk=gift_id)
        )
        if gift.status == Status.REVOKED:
            return Claim.REVOKED, gift
        if gift.status == Status.CLAIMED:
            mine = gift.claimed_by_id == customer_id
            return (Claim.YOURS if mine else Claim.TAKEN), gift
        entry = days.grant_gift(gift, Customer.objects.get(pk=customer_id))
        gift.status = Status.CLAIMED
        gift.claimed_by_id = customer_id
        gift.claimed_at = now()
        gift.save(update_fields=["status", "claimed_by", "claimed_at"])
        days.announce_with_link(entry)
        outbox.publish(
            "gift.claimed",
            {"gift_id": gift.pk},
            key=f"gift.claimed:{gift.pk}",
            case=gift.payment.case,
        )
        return Claim.RECEIVED, gift


def days_of(gift: Gift) -> DayEntry | None:
    """What a claimed gift gave."""
    return DayEntry.objects.filter(key=f"gift:{gift.pk}").select_related("subscription").first()
