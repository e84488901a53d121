"""Who the customers are and who brought them."""

from __future__ import annotations

from django.db import transaction

from integrations.clock import now
from integrations.mail.addresses import travelling
from payments.models import Customer, Referral
from payments.services.cooldowns import Action, take_turn


def meet_customer(
    *,
    telegram_id: int,
    username: str = "",
    first_name: str = "",
    language: str = "ru",
    invite_code: str = "",
) -> Customer:
    """The customer behind a Telegram account, registered at the first meeting.

    An invitation counts only then: somebody who is already a customer is nobody's friend, and nobody is his own.
    A later meeting refreshes the name and marks the bot as not blocked; the chosen language stays.
    """
    with transaction.atomic():
        customer, created = Customer.objects.get_or_create(
            telegram_id=telegram_id,
            defaults={
                "username": username,
                "first_name": first_name[:128],
                "language": "ru" if language.startswith(("ru", "be", "uk", "kk")) else "en",
            },
        )
        if created and invite_code:
            people = Customer.objects.filter(kind=Customer.Kind.TELEGRAM)
            inviter = people.filter(invite_code=invite_code).exclude(pk=customer.pk)
            if found := inviter.first():
                Referral.objects.create(inviter=found, friend=customer)
        if not created:
            Customer.objects.filter(pk=customer.pk).update(
                username=username,
                first_name=first_name[:128],
                last_seen_at=now(),
                blocked_bot_at=None,
            )
            customer.refresh_from_db()
    return customer


def accept_terms(*, customer_id: int) -> None:
    Customer.objects.filter(pk=customer_id, terms_accepted_at=None).update(terms_accepted_at=now())


def choose_language(*, customer_id: int, language: str) -> None:
    Customer.objects.filter(pk=customer_id).update(language=Customer.Language(language).value)


def mark_blocked(*, telegram_id: int) -> None:
    """The customer blocked the bot: nothing is sent until he comes back."""
    Customer.objects.filter(telegram_id=telegram_id, blocked_bot_at=None).update(
        blocked_bot_at=now()
    )


def mark_unblocked(*, telegram_id: int) -> None:
    Customer.objects.filter(telegram_id=telegram_id).update(blocked_bot_at=None)


def switch_reminders(*, customer_id: int, on: bool) -> None:
    """Whether this customer is reminded of the end of his term."""
    Customer.objects.filter(pk=customer_id).update(reminders_on=on)


def leave_email(*, customer_id: int, text: str) -> str:
    """Keep the address a customer wrote, as it travels; returns it. Raises NotAnAddress and TooSoon."""
    address = travelling(text)
    take_turn(customer_id=customer_id, action=Action.EMAIL)
    Customer.objects.filter(pk=customer_id).update(email=address)
    return address


def forget_email(*, customer_id: int) -> None:
    Customer.objects.filter(pk=customer_id).update(email="")
