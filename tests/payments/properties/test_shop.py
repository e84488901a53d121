"""Whatever happens to a shop, in whatever order, and wherever it dies, its books are in order.

The runs are in two halves, for two processes. Each half is longer than what catches any broken guard (test_teeth).
"""

from __future__ import annotations

import pytest

from tests.payments.properties.run import ENOUGH, run_shop, tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]


@pytest.mark.parametrize("half", ["Odd", "Even"])
def test_money_in_is_access_out_exactly_once(half, record_property):
    world = run_shop(runs=2 * ENOUGH, name=half)
    tell(world, record_property)
    assert world.runs >= world.faults / 10 > 0
