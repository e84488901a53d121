"""News for staff of money and access: reactions of project/reactions.py. Each may run twice and counts once."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot.models import Topic
from bot.notices.raising import page, pages, raise_notice
from payments.formats import money
from payments.models import Incident, Payment, ReconciliationRun, Refund
from payments.registry import provider_label
from payments.services.reconciliation.subjects import PANEL


def staff_payment_paid(*, payment_id: int) -> None:
    _of_payment("payment_paid", Topic.PAYMENT, payment_id)


def staff_payment_held(*, payment_id: int) -> None:
    _of_payment("payment_held", Topic.PROBLEM, payment_id)


def staff_access_delayed(*, payment_id: int) -> None:
    _of_payment("access_delayed", Topic.PROBLEM, payment_id)


def staff_incident(*, incident_id: int) -> None:
    incident = Incident.objects.select_related("payment__plan", "customer").get(pk=incident_id)
    payment, amount = incident.payment, incident.amount
    waiting = Incident.objects.filter(kind=incident.kind, status=Incident.Status.OPEN)
    raise_notice(
        f"incident:{incident.kind}",
        Topic.PROBLEM,
        f"incident:{incident_id}",
        template="incident",
        url=page(incident),
        many_url=pages(Incident),
        case=incident.payment.case if incident.payment else "",
        at=incident.opened_at,
        incident=incident,
        payment=payment,
        came=money(amount, incident.currency) if amount is not None else "",
        ordered=money(payment.amount, payment.currency) if payment else "",
        waiting=waiting.count(),
    )


def staff_refund_requested(*, refund_id: int) -> None:
    """A customer waits for a decision. Not said any more once there is one."""
    _of_refund("requested", refund_id, Refund.Status.REQUESTED)


def staff_refund_second(*, refund_id: int) -> None:
    _of_refund("second", refund_id, Refund.Status.SECOND)


def staff_refund_failed(*, refund_id: int) -> None:
    _of_refund("failed", refund_id, Refund.Status.FAILED)


def staff_reconciliation(*, run_id: int) -> None:
    """Not said any more once everything in it is explained."""
    run = ReconciliationRun.objects.get(pk=run_id)
    count = run.open_lines.count()
    if not count:
        return
    with override(settings.LANGUAGE_CODE):
        subject = _("Панель") if run.subject == PANEL else provider_label(run.subject)
    raise_notice(
        f"reconciliation:{run.subject}",
        Topic.PROBLEM,
        f"reconciliation:{run_id}",
        template="reconciliation",
        url=page(run),
        many_url=pages(ReconciliationRun),
        run=run,
        subject=subject,
        count=count,
    )


def _of_payment(what: str, topic: Topic, payment_id: int) -> None:
    payment = Payment.objects.select_related("customer__subscription", "plan").get(pk=payment_id)
    raise_notice(
        what,
        topic,
        f"{what}:{payment_id}",
        template=what,
        url=page(payment),
        many_url=pages(Payment),
        case=payment.case,
        payment=payment,
        provider=provider_label(payment.provider),
        amount=money(payment.amount, payment.currency),
        subscription=getattr(payment.customer, "subscription", None),
    )


def _of_refund(what: str, refund_id: int, status: Refund.Status) -> None:
    refunds = Refund.objects.select_related("payment__customer", "payment__plan")
    refund = refunds.get(pk=refund_id)
    if refund.status != status:
        return
    raise_notice(
        f"refund_{what}",
        Topic.REFUND,
        f"refund:{what}:{refund_id}",
        template="refund_news",
        url=page(refund),
        many_url=pages(Refund),
        case=refund.payment.case,
        what=what,
        refund=refund,
        payment=refund.payment,
        amount=money(refund.amount, refund.currency),
    )
