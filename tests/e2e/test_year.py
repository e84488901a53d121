"""A year of one customer through the real processes, with the sandbox's clock: bought, brought a friend, reminded,
renewed, lapsed, came back, got the money back in the provider's cabinet, came again. The books explain every day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest

from tests.e2e.customer import Customer
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("year"), pytest.mark.timeout(240)]

ANNA, BORIS = 700_900_001, 700_900_002
EMAIL = "boris@example.com"
DAY = 86_400
LINE = re.compile(r"(\S+ \S+)  (.+?)  ([+−]\d+)  (\S+ \S+) → (\S+ \S+)  (.+)")
# What the days must say: kind, days, from which day of the story to which, and why.
LEDGER = [
    ("покупка", "+30", 0, 30, "1 месяц"),
    ("за друга", "+7", 30, 37, "друг впервые оплатил"),
    ("покупка", "+90", 37, 127, "3 месяца"),
    ("покупка", "+30", 140, 170, "1 месяц"),
    ("снятие", "−30", 170, 140, "снято: счёт № "),
    ("покупка", "+180", 150, 330, "6 месяцев"),
]
REMINDED = ["d7", "d3", "d7", "d3", "d1", "d0", "ended", "after3", "ended"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A product of its own, because its clock moves."""
    everyday = {"REMINDERS_EVERY": "1", "QUIET_HOURS": "none"}
    with Stack(tmp_path_factory.mktemp("year"), everyday) as running:
        yield running


def to_day(stack: Stack, day: float) -> None:
    """Two minutes after this day of the story; the day before this minute is over in all its consequences."""
    stack.control("clock", offset_seconds=round(day * DAY) + 120)


def reminded(customer: Customer, status: str = "sent") -> list[str]:
    rows = customer.stack.rows(
        "SELECT r.kind FROM payments_reminder r JOIN payments_subscription s ON s.id = r.subscription_id"
        " JOIN payments_customer c ON c.id = s.customer_id"
        " WHERE c.telegram_id = %s AND r.status = %s ORDER BY r.sent_at, r.id",
        customer.chat_id,
        status,
    )
    return [kind for (kind,) in rows]


def is_reminded(customer: Customer, count: int, text: str) -> None:
    """The number of reminders so far, and the words of the last one."""
    customer.stack.until(
        lambda: len(reminded(customer)) == count,
        what=f"reminder {count} of {customer.chat_id}, who had {reminded(customer)}",
        within=15,
    )
    customer.sees(text, within=5)


def pays(customer: Customer, mode: str = "pay") -> None:
    customer.sees("К оплате:")
    customer.stack.control("yookassa/pay", order_id=customer.reference, mode=mode)
    customer.stack.until(
        lambda: customer.stack.value(
            "SELECT access = 'granted' FROM payments_payment WHERE id = %s", customer.payment_id
        ),
        what="the access",
        within=15,
    )


def buys_again(customer: Customer, plan: str) -> None:
    """From a new menu: earlier messages have buttons of the same names."""
    before = len(customer.messages())
    customer.stack.control("telegram/send", chat_id=customer.chat_id, text="/start")
    customer.stack.until(lambda: len(customer.messages()) > before, what="the menu", within=15)
    customer.press("➕ Продлить")
    chooses(customer, plan)


def _is_newest(customer: Customer, label: str) -> bool:
    return any(label in one for one in customer.messages()[-1]["buttons"])


def chooses(customer: Customer, plan: str) -> None:
    """The plan in the list, its effect, the card, the bank: each once it stands in the newest message."""
    for label in (plan, "Карта · ЮKassa"):
        customer.stack.until(
            partial(_is_newest, customer, label),
            what=f"{label} in the newest message",
            within=15,
        )
        customer.press(label)
    pays(customer)


def is_on_panel(customer: Customer, status: str) -> None:
    customer.stack.until(
        lambda: customer.on_panel()["status"] == status, what=f"{status} on the panel", within=15
    )


def test_a_year(stack):
    # day 0: a month by card
    anna = Customer(stack, ANNA, name="Анна")
    anna.to_ways()
    anna.press("Карта · ЮKassa")
    pays(anna)
    link = anna.link()

    # day 5: a friend comes by her link, pays, leaves an address and blocks the bot
    to_day(stack, 5)
    invite = stack.value("SELECT invite_code FROM payments_customer WHERE telegram_id = %s", ANNA)
    boris = Customer(stack, BORIS, name="Борис", payload=invite)
    boris.to_ways()
    boris.press("Карта · ЮKassa")
    pays(boris)
    anna.sees("+7 дней")
    stack.control("telegram/send", chat_id=BORIS, text=EMAIL)
    boris.sees("Адрес сохранён")
    stack.control("telegram/block", chat_id=BORIS, blocked=True)

    # day 30 and 34: reminded; the last day of the friend's month is told in a letter
    to_day(stack, 30)
    is_reminded(anna, 1, "До конца срока: 7 дней")
    to_day(stack, 34)
    is_reminded(anna, 2, "До конца срока: 3 дня")
    letters = stack.until(
        lambda: stack.ask("mailbox/letters", to=EMAIL)["letters"], what="the letter", within=15
    )
    assert [letter["subject"] for letter in letters] == ["До конца срока: 1 день"]
    assert "/pay/" in letters[0]["text"]

    # renewed from the reminder, for another term
    anna.press("Другой срок")
    chooses(anna, "3 месяца")

    # the second term runs out, each moment told once
    for number, (day, words) in enumerate(
        [
            (120, "До конца срока: 7 дней"),
            (124, "До конца срока: 3 дня"),
            (126, "До конца срока: 1 день"),
            (127 - 0.125, "Доступ заканчивается сегодня"),
            (127, "⚠️ Доступ закончился"),
            (130, "Доступ закончился 3 дня назад"),
        ],
        start=3,
    ):
        to_day(stack, day)
        is_reminded(anna, number, words)
    is_on_panel(anna, "DISABLED")

    # day 140: she comes back, the link is the same
    to_day(stack, 140)
    buys_again(anna, "1 месяц")
    is_on_panel(anna, "ACTIVE")
    assert anna.link() == link

    # day 145: the money goes back in the provider's cabinet, without us
    to_day(stack, 145)
    stack.control("yookassa/pay", order_id=anna.reference, mode="refund")
    anna.sees("↩️ Деньги по счёту")
    is_on_panel(anna, "DISABLED")

    # day 150: half a year more, and its end
    to_day(stack, 150)
    buys_again(anna, "6 месяцев")
    is_on_panel(anna, "ACTIVE")
    to_day(stack, 330)
    is_reminded(anna, 9, "⚠️ Доступ закончился")
    is_on_panel(anna, "DISABLED")

    # the end of the year: nothing more is said, and the books explain everything
    to_day(stack, 365)
    assert reminded(anna) == REMINDED
    assert reminded(boris) == ["d1"]
    assert stack.try_manage("audit_ledgers").returncode == 0
    shown = stack.manage("days_ledger", str(ANNA)).stdout
    print(shown)
    assert ledger(shown) == [line[:4] for line in LEDGER]
    assert all(why in line for (*_, why), line in zip(LEDGER, shown.splitlines(), strict=False))
    assert shown.splitlines()[-1] == f"= {LINE.findall(shown)[-1][4]}"

    # she reads the same in the bot
    stack.control("telegram/send", chat_id=ANNA, text="/payments")
    anna.press("Почему до этой даты?")
    story = anna.sees("Как он сложился:")["text"]
    assert list(re.findall(r": ([+−]\d+) дн\.", story)) == [line[1] for line in LEDGER]


def ledger(shown: str) -> list[tuple[str, str, int, int]]:
    """Kind, days, and the two dates as days of the story."""
    lines = LINE.findall(shown)
    begun = read(lines[0][3])
    return [
        (kind, days, since(begun, read(start)), since(begun, read(until)))
        for _at, kind, days, start, until, _why in lines
    ]


def read(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - both in the shop's zone


def since(begun: datetime, moment: datetime) -> int:
    return round((moment - begun) / timedelta(days=1))
