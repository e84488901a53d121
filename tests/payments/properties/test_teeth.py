"""Each guard taken away alone: then the runs must go wrong, or they prove nothing."""

from __future__ import annotations

import pytest

from payments.services import delivery, findings, inbound, money_back, transitions
from tests.payments.properties.mutants import Mutant
from tests.payments.properties.run import ENOUGH, run_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]

MUTANTS = {
    "any sum pays": Mutant(transitions, "_move", "event.money != payment.money", "False"),
    "a second payment is taken for a repeated call": Mutant(
        findings, "is_another_sum", "event.operation not in operations", "False"
    ),
    "an event counts every time it is told": Mutant(
        inbound, "apply_locked", "event_id=event.event_id).exists()", "event_id='').exists()"
    ),
    "any refund is believed": Mutant(
        money_back, "_of_booked", "or not 0 < money.amount <= left.amount", ""
    ),
    "a refund leaves the days": Mutant(delivery, "undo", "days.standing(payment)", "[]"),
}


@pytest.mark.parametrize("broken", MUTANTS)
def test_a_shop_without_this_guard_is_caught(broken):
    with MUTANTS[broken].alive(), pytest.raises(Exception) as caught:
        run_shop(runs=ENOUGH, name="Teeth")
    assert not isinstance(caught.value, NameError)
    # It was a run that went wrong, and not what comes before the first of them.
    assert "state = Teeth()" in "".join(caught.value.__notes__)
