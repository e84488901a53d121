"""How often a customer may do the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from integrations.clock import wall_clock
from payments.errors import CheckTooSoon, TooSoon
from payments.models import Cooldown, Customer
from payments.services import cooldowns
from payments.services.cooldowns import Action, sweep_cooldowns, take_turn
from project.settings import selling

TAPS = 12


@pytest.fixture(autouse=True)
def pauses(settings):
    """Those of an installation; the suite's settings have none."""
    settings.COOLDOWNS = dict.fromkeys(Action, 30)


def passes(customer: Customer, action: Action, **given: int) -> bool:
    try:
        take_turn(customer_id=customer.pk, action=action, **given)
    except TooSoon:
        return False
    return True


def test_a_second_time_is_refused_with_the_seconds_that_are_left(customer):
    take_turn(customer_id=customer.pk, action=Action.PROMO, seconds=40)
    with pytest.raises(TooSoon) as refused:
        take_turn(customer_id=customer.pk, action=Action.PROMO, seconds=40)
    assert 38 <= refused.value.seconds <= 40


def test_another_action_and_another_customer_are_free(customer, make_customer):
    take_turn(customer_id=customer.pk, action=Action.PROMO)
    assert passes(customer, Action.REFUND)
    assert passes(make_customer(), Action.PROMO)


def test_after_the_pause_the_turn_is_there_again_and_a_refused_try_does_not_prolong_it(customer):
    take_turn(customer_id=customer.pk, action=Action.PROMO, seconds=40)
    until = Cooldown.objects.get().until
    assert not passes(customer, Action.PROMO, seconds=40)
    assert Cooldown.objects.get().until == until
    Cooldown.objects.update(until=wall_clock())
    assert passes(customer, Action.PROMO)
    assert Cooldown.objects.count() == 1


def test_the_sandbox_clock_moves_no_pause(customer, settings, tmp_path):
    settings.CLOCK_OFFSET_FILE = tmp_path / "offset"
    settings.CLOCK_OFFSET_FILE.write_text("0")
    take_turn(customer_id=customer.pk, action=Action.PROMO)
    settings.CLOCK_OFFSET_FILE.write_text(str(86_400))
    assert not passes(customer, Action.PROMO)


def test_a_pause_of_nothing_is_no_pause(customer, settings):
    settings.COOLDOWNS = dict.fromkeys(settings.COOLDOWNS, 0)
    assert all(passes(customer, action) for action in [*Action, *Action])
    assert not Cooldown.objects.exists()


def test_every_action_has_its_seconds():
    assert set(selling.COOLDOWNS) == set(Action)
    assert all(seconds > 0 for seconds in selling.COOLDOWNS.values())


def test_a_check_that_comes_too_soon_is_one_of_them():
    assert issubclass(CheckTooSoon, TooSoon)


def test_what_is_undone_gives_the_turn_back(customer):
    with transaction.atomic():
        take_turn(customer_id=customer.pk, action=Action.GIFT)
        transaction.set_rollback(True)
    assert passes(customer, Action.GIFT)


def test_old_rows_are_swept_and_running_ones_stay(customer, make_customer):
    take_turn(customer_id=customer.pk, action=Action.GIFT)
    other = make_customer()
    take_turn(customer_id=other.pk, action=Action.GIFT)
    over = wall_clock() - cooldowns.KEPT - timedelta(seconds=1)
    Cooldown.objects.filter(customer=other).update(until=over)
    assert sweep_cooldowns() == 1
    assert Cooldown.objects.get().customer == customer


def taps_at_once(customer: Customer) -> int:
    """How many of many taps at the same instant got through."""
    together = Barrier(TAPS)

    def tap(_number: int) -> bool:
        connection.ensure_connection()
        together.wait()
        try:
            return passes(customer, Action.INVOICE, seconds=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(TAPS) as crowd:
        return sum(crowd.map(tap, range(TAPS)))


@pytest.mark.django_db(transaction=True)
def test_of_many_taps_at_once_one_passes(customer):
    assert [taps_at_once(customer) for _ in range(5)] == [1, 0, 0, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_without_the_condition_of_the_update_more_would_pass(customer, monkeypatch):
    """The control: it is the one statement that decides, nothing else."""
    monkeypatch.setattr(
        cooldowns, "TURN", cooldowns.TURN.replace("WHERE pause.until <= %s", "WHERE %s IS NOT NULL")
    )
    assert taps_at_once(customer) == TAPS
