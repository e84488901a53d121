from __future__ import annotations

from decimal import Decimal

import pytest

from payments.money import Money


@pytest.mark.parametrize("amount", [199.0, 199, "199"])
def test_money_takes_nothing_but_a_decimal(amount):
    with pytest.raises(TypeError):
        Money(amount, "RUB")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_money_is_finite(amount):
    with pytest.raises(ValueError):
        Money(Decimal(amount), "RUB")


def test_money_compares_by_value_and_currency():
    assert Money(Decimal(199), "RUB") == Money(Decimal("199.00"), "RUB")
    assert Money(Decimal(199), "RUB") != Money(Decimal(199), "USD")
