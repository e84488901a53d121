"""What a stranger writes into a form is text wherever it shows: for visitors, partners, staff, and in letters."""

from __future__ import annotations

import pytest

from tests.e2e.browser import Window
from tests.e2e.registry.cabinet import enters
from tests.e2e.registry.desk import address, approved

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("registry"),
    pytest.mark.timeout(240),
]

RUNS = """"'><script>window.hacked=1</script><img src=x onerror="window.hacked=1">{{7*7}}"""
BREAKS_OUT = f"</script></textarea></title>{RUNS}"
FIELDS = {
    "Название_компании": f"Мята {BREAKS_OUT}",
    "Name": BREAKS_OUT,
    "О_компании": BREAKS_OUT,
    "Фактический_адрес": BREAKS_OUT,
    "Города": f"Тестовск {RUNS}",
    "Услуги_и_цены": f"{BREAKS_OUT} – от 100 ₽",
    "Комментарий": BREAKS_OUT,
    "Сайт": "javascript:window.hacked=1",
    "Телеграм": RUNS,
    f"Поле {RUNS}": BREAKS_OUT,
}


def reads(seen: Window, url: str, *, words: str = "hacked") -> None:
    """Look at a page: the words are there, and nothing of them has run."""
    seen.open(url)
    seen.page.wait_for_load_state("networkidle")
    assert words in seen.page.content(), url
    assert seen.page.evaluate("window.hacked") is None, url
    assert seen.page.locator("img[onerror]").count() == 0, url
    assert seen.page.locator("a[href^='javascript']").count() == 0, url
    assert seen.complaints == [], url


def test_hostile_words_stay_words(stack, desk, phone, sign_in, office, new_applicant):
    firm = new_applicant().applies(**FIELDS).is_checked()
    dialogs: list[str] = []
    for seen in (desk, phone):
        seen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    sign_in(desk)
    reads(desk, f"{stack.web}/admin/partners/application/?q={firm.inn}")
    reads(desk, address(firm))
    desk.shot("registry-hostile", whole=True)
    reads(desk, address(firm, "approve"))
    reads(phone, firm.link(f"Заявка № {firm.number}", "/status/"))
    code = approved(office, firm, comment="проверка экранирования")
    phone.page.goto("about:blank")
    number = stack.value("SELECT id FROM partners_partner WHERE inn = %s", firm.inn)
    reads(desk, f"{stack.web}/admin/partners/partner/?q={firm.inn}")
    reads(desk, f"{stack.web}/admin/partners/partner/{number}/change/")
    reads(desk, f"{stack.web}/admin/partners/partner/{number}/edit/")

    reads(phone, firm.page)
    assert phone.overhang() == 0
    phone.shot("registry-hostile-phone", whole=True)
    reads(phone, f"{stack.web}/partners/?q={firm.inn}")
    reads(phone, f"{firm.page}card/")
    reads(phone, f"{stack.web}/partners/embed/?codes={code}")

    enters(phone, firm)
    for path in ("", "profile/", "profile/edit/", "services/"):
        reads(phone, f"{stack.web}/cabinet/{path}")
    for letter in firm.letters():
        reads(desk, f"{stack.sandbox}/mail/{letter['id']}/", words=str(firm.number))
        assert "<script>window" not in letter["html"], letter["subject"]
        assert "<img src=x" not in letter["html"], letter["subject"]
    assert dialogs == []
