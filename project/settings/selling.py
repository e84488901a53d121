"""What is sold and how: the owner's rules, each with a default."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from project import env

REFERRAL_DAYS = env.number("REFERRAL_DAYS", 7)
CHECK_COOLDOWN_SECONDS = env.number("CHECK_COOLDOWN_SECONDS", 20)
# How long an invoice stays open where the provider names no end of its own.
INVOICE_SECONDS = env.number("INVOICE_SECONDS", 1800)
# How long a payment page can be opened by its link.
PAY_PAGE_DAYS = env.number("PAY_PAGE_DAYS", 30)

# How many seconds a customer waits before the same action is taken again (payments.services.cooldowns). Checks of a
# payment have a pause of their own, per payment: CHECK_COOLDOWN_SECONDS.
COOLDOWNS: dict[str, int] = {
    "invoice": 2,
    "promo": 5,
    "refund": 30,
    "support": 10,
    "gift": 10,
    "trial": 10,
    "email": 5,
}
for pause in env.words("COOLDOWNS"):
    action, _, seconds = pause.partition("=")
    if action not in COOLDOWNS or not seconds.isdecimal():
        raise ImproperlyConfigured(
            f"COOLDOWNS must be pairs like promo=5 of {', '.join(COOLDOWNS)}, not {pause!r}."
        )
    COOLDOWNS[action] = int(seconds)
