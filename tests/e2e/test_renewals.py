"""Renewal without the customer through the real processes: charged, declined, revoked, unclear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from tests.e2e.customer import Customer
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("renewals"), pytest.mark.timeout(300)]

HOUR = 3600
DAY = 24 * HOUR
NOWHERE = "http://127.0.0.1:9"
_chat_ids = count(700_400_100)


@dataclass(frozen=True)
class Bank:
    """One provider's words for what happens at it."""

    slug: str
    button: str
    key: str
    charge: str  # the operation's name in faults
    declines: dict[str, Any]
    revokes: dict[str, Any]
    deaf: dict[str, Any]  # no call of its reaches the product
    normal: dict[str, Any]
    entries: str

    def set(self, stack: Stack, **options: Any) -> None:
        stack.control(f"{self.slug}/options", **options)

    def pays(self, customer: Customer, mode: str = "pay", **details: Any) -> None:
        customer.stack.control(
            f"{self.slug}/pay", **{self.key: customer.reference}, mode=mode, **details
        )


YOOKASSA = Bank(
    slug="yookassa",
    button="Карта · ЮKassa",
    key="order_id",
    charge="charge",
    declines={"charge_outcome": "insufficient_funds"},
    revokes={"charge_outcome": "permission_revoked"},
    deaf={"callback_url": NOWHERE},
    normal={"charge_outcome": "", "callback_url": ""},
    entries="payments",
)
CLOUDPAYMENTS = Bank(
    slug="cloudpayments",
    button="Карта · CloudPayments",
    key="invoice_id",
    charge="payments/tokens/charge",
    declines={"charge_code": 5051},
    revokes={"charge_code": 5033},
    deaf={"callback_url": NOWHERE, "check": False},
    normal={"charge_code": 0, "callback_url": "", "check": True},
    entries="orders",
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A product of its own: its clock runs ahead."""
    env = {"RENEWAL_UNCLEAR_SECONDS": "2", "REMINDERS": "none"}
    with Stack(tmp_path_factory.mktemp("renewals"), env) as running:
        yield running


@pytest.fixture(params=[YOOKASSA, CLOUDPAYMENTS], ids=lambda bank: bank.slug)
def bank(request, stack) -> Iterator[Bank]:
    stack.control("faults/clear")
    # Customers of earlier tests are left alone: a planned fault is for this one.
    stack.rows("UPDATE payments_autorenewal SET is_on = false")
    yield request.param
    request.param.set(stack, **request.param.normal)


@pytest.fixture
def anna(stack, bank) -> Customer:
    """She bought a month and let her card be charged again."""
    customer = Customer(stack, next(_chat_ids), name="Анна")
    customer.to_ways()
    customer.press("☐ Продлевать автоматически")
    customer.sees("С автопродлением")
    customer.press(bank.button)
    customer.sees("К оплате:")
    bank.pays(customer)
    customer.link()
    customer.sees("Автопродление включено")
    return customer


def later(stack: Stack, seconds: int) -> None:
    stack.control("clock", advance_seconds=seconds)


def statuses(customer: Customer) -> list[str]:
    rows = customer.stack.rows(
        "SELECT p.status FROM payments_payment p JOIN payments_customer c ON c.id = p.customer_id"
        " WHERE c.telegram_id = %s ORDER BY p.id",
        customer.chat_id,
    )
    return [status for (status,) in rows]


def taken(bank: Bank, customer: Customer) -> list[str]:
    """The bank's own count of the money it took for this customer's newest payment."""
    entries = customer.stack.ask(f"{bank.slug}/{bank.entries}")[bank.entries]
    mine = [one for one in entries if one[bank.key] == customer.reference]
    if bank is YOOKASSA:
        return [one[bank.key] for one in mine if one["status"] == "succeeded"]
    operations = [operation for one in mine for operation in one["operations"]]
    return [customer.reference for one in operations if one["status"] == "Completed"]


def test_the_card_is_charged_a_day_before_the_end(stack, bank, anna):
    later(stack, 28 * DAY + HOUR)
    anna.sees("Скоро продлим доступ")
    assert statuses(anna) == ["paid"]
    later(stack, DAY)
    message = anna.sees("Доступ продлён до")
    assert "/sub/" in message["text"]
    assert (statuses(anna), anna.days()) == (["paid", "paid"], 60)
    anna.start()
    anna.press("Автопродление")
    anna.press("Выключить автопродление")
    anna.sees("Автопродление выключено")
    later(stack, 31 * DAY)
    anna.press("Удалить карту")
    anna.sees("отметьте «Продлевать автоматически» при следующей оплате")
    assert len(statuses(anna)) == 2


def test_a_declined_charge_is_repeated_and_then_switched_off(stack, bank, anna):
    bank.set(stack, **bank.declines)
    later(stack, 29 * DAY + HOUR)
    anna.sees("Автосписание не прошло")
    for tries in (2, 3, 4):
        later(stack, DAY + HOUR)
        stack.until(
            lambda tries=tries: statuses(anna) == ["paid", *["failed"] * tries],
            what=f"{tries} tries",
        )
    anna.sees("списать деньги не удалось ни разу")
    assert anna.days() == 30
    anna.press("Продлить самому")
    anna.sees("Сумма:")


def test_a_revoked_card_is_never_tried_again(stack, bank, anna):
    bank.set(stack, **bank.revokes)
    later(stack, 29 * DAY + HOUR)
    anna.sees("банк больше не разрешает")
    assert statuses(anna) == ["paid", "failed"]
    tokens = (
        "SELECT token FROM payments_savedmethod m JOIN payments_customer c ON c.id = m.customer_id"
    )
    assert stack.value(f"{tokens} WHERE c.telegram_id = %s", anna.chat_id).startswith("gone:")


def test_a_charge_whose_answer_was_lost_is_taken_once(stack, bank, anna):
    """Neither the answer nor the call arrives: our own question finds the money."""
    bank.set(stack, **bank.deaf)
    stack.control("faults", service=bank.slug, kind="after", operation=bank.charge, times=1)
    later(stack, 29 * DAY + HOUR)
    anna.sees("Доступ продлён до", within=60)
    assert (statuses(anna), anna.days()) == (["paid", "paid"], 60)
    assert taken(bank, anna) == [anna.reference]
