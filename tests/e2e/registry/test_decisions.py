"""An application that is sent back, and one that is refused: the staff's page, the letter, the applicant's page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Window
from tests.e2e.registry.applicant import Applicant
from tests.e2e.registry.desk import address, approved

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("registry"),
    pytest.mark.timeout(240),
]

REPLACED = "SELECT status FROM partners_application WHERE id = %s"
RESULT = "SELECT result FROM partners_ruleverdict WHERE application_id = %s AND rule = %s"


def decide(seen: Window, applicant: Applicant, title: str, reason: str) -> None:
    """Choose a reason, read the letter it writes, press."""
    seen.open(address(applicant))
    seen.page.get_by_role("link", name=title, exact=True).first.click()
    seen.page.get_by_label("Причина").select_option(label=reason)
    seen.page.get_by_role("button", name="Взять текст причины").click()
    seen.sees("Так увидит заявитель")


def test_a_mistake_is_corrected_with_the_old_data_filled_in(
    stack, desk, phone, sign_in, office, new_applicant
):
    firm = new_applicant()
    wrong = f"{firm.company.ogrn[:-1]}{(int(firm.company.ogrn[-1]) + 1) % 10}"
    firm.applies(ОГРН=wrong).is_checked()
    first = firm.number
    assert stack.value(RESULT, first, "ogrn_digits") == "fail"
    sign_in(desk)
    decide(desk, firm, "Попросить исправить", "ИНН или ОГРН не сходится с реестром")
    letter = desk.page.frame_locator(".office-mail")
    letter.get_by_text("Проверьте номера по свидетельству").wait_for()
    desk.shot("registry-correction", whole=True)
    desk.page.get_by_role("button", name="Попросить исправить", exact=True).click()
    desk.sees("Решено: попросить исправить")

    phone.open(firm.link("нужна правка", "/status/"))
    phone.sees("Проверьте номера по свидетельству")
    assert phone.overhang() == 0
    phone.shot("registry-status-phone", whole=True)
    phone.page.get_by_role("link", name="Исправить и отправить снова").click()
    expect(phone.page.get_by_label("Название")).to_have_value(firm.name)
    expect(phone.page.get_by_label("О компании")).to_have_value("Кроем крыши с 2011 года.")
    expect(phone.page.get_by_label("Московская область")).to_be_checked()
    assert phone.overhang() == 0
    phone.shot("registry-correct-phone", whole=True)
    phone.page.get_by_label("ОГРН").fill(firm.company.ogrn)
    phone.page.get_by_label("Согласен на обработку").check()
    phone.page.get_by_role("button", name="Отправить").click()
    phone.sees("Получена")

    assert firm.number > first
    assert stack.value(REPLACED, first) == "replaced"
    firm.is_checked()
    assert stack.value(RESULT, firm.number, "ogrn_matches") == "pass"
    assert approved(office, firm)
    phone.page.reload()
    phone.sees("вы в реестре")


def test_a_refusal_says_why_and_when_to_apply_again(stack, desk, phone, sign_in, new_applicant):
    firm = new_applicant().applies().is_checked()
    sign_in(desk)
    decide(desk, firm, "Отклонить", "Недостоверные сведения")
    desk.page.get_by_role("button", name="Отклонить", exact=True).click()
    desk.sees("Решено: отклонить")
    phone.open(firm.link("отклонена", "/status/"))
    phone.sees("не можем её принять")
    assert re.search(r"можно с \d+ \w+ \d{4}", phone.text())
    phone.shot("registry-refused-phone", whole=True)
    assert phone.page.get_by_role("link", name="Исправить и отправить снова").count() == 0
