"""A long run in small: thousands of calls, a third of them repeats, while workers, the web and Redis fail.

FAULTS_CALLBACKS=10000 runs the whole of it (some minutes).
"""

from __future__ import annotations

import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
import requests
from redis import Redis

from tests.faults.books import contradictions
from tests.faults.orders import Order
from tests.faults.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("faults"), pytest.mark.timeout(900)]

CALLBACKS = int(os.environ.get("FAULTS_CALLBACKS", "1500"))
REPEATED = 0.3
SENDERS = 8
SEED = 20_261_122


@pytest.fixture
def money(tmp_path):
    """Web, beat and two workers that settle and react to nothing: this is about the ledgers."""
    world = World(tmp_path, processes=("web", "beat", "worker", "worker-2"))
    world.only_money()
    with world:
        yield world


class Sender:
    """A provider: repeats a call until it is answered with success."""

    def __init__(self, world: World) -> None:
        self.url = f"{world.web}/1plat-webhook"
        self.session = requests.Session()
        self.failures = 0

    def send(self, body: bytes) -> None:
        for attempt in count(1):
            try:
                answer = self.session.post(
                    self.url, data=body, headers={"Content-Type": "application/json"}, timeout=10
                )
                if answer.status_code == 200:
                    return
                assert answer.status_code >= 500, answer.status_code
            except requests.RequestException:
                self.session = requests.Session()
            self.failures += 1
            assert attempt < 100, "nobody answers any more"
            time.sleep(0.2)


def calls_of(orders: list[Order], chance: random.Random) -> list[bytes]:
    bodies = [order.callback() for order in orders]
    bodies += chance.choices(bodies, k=CALLBACKS - len(bodies))
    chance.shuffle(bodies)
    return bodies


def test_nothing_is_lost_and_nothing_is_given_twice(money):
    chance = random.Random(SEED)
    orders = money.open(round(CALLBACKS * (1 - REPEATED)))
    bodies = calls_of(orders, chance)
    shares = [bodies[number::SENDERS] for number in range(SENDERS)]
    sent = [0] * SENDERS

    def send_share(number: int) -> None:
        sender = Sender(money)
        for body in shares[number]:
            sender.send(body)
            sent[number] += 1

    def fail_at(share: float, what) -> None:
        money.until(lambda: sum(sent) >= len(bodies) * share, what="the senders", within=600)
        what()

    def faults() -> None:
        fail_at(0.2, lambda: money.kill("worker"))
        fail_at(0.35, lambda: Redis.from_url(money.redis.url).flushall())
        fail_at(0.4, lambda: money.start("worker", wait=False))
        fail_at(0.5, lambda: money.restart("web"))
        fail_at(0.7, lambda: money.kill("worker-2"))
        fail_at(0.8, lambda: money.start("worker-2", wait=False))

    breaker = threading.Thread(target=faults)
    breaker.start()
    with ThreadPoolExecutor(SENDERS) as crowd:
        list(crowd.map(send_share, range(SENDERS)))
    breaker.join()
    money.settled(orders, within=60 + CALLBACKS / 20)
    money.in_order()
    deliveries = money.value("SELECT sum(deliveries) FROM integrations_inboundcallback")
    assert deliveries >= CALLBACKS
    days = "SELECT kind, (sum(seconds) / 86400)::int FROM payments_dayentry GROUP BY kind ORDER BY kind"
    assert money.rows(days) == [("purchase", 30 * len(orders)), ("referral", 7 * len(orders))]


def test_control_a_row_that_is_taken_away_is_noticed(world, order):
    """The questions of this folder can say no: a ledger row lost, and a call never settled."""
    assert contradictions(world) == {}
    lost = "UPDATE payments_payment SET status = 'paid', paid_at = now() WHERE id = %s"
    world.rows(lost, order.payment_id)
    try:
        assert set(contradictions(world)) == {
            "I4 every paid payment has its reactions, once",
            "I5 paid and in the ledgers are the same payments",
        }
        assert world.try_manage("audit_ledgers").returncode == 1
    finally:
        mended = "UPDATE payments_payment SET status = 'pending', paid_at = NULL WHERE id = %s"
        world.rows(mended, order.payment_id)
