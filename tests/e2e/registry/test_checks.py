"""The tax service silent, and a company that ceases to exist: through the real processes."""

from __future__ import annotations

import pytest
import requests

from tests.e2e.registry.desk import address

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("registry"),
    pytest.mark.timeout(240),
]

DUE = "UPDATE partners_partner SET recheck_at = now() - interval '1 minute' WHERE inn = %s"
ASK_NOW = "UPDATE partners_application SET check_at = now() - interval '1 minute' WHERE id = %s"
# Seconds: where an application has the turn at the service just then, partners are asked about by beat's next minute.
TWO_TURNS = 130.0
STATE = "SELECT status FROM partners_partner WHERE inn = %s"
PASSED = (
    "SELECT count(*) FROM partners_ruleverdict"
    " WHERE application_id = %s AND rule = 'active' AND result = 'pass'"
)


def test_a_company_liquidated_overnight_is_hidden_at_once(stack, desk, sign_in, new_partner):
    firm = new_partner()
    found = f"{stack.web}/partners/?q={firm.inn}"
    assert firm.code in requests.get(found, timeout=15).text
    desk.open(f"{stack.sandbox}/fns/")
    card = desk.page.locator(".company").filter(has_text=firm.inn)
    card.get_by_role("button", name="Ликвидировать").click()
    card.get_by_text("Ликвидировано").wait_for()
    desk.shot("fns-register")
    stack.rows(DUE, firm.inn)
    stack.manage("shell", "-v0", "-c", "from partners.tasks import recheck_due as r; r.delay()")
    stack.until(
        lambda: stack.value(STATE, firm.inn) == "closed",
        what="the partner to be closed",
        within=TWO_TURNS,
    )
    firm.letter("больше не действует")
    gone = requests.get(firm.page, timeout=15)
    assert gone.status_code == 410
    assert firm.company.name not in gone.text
    assert firm.code not in requests.get(found, timeout=15).text
    sign_in(desk)
    desk.open(f"{stack.web}/admin/partners/partner/?q={firm.inn}")
    desk.page.locator("#result_list").get_by_role("link").first.click()
    desk.sees("Ликвидировано")
    desk.shot("registry-closed", whole=True)


def test_a_silent_tax_service_leaves_it_to_people_and_is_asked_again(
    stack, desk, sign_in, new_applicant
):
    stack.control("fns/answer", code="down")
    firm = new_applicant().applies().is_checked("manual")
    assert stack.value(PASSED, firm.number) == 0
    sign_in(desk)
    desk.open(f"{stack.web}/admin/partners/application/?check_state__exact=manual")
    row = desk.page.locator("#result_list tr").filter(has_text=firm.inn)
    row.get_by_text("ФНС").wait_for()
    desk.shot("registry-silent-queue", whole=True)
    desk.open(address(firm))
    desk.sees("ответа ФНС нет")
    desk.shot("registry-silent", whole=True)
    desk.open(address(firm, "approve"))
    desk.page.get_by_role("button", name="Одобрить", exact=True).click()
    desk.sees("Для сотрудников")  # not without saying why

    stack.control("fns/answer", code="ok")
    stack.rows(ASK_NOW, firm.number)
    firm.is_checked()
    assert stack.value(PASSED, firm.number) == 1
    desk.open(address(firm))
    desk.sees("Расхождений нет")
