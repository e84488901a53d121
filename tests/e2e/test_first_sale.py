"""From /start to the link, by pressing visible buttons, through the real processes."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(240)]


def test_a_customer_buys_by_card(new_customer):
    anna = new_customer()
    anna.order_card()
    anna.pays()
    assert anna.link() == anna.on_panel()["subscription_url"]
    assert anna.days() == 30
    assert anna.links_received() == 1


def test_a_customer_buys_by_sbp(new_customer):
    anna = new_customer()
    anna.to_ways()
    anna.press("СБП")
    assert "Телефон" in anna.sees("Переведите:")["text"]
    anna.pays("confirm")
    assert anna.link()
    assert anna.days() == 30


@pytest.mark.parametrize("outage", ["refuse", "reset", "garbage"])
def test_a_dead_panel_delays_the_link_and_never_loses_it(new_customer, stack, outage):
    stack.control("remnawave/outage", mode=outage)
    anna = new_customer()
    anna.order_card()
    anna.pays()
    anna.sees("готовим доступ")
    assert anna.links_received() == 0
    stack.control("remnawave/outage", mode="none")
    assert anna.link(within=60)
    assert anna.links_received() == 1


def test_a_panel_that_works_but_does_not_answer_makes_one_user(new_customer, stack):
    stack.control("remnawave/outage", mode="after", times=1, operation="users.create")
    anna = new_customer()
    anna.order_card()
    anna.pays()
    assert anna.link(within=60) == anna.on_panel()["subscription_url"]


@pytest.mark.parametrize("mode", ["md5_only", "hmac_only", "md5_wrong_hmac"])
def test_either_signature_is_enough(new_customer, mode):
    anna = new_customer()
    anna.order_card()
    anna.pays(mode)
    assert anna.link()


@pytest.mark.parametrize("mode", ["bad_signature", "unsigned", "forged_status", "other_guid"])
def test_a_forgery_gives_nothing(new_customer, stack, mode):
    anna = new_customer()
    anna.order_card()
    before = stack.value("SELECT count(*) FROM integrations_inboundcallback")
    anna.pays(mode)
    stack.until(
        lambda: stack.value("SELECT count(*) FROM integrations_inboundcallback") > before,
        what="the call to be kept",
    )
    stack.until(
        lambda: (
            not stack.value(
                "SELECT count(*) FROM integrations_inboundcallback"
                " WHERE status IN ('received', 'confirming') AND not_before < now()"
            )
        ),
        what="the call to be judged",
    )
    assert anna.days() == 0
    assert anna.links_received() == 0


def test_a_friend_brings_seven_days(new_customer, stack):
    inviter = new_customer("Борис")
    inviter.press("Принимаю")
    code = stack.until(
        lambda: stack.rows(
            "SELECT invite_code FROM payments_customer WHERE telegram_id = %s", inviter.chat_id
        ),
        what="the inviter to be known",
    )[0][0]
    friend = new_customer("Вера", payload=code)
    friend.order_card()
    friend.pays()
    assert friend.link()
    stack.until(lambda: inviter.days() == 7, what="the inviter's bonus")
    assert friend.days() == 30


def test_the_books_add_up_after_all_that(stack):
    done = stack.try_manage("audit_ledgers")
    assert done.returncode == 0, done.stdout + done.stderr
