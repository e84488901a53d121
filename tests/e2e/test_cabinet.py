"""A partner's phone: in by the letter, a change that is seen at once, a client taken, a plan paid for, out again."""

from __future__ import annotations

import re

import pytest

from tests.e2e.browser import Window
from tests.partners.factories import inn, ogrn
from tests.support.stack import Stack

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("registry"),
    pytest.mark.timeout(240),
]

NUMBER = 70_077
INN = inn(NUMBER)
EMAIL = "romashka-70077@example.test"
LISTED = f"""
from django.contrib.auth.models import User
from partners.models import Application, Partner
from partners.services.applications import submit
from partners.services.decisions import decide
from partners.services.vocabulary import load_defaults
load_defaults()
row = submit(form="partner_registration", source="site", raw={{
    "company": "ООО «Ромашка {NUMBER}»", "legal_form": "ООО", "inn": "{INN}", "ogrn": "{ogrn(NUMBER)}",
    "email": "{EMAIL}", "phone": "+7 901 007 00 77", "category": "contractor",
    "specialisations": "roofing", "regions": "99", "consent": "yes",
}})
staff, _ = User.objects.get_or_create(username="checker")
decide(application_id=row.pk, outcome="approve", subject="Да", body="Да", staff=staff)
"""
A_CLIENT = f"""
from partners.models import LeadOffer, Partner
from partners.services import leads
lead = leads.create(source="staff", text="Нужна крыша на дачу", client_name="Пётр", phone="+79021112233")
LeadOffer.objects.create(lead=lead, partner=Partner.objects.get(inn="{INN}"), rank=1, score=1)
"""


@pytest.fixture(scope="module")
def _listed(stack: Stack) -> None:
    stack.manage("shell", "-v0", "-c", LISTED)


def link_in_letter(stack: Stack) -> str:
    letters = stack.until(
        lambda: [
            one
            for one in stack.ask("mailbox/letters", to=EMAIL)["letters"]
            if "Вход в кабинет" in one["subject"]
        ],
        what="the letter",
    )
    found = re.search(r"https?://\S+/cabinet/enter/\S+", letters[-1]["text"])
    assert found, letters[-1]["text"]
    return found.group()


def press(phone: Window, name: str | re.Pattern[str]) -> None:
    phone.page.get_by_role("button", name=name).first.click()


@pytest.mark.usefixtures("_listed")
def test_a_partner_works_from_a_phone(stack: Stack, phone: Window):
    phone.open(f"{stack.web}/cabinet/plan/")
    phone.page.get_by_label("E-mail компании").fill(EMAIL)
    press(phone, "Получить ссылку")
    phone.sees("Проверьте почту")
    phone.open(link_in_letter(stack))
    press(phone, "Войти")
    phone.sees("Бесплатный тариф")  # where he was going
    phone.shot("cabinet-plan", whole=True)

    phone.open(f"{stack.web}/cabinet/profile/edit/")
    phone.page.get_by_label("О компании").fill("Кроем крыши <быстро>.")
    press(phone, "Сохранить")
    phone.sees("Сохранено")
    assert phone.overhang() == 0
    phone.page.get_by_role("link", name="Моя страница в реестре").click()
    phone.sees("Кроем крыши <быстро>.")

    stack.manage("shell", "-v0", "-c", A_CLIENT)
    phone.open(f"{stack.web}/cabinet/")
    phone.page.get_by_role("link", name="Ответить на обращения клиентов").click()
    phone.page.get_by_role("link", name="Обращение №").click()
    assert "+79021112233" not in phone.text()
    press(phone, "Принять")
    phone.sees("+79021112233")
    phone.shot("cabinet-lead", whole=True)

    phone.open(f"{stack.web}/cabinet/plan/")
    press(phone, re.compile("На месяц · 5.000"))
    press(phone, re.compile("Карта"))
    phone.sees("Ждём оплату")
    reference = stack.value(
        "SELECT p.reference FROM payments_payment p JOIN partners_partner r"
        " ON r.account_id = p.customer_id WHERE r.inn = %s ORDER BY p.id DESC LIMIT 1",
        INN,
    )
    stack.control("yookassa/pay", order_id=reference, mode="pay")
    phone.sees("Тариф включён")
    phone.open(f"{stack.web}/cabinet/plan/")
    phone.sees("Оплачен до")
    phone.sees("0 из 100")
    phone.open(f"{stack.web}/cabinet/payments/")
    phone.sees("оплачен")
    assert phone.overhang() == 0
    phone.shot("cabinet-payments", whole=True)

    press(phone, "Выйти")
    phone.sees("Вход в кабинет партнёра")
    phone.open(f"{stack.web}/cabinet/")
    phone.sees("Вход в кабинет партнёра")
