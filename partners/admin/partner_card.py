"""Everything about one partner on one page, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Sum
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from integrations.admin.badges import NOTHING, moment
from integrations.admin.cards import Card, Fact, Table, list_link, row_link, shortened
from integrations.admin.history import history_of
from integrations.clock import now
from integrations.models import MailMessage
from partners.admin.document_rows import documents_table
from partners.admin.evidence import changes_rows
from partners.admin.note_rows import notes_table
from partners.admin.words import (
    field_title,
    new_tab,
    offer_badge,
    partner_badge,
    price_range,
    status_badge,
)
from partners.models import Partner, RegistryChange, Shows
from partners.selectors.cards import is_stale
from partners.services.plans import paid_until, tier_of
from payments.admin.badges import sum_of

MOST = 20
SHOWN_FOR = timedelta(days=30)


def card_of(partner: Partner, user: AbstractBaseUser | AnonymousUser) -> Card:
    return Card(
        title=f"{partner.name} · {partner.code}",
        badges=[partner_badge(partner)],
        warning=_warning(partner),
        facts=_facts(partner),
        tables=[
            _services(partner),
            _changes(partner),
            _own_changes(partner),
            _applications(partner),
            documents_table(partner.documents.select_related("reviewed_by"), user),
            _offers(partner),
            _shows(partner),
            *([_payments(partner)] if user.has_perm("payments.view_payment") else []),  # type: ignore[union-attr]
            _letters(partner),
            notes_table(partner.notes.select_related("staff")),
            history_of(partner, most=MOST, newest_first=True),
        ],
        texts=[(_("О компании"), partner.about)] if partner.about else [],
    )


def _warning(partner: Partner) -> str:
    if partner.status_reason:
        why = {"state": partner.get_status_display(), "why": partner.status_reason}
        return _("Партнёр %(state)s: %(why)s") % why
    if partner.verified_at is None:
        return _("ФНС об этом партнёре ещё не отвечала: данные проверял человек.")
    if is_stale(partner):
        when = {"at": moment(partner.verified_at)}
        return _("ФНС отвечала о нём больше 30 дней назад, %(at)s: спросите ещё раз.") % when
    return ""


def _facts(partner: Partner) -> list[Fact]:
    named = ("specialisations", "regions", "cities")
    lists = [", ".join(map(str, getattr(partner, name).all())) for name in named]
    rate = partner.response_rate
    return [
        Fact(_("Код"), partner.code, is_code=True),
        Fact(_("Полное наименование"), partner.legal_name),
        Fact(_("Правовая форма"), partner.get_legal_form_display()),
        Fact(_("ИНН"), partner.inn, is_code=True),
        Fact(_("ОГРН или ОГРНИП"), partner.ogrn, is_code=True),
        Fact(_("КПП"), partner.kpp, is_code=True),
        Fact(_("Руководитель"), partner.director),
        Fact(_("Юридический адрес"), partner.legal_address),
        Fact(_("Фактический адрес"), partner.address),
        Fact(_("Дата регистрации"), partner.registered_on and f"{partner.registered_on:%d.%m.%Y}"),
        Fact(_("Контактное лицо"), partner.contact_name),
        Fact(_("Телефон"), partner.phone, is_code=True),
        Fact(_("E-mail"), partner.email, is_code=True),
        # A partner's own address is shown, never followed: it may be anything.
        Fact(_("Сайт"), partner.website, is_code=True),
        Fact("Telegram", partner.telegram, is_code=True),
        Fact(_("Категория"), partner.category),
        Fact(_("Специализации"), lists[0]),
        Fact(_("Регионы"), lists[1]),
        Fact(_("Города"), lists[2]),
        Fact(_("Радиус выезда, км"), partner.radius_km),
        Fact(_("Бюджет"), price_range(partner.budget_from, partner.budget_to)),
        Fact(_("Тариф"), tier_of(partner)),
        Fact(_("Оплачен до"), moment(paid_until(partner))),
        Fact(_("Обращений за месяц"), _used(partner)),
        Fact(_("Оценка"), f"{partner.rating} ({partner.ratings})" if partner.rating else NOTHING),
        Fact(_("Отвечает на заявки"), NOTHING if rate is None else f"{rate * 100:.0f} %"),
        Fact(_("Проверен в ФНС"), moment(partner.verified_at)),
        Fact(_("Следующая проверка"), moment(partner.recheck_at)),
        Fact(_("Размещён с"), moment(partner.published_at)),
        Fact(_("Изменён"), moment(partner.updated_at)),
        Fact(
            _("Страница"),
            new_tab(f"/partners/{partner.code}/", f"/partners/{partner.code}/")
            if partner.is_listed
            else NOTHING,
        ),
    ]


def _used(partner: Partner) -> int:
    """Leads of this calendar month of TIME_ZONE."""
    month = localtime(now()).date().replace(day=1)
    counted = partner.months.filter(month=month).first()
    return counted.used if counted else 0


def _services(partner: Partner) -> Table:
    return Table(
        title=_("Услуги"),
        headers=(_("услуга"), _("цена"), _("за что"), _("специализация")),
        rows=[
            [
                one.title,
                price_range(one.price_from, one.price_to),
                one.unit or NOTHING,
                one.specialisation or NOTHING,
            ]
            for one in partner.services.select_related("specialisation")
        ],
        empty=_("Услуг не назвал."),
    )


def _changes(partner: Partner) -> Table:
    changes = partner.changes.all()[:MOST]
    return Table(
        title=_("Что изменилось в реестре ФНС"),
        headers=(_("замечено"), _("поле"), _("было"), _("стало"), _("состояние")),
        rows=changes_rows(changes),
        empty=_("С размещения ничего не менялось."),
        more=list_link(RegistryChange, q=partner.code, seen="all"),
    )


def _own_changes(partner: Partner) -> Table:
    return Table(
        title=_("Что менял в кабинете"),
        headers=(_("когда"), _("поле"), _("было"), _("стало")),
        rows=[
            [
                moment(one.created_at),
                field_title(one.field),
                shortened(one.before) or NOTHING,
                shortened(one.after) or NOTHING,
            ]
            for one in partner.own_changes.all()[:MOST]
        ],
        empty=_("Сам ничего не менял."),
    )


def _applications(partner: Partner) -> Table:
    return Table(
        title=_("Заявки партнёра"),
        headers=(_("заявка"), _("форма"), _("состояние"), _("получена"), _("решена")),
        rows=[
            [
                row_link(one),
                one.get_form_display(),
                status_badge(one),
                moment(one.created_at),
                moment(one.decided_at),
            ]
            for one in partner.applications.all()[:MOST]
        ],
        empty=_("Заявок не было."),
    )


def _offers(partner: Partner) -> Table:
    return Table(
        title=_("Обращения клиентов"),
        headers=(_("обращение"), _("место"), _("ответ"), _("предложено"), _("оценка")),
        rows=[
            [
                row_link(one.lead),
                one.rank,
                offer_badge(one),
                moment(one.created_at),
                one.rating or NOTHING,
            ]
            for one in partner.offers.select_related("lead").order_by("-pk")[:MOST]
        ],
        empty=_("Обращений ещё не предлагали."),
    )


def _shows(partner: Partner) -> Table:
    since = localtime(now() - SHOWN_FOR).date()
    found: Any = (
        partner.shows.filter(day__gte=since)
        .order_by()
        .values_list("surface")
        .annotate(total=Sum("count"))
    )
    titles = dict(Shows.Surface.choices)
    return Table(
        title=_("Показы за 30 дней"),
        headers=(_("где"), _("показов")),
        rows=[[titles.get(surface, surface), total] for surface, total in sorted(found)],
        empty=_("Пока не показывали."),
    )


def _payments(partner: Partner) -> Table:
    paid = list(partner.account.payments.all()[:MOST]) if partner.account else []
    return Table(
        title=_("Платежи партнёра"),
        headers=(_("платёж"), _("состояние"), _("сумма"), _("создан"), _("оплачен")),
        rows=[
            [
                row_link(one),
                one.get_status_display(),
                sum_of(one.money),
                moment(one.created_at),
                moment(one.paid_at),
            ]
            for one in paid
        ],
        empty=_("Платежей не было."),
    )


def _letters(partner: Partner) -> Table:
    letters = MailMessage.objects.filter(case=partner.case).defer("text", "html")
    return Table(
        title=_("Письма партнёру"),
        headers=(_("письмо"), _("состояние"), _("написано"), _("отправлено")),
        rows=[
            [row_link(one), one.get_status_display(), moment(one.created_at), moment(one.sent_at)]
            for one in letters[:MOST]
        ],
        empty=_("Писем не было."),
        more=list_link(MailMessage, q=partner.case),
    )
