"""Decisions that send money back. The transfer is a refund like any other; its incident closes when it has gone."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from payments.errors import NotAcceptable, NotPossible, RefundImpossible, RefundRefusal
from payments.models import Incident, Payment
from payments.services import refunds, suspense
from payments.services.incident_desk import Decision
from payments.services.settlement import money_left
from payments.services.transitions import accept_waiting

PART = "accepted_part"  # the resolution, once the rest has gone back


def give_back(incident: Incident, decision: Decision) -> str:
    """All that waits goes back. The incident waits until it has gone."""
    _order(incident, decision, suspense.left_of(incident))
    return ""


def accept_part(incident: Incident, decision: Decision) -> str:
    """The price pays for the order, the rest goes back."""
    payment = incident.payment
    if payment is None or suspense.left_of(incident) <= payment.amount:
        raise NotPossible(_("Лишнего нет: засчитайте всю сумму."))
    try:
        accept_waiting(
            payment=payment, incident=incident, amount=payment.amount, reason=decision.reason
        )
    except NotAcceptable as error:
        raise NotPossible(_("По этому платежу деньги уже учтены.")) from error
    incident.resolution = PART
    incident.save(update_fields=["resolution"])
    _order(incident, decision, suspense.left_of(incident))
    return ""


def refund_late(incident: Incident, decision: Decision) -> str:
    """Late money goes back as a whole; the access it gave goes with it."""
    payment = incident.payment
    if payment is None:
        raise NotPossible(_("У этого исключения нет платежа."))
    _start(payment, decision, money_left(payment).amount)
    return "refunded"


def _order(incident: Incident, decision: Decision, amount: Decimal) -> None:
    """Send waiting money back, and remember who decided so: the incident closes without him."""
    if incident.payment is None:
        raise NotPossible(_("У этого исключения нет платежа."))
    _start(incident.payment, decision, amount, incident_id=incident.pk)
    incident.refresh_from_db(fields=["refund"])
    incident.note = decision.reason.strip()[:500]
    incident.resolved_by_id = decision.staff.pk
    incident.save(update_fields=["note", "resolved_by"])


def _start(
    payment: Payment, decision: Decision, amount: Decimal, *, incident_id: int | None = None
) -> None:
    try:
        refunds.start_refund(
            payment_id=payment.pk,
            staff=decision.staff,
            amount=amount,
            days=0,
            reason=decision.reason,
            key=decision.key,
            incident_id=incident_id,
        )
    except RefundImpossible as error:
        raise NotPossible(_refusal(error)) from error


def _refusal(error: RefundImpossible) -> str:
    if error.reason == RefundRefusal.UNDECIDED:
        return _("По этому платежу уже есть нерешённый возврат: сначала решите его.")
    return _("Вернуть нечего: деньги уже возвращены или возвращаются.")
