"""What a person can do about a difference with one press: always a service that exists, never a write of its own."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from integrations.clock import now
from integrations.remnawave.client import get_panel
from integrations.services import outbox
from payments.abilities import ListsRefunds
from payments.errors import EventTooEarly, PaymentError
from payments.models import Incident, MoneyEntry, Payment, PaymentEvent, ReconciliationLine
from payments.provider import EventKind
from payments.registry import get_provider
from payments.services import staff as by_hand
from payments.services.checks import check_payment
from payments.services.incidents import open_incident
from payments.services.reconciliation.signing import resolve
from payments.services.transitions import MONEY_IS_IN, apply_event

Kind = ReconciliationLine.Kind
How = ReconciliationLine.How


class Fix(StrEnum):
    """What the button does."""

    CHECK = "check"  # ask the provider about the payment and apply the answer
    REFUNDS = "refunds"  # ask it for the payment's refunds and book those we missed
    SYNC = "sync"  # have the panel follow the ledger
    CLOSE = "close"  # take away access on the panel that nobody here bought
    INCIDENT = "incident"  # a person's case, with its own way to an answer
    NONE = ""  # only an explanation ends it


FIXES: dict[str, Fix] = {
    Kind.MISSING_HERE: Fix.INCIDENT,
    Kind.PAID_THERE: Fix.CHECK,
    Kind.MISSING_THERE: Fix.CHECK,
    Kind.REFUNDED_THERE: Fix.REFUNDS,
    Kind.MONEY_WITHOUT_ACCESS: Fix.SYNC,
    Kind.PANEL_DATE: Fix.SYNC,
}


class NotFixed(PaymentError):
    """The button was pressed, and the difference is still there; the text says why."""


def fix_of(line: ReconciliationLine) -> Fix:
    if line.kind == Kind.ACCESS_WITHOUT_MONEY:
        return Fix.SYNC if line.subscription_id else Fix.CLOSE
    return FIXES.get(line.kind, Fix.NONE)


def fix(*, line_id: int, staff: AbstractBaseUser) -> str:
    """Do what the line's button says; returns what was done. Raises NotFixed, and the provider's IntegrationErrors."""
    line = ReconciliationLine.objects.select_related("run", "payment", "subscription").get(
        pk=line_id
    )
    if line.resolved_at is not None:
        return line.resolution
    done = {
        Fix.CHECK: _check,
        Fix.REFUNDS: _book_refunds,
        Fix.SYNC: _sync,
        Fix.CLOSE: _close,
        Fix.INCIDENT: _open_incident,
        Fix.NONE: _nothing,
    }[fix_of(line)](line)
    # Where the lists go on differing, the line is explained by what was done: later runs stay silent about it.
    lasts = line.kind in (Kind.MISSING_HERE, Kind.MISSING_THERE)
    how = How.EXPLAINED if lasts else How.FIXED
    resolve(line_id=line.pk, how=how, resolution=done, staff=staff)
    return done


def _check(line: ReconciliationLine) -> str:
    payment = _payment_of(line)
    was = payment.get_status_display()
    if not payment.external_id:
        raise NotFixed(_("Счёт у платёжной системы не открыт: спросить не о чем."))
    if line.kind == Kind.MISSING_THERE:
        event = get_provider(payment.provider).fetch(payment.external_id)
        if event.kind is not EventKind.PAID or event.reference not in ("", payment.reference):
            raise NotFixed(_("Платёжная система не подтверждает этот платёж."))
        return _("Платёжная система подтвердила платёж по номеру.")
    payment = check_payment(payment_id=payment.pk, origin=PaymentEvent.Origin.STAFF)
    if payment.status not in MONEY_IS_IN and payment.status != Payment.Status.REVIEW:
        raise NotFixed(_("Платёжная система о деньгах не сказала: состояние прежнее."))
    words = {"before": was, "after": payment.get_status_display()}
    return _("Проверено: %(before)s → %(after)s.") % words


def _book_refunds(line: ReconciliationLine) -> str:
    """The refunds under their own numbers, so that a notification that is only late counts once."""
    payment = _payment_of(line)
    provider = get_provider(payment.provider)
    if not isinstance(provider, ListsRefunds):
        raise NotFixed(_("О возвратах эту платёжную систему не спросить: проведите его вручную."))
    before = _given_back(payment)
    for event in provider.refunds_of(payment.external_id, since=payment.created_at):
        with suppress(EventTooEarly):
            apply_event(payment_id=payment.pk, event=event, origin=PaymentEvent.Origin.STAFF)
    booked = _given_back(payment) - before
    if not booked:
        raise NotFixed(_("Возвратов, которых мы не знаем, платёжная система не назвала."))
    return _("Проведено возвратов: %(number)s.") % {"number": booked}


def _given_back(payment: Payment) -> int:
    kinds = (MoneyEntry.Kind.REFUND, MoneyEntry.Kind.RETURN)
    return payment.money_entries.filter(kind__in=kinds).count()


def _sync(line: ReconciliationLine) -> str:
    if line.subscription is None:
        raise NotFixed(_("Такой подписки у нас нет."))
    by_hand.sync_with_panel(line.subscription)
    return _("Срок отправлен панели.")


def _close(line: ReconciliationLine) -> str:
    with transaction.atomic():
        outbox.publish(
            "access.unpaid", {"username": line.reference}, key=f"unpaid:{line.pk}:{now():%s}"
        )
    return _("Панели отправлено: закрыть доступ.")


def close_unpaid(*, username: str) -> None:
    """Reaction: a user of the panel whom no subscription answers for. Raises what the panel raised."""
    get_panel().disable(username=username)


def _open_incident(line: ReconciliationLine) -> str:
    with transaction.atomic():
        incident = open_incident(
            kind=Incident.Kind.UNKNOWN_PAYER,
            key=f"unknown:{line.run.subject}:{line.reference}:",  # as inbound names it for a call
            provider=line.run.subject,
            external_id=line.reference,
            detail=line.theirs,
        )
    return _("Открыто исключение № %(number)s.") % {"number": incident.pk}


def _nothing(line: ReconciliationLine) -> str:
    raise NotFixed(_("Это расхождение можно только объяснить."))


def _payment_of(line: ReconciliationLine) -> Payment:
    if line.payment is None:
        raise NotFixed(_("У расхождения нет платежа."))
    return line.payment
