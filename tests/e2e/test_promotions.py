"""Gifts, promo codes, plan changes, a trial and the channel, by visible buttons, through the real processes."""

from __future__ import annotations

import re

import pytest

from tests.e2e.customer import Customer

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(240)]

GIFT = re.compile(r"start=(gift_[A-Za-z0-9_-]+)")
A_CODE = """
from payments.models import PromoCode
PromoCode.objects.get_or_create(code="MARCH", defaults={"kind": "percent", "value": 25})
"""


def says(customer: Customer, text: str) -> None:
    customer.stack.control("telegram/send", chat_id=customer.chat_id, text=text)


def paid_sum(customer: Customer) -> tuple[str, str, int]:
    """Purpose, state and sum of the newest payment."""
    row = customer.stack.rows(
        "SELECT purpose, status, amount FROM payments_payment WHERE id = %s", customer.payment_id
    )[0]
    return row[0], row[1], int(row[2])


def test_a_gift_is_bought_and_taken_by_a_friend(new_customer):
    anna = new_customer()
    anna.press("Принимаю")
    anna.press("Выбрать тариф")
    anna.press("1 месяц")
    anna.press("В подарок")
    anna.sees("🎁 Подарок: 1 месяц")
    anna.press("Карта")
    anna.sees("Переведите:")
    anna.pays()
    found = GIFT.search(anna.sees("Кто первым откроет ссылку")["text"])
    assert found
    assert anna.days() == 0

    friend = new_customer("Борис", payload=found.group(1))
    friend.press("Принимаю")
    friend.press("Получить подарок")
    assert friend.link() == friend.on_panel()["subscription_url"]
    assert friend.days() == 30
    assert friend.links_received() == 1
    anna.sees("Ваш подарок открыли")

    late = new_customer("Вера", payload=found.group(1))
    late.press("Принимаю")
    late.sees("уже открыл кто-то другой")
    assert late.days() == 0


def test_a_promo_code_makes_a_purchase_cheaper(new_customer, stack):
    stack.manage("shell", "-v0", "-c", A_CODE)
    anna = new_customer()
    anna.press("Принимаю")
    says(anna, "/promo march")
    anna.sees("Промокод MARCH принят: скидка 25")
    anna.press("Выбрать тариф")
    anna.press("1 месяц")
    anna.sees("промокод MARCH")
    anna.press("Карта")
    anna.sees("Переведите: 150")
    anna.pays()
    assert anna.link()
    assert paid_sum(anna) == ("term", "paid", 150)
    assert anna.days() == 30


def test_a_plan_is_changed_for_the_difference(new_customer):
    anna = new_customer()
    anna.order_card()
    anna.pays()
    anna.link()
    says(anna, "/start")
    anna.press("Продлить")
    anna.press("12 месяцев")
    anna.press("Сменить тариф")
    anna.sees("Не использовано по тарифу «1 месяц»")
    anna.press("Криптовалюта")  # 1Plat opens one invoice a minute
    anna.sees("К оплате:")
    anna.stack.control("cryptobot/pay", payload=anna.reference, mode="pay")
    anna.stack.until(lambda: paid_sum(anna)[1] == "paid", what="the change to be paid")
    assert paid_sum(anna) == ("change", "paid", 1351)
    assert 364 <= anna.days() <= 365
    anna.stack.until(lambda: anna.links_received() == 2, what="the link of the change")


def test_a_trial_is_followed_by_a_purchase(new_customer):
    anna = new_customer()
    anna.press("Принимаю")
    anna.press("Попробовать бесплатно: 3 дня")
    assert anna.link() == anna.on_panel()["subscription_url"]
    assert anna.days() == 3
    anna.press("Выбрать тариф")
    anna.press("1 месяц")
    anna.sees("Продление:")
    anna.press("Карта")
    anna.sees("Переведите:")
    anna.pays()
    anna.stack.until(lambda: anna.days() == 33, what="the month after the trial")


def test_joining_the_channel_brings_days_once(new_customer, stack):
    anna = new_customer()
    anna.press("Принимаю")
    anna.press("Канал: +3 дня")
    assert "Вас пока нет в канале" in anna.press("Проверить")["answer"]["text"]
    stack.control("telegram/channel", chat_id=anna.chat_id, joined=True)
    assert "Дни начислены" in anna.press("Проверить")["answer"]["text"]
    assert anna.link()
    assert anna.days() == 3


def test_the_books_add_up_after_all_that(stack):
    done = stack.try_manage("audit_ledgers")
    assert done.returncode == 0, done.stdout + done.stderr
