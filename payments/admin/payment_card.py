"""Everything known about one payment on one page, in a fixed number of queries."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin import callbacks as call_rows
from integrations.admin import outbox as outbox_rows
from integrations.admin.badges import Tone, badge, moment
from integrations.admin.cards import Card, Fact, Table, link, list_link, row_link, shortened
from integrations.models import InboundCallback, OutboxMessage
from payments.admin.badges import access_badge, status_badge, sum_of, way
from payments.admin.comparison import KIND_WORDS, compare
from payments.admin.day_rows import day_headers, day_row
from payments.admin.incident_rows import incidents_table
from payments.admin.progress import steps
from payments.admin.refund_actions import refund_table
from payments.models import Gift, Payment, PaymentEvent
from payments.money import Money
from payments.provider import EventKind, Trust

MOST = 50  # rows of one kind that a page shows; the rest is one click away

REQUISITES = {
    "card_number": gettext_lazy("Карта"),
    "phone": gettext_lazy("Телефон"),
    "recipient": gettext_lazy("Получатель"),
    "bank": gettext_lazy("Банк"),
    "qr_payload": gettext_lazy("QR-код"),
    "qr_image_url": gettext_lazy("Картинка QR-кода"),
}
TRUST_WORDS = {
    Trust.SIGNED.value: gettext_lazy("подписано"),
    Trust.HINT.value: gettext_lazy("подсказка"),
}


def card_of(payment: Payment) -> Card:
    events = list(payment.events.select_related("callback").defer("callback__body"))
    comparison = compare(payment, events)
    reason = _reason(payment, events)
    return Card(
        title=_("Платёж № %(number)s") % {"number": payment.number},
        badges=[status_badge(payment), access_badge(payment)],
        warning=reason,
        facts=_facts(payment),
        tables=[
            incidents_table(payment),
            _calls(payment),
            _events(events),
            _money(payment),
            refund_table(payment),
            _days(payment),
            _reactions(payment),
            _messages(payment),
        ],
        extra={
            "steps": steps(payment, reason),
            "comparison": comparison,
            "requisites": _requisites(payment),
        },
    )


def _reason(payment: Payment, events: list[PaymentEvent]) -> str:
    """Why the payment is where it is; a wrong sum is told in the reader's language."""
    if payment.status == Payment.Status.REVIEW:
        for event in reversed(events):
            if event.outcome == PaymentEvent.Outcome.REVIEW and event.amount is not None:
                paid = sum_of(Money(event.amount, event.currency))
                words = {"paid": paid, "ordered": sum_of(payment.money)}
                return _("Деньги не зачтены: пришло %(paid)s вместо %(ordered)s.") % words
    return payment.reason


def _facts(payment: Payment) -> list[Fact]:
    facts = [
        Fact(_("Клиент"), row_link(payment.customer)),
        Fact(_("Telegram ID"), payment.customer.telegram_id, is_code=True),
        Fact(_("Что покупают"), payment.get_purpose_display()),
        Fact(_("Тариф"), payment.plan),
        Fact(_("Сумма"), sum_of(payment.money)),
        *_reduced_by(payment),
    ]
    if payment.amount_to_pay is not None:
        to_pay = Money(payment.amount_to_pay, payment.currency)
        facts.append(Fact(_("К оплате"), sum_of(to_pay)))
    return [
        *facts,
        Fact(_("Способ"), way(payment)),
        Fact(_("Номер заказа"), payment.reference, is_code=True),
        Fact(_("Номер у платёжной системы"), payment.external_id, is_code=True),
        Fact(_("Счёт до"), moment(payment.invoice_expires_at, seconds=True)),
        Fact(_("Клиент проверял"), moment(payment.checked_at, seconds=True)),
        Fact(_("Страница оплаты"), link(shortened(payment.pay_url, 60), _web(payment.pay_url))),
        Fact(_("Страница для клиента"), row_link(payment.pay_link)),
    ]


def _reduced_by(payment: Payment) -> list[Fact]:
    """What made the price, and what was bought instead of days."""
    facts = []
    if payment.discount:
        facts.append(Fact(_("Скидка"), sum_of(Money(payment.discount, payment.currency))))
    if payment.promo_code is not None:
        facts.append(Fact(_("Промокод"), row_link(payment.promo_code)))
    if payment.replaces is not None:
        facts.append(Fact(_("Заменяет платёж"), row_link(payment.replaces)))
    if payment.purpose == Payment.Purpose.GIFT:
        facts.append(Fact(_("Подарок"), row_link(Gift.objects.filter(payment=payment).first())))
    return facts


def _web(url: str) -> str:
    """Only an address of the web becomes a link, whatever a provider sent."""
    return url if url.startswith(("https://", "http://")) else ""


def _requisites(payment: Payment) -> list[Fact]:
    return [
        Fact(str(label), payment.requisites[name], is_code=True)
        for name, label in REQUISITES.items()
        if payment.requisites.get(name)
    ]


def _calls(payment: Payment) -> Table:
    rows = InboundCallback.objects.filter(case=payment.case).defer("body", "headers")[:MOST]
    return Table(
        title=_("Вызовы платёжной системы"),
        headers=(
            _("вызов"),
            _("получен"),
            _("проверка"),
            _("состояние"),
            _("чем кончилось"),
            _("доставок / попыток"),
        ),
        rows=[[row_link(row, f"№ {row.pk}"), *call_rows.brief(row)] for row in rows],
        empty=_("Платёжная система по этому платежу не обращалась."),
        more=list_link(InboundCallback, q=payment.case),
    )


EVENT_TONES = {
    PaymentEvent.Outcome.MOVED: Tone.OK,
    PaymentEvent.Outcome.KEPT: Tone.IDLE,
    PaymentEvent.Outcome.REVIEW: Tone.WARN,
}


def _events(events: list[PaymentEvent]) -> Table:
    return Table(
        title=_("События платежа"),
        headers=(
            _("когда"),
            _("что сообщили"),
            _("откуда"),
            _("доверие"),
            _("сумма"),
            _("было → стало"),
            _("итог"),
        ),
        rows=[_event_row(event) for event in events],
        empty=_("Событий ещё не было."),
    )


def _event_row(event: PaymentEvent) -> list[Any]:
    amount = None if event.amount is None else Money(event.amount, event.currency)
    names = dict(Payment.Status.choices)
    before = names.get(event.status_before, event.status_before)
    after = names.get(event.status_after, event.status_after)
    origin = event.get_origin_display()
    if event.callback is not None:
        origin = row_link(event.callback, f"{origin} № {event.callback.pk}")
    note = "" if event.outcome == PaymentEvent.Outcome.REVIEW else event.note
    outcome = event.get_outcome_display()
    return [
        moment(event.applied_at, seconds=True),
        KIND_WORDS.get(EventKind(event.kind), event.kind),
        origin,
        TRUST_WORDS.get(event.trust, event.trust),
        sum_of(amount),
        f"{before} → {after}",
        badge(
            f"{outcome}: {note}" if note else outcome,
            EVENT_TONES[PaymentEvent.Outcome(event.outcome)],
        ),
    ]


def _money(payment: Payment) -> Table:
    return Table(
        title=_("Денежные проводки"),
        headers=(_("когда"), _("вид"), _("дебет"), _("кредит"), _("сумма")),
        rows=[
            [
                moment(entry.created_at, seconds=True),
                entry.get_kind_display(),
                entry.get_debit_display(),
                entry.get_credit_display(),
                sum_of(Money(entry.amount, entry.currency)),
            ]
            for entry in payment.money_entries.all()[:MOST]
        ],
        empty=_("Деньги по этому платежу не проводились."),
    )


def _days(payment: Payment) -> Table:
    entries = payment.day_entries.select_related("subscription__customer", "granted_by")[:MOST]
    return Table(
        title=_("Проводки дней"),
        headers=(_("клиент"), *day_headers()),
        rows=[[row_link(entry.subscription.customer), *day_row(entry)] for entry in entries],
        empty=_("Дни по этому платежу не начислялись."),
    )


def _reactions(payment: Payment) -> Table:
    rows = OutboxMessage.objects.filter(case=payment.case)[:MOST]
    return Table(
        title=_("Исходящие действия"),
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
        empty=_("Действий по этому платежу нет."),
        more=list_link(OutboxMessage, q=payment.case),
    )


MESSAGE_TONES = {"sent": Tone.OK, "failed": Tone.BAD, "uncertain": Tone.WARN}


def _messages(payment: Any) -> Table:
    """What the bot said about this payment: rows of an app above this one, read through the reverse relation."""
    return Table(
        title=_("Сообщения"),
        headers=(_("отправлено"), _("кому"), _("вид"), _("состояние"), _("текст"), _("ошибка")),
        rows=[
            [
                moment(message.sent_at, seconds=True),
                message.chat_id,
                message.get_kind_display(),
                badge(message.get_state_display(), MESSAGE_TONES.get(message.state, Tone.WAIT)),
                shortened(unescape(strip_tags(message.text)), 120),
                message.error,
            ]
            for message in payment.bot_messages.all()[:MOST]
        ],
        empty=_("Бот об этом платеже ещё ничего не писал."),
    )
