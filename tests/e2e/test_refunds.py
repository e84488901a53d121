"""Money goes back, through the real processes: from the wish to the customer's message and the ledger."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.conftest import MAKE_STAFF, PASSWORD, STAFF
from tests.e2e.customer import Customer
from tests.e2e.office import Office

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def office(stack) -> Office:
    stack.manage("shell", "-v0", "-c", MAKE_STAFF)
    return Office(stack, STAFF, PASSWORD)


@pytest.fixture(autouse=True)
def _banks_in_order(stack):
    yield
    stack.control("yookassa/options", refund_answer="succeeded")
    stack.control("cryptobot/options", transfers=True)


def buys(customer: Customer, button: str, service: str, **named: Any) -> Customer:
    """A paid month; `named` is how the sandbox's bank finds the order."""
    customer.to_ways()
    customer.press(button)
    customer.sees("К оплате:")
    key = {"yookassa": "order_id", "cryptobot": "payload"}[service]
    customer.stack.control(f"{service}/pay", **{key: customer.reference, "mode": "pay"}, **named)
    assert customer.link()
    return customer


@pytest.fixture
def anna(new_customer) -> Customer:
    return buys(new_customer(), "Карта · ЮKassa", "yookassa")


def refund_of(customer: Customer) -> int:
    return int(
        customer.stack.value(
            "SELECT max(id) FROM payments_refund WHERE payment_id = %s", customer.payment_id
        )
    )


def becomes(customer: Customer, status: str, *, within: float = 60) -> None:
    """The newest refund, awaited."""
    customer.stack.until(
        lambda: (
            customer.stack.value(
                "SELECT status FROM payments_refund WHERE id = %s", refund_of(customer)
            )
            == status
        ),
        what=f"the refund to be {status}",
        within=within,
    )


def booked(customer: Customer) -> list[Decimal]:
    rows = customer.stack.rows(
        "SELECT amount FROM payments_moneyentry WHERE payment_id = %s AND kind = 'refund' ORDER BY id",
        customer.payment_id,
    )
    return [row[0] for row in rows]


def made_at_yookassa(customer: Customer) -> int:
    told = customer.stack.ask(f"yookassa/payments/{customer.reference}")["payment"]
    return int(Decimal(told["refunded"]))


def test_staff_give_a_part_back_and_then_the_rest(anna, office, stack):
    price = anna.stack.value("SELECT amount FROM payments_payment WHERE id = %s", anna.payment_id)
    office.gives_back(anna.payment_id, "99", days=10)
    anna.sees("возвращено 99")
    assert (anna.days(), booked(anna)) == (20, [Decimal("99.00")])
    office.gives_back(anna.payment_id, f"{price - 99}")
    anna.sees(f"Деньги по счёту № {anna.payment_id} возвращены")
    assert (anna.days(), sum(booked(anna))) == (0, price)
    assert made_at_yookassa(anna) == price
    stack.manage("audit_ledgers")


def test_a_customer_asks_changes_his_mind_asks_and_gets_it(anna, office):
    anna.press("Подробнее") if "Подробнее" in str(anna.messages()) else None
    anna.start()
    anna.press("Мои платежи")
    anna.press(f"№ {anna.payment_id}")
    anna.press("Запросить возврат")
    offer = anna.sees("Доступ останется до решения")
    assert "Из срока уйдёт: 30 дней" in offer["text"]
    anna.press("Подтвердить")
    anna.sees("Просьба о возврате принята")
    anna.press("Отозвать просьбу")
    anna.sees("вы передумали")
    anna.press("Запросить возврат")
    anna.press("Подтвердить")
    anna.sees("ждёт решения")
    assert anna.days() == 30
    amount = anna.stack.value("SELECT amount FROM payments_payment WHERE id = %s", anna.payment_id)
    page = office.decides(
        refund_of(anna), "approve", amount=amount, days=0, reason="не подошло", key=uuid4()
    )
    assert "Деньги отправляются" in page
    anna.sees("возвращены")
    assert (anna.days(), booked(anna)) == (0, [amount])


def test_a_rejection_is_told_with_its_reason(anna, office):
    anna.stack.control("telegram/send", chat_id=anna.chat_id, text="/refund")
    anna.press(f"№ {anna.payment_id}")
    anna.press("Подтвердить")
    anna.sees("Просьба о возврате принята")
    office.decides(refund_of(anna), "reject", reason="срок почти прошёл")
    told = anna.sees("отказано")
    assert "срок почти прошёл" in told["text"]
    assert (anna.days(), booked(anna)) == (30, [])


def test_a_refund_in_the_providers_cabinet_is_recognised(anna, stack):
    stack.control("yookassa/pay", order_id=anna.reference, mode="refund")
    anna.sees("возвращены")
    becomes(anna, "succeeded")
    origin = "SELECT origin FROM payments_refund WHERE payment_id = %s"
    assert stack.value(origin, anna.payment_id) == "provider"
    found = "SELECT count(*) FROM payments_incident WHERE payment_id = %s AND kind = 'refund_found'"
    assert stack.value(found, anna.payment_id) == 1
    assert anna.days() == 0


def test_a_bank_that_takes_its_time_is_waited_for(anna, office, stack):
    stack.control("yookassa/options", refund_answer="pending", refund_seconds=2)
    office.gives_back(anna.payment_id, "50", days=5)
    becomes(anna, "pending")
    assert anna.days() == 30
    anna.sees("возвращено 50", within=60)
    assert anna.days() == 25


def test_a_bank_that_says_no_is_shown_to_staff(anna, office, stack):
    stack.control("yookassa/options", refund_answer="canceled")
    office.gives_back(anna.payment_id, "50")
    becomes(anna, "failed")
    assert "не хватает денег" in office.read(f"payments/refund/{refund_of(anna)}/change/")
    assert (anna.days(), booked(anna)) == (30, [])


@pytest.mark.parametrize("kind", ["status", "after"])
def test_a_provider_that_fails_gives_back_once(anna, office, stack, kind):
    """The call itself fails, or only its answer; the search afterwards fails too."""
    stack.control("faults", service="yookassa", kind=kind, operation="refunds", times=2)
    office.gives_back(anna.payment_id, "50")
    becomes(anna, "succeeded")
    assert (booked(anna), made_at_yookassa(anna)) == ([Decimal("50.00")], 50)


@pytest.mark.parametrize("kind", ["slow", "after"])
def test_a_worker_killed_in_the_middle_gives_back_once(anna, office, stack, kind):
    """kill -9 before the bank has done it, and after it has and nothing was written here."""
    stack.control("faults", service="yookassa", kind=kind, operation="refunds", seconds=3)
    office.gives_back(anna.payment_id, "50")
    tried = "SELECT attempts FROM payments_refund WHERE id = %s"
    stack.until(lambda: stack.value(tried, refund_of(anna)) == 1, what="the call to begin")
    time.sleep(0.5)
    stack.kill("worker")
    before = booked(anna)
    stack.start("worker")
    # Where the bank has done it, its own notification may have been quicker than the kill.
    assert len(before) <= (kind == "after")
    becomes(anna, "succeeded")
    assert (booked(anna), made_at_yookassa(anna)) == ([Decimal("50.00")], 50)


def test_coins_go_back_to_the_payers_wallet(new_customer, office, stack):
    boris = buys(new_customer("Борис"), "Криптовалюта", "cryptobot", asset="TON")
    stack.control("cryptobot/options", transfers=False)
    office.gives_back(boris.payment_id, "100", days=10)
    becomes(boris, "failed")
    assert "переводы выключены" in office.read(f"payments/refund/{refund_of(boris)}/change/")
    stack.control("cryptobot/options", transfers=True)
    office.gives_back(boris.payment_id, "100", days=10)
    boris.sees("возвращено 100")
    assert (boris.days(), booked(boris)) == (20, [Decimal("100.00")])
    journal = stack.ask("journal", service="cryptobot", operation="transfer", limit=1)["entries"]
    assert f'"user_id": {boris.chat_id}' in journal[-1]["request"]
    assert '"asset": "TON"' in journal[-1]["request"]


def test_where_no_provider_gives_back_a_person_does_with_proof(new_customer, office):
    vera = new_customer("Вера")
    vera.order_card()
    vera.pays()
    assert vera.link()
    amount = vera.stack.value("SELECT amount FROM payments_payment WHERE id = %s", vera.payment_id)
    page = office.gives_back(vera.payment_id, f"{amount}")
    assert "запишите подтверждение" in page
    becomes(vera, "manual")
    assert vera.days() == 30
    office.decides(refund_of(vera), "manual", evidence="Сбер, № 77, 12:40")
    vera.sees("возвращены")
    assert (vera.days(), booked(vera)) == (0, [amount])


def test_the_books_are_in_order_after_all_that(stack):
    stack.manage("audit_ledgers")
