"""The same money told a hundred times at once."""

from __future__ import annotations

import psycopg
import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("faults"), pytest.mark.timeout(240)]

ONCE = [("purchase", 30), ("referral", 7)]


def test_a_hundred_copies_under_both_signatures_are_one_sale(world, order):
    order = world.at_the_bank(order, paid=True)
    copies = [order.callback(signature="hmac"), order.callback(signature="md5")] * 50
    assert set(world.call_at_once(copies)) == {200}
    world.settled([order])
    world.served(order)
    assert world.entries(order) == ONCE
    assert world.letters_with_link(order) == 1
    assert world.panel_follows(order)
    calls = world.rows(
        'SELECT deliveries, status FROM integrations_inboundcallback WHERE "case" = %s',
        f"payment:{order.payment_id}",
    )
    assert sorted(calls) == [(50, "applied"), (50, "applied")]


def test_paid_and_confirmed_at_once_are_one_sale(world, order):
    copies = [order.callback(status="1"), order.callback(status="2")] * 25
    assert set(world.call_at_once(copies)) == {200}
    world.settled([order])
    world.served(order)
    assert world.entries(order) == ONCE


def test_friends_of_one_inviter_pay_at_once_and_each_brings_his_days(world, take):
    orders = take(12)
    world.rows(
        "UPDATE payments_referral SET inviter_id = %s WHERE friend_id = ANY(%s)",
        orders[0].inviter_id,
        [order.customer_id for order in orders],
    )
    assert set(world.call_at_once([order.callback() for order in orders])) == {200}
    world.settled(orders)
    assert [world.entries(order) for order in orders] == [ONCE] * 12
    sql = (
        "SELECT (sum(d.seconds) / 86400)::int FROM payments_dayentry d"
        " JOIN payments_subscription s ON s.id = d.subscription_id WHERE s.customer_id = %s"
    )
    assert world.value(sql, orders[0].inviter_id) == 12 * 7


def test_a_call_that_overtakes_our_own_commit_is_matched_afterwards(world, order):
    """1Plat may call before the answer to our "create" is written down."""
    hidden = "UPDATE payments_payment SET external_id = %s, reference = %s WHERE id = %s"
    world.rows(hidden, "", "0" * 32, order.payment_id)
    assert world.call(order.callback()).status_code == 200
    waits = "SELECT count(*) FROM integrations_inboundcallback WHERE status = 'waiting'"
    world.until(lambda: world.value(waits), what="the call to wait for its order")
    assert world.entries(order) == []
    world.rows(hidden, order.guid, order.reference, order.payment_id)
    world.settled([order])
    assert world.entries(order) == ONCE


def test_a_busy_payment_delays_no_answer_and_loses_no_call(world, order):
    """Somebody holds the row: the call is stored at once and settled when the row is free."""
    with psycopg.connect(world.env["DATABASE_URL"]) as holder:
        holder.execute(
            "SELECT 1 FROM payments_payment WHERE id = %s FOR UPDATE", [order.payment_id]
        )
        answer = world.call(order.callback())
        assert answer.status_code == 200
        assert answer.elapsed.total_seconds() < 1
        assert world.entries(order) == []
    world.settled([order])
    assert world.entries(order) == ONCE


def test_the_books_are_in_order_after_all_those_races(world):
    world.in_order()
