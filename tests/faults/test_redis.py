"""Redis is only a hint: frozen, flushed or dead it costs a delay, and no call."""

from __future__ import annotations

import time

import pytest
from redis import Redis

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("faults"), pytest.mark.timeout(240)]

CALLS = 15


@pytest.fixture(autouse=True)
def _redis_comes_back(world):
    yield
    if world.redis.process is None:
        world.redis.start()
    world.redis.thaw()


def call_all(world, orders):
    """The slowest answer, in seconds; every one of them must be 200."""
    answers = [world.call(order.callback()) for order in orders]
    assert {answer.status_code for answer in answers} == {200}
    return max(answer.elapsed.total_seconds() for answer in answers)


def test_flushed_in_the_middle(world, take):
    orders = take(CALLS)
    call_all(world, orders[:5])
    Redis.from_url(world.redis.url).flushall()
    call_all(world, orders[5:])
    world.settled(orders)


def test_frozen(world, take):
    orders = take(CALLS)
    world.redis.freeze()
    assert call_all(world, orders) < 1
    time.sleep(2)
    world.redis.thaw()
    world.settled(orders)


def test_dead_and_back(world, take):
    orders = take(CALLS)
    world.redis.kill()
    assert call_all(world, orders) < 1
    time.sleep(1)
    world.redis.start()
    world.settled(orders, within=45)


def test_the_books_are_in_order_after_all_that(world):
    world.in_order()
