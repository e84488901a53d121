"""Every letter with made-up facts: what staff look at, send to themselves, and what the suite reads.

A template without a sample fails a test. Whoever adds a letter adds it here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from integrations.mail.samples import Sample

URL = "https://shop.example.com"
COMPANY = "Example LLC"
CODE = "P-1042"
NUMBER = 1042
SUM, UNTIL = "1 490 ₽", "14.04.2027"
MOMENT = datetime(2027, 3, 31, 9, 0, tzinfo=UTC)
PRICE = SimpleNamespace(title="90", amount=Decimal(1490), currency="RUB")
APPLICATION = {"number": NUMBER, "status_url": f"{URL}/status/sample/"}
CARD = {
    "name": COMPANY,
    "code": CODE,
    "category": "Contractor",
    "rating": "4.8",
    "ratings": 12,
    "regions": ["Moscow", "Tula"],
    "more_regions": 2,
    "specialisations": ["Roofing", "Facades"],
    "more_specialisations": 0,
    "price": "1 200 ₽",
    "budget": "500 000 ₽",
    "response_percent": 96,
    "verified_on": "01.03.2027",
    "why": ["Tula"],
}


def _cards(language: str) -> dict[str, Any]:
    cards = []
    with override(language):
        for number, code in enumerate((CODE, "P-1043"), 1):
            link = f"{URL}/partners/{code}/"
            text = render_to_string(
                "cards/chat.txt", {"card": CARD, "link": link, "number": number}
            )
            cards.append({**CARD, "link": link, "text": text})
    return {"number": NUMBER, "cards": cards}


def _decision(outcome: str, title: Any, *, page: str = "") -> Sample:
    facts = {
        **APPLICATION,
        "outcome": outcome,
        "subject": f"[№ {NUMBER}] {COMPANY}",
        "body": f"{COMPANY}: {CODE}.\n\n+7 900 000-00-01, {URL}/rules/?a=1&b=2",
        "page_url": page,
    }
    return Sample(kind="application_decision", case=outcome, title=title, facts=facts)


def _received(form: str, title: Any) -> Sample:
    facts = {**APPLICATION, "form": form}
    return Sample(kind="application_received", case=form, title=title, facts=facts)


def _news(what: str, when: Any, /, **facts: Any) -> Sample:
    """About a plan that a company pays for."""
    known = {
        "what": what.partition("-")[0],
        "name": COMPANY,
        "cabinet_url": f"{URL}/cabinet/",
        "until": UNTIL,
        "plan": "Pro",
        "number": NUMBER,
        "amount": SUM,
        "sum": SUM,
        "pay_url": f"{URL}/pay/sample/",
    }
    return Sample(kind="plan_news", case=what, title=when, facts=known | facts)


def _mailing(case: str, title: Any, **facts: Any) -> Sample:
    known = {
        "subject": f"{COMPANY}: 7",
        "content": format_html('<p>{} <a href="{}">{}</a></p>', COMPANY, f"{URL}/c/1/", CODE),
        "content_text": f"{COMPANY} {CODE}\n{URL}/c/1/",
        "button": "OK",
        "button_url": f"{URL}/c/2/",
        "unsubscribe_url": f"{URL}/u/sample/",
        "is_service": False,
    }
    return Sample(kind="mailing", case=case, title=title, facts=known | facts)


def _reminder(case: str, title: Any, **facts: Any) -> Sample:
    known = {
        "first_name": "Anna",
        "ends_at": MOMENT,
        "is_today": False,
        "running": True,
        "access": SimpleNamespace(days_left=3, grace_until=None),
        "offer": PRICE,
        "charge": None,
        "bot_url": "https://t.me/example_bot",
        "pay_url": f"{URL}/pay/sample/",
    }
    return Sample(kind="reminder", case=case, title=title, facts=known | facts)


SAMPLES: tuple[Sample, ...] = (
    _received("registration", _("Заявка принята")),
    _received("document_upload", _("Документы получены")),
    _received("profile_update", _("Изменения получены")),
    _decision("approve", _("Заявка одобрена"), page=f"{URL}/partners/{CODE}/"),
    _decision("correct", _("Заявку нужно исправить")),
    _decision("reject", _("В заявке отказано")),
    Sample(
        kind="sign_in",
        title=_("Вход в кабинет партнёра"),
        facts={
            "doors": [
                {"name": COMPANY, "code": CODE, "url": f"{URL}/cabinet/in/first/?a=1&b=2"},
                {"name": "Sample LLC", "code": "P-1043", "url": f"{URL}/cabinet/in/second/"},
            ],
            "minutes": 30,
        },
    ),
    Sample(
        kind="email_change",
        title=_("Партнёр меняет e-mail"),
        facts={
            "partner": COMPANY,
            "code": CODE,
            "email": "new@example.com",
            "number": NUMBER,
        },
    ),
    Sample(
        kind="partner_closed",
        title=_("Компания больше не действует"),
        facts={"partner": COMPANY, "code": CODE, "status": "closed", "closed_on": UNTIL},
    ),
    Sample(
        kind="lead_offered",
        title=_("Партнёру: новое обращение"),
        facts={
            "partner": COMPANY,
            "number": NUMBER,
            "text": "120 m²\n<b>two floors</b>",
            "region": "Moscow",
            "city": "Tula",
            "category": "Contractor",
            "specialisation": "Roofing",
            "budget": "500000.00",
            "term": "",
            "hours": 24,
            "offer_url": f"{URL}/offers/sample/",
        },
    ),
    Sample(
        kind="lead_cards",
        title=_("Клиенту: подходящие компании"),
        facts=_cards,
    ),
    Sample(
        kind="chat_answer",
        title=_("Клиенту: ответ на заявку с сайта"),
        facts={"name": "Anna", "site": "example.com", "text": f"120 m²\n{URL}/partners/"},
    ),
    _mailing("news", _("Рассылка")),
    _mailing("service", _("Рассылка: служебная"), is_service=True),
    Sample(
        kind="staff_notice",
        title=_("Сотрудникам: уведомления"),
        facts={
            "notices": [
                {
                    "title": "Refund",
                    "text": "1 490 ₽\n№ 1042",
                    "more": 3,
                    "topic": "money",
                    "when": UNTIL,
                    "url": f"{URL}/admin/",
                },
                {"title": "Application", "topic": "partners", "when": UNTIL},
            ],
            "count": 2,
            "is_down": True,
            "rest": 4,
            "list_url": f"{URL}/admin/bot/notice/",
        },
    ),
    Sample(
        kind="staff_notice",
        case="straight",
        title=_("Сотрудникам: база данных не отвечает"),
        facts={
            "notices": [{"title": "Database", "text": URL, "topic": "system", "when": UNTIL}],
            "count": 1,
        },
    ),
    _news("active", _("Тариф оплачен")),
    _news("active-late", _("Деньги дошли после закрытия счёта"), late=True),
    _news("failed", _("Платёж не прошёл"), reason="insufficient funds"),
    _news("expired", _("Счёт истёк")),
    _news("review", _("Сумма не совпала"), pay_url=""),
    _news("found", _("Проверьте оплату")),
    _news("hold", _("Деньги заморожены"), pay_url=""),
    _news("released", _("Заморозка снята"), pay_url=""),
    _news("refunded", _("Деньги возвращены"), had_bought=True, pay_url=""),
    _news("refund_done", _("Часть денег возвращена"), days=5, pay_url=""),
    _news("refund_rejected", _("В возврате отказано"), reason="late", pay_url=""),
    _news("answer", _("Ответ сотрудника"), text="Example.", pay_url=""),
    _news("renewal_upcoming", _("Скоро списание"), title="Pro", at=UNTIL, card="Visa ·· 4242"),
    _news("renewal_declined", _("Списание не прошло"), at=UNTIL),
    _news("renewal_off", _("Автопродление выключено"), reason="price", price=SUM),
    _news("past_due", _("Платёжная система не списала")),
    _news("stopped", _("Платёжная система остановила списания")),
    _news("reminder-charge", _("Тариф продлится сам"), charge=SUM, end=UNTIL, pay_url=""),
    _news(
        "reminder-running", _("Тариф скоро закончится"), running=True, left=3, end=UNTIL, price=SUM
    ),
    _news("reminder-today", _("Тариф заканчивается"), running=True, is_today=True, end=UNTIL),
    _news("reminder-ended", _("Тариф закончился"), end=UNTIL, price=SUM),
    _reminder("running", _("Напоминание: скоро конец срока")),
    _reminder("today", _("Напоминание: последний день"), is_today=True),
    _reminder("charge", _("Напоминание: срок продлится сам"), charge=PRICE),
    _reminder("ended", _("Напоминание: срок закончился"), running=False, offer=None, pay_url=""),
    _reminder(
        "grace",
        _("Напоминание: льготный период"),
        running=False,
        access=SimpleNamespace(days_left=0, grace_until=MOMENT),
    ),
)
