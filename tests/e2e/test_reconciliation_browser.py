"""Reconciling in a real browser: from a planted difference to the signature, a statement, a provider's page."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from integrations.clock import now
from tests.e2e.browser import Window
from tests.e2e.customer import Customer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(240),
]


def looked_at(desk: Window, phone: Window, address: str, name: str) -> None:
    """The same page at a desk and on a phone, with nothing that sticks out."""
    for seen, kind in ((desk, "desk"), (phone, "phone")):
        seen.open(address)
        seen.page.wait_for_load_state("networkidle")
        assert seen.overhang() <= 0, f"{name} on a {kind}"
        seen.shot(f"{name}-{kind}", whole=True)


def submit(seen: Window, label: str) -> None:
    seen.page.get_by_role("button", name=label, exact=True).first.click()


def test_a_difference_is_found_fixed_and_signed(stack, desk, phone, sign_in, new_customer):
    anna: Customer = new_customer()
    anna.order_card()
    anna.pays("lost")
    for seen in (desk, phone):
        sign_in(seen)
    desk.open(f"{stack.web}/admin/payments/reconciliationrun/start/")
    desk.page.locator("[name=subject]").select_option("oneplat")
    desk.shot("reconcile-start-desk", whole=True)
    submit(desk, "Сверить")
    desk.sees("поставлена в очередь")
    run = desk.page.url
    done = "SELECT status FROM payments_reconciliationrun ORDER BY id DESC LIMIT 1"
    stack.until(lambda: stack.value(done) == "done", what="the run to end")
    looked_at(desk, phone, f"{stack.web}/admin/payments/reconciliationrun/", "reconcile-list")
    looked_at(desk, phone, run, "reconcile-run")
    desk.sees("оплачено у них, не у нас")
    row = desk.page.locator("tr", has_text=f"№ {anna.payment_id}")
    row.get_by_role("button", name="Проверить платёж").click()
    desk.sees("ждёт оплаты → оплачен")
    assert anna.link()
    for _left in range(desk.page.get_by_role("link", name="Объяснить").count()):
        desk.page.get_by_role("link", name="Объяснить").first.click()
        desk.page.get_by_label("Причина").fill("заказы других проверок")
        desk.shot("reconcile-explain-desk", whole=True)
        submit(desk, "Записать")
        desk.sees("Объяснение записано")
    desk.page.get_by_role("link", name="Подписать").click()
    desk.page.get_by_label("Пояснение").fill("сошлось")
    submit(desk, "Подписать")
    desk.sees("Сверка подписана.")
    looked_at(desk, phone, run, "reconcile-signed")


def test_a_statement_is_previewed_and_compared(
    stack, desk, phone, sign_in, new_customer, tmp_path: Path
):
    anna: Customer = new_customer()
    anna.order_card()
    file = tmp_path / "выписка.csv"
    today = now().astimezone(ZoneInfo("Europe/Moscow")).date()
    lines = [
        "Номер заказа;Сумма;Дата;Статус",
        f"{anna.reference};200,00;{today:%d.%m.%Y} 09:30;Оплачен",
        f"чужой-заказ;5;{today:%d.%m.%Y};Оплачен",
    ]
    file.write_bytes("\n".join(lines).encode("cp1251"))
    for seen in (desk, phone):
        sign_in(seen)
    upload = f"{stack.web}/admin/payments/statement/upload/"
    looked_at(desk, phone, upload, "statement-upload")
    broken = tmp_path / "битая.csv"
    broken.write_text("Номер;Сумма\nа;сто\nб;5\nв;1,2,3\n", encoding="utf-8")
    desk.page.locator("input[type=file]").set_input_files(broken)
    submit(desk, "Прочитать")
    desk.page.wait_for_load_state("networkidle")
    desk.shot("statement-errors-desk", whole=True)
    desk.sees("Строка 2: сумма «сто» не читается")
    desk.shot("statement-errors-desk", whole=True)
    desk.page.locator("[name=provider]").select_option("oneplat")
    desk.page.locator("input[type=file]").set_input_files(file)
    submit(desk, "Прочитать")
    desk.sees("Первые строки, как они прочитаны")
    looked_at(desk, phone, desk.page.url, "statement-preview")
    desk.page.get_by_role("link", name="Принять и сверить").click()
    expect(desk.page.locator("[name=since]")).to_have_value(today.isoformat())
    desk.shot("statement-keep-desk", whole=True)
    submit(desk, "Принять и сверить")
    desk.sees("Сверка поставлена в очередь")
    found = (
        "SELECT count(*) FROM payments_reconciliationline l JOIN payments_reconciliationrun r"
        " ON r.id = l.run_id WHERE r.statement_id IS NOT NULL AND l.kind IN ('paid_there', 'missing_here')"
    )
    stack.until(lambda: stack.value(found) == 2, what="the two differences of the file")


def test_a_provider_has_its_page(stack, desk, phone, sign_in):
    for seen in (desk, phone):
        sign_in(seen)
    looked_at(desk, phone, f"{stack.web}/admin/payments/providerstate/", "providers-list")
    desk.open(f"{stack.web}/admin/payments/providerstate/")
    desk.page.get_by_role("link", name="CloudPayments").first.click()
    submit(desk, "Проверить сейчас")
    desk.sees("ключи верны")
    desk.sees("прошёл")
    looked_at(desk, phone, desk.page.url, "provider")
    submit(desk, "Скопировать")
    desk.sees("Скопировано")
