"""Everything known about one refund on one page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from integrations.admin import outbox as outbox_rows
from integrations.admin.badges import NOTHING, indented, moment
from integrations.admin.cards import Card, Fact, Table, row_link
from integrations.models import OutboxMessage
from payments.admin.badges import status_badge, sum_of
from payments.admin.day_rows import days_phrase
from payments.admin.refund_words import refund_badge
from payments.models import PaymentEvent, Refund
from payments.registry import provider_label
from payments.services import refund_rules
from payments.services.refunds import by_hand

Status = Refund.Status
MOST = 20


def card_of(refund: Refund) -> Card:
    events = _events(refund)
    return Card(
        title=_("Возврат № %(number)s") % {"number": refund.pk},
        badges=[refund_badge(refund), status_badge(refund.payment)],
        warning=refund.error if refund.status != Status.SUCCEEDED else "",
        facts=_facts(refund),
        tables=[_history(refund), _reactions(refund)],
        texts=[
            (_("Что написал клиент"), refund.wish),
            (
                _("Ответ платёжной системы"),
                "\n\n".join(indented(event.raw) for event in events),
            ),
        ],
    )


def _facts(refund: Refund) -> list[Fact]:
    payment = refund.payment
    whole = refund.days == 0 and refund.amount == payment.amount
    days = _("все дни этого платежа") if whole else days_phrase(refund.days)
    return [
        Fact(_("Платёж"), row_link(payment)),
        Fact(_("Клиент"), row_link(payment.customer)),
        Fact(_("Сумма возврата"), sum_of(refund.money)),
        Fact(_("Сумма платежа"), sum_of(payment.money)),
        Fact(_("Можно вернуть ещё"), sum_of(refund_rules.refundable(payment))),
        Fact(_("Дней к снятию"), days),
        Fact(_("Платёжная система"), provider_label(payment.provider)),
        Fact(_("Кто начал"), refund.get_origin_display()),
        Fact(_("Причина решения"), refund.reason or NOTHING),
        Fact(_("Подтверждение перевода"), refund.evidence or NOTHING),
        Fact(_("Ключ возврата"), refund.reference, is_code=True),
        Fact(_("Номер у платёжной системы"), refund.external_id or NOTHING, is_code=True),
    ]


def _history(refund: Refund) -> Table:
    """What happened in order; steps ahead are not shown."""
    steps: list[tuple[Any, str, Any]] = [
        (refund.created_at, _("создан"), refund.get_origin_display()),
        (refund.decided_at, _("решение"), refund.decided_by),
        (refund.second_at, _("второй сотрудник"), refund.second_by),
    ]
    if refund.attempts:
        sent = _("обращений к платёжной системе: %(number)s") % {"number": refund.attempts}
        steps.append((refund.not_before or refund.finished_at, sent, ""))
    steps.append((refund.finished_at, str(refund.get_status_display()), ""))
    return Table(
        title=_("История"),
        headers=(_("когда"), _("что"), _("кто")),
        rows=[[moment(at, seconds=True), what, who or NOTHING] for at, what, who in steps if at],
        empty=_("Ничего ещё не было."),
    )


def _reactions(refund: Refund) -> Table:
    rows = OutboxMessage.objects.filter(case=refund.payment.case, payload__refund_id=refund.pk)[
        :MOST
    ]
    return Table(
        title=_("Уведомления"),
        headers=(
            _("№"),
            _("создано"),
            _("действие"),
            _("состояние"),
            _("ошибка"),
            _("попыток"),
            _("выполнено / следующая попытка"),
        ),
        rows=[[row_link(row, f"№ {row.pk}"), *outbox_rows.brief(row)] for row in rows],
        empty=_("Об этом возврате отдельно никому не писали."),
    )


def _events(refund: Refund) -> list[PaymentEvent]:
    """What was said about this very refund: by the provider, or by whoever transferred the money."""
    told = refund.payment.events.filter(kind="refunded")
    if refund.external_id:
        return list(told.filter(operation=refund.external_id)[:MOST])
    return list(told.filter(event_id=by_hand(refund.reference)))
