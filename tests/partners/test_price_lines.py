"""Services and prices as partners type them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from partners.services.price_lines import MOST_LINES, PricedService, read_services

D = Decimal


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("Кровля — 1 000–2 000 ₽ за м²", PricedService("Кровля", D(1000), D(2000), "м²")),
        ("Кровля: от 1500 руб. за м2", PricedService("Кровля", D(1500), None, "м2")),
        ("• Фундамент до 90\u00a0000 ₽", PricedService("Фундамент", None, D(90000))),
        ("Окна - 12 500,50 ₽ / шт", PricedService("Окна", D("12500.50"), D("12500.50"), "шт")),
        ("Монтаж 7 - 5 р", PricedService("Монтаж", D(5), D(7))),
        ("Roofing: from 1000 per sq m", PricedService("Roofing", D(1000), None, "sq m")),
        ("Проект дома 120м2 – 50000", PricedService("Проект дома 120м2", D(50000), D(50000))),
        ("Отделка под ключ", PricedService("Отделка под ключ")),
        ("Ремонт 24/7", PricedService("Ремонт 24/7")),
        ("Дом 6х6", PricedService("Дом 6х6")),
        ("1 000 ₽", PricedService("1 000 ₽")),
        ("Кран – 99 999 999 999 ₽", PricedService("Кран – 99 999 999 999 ₽")),
    ],
)
def test_a_line_is_a_service_with_its_range(line, read):
    assert read_services(line) == [read]


def test_empty_lines_are_none_and_a_flood_has_an_end():
    assert read_services(" \n\n - \n") == []
    assert len(read_services("Крыша\n" * 500)) == MOST_LINES
    assert read_services("от 1 – " * 2000 + "1 " * 2000)[0].price_from is None
