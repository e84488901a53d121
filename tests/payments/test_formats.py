from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from payments import formats

MOMENT = datetime(2027, 3, 14, 15, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "ru", "en"),
    [
        (1, "1 день", "1 day"),
        (2, "2 дня", "2 days"),
        (5, "5 дней", "5 days"),
        (11, "11 дней", "11 days"),
        (21, "21 день", "21 days"),
        (92, "92 дня", "92 days"),
        (112, "112 дней", "112 days"),
    ],
)
def test_days_have_the_right_ending(number: int, ru: str, en: str):
    with override("ru"):
        assert formats.days(number) == ru
    with override("en"):
        assert formats.days(number) == en


@pytest.mark.parametrize(
    ("amount", "ru", "en"),
    [
        ("990", "990 ₽", "990 ₽"),
        ("1550.00", "1 550 ₽", "1,550 ₽"),
        ("199.50", "199,50 ₽", "199.50 ₽"),
    ],
)
def test_a_sum_shows_kopecks_only_where_there_are_any(amount: str, ru: str, en: str):
    with override("ru"):
        assert formats.money(Decimal(amount), "RUB").replace("\xa0", " ") == ru
    with override("en"):
        assert formats.money(Decimal(amount), "RUB").replace("\xa0", " ") == en


def test_a_moment_is_told_in_moscow_time():
    with override("ru"):
        assert formats.moment(MOMENT) == "14 марта 2027, 18:40 (МСК)"
    with override("en"):
        assert formats.moment(MOMENT) == "14 March 2027, 18:40 (MSK)"


def test_a_zone_without_a_name_is_told_by_its_distance(settings):
    from django.utils import timezone

    with timezone.override("Asia/Yekaterinburg"), override("ru"):
        assert formats.clock(MOMENT) == "20:40 (UTC+05)"
