"""What each decision about an exception does. Run by `incident_actions.act` with the locks of `incident_desk` held."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from integrations.clock import now
from integrations.errors import IntegrationError
from integrations.services import inbox
from integrations.wakeups import wake
from payments.errors import EventTooEarly, NotAcceptable, NotPossible, UnknownPayment
from payments.models import Customer, Incident, Payment, PaymentEvent, Plan
from payments.provider import EventKind, ProviderEvent, Trust
from payments.registry import UnknownProvider
from payments.services import callbacks, checks, staff, suspense
from payments.services.incident_desk import Decision
from payments.services.transitions import (
    ACCEPTABLE,
    MONEY_IS_IN,
    accept_waiting,
    apply_locked,
)

Purpose = Payment.Purpose


def accept(incident: Incident, decision: Decision) -> str:
    """All that waits pays for the order it came for."""
    payment = _payment(incident)
    try:
        accept_waiting(
            payment=payment,
            incident=incident,
            amount=suspense.left_of(incident),
            reason=decision.reason,
        )
    except NotAcceptable as error:
        raise NotPossible(_("По этому платежу деньги уже учтены.")) from error
    return "accepted"


def again(incident: Incident, decision: Decision) -> str:
    """The second sum buys the same once more: a payment of its own, so that each has one term."""
    payment = _payment(incident)
    second = Payment.objects.create(
        customer=payment.customer,
        plan=payment.plan,
        length=payment.length,
        unit=payment.unit,
        provider=payment.provider,
        method=payment.method,
        amount=payment.amount,
        currency=payment.currency,
        purpose=Purpose.GIFT if payment.purpose == Purpose.GIFT else Purpose.TERM,
        opened_at=now(),
        poll_at=None,
    )
    accept_waiting(
        payment=second,
        incident=incident,
        amount=suspense.left_of(incident),
        reason=decision.reason,
    )
    return "bought_again"


def keep(incident: Incident, decision: Decision) -> str:
    """Things stay as they are."""
    return "kept"


def nothing(incident: Incident, decision: Decision) -> str:
    """Only the customer is told; the incident waits on."""
    if not decision.answer.strip():
        raise NotPossible(_("Напишите, что сказать клиенту."))
    return ""


def ask_provider(incident: Incident, decision: Decision) -> None:
    """Before anything is locked: the provider's own word about the payment, applied as any other."""
    payment = _payment(incident)
    try:
        checks.check_payment(payment_id=payment.pk, origin=PaymentEvent.Origin.STAFF)
    except (IntegrationError, EventTooEarly) as error:
        raise NotPossible(_("Платёжная система не ответила: %(e)s") % {"e": error}) from error
    except UnknownPayment as error:
        raise NotPossible(_("Платёжная система говорит о другом заказе.")) from error
    except UnknownProvider as error:
        raise NotPossible(_("Эта платёжная система сейчас выключена.")) from error


def counted(incident: Incident, decision: Decision) -> str:
    """After the provider was asked: did the money come?"""
    payment = _payment(incident)
    if payment.status in MONEY_IS_IN or payment.status == Payment.Status.REVIEW:
        return "counted"
    said = payment.get_status_display()
    raise NotPossible(
        _("Платёжная система не подтвердила оплату. Платёж остаётся: %(said)s.") % {"said": said}
    )


def try_access(incident: Incident, decision: Decision) -> str:
    """The incident closes itself once the access is there."""
    return ""


def repeat(incident: Incident) -> None:
    """After the commit: the payment's calls and reactions are tried at once."""
    staff.repeat_case(_payment(incident))


def link(incident: Incident, decision: Decision) -> str:
    """The stored call is applied to the payment a person has found, or to a new one of the customer he named."""
    if incident.callback is None:
        raise NotPossible(_("Вызов не сохранился: привязывать нечего."))
    payment = _target(incident, decision)
    incident.payment = payment
    incident.customer = payment.customer
    incident.save(update_fields=["payment", "customer"])
    inbox.requeue(incident.callback.pk)
    transaction.on_commit(lambda: wake(callbacks.DRAIN))
    return "linked"


def _target(incident: Incident, decision: Decision) -> Payment:
    if decision.payment_id is not None:
        payment = Payment.objects.select_related("customer").filter(pk=decision.payment_id).first()
        if payment is None:
            raise NotPossible(_("Такого платежа нет."))
        if payment.provider != incident.provider:
            raise NotPossible(_("Этот счёт открыт у другой платёжной системы."))
        if payment.status not in ACCEPTABLE:
            raise NotPossible(
                _(
                    "По этому счёту деньги уже есть. Укажите клиента и тариф: срок выдастся отдельно."
                )
            )
        return payment
    customer = Customer.objects.filter(pk=decision.customer_id or 0).first()
    plan = Plan.objects.filter(pk=decision.plan_id or 0).first()
    if customer is None or plan is None:
        raise NotPossible(_("Укажите номер счёта или клиента и тариф."))
    if plan.audience != customer.audience:
        raise NotPossible(_("Этот тариф не для него: у партнёров тарифы свои."))
    taken = Payment.objects.filter(provider=incident.provider, external_id=incident.external_id)
    return Payment.objects.create(
        customer=customer,
        plan=plan,
        length=plan.length,
        unit=plan.unit,
        provider=incident.provider,
        external_id="" if taken.exists() else incident.external_id,
        amount=plan.amount,
        currency=plan.currency,
        opened_at=now(),
        poll_at=None,
    )


def charged_back(incident: Incident, decision: Decision) -> str:
    """The bank has taken the money: it is booked as gone, and what it bought goes."""
    payment = _payment(incident)
    if payment.status not in (Payment.Status.PAID, Payment.Status.PARTLY_REFUNDED):
        raise NotPossible(_("По этому платежу нечего списывать: денег за ним нет."))
    event = ProviderEvent(
        kind=EventKind.REFUNDED,
        trust=Trust.SIGNED,
        event_id=f"staff:chargeback:{incident.pk}",
        reference=payment.reference,
        reason=decision.reason,
    )
    apply_locked(
        payment_id=payment.pk,
        event=event,
        origin=PaymentEvent.Origin.STAFF,
        callback=None,
    )
    return "charged_back"


def _payment(incident: Incident) -> Payment:
    if incident.payment is None:
        raise NotPossible(_("У этого исключения нет платежа."))
    return incident.payment
