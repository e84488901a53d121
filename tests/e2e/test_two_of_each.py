"""Two of each process, each killed in turn while customers buy: nobody pays for nothing, nobody gets it twice.

PAIRS_PURCHASES asks for more customers than the suite has time for.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count

import pytest

from tests.e2e.customer import Customer
from tests.e2e.pairs import KINDS, NUMBERS, Pairs, pairs
from tests.support import nginx, pgbouncer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("pairs"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(nginx.NGINX is None, reason=nginx.NO_NGINX),
    pytest.mark.skipif(pgbouncer.PGBOUNCER is None, reason=pgbouncer.NO_PGBOUNCER),
]

PURCHASES = int(os.environ.get("PAIRS_PURCHASES", "12"))  # at least
AT_ONCE = 4
DOWN = 1.0  # seconds between the end of a process and its next beginning
WAYS = (
    ("oneplat", "Карта", "merchant_order_id"),
    ("cryptobot", "Криптовалюта", "payload"),
    ("cloudpayments", "Карта · CloudPayments", "invoice_id"),
)
# Refused by nobody: taken, or to be repeated because nobody was there to take it.
TAKEN, COMES_AGAIN = {200}, {0, 502, 503, 504}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pairs]:
    with pairs(tmp_path_factory.mktemp("pairs")) as running:
        yield running


def insist(somebody: Customer, button: str, answer: str) -> None:
    """Press as people do: again, where a bot has died that had been told five seconds ago."""
    for _ in range(3):
        somebody.press(button)
        with suppress(AssertionError):
            somebody.sees(answer, within=15)
            return
    raise AssertionError(f"pressed {button!r} three times; the chat shows {somebody.texts()}")


def buys(two: Pairs, number: int) -> Customer:
    """Somebody new, from /start to the link."""
    provider, button, named = WAYS[number % len(WAYS)]
    somebody = Customer(two, 700_950_100 + number, name="Анна")
    somebody.to_ways()
    insist(somebody, button, "Переведите:" if provider == "oneplat" else "К оплате:")
    two.control(f"{provider}/pay", mode="pay", **{named: somebody.reference})
    somebody.link(within=90)
    return somebody


def test_every_process_may_die_while_customers_buy(two, record_property):
    over, numbers = threading.Event(), count()

    def go_on_buying(_: int) -> list[Customer]:
        bought = []
        while (number := next(numbers)) < PURCHASES or not over.is_set():
            bought.append(buys(two, number))
        return bought

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        buyers = [crowd.submit(go_on_buying, number) for number in range(AT_ONCE)]
        try:
            for number in NUMBERS:
                one_after_the_other(two, [f"{kind}-{number}" for kind in KINDS])
        finally:
            over.set()
        customers = [one for buyer in buyers for one in buyer.result()]

    assert len(customers) >= PURCHASES
    assert {(one.links_received(), one.days()) for one in customers} == {(1, 30)}
    for one in customers:
        assert one.on_panel()["status"] == "ACTIVE"
    two.manage("audit_ledgers")
    assert two.value("SELECT count(*) FROM payments_moneyentry") == len(customers)
    answers = two.calls()
    record_property("purchases", len(customers))
    record_property("answers", str(dict(answers)))
    assert {status for _service, status in answers} <= TAKEN | COMES_AGAIN
    assert two.untaken() == []


def one_after_the_other(two: Pairs, names: list[str]) -> None:
    """kill -9, and started again; the other of the pair has been there for a while."""
    for name in names:
        two.kill(name)
        threading.Event().wait(DOWN)
        two.start(name, wait=False)
        two.calls()
    for name in names:
        two.wait_ready(name)
