"""What is sold and how: the owner's rules, each with a default."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from project import env

# Those of PAYMENT_PROVIDERS by which a partner company pays for its plan.
PARTNER_PAYMENT_PROVIDERS = env.words("PARTNER_PAYMENT_PROVIDERS", "yookassa,cloudpayments")
REFERRAL_DAYS = env.number("REFERRAL_DAYS", 7)
# Days a customer without a subscription may try the access for; 0: no trial.
TRIAL_DAYS = env.number("TRIAL_DAYS", 0)
# The owner's channel (@name or id; the bot is an administrator there) and the days for joining it.
BONUS_CHANNEL = env.text("BONUS_CHANNEL", "")
BONUS_CHANNEL_DAYS = env.number("BONUS_CHANNEL_DAYS", 3)
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
    "channel": 5,
    "email": 5,
}
for pause in env.words("COOLDOWNS"):
    action, _, seconds = pause.partition("=")
    if action not in COOLDOWNS or not seconds.isdecimal():
        raise ImproperlyConfigured(
            f"COOLDOWNS must be pairs like promo=5 of {', '.join(COOLDOWNS)}, not {pause!r}."
        )
    COOLDOWNS[action] = int(seconds)

# Money that our own question finds, without a call, pays by itself at these providers. Elsewhere a person is told and
# the customer gets the check button. Every provider there is code for, except this one; "none" switches it off for all.
_ADAPTERS = sorted(path.parent.name for path in env.ROOT.glob("payments/providers/*/adapter.py"))
RECONCILE_ACTIVATES = env.words("RECONCILE_ACTIVATES") or [
    slug for slug in _ADAPTERS if slug != "oneplat"
]
# How often one provider is asked about open payments, by all workers together; 0: never.
POLLS_A_MINUTE = env.number("POLLS_A_MINUTE", 120)

# How long a paid customer may be without access before a person is asked to look.
NO_ACCESS_MINUTES = env.number("NO_ACCESS_MINUTES", 10)

# Above this sum a refund needs a second person. Roubles; in another currency the number counts.
REFUND_SECOND_PERSON_ABOVE = env.number("REFUND_SECOND_PERSON_ABOVE", 5000)
# How many hours after a rejected request a customer may ask for the same money again.
REFUND_REQUEST_HOURS = env.number("REFUND_REQUEST_HOURS", 24)

# --- Renewal without the customer -----------------------------------------------------------------------------------

RENEWAL_HOURS_BEFORE = env.number("RENEWAL_HOURS_BEFORE", 24)  # of the end, the first charge
# Hours after the first charge at which a failed one is repeated; then it is switched off.
RENEWAL_RETRY_HOURS = sorted(int(hours) for hours in env.words("RENEWAL_RETRY_HOURS", "24,48,72"))
# Hours before the first charge at which the customer is told of it; 0: he is not.
RENEWAL_NOTICE_HOURS = env.number("RENEWAL_NOTICE_HOURS", 24)
# How long a charge whose outcome is unknown is left to end before the provider is asked about it.
RENEWAL_UNCLEAR_SECONDS = env.number("RENEWAL_UNCLEAR_SECONDS", 600)
# Providers that are to charge on a schedule of their own, of those that can.
RENEWALS_BY_PROVIDER = env.words("RENEWALS_BY_PROVIDER")
# Ask for two-stage payments where the provider has them: a person takes or releases each sum.
HOLD_PAYMENTS = env.flag("HOLD_PAYMENTS", default=False)

# Days after the paid end in which access still works.
GRACE_DAYS = env.number("GRACE_DAYS", 0)
if not 0 <= GRACE_DAYS <= 30:
    raise ImproperlyConfigured(f"GRACE_DAYS must be 0 to 30, not {GRACE_DAYS}.")

# Which reminders are sent: 7, 3 and 1 days before the end, on its day, at the end, 3 days after; "none" for none.
REMINDERS = env.words("REMINDERS", "d7,d3,d1,d0,ended,after3")
# Whether a customer whose term renews itself is told of the charge three days before.
REMIND_OF_CHARGES = env.flag("REMIND_OF_CHARGES", default=True)
# From which hour to which one nobody is reminded, in TIME_ZONE; "none" for never.
_quiet = env.text("QUIET_HOURS", "22-9")
QUIET_HOURS: tuple[int, int] = (0, 0)
if _quiet != "none":
    _from, _, _to = _quiet.partition("-")
    if not (_from.isdecimal() and _to.isdecimal() and int(_from) < 24 and int(_to) < 24):
        raise ImproperlyConfigured(f"QUIET_HOURS must be hours like 22-9 or none, not {_quiet!r}.")
    QUIET_HOURS = (int(_from), int(_to))
