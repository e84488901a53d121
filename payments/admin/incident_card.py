"""Everything about one exception on one page, in a fixed number of queries."""

from __future__ import annotations

from django.utils.translation import gettext as _

from integrations.admin.badges import moment
from integrations.admin.cards import Card, Fact, Table, row_link
from integrations.admin.history import history_of
from integrations.models import OutboxMessage
from payments.admin.badges import status_badge, sum_of
from payments.admin.comparison import compare
from payments.admin.incident_words import (
    how,
    kind_badge,
    state_badge,
    what_happened,
    who_looks,
)
from payments.models import Incident, MoneyEntry
from payments.registry import provider_label
from payments.services import suspense
from payments.services.incidents import WITH_MONEY, money_of

MOST = 50
TOLD_BY_THE_SENTENCE = WITH_MONEY | {Incident.Kind.LATE}


def card_of(incident: Incident) -> Card:
    payment = incident.payment
    events = (
        list(payment.events.select_related("callback").defer("callback__body")) if payment else []
    )
    return Card(
        title=_("Исключение № %(number)s") % {"number": incident.pk},
        badges=[kind_badge(incident), state_badge(incident)],
        warning=what_happened(incident),
        facts=_facts(incident),
        tables=[_money(incident), history_of(incident, most=MOST), _answers(incident)],
        texts=[(_("Последний ответ клиенту"), incident.answer)] if incident.answer else [],
        extra={
            "comparison": compare(payment, events) if payment else None,
            "looks": who_looks(incident),
            "is_open": incident.status == Incident.Status.OPEN,
        },
    )


def _facts(incident: Incident) -> list[Fact]:
    facts = [
        Fact(_("Клиент"), row_link(incident.customer)),
        Fact(_("Платёж"), row_link(incident.payment)),
    ]
    if incident.payment is not None:
        facts.append(Fact(_("Состояние платежа"), status_badge(incident.payment)))
        facts.append(Fact(_("Заказано"), sum_of(incident.payment.money)))
    facts += [
        Fact(_("Пришло"), sum_of(money_of(incident))),
        Fact(_("Ждёт решения"), sum_of(suspense.waiting(incident))),
        Fact(_("Платёжная система"), provider_label(incident.provider)),
        Fact(_("Номер у платёжной системы"), incident.external_id, is_code=True),
        Fact(_("Номер операции"), incident.operation, is_code=True),
        Fact(_("Вызов"), row_link(incident.callback)),
        Fact(_("Обнаружено"), moment(incident.opened_at, seconds=True)),
    ]
    if incident.kind not in TOLD_BY_THE_SENTENCE:
        facts.append(Fact(_("Подробности"), incident.detail))
    if incident.status == Incident.Status.RESOLVED:
        facts += [
            Fact(_("Решение"), how(incident)),
            Fact(_("Решил"), incident.resolved_by or _("само")),
            Fact(_("Когда"), moment(incident.resolved_at, seconds=True)),
            Fact(_("Причина"), incident.note),
        ]
    return facts


def _money(incident: Incident) -> Table:
    kinds = (MoneyEntry.Kind.SURPLUS, MoneyEntry.Kind.RELEASE, MoneyEntry.Kind.RETURN)
    entries = MoneyEntry.objects.none()
    for kind in kinds:
        entries = entries | MoneyEntry.objects.filter(key__startswith=f"{kind}:{incident.pk}:")
    return Table(
        title=_("Деньги этого исключения"),
        headers=(_("когда"), _("вид"), _("дебет"), _("кредит"), _("сумма"), _("платёж")),
        rows=[
            [
                moment(entry.created_at, seconds=True),
                entry.get_kind_display(),
                entry.get_debit_display(),
                entry.get_credit_display(),
                f"{entry.amount} {entry.currency}",
                row_link(entry.payment),
            ]
            for entry in entries.select_related("payment").order_by("pk")[:MOST]
        ],
        empty=_("Отдельных проводок нет."),
    )


def _answers(incident: Incident) -> Table:
    sent = OutboxMessage.objects.filter(
        topic="incident.answered", key__startswith=f"answer:{incident.pk}:"
    ).order_by("pk")[:MOST]
    return Table(
        title=_("Что написали клиенту"),
        headers=(_("когда"), _("текст"), _("отправлено")),
        rows=[
            [
                moment(row.created_at, seconds=True),
                row.payload["text"],
                moment(row.delivered_at, seconds=True),
            ]
            for row in sent
        ],
        empty=_("Клиенту ещё не писали."),
    )
