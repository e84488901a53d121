"""From a form of a site made with Tilda to a public page: through the real processes and in a browser.

`SCREENSHOTS=<folder>` keeps pictures of the pages.
"""

from __future__ import annotations

import re

import pytest
import requests

from tests.e2e.registry.desk import address, issue_key

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("registry"),
    pytest.mark.timeout(240),
]

VERDICTS = "SELECT rule, result FROM partners_ruleverdict WHERE application_id = %s"
EVIDENCE = "SELECT count(*) FROM partners_registryanswer WHERE inn = %s AND length(sha256) = 64"
HOW_MANY = "SELECT count(*) FROM partners_application WHERE inn = %s"
REPEATED = (
    "SELECT count(*) FROM partners_applicationevent WHERE application_id = %s AND kind = 'repeated'"
)


def test_a_form_becomes_a_verified_company_with_a_public_page(
    stack, desk, phone, sign_in, new_applicant
):
    firm = new_applicant()
    firm.posts(key="field")
    assert firm.link(f"Заявка № {firm.number}", "/status/")
    firm.is_checked()
    assert {result for _rule, result in stack.rows(VERDICTS, firm.number)} == {"pass"}
    assert stack.value(EVIDENCE, firm.inn) >= 1

    sign_in(desk)
    desk.open(f"{stack.web}/admin/partners/application/")
    row = desk.page.locator("#result_list tr").filter(has_text=firm.inn)
    row.wait_for()
    desk.shot("registry-queue", whole=True)
    row.get_by_role("link").first.click()
    desk.sees("Расхождений нет")
    desk.shot("registry-application", whole=True)
    desk.page.get_by_role("link", name="Одобрить", exact=True).first.click()
    desk.sees("Так увидит заявитель")
    desk.shot("registry-decision", whole=True)
    desk.page.get_by_role("button", name="Одобрить", exact=True).click()
    desk.sees("Решено: одобрить")

    assert firm.link("Открыть страницу", "/partners/") == firm.page
    phone.open(firm.page)
    phone.sees(firm.company.name)
    assert phone.overhang() == 0
    phone.shot("registry-page-phone", whole=True)
    phone.page.get_by_role("link", name="Каталог").first.click()
    phone.page.get_by_role("searchbox").fill(firm.inn)
    phone.page.get_by_role("button", name="Найти").click()
    phone.page.get_by_role("link", name=re.compile(re.escape(firm.company.name))).click()
    phone.page.wait_for_url(firm.page)

    desk.open(f"{stack.web}/admin/partners/apitoken/issue/")
    key = issue_key(desk, "искать и читать партнёров")
    answer = requests.get(
        f"{stack.web}/api/v1/partners/{firm.code}",
        headers={"Authorization": f"Bearer {key}"},
        timeout=15,
    )
    assert answer.status_code == 200, answer.text
    assert (answer.json()["code"], answer.json()["inn"]) == (firm.code, firm.inn)

    firm.posts()  # Tilda was not sure that we heard it
    stack.until(lambda: stack.value(REPEATED, firm.number), what="the repeat to be noticed")
    assert stack.value(HOW_MANY, firm.inn) == 1
    desk.open(address(firm))
    desk.sees("прислана ещё раз")
