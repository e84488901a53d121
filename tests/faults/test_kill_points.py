"""kill -9 between any two steps: what was begun is finished once, whoever died."""

from __future__ import annotations

from itertools import count

import pytest
import requests

from tests.e2e.customer import Customer
from tests.faults import kills

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("faults"), pytest.mark.timeout(240)]

ONCE = [("purchase", 30), ("referral", 7)]
_chats = count(700_900_100)


def fired(world, armed):
    world.until(lambda: not armed.exists(), what=f"a process to pass {armed.name}")


@pytest.mark.parametrize("point", [*kills.SETTLEMENT, *kills.REACTIONS])
def test_a_worker_killed_here_changes_nothing_for_the_customer(world, order, point):
    armed = world.arm(point)
    assert world.call(order.callback()).status_code == 200
    fired(world, armed)
    world.served(order)
    assert world.entries(order) == ONCE
    assert world.panel_follows(order)
    assert world.letters_with_link(order) == 1


@pytest.mark.parametrize(
    ("point", "shown"),
    [
        ("letter-claimed", 1),  # nobody knows whether it left: the invoice message shows the link
        ("letter-sent", 2),  # the same, and it had left
        ("letter-recorded", 1),
    ],
)
def test_a_link_is_never_lost_and_never_sent_twice(world, point, shown):
    anna = Customer(world, next(_chats), name="Анна")
    anna.order_card()
    armed = world.arm(point)
    anna.pays()
    fired(world, armed)
    sent = "SELECT link_sent_at FROM payments_payment WHERE id = %s"
    world.until(lambda: world.value(sent, anna.payment_id), what="the link to be sent")
    assert anna.link() == anna.on_panel()["subscription_url"]
    assert anna.links_received() == shown
    assert anna.days() == 30


@pytest.mark.parametrize(
    ("point", "deliveries"), [("before-the-insert", 1), ("after-the-insert", 2)]
)
def test_a_call_whose_web_process_died_is_repeated_and_counted_once(
    world, order, point, deliveries
):
    armed = world.arm(point)
    with pytest.raises(requests.ConnectionError):
        world.call(order.callback())
    fired(world, armed)
    world.restart("web")
    assert world.call(order.callback()).status_code == 200
    world.served(order)
    assert world.entries(order) == ONCE
    calls = 'SELECT deliveries FROM integrations_inboundcallback WHERE "case" = %s'
    assert world.rows(calls, f"payment:{order.payment_id}") == [(deliveries,)]


def test_a_killed_worker_process_is_not_missed(world, order):
    """The whole worker dies while it settles; the other one goes on alone until it is back."""
    world.kill("worker")
    assert world.call(order.callback()).status_code == 200
    world.served(order)
    world.start("worker")
    assert world.entries(order) == ONCE


def test_the_books_are_in_order_after_all_those_kills(world):
    world.in_order()
