"""Telegram Stars through the real processes: the bot is asked before charging, and told of what was charged."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(240)]


def order_stars(customer) -> None:
    customer.to_ways()
    customer.press("Звёзды Telegram · 150")
    customer.sees("К оплате:")


def pay(stack, customer, **fields):
    return stack.control(
        "telegram/stars/pay", invoice=customer.reference, chat_id=customer.chat_id, **fields
    )


def state(stack, customer) -> str:
    return str(
        stack.value("SELECT status FROM payments_payment WHERE id = %s", customer.payment_id)
    )


def test_stars_buy_a_term_at_their_own_price(stack, new_customer):
    anna = new_customer()
    order_stars(anna)
    assert pay(stack, anna)["paid"]
    assert anna.link()
    posted = stack.value(
        "SELECT amount || ' ' || currency FROM payments_moneyentry WHERE payment_id = %s",
        anna.payment_id,
    )
    assert posted == "150.00 XTR"
    assert anna.links_received() == 1


def test_a_paid_invoice_is_not_charged_again(stack, new_customer):
    vera = new_customer("Вера")
    order_stars(vera)
    assert pay(stack, vera)["paid"]
    assert vera.link()
    second = pay(stack, vera)
    assert not second["paid"]
    assert "уже оплачен" in second["error"]


def test_a_cancelled_invoice_is_refused_before_charging(stack, new_customer):
    boris = new_customer("Борис")
    order_stars(boris)
    boris.press("Отменить счёт")
    assert "закрыт" in pay(stack, boris)["error"]
    assert state(stack, boris) == "canceled"


def test_two_who_pay_at_once_are_a_case_for_a_person(stack, new_customer):
    gleb = new_customer("Глеб")
    order_stars(gleb)
    assert pay(stack, gleb)["paid"]
    assert gleb.link()
    assert pay(stack, gleb, ask=False)["paid"]
    stack.until(
        lambda: stack.value(
            "SELECT count(*) FROM payments_incident WHERE kind = 'paid_twice' AND payment_id = %s",
            gleb.payment_id,
        ),
        what="the second charge to be somebody's case",
    )
    assert gleb.links_received() == 1


def test_a_subscription_renews_by_itself_and_can_be_ended(stack, new_customer):
    fima = new_customer("Фима")
    fima.to_ways()
    fima.press("Продлевать автоматически")
    fima.sees("С автопродлением")
    fima.press("Звёзды Telegram · 150")
    fima.sees("К оплате:")
    first = pay(stack, fima)["charge"]
    assert fima.link()
    stack.until(lambda: fima.days() == 30, what="the first month")

    second = stack.control("telegram/stars/renew", charge=first)["charge"]
    stack.until(lambda: fima.days() == 60, what="the second month")
    stack.control("telegram/stars/refund", charge=second)
    stack.until(lambda: fima.days() == 30, what="the second month to be taken back, and only it")

    stack.until(
        lambda: (
            stack.value(
                "SELECT status FROM payments_providersubscription WHERE customer_id ="
                " (SELECT id FROM payments_customer WHERE telegram_id = %s)",
                fima.chat_id,
            )
            == "canceled"
        ),
        what="nothing to be charged after a refund",
    )
    stack.until(
        lambda: stack.value(
            "SELECT count(*) FROM integrations_outboxmessage WHERE delivered_at IS NOT NULL AND key ="
            " 'subscription.cancel:' || (SELECT s.id FROM payments_providersubscription s"
            " JOIN payments_customer c ON c.id = s.customer_id WHERE c.telegram_id = %s)",
            fima.chat_id,
        ),
        what="Telegram to know of the end",
    )
    with pytest.raises(AssertionError, match="no running subscription"):
        stack.control("telegram/stars/renew", charge=second)
