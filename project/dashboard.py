"""The first page: what needs a person, what is alive, how much came in. A handful of bounded queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Case, DecimalField, F, Sum, When
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext as _

from integrations.admin.badges import Tone, badge, duration
from integrations.admin.callbacks import verdict_badge
from integrations.admin.cards import list_link
from integrations.admin.filters import callback_queue, failing_reactions
from integrations.clock import now, wall_clock
from integrations.models import InboundCallback, OutboxMessage
from integrations.selectors import last_call, refused_lately
from integrations.services.heartbeats import PROCESSES, ages, alive
from payments.admin.badges import sum_of
from payments.admin.filters import PAYMENT_QUEUES
from payments.admin.refund_filters import REFUND_QUEUES
from payments.models import Incident, MoneyEntry, Payment, Refund
from payments.money import Money
from payments.provider import PaymentProvider
from payments.registry import all_providers
from project.callback_addresses import callback_addresses
from project.tiles import Tile, alert_tile, mail_tiles, notice_tile, registry_tiles, tile


@dataclass(frozen=True, slots=True)
class Light:
    title: str
    state: SafeString
    note: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Income:
    title: str
    sums: list[str]


@dataclass(frozen=True, slots=True)
class FirstStep:
    title: str
    note: str
    is_done: bool
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    tiles: list[Tile]
    processes: list[Light]
    providers: list[Light]
    income: list[Income]
    first_steps: list[FirstStep]


def office_dashboard(user: Any) -> Dashboard:
    """What this person may see; a part that needs a right he lacks is left out."""
    sees_payments = user.has_perm("payments.view_payment")
    sees_calls = user.has_perm("integrations.view_inboundcallback")
    return Dashboard(
        tiles=[
            *([alert_tile()] if user.has_perm("integrations.view_alert") else []),
            *(incident_tiles() if user.has_perm("payments.view_incident") else []),
            *(payment_tiles() if sees_payments else []),
            *([refund_tile()] if user.has_perm("payments.view_refund") else []),
            *registry_tiles(user),
            *(call_tiles() if sees_calls else []),
            *([notice_tile()] if user.has_perm("bot.view_notice") else []),
            *(mail_tiles() if user.has_perm("integrations.view_mailmessage") else []),
        ],
        processes=process_lights(),
        providers=provider_lights() if sees_calls else [],
        income=income() if user.has_perm("payments.view_moneyentry") else [],
        first_steps=first_steps() if sees_payments else [],
    )


def incident_tiles() -> list[Tile]:
    """All exceptions together; their page has a queue for each kind."""
    waiting = Incident.objects.filter(status=Incident.Status.OPEN)
    oldest = waiting.order_by("opened_at").values_list("opened_at", flat=True).first()
    note = (
        _("ждут решения, старшее – %(age)s") % {"age": duration(now() - oldest)} if oldest else ""
    )
    return [tile(_("Исключения"), note, waiting, list_link(Incident), Tone.BAD)]


def payment_tiles() -> list[Tile]:
    queues = [
        ("no_access", _("Оплачено, нет доступа"), _("деньги пришли, ссылки ещё нет"), Tone.BAD),
        ("review", _("На проверке"), _("сумма или валюта не та"), Tone.WARN),
        ("open", _("Ждут оплаты"), _("счета открыты"), Tone.WAIT),
    ]
    return [
        tile(
            title,
            note,
            Payment.objects.filter(PAYMENT_QUEUES[name]),
            list_link(Payment, queue=name),
            tone,
        )
        for name, title, note, tone in queues
    ]


def refund_tile() -> Tile:
    return tile(
        _("Возвраты"),
        _("ждут решения или перевода"),
        Refund.objects.filter(REFUND_QUEUES["waiting"]),
        list_link(Refund, queue="waiting"),
        Tone.WARN,
    )


def call_tiles() -> list[Tile]:
    calls = InboundCallback.objects
    return [
        tile(
            _("Неизвестный плательщик"),
            _("вызов настоящий, заказа нет"),
            calls.filter(callback_queue("unknown")),
            list_link(InboundCallback, queue="unknown"),
            Tone.WARN,
        ),
        tile(
            _("Отклонённые вызовы за 24 ч"),
            _("подпись не сошлась или не читаются"),
            calls.filter(callback_queue("refused")),
            list_link(InboundCallback, queue="refused"),
            Tone.WARN,
        ),
        tile(
            _("Действия с ошибкой"),
            _("повторяются сами, но уже ошибались"),
            failing_reactions(),
            list_link(OutboxMessage, queue="failing"),
            Tone.BAD,
        ),
    ]


def process_lights() -> list[Light]:
    titles = {
        "worker@money": _("Обработчик: деньги"),
        "worker@access": _("Обработчик: доступ"),
        "worker@messages": _("Обработчик: сообщения"),
        "worker@celery": _("Обработчик: прочее"),
        "mailer": _("Рассылки"),
        "beat": _("Расписание"),
        "bot": _("Бот"),
    }
    seen = ages()
    return [process_light(titles[name], seen.get(name)) for name in PROCESSES]


def process_light(title: str, age: timedelta | None) -> Light:
    if age is None:
        return Light(title, badge(_("не запускался"), Tone.IDLE), "")
    note = _("отозвался %(ago)s назад") % {"ago": duration(age)}
    if alive(age):
        return Light(title, badge(_("работает"), Tone.OK), note)
    return Light(title, badge(_("молчит"), Tone.BAD), note)


def provider_lights() -> list[Light]:
    lights = []
    refused = Counter[str]()
    for refusal in refused_lately():
        refused[refusal.source] += refusal.count
    for provider in all_providers():
        url = list_link(InboundCallback, source=provider.slug)
        missing = provider.missing(settings.CREDENTIALS)
        if missing:
            note = _("не заданы: %(names)s") % {"names": ", ".join(missing)}
            lights.append(Light(provider.label, badge(_("не подключена"), Tone.IDLE), note, url))
            continue
        lights.append(provider_light(provider, refused[provider.slug], url))
    return lights


def provider_light(provider: PaymentProvider, refused: int, url: str) -> Light:
    """By its last genuine call: what strangers send says nothing about the provider."""
    call = last_call(provider.slug, accepted=True)
    state = badge(_("вызовов не было"), Tone.IDLE) if call is None else verdict_badge(call)
    notes = []
    if call is not None:
        ago = duration(wall_clock() - call.last_delivery_at)
        notes.append(_("последний вызов %(ago)s назад") % {"ago": ago})
    if refused:
        notes.append(_("отклонено за 24 ч: %(count)s") % {"count": refused})
    return Light(provider.label, state, ", ".join(notes), url)


def income() -> list[Income]:
    """Money from the ledger alone: what came in less what went back. Days given by hand are not money."""
    today = datetime.combine(localtime(now()).date(), time.min, get_current_timezone())
    periods = [
        (_("Сегодня"), today),
        (_("7 дней"), today - timedelta(days=6)),
        (_("30 дней"), today - timedelta(days=29)),
    ]
    signed = Case(
        When(kind__in=[MoneyEntry.Kind.CAPTURE, MoneyEntry.Kind.RELEASE], then=F("amount")),
        When(kind=MoneyEntry.Kind.REFUND, then=-F("amount")),
        default=Decimal(0),
        output_field=DecimalField(max_digits=14, decimal_places=2),
    )
    sums = {
        f"since_{number}": Sum(Case(When(created_at__gte=since, then=signed), default=Decimal(0)))
        for number, (_title, since) in enumerate(periods)
    }
    rows: list[Any] = list(
        MoneyEntry.objects.filter(created_at__gte=periods[-1][1])
        .order_by("currency")
        .values("currency")
        .annotate(**sums)
    )
    found = []
    for number, (title, _since) in enumerate(periods):
        amounts = [Money(row[f"since_{number}"], row["currency"]) for row in rows]
        said = [sum_of(money) for money in amounts if money.amount]
        found.append(Income(title, said or [sum_of(Money(Decimal(0), "RUB"))]))
    return found


def first_steps() -> list[FirstStep]:
    """The way to the first sale; gone once there was one."""
    if MoneyEntry.objects.exists():
        return []
    providers = all_providers()
    ready = [item for item in providers if not item.missing(settings.CREDENTIALS)]
    missing = sorted({name for item in providers for name in item.missing(settings.CREDENTIALS)})
    shown = ready or providers[:1]
    addresses = [address for item in shown for address in callback_addresses(item)]
    command = f"manage.py send_test_callback {shown[0].slug if shown else ''}"
    return [
        FirstStep(
            _("Подключите платёжную систему"),
            _("Не заданы: %(names)s") % {"names": ", ".join(missing)}
            if missing
            else _("Ключи заданы."),
            bool(ready),
        ),
        FirstStep(
            _("Дайте ей адрес для вызовов"),
            _("Вставьте в кабинете платёжной системы:"),
            InboundCallback.objects.exists(),
            tuple(addresses),
        ),
        FirstStep(
            _("Отправьте пробный вызов"),
            _("Команда на сервере:"),
            InboundCallback.objects.filter(verdict=InboundCallback.Verdict.ACCEPTED).exists(),
            (command,),
        ),
        FirstStep(_("Проведите пробную оплату"), _("Купите тариф в боте сами."), is_done=False),
    ]
