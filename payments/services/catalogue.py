"""The plans an installation starts with; staff edit them afterwards."""

from __future__ import annotations

from decimal import Decimal

from payments.models import Plan, PlanPrice

DEFAULT_PLANS = (
    ("1m", "1 месяц", "1 month", 30, Decimal(200)),
    ("3m", "3 месяца", "3 months", 90, Decimal(500)),
    ("6m", "6 месяцев", "6 months", 180, Decimal(900)),
    ("12m", "12 месяцев", "12 months", 365, Decimal(1550)),
)


def load_default_plans() -> int:
    """Create the default plans that are missing; returns how many. An edited plan is left as it is."""
    created = 0
    for position, (code, title_ru, title_en, days, amount) in enumerate(DEFAULT_PLANS, 1):
        _plan, fresh = Plan.objects.get_or_create(
            code=code,
            defaults={
                "title_ru": title_ru,
                "title_en": title_en,
                "length": days,
                "amount": amount,
                "position": position,
            },
        )
        created += fresh
    return created


# What the sandbox asks in Telegram Stars; a real shop's owner sets such prices himself.
DEMO_STARS = {"1m": 150, "3m": 400, "6m": 700, "12m": 1200}


def load_demo_prices() -> int:
    """Give the default plans a price in stars where they have none; returns how many."""
    created = 0
    for plan in Plan.objects.filter(code__in=DEMO_STARS):
        _price, fresh = PlanPrice.objects.get_or_create(
            plan=plan, currency="XTR", defaults={"amount": DEMO_STARS[plan.code]}
        )
        created += fresh
    return created
