"""Every text exists in both languages and fits into a message."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polib
import pytest
from django.conf import settings
from django.utils.translation import override

from bot.rendering import MAX_TEXT, render
from devtools.messages import in_sources
from integrations.clock import now
from payments.money import Money
from payments.services.promotions import Verdict

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "templates" / "telegram"
TEMPLATES = sorted(str(file.relative_to(FOLDER).with_suffix("")) for file in FOLDER.rglob("*.html"))
STATUSES = (
    "created", "pending", "paid", "partly_refunded", "refunded", "failed", "canceled", "expired", "review",
)  # fmt: skip
REFUNDS = (
    "requested", "second", "ordered", "pending", "manual", "succeeded", "failed", "rejected", "withdrawn",
)  # fmt: skip
STATES = ("none", "active", "expired")
REASONS = (
    "no_requisites", "amount_out_of_range", "too_soon", "other",
    "declined", "revoked", "price", "archived", "refund",
)  # fmt: skip
CYRILLIC = re.compile(r"[А-Яа-яЁё]")
LONG = "W" * 300  # the longest texts a stranger may put into a field of ours


def contexts() -> list[dict[str, Any]]:
    """Values that take every branch of every template, all of them as long as they get."""
    return [context(turn, status) for turn, status in enumerate(STATUSES)]


def context(turn: int, status: str) -> dict[str, Any]:
    moment, money, odd = now(), Money(Decimal("99999999.99"), "RUB"), bool(turn % 2)
    offer = SimpleNamespace(title=LONG[:80], amount=money.amount, currency="RUB")
    access = SimpleNamespace(
        state=STATES[turn % 3],
        expires_at=moment,
        days_left=21,
        days_ago=int(odd),
        grace_until=moment if turn % 3 == 1 else None,
        access_url=f"https://vpn.example/{LONG}",
    )
    payment = SimpleNamespace(
        number=10**9,
        external_id="guid" if odd else "",
        status=status,
        access=("granted", "failing", "granting")[turn % 3],
        reason=LONG,
        purpose=("term", "gift", "change")[turn % 3],
        discount=money.amount,
        promo_code=SimpleNamespace(code="W" * 32) if odd else None,
        currency="RUB",
        paid_at=moment,
        invoice_expires_at=moment,
        provider="oneplat",
        plan=LONG[:80],
        customer=LONG[:128],
    )
    effect = SimpleNamespace(
        offer=offer,
        is_renewal=odd,
        starts_at=moment,
        ends_at=moment + timedelta(days=92),
        days=92,
        purpose=("term", "gift", "change")[turn % 3],
        amount=money.amount,
        currency="RUB",
        code="W" * 32 if odd else "",
        rest_days=30,
        quote=SimpleNamespace(full=money, discount=money.amount),
    )
    gift = SimpleNamespace(
        status=("waiting", "claimed")[turn % 2], claimed_at=moment, payment=payment
    )
    renewal = SimpleNamespace(
        is_on=odd,
        plan=LONG[:80],
        card=LONG[:80] if turn % 4 else "",
        amount=money.amount,
        price=money.amount,
        currency="RUB",
        charge_at=moment,
        failing=bool(turn % 3),
        can_switch_on=bool(turn % 4),
    )
    payment.save_method = bool(turn % 3)
    payment.held_at = moment if odd else None
    return {
        "renewal": renewal,
        "renewing": odd,
        "next_try": moment if odd else None,
        "access": access,
        "again": odd,
        "amount": "99 ₽",
        "by_hand": odd,
        "by_itself": odd,
        "case": "abcd1234",
        "changed": odd,
        "charge": SimpleNamespace(amount=money.amount, currency="RUB", method=LONG[:80])
        if turn in (4, 5)
        else None,
        "customer": SimpleNamespace(first_name=LONG[:128]),
        "days": 7,
        "effect": effect,
        "email": f"{'a' * 240}@example.com" if odd else "",
        "earlier": 7 * odd,
        "ends_at": moment,
        "expires_at": moment if turn % 3 else None,
        "exact": True,
        "is_today": odd,
        "language": "English",
        "late": True,
        "channel": "@" + "w" * 32 if odd else "",
        "code": "W" * 32,
        "discount": "25 %",
        "found": ("given", "not_a_member", "not_offered", "unreachable")[turn % 4],
        "gift": gift,
        "gift_link": f"https://t.me/{LONG}" if odd else "",
        "kind": ("gift", "trial", "promo", "channel")[turn % 4],
        "mine": odd,
        "plans": [LONG[:80]] * 4 if odd else [],
        "replaced": LONG[:80],
        "starts_at": moment,
        "state": ("received", "yours", "taken", "revoked", "unknown")[turn % 5],
        "verdict": list(Verdict)[turn % len(Verdict)].value,
        "waiting": "W" * 32 if odd else "",
        "lines": [SimpleNamespace(at=moment, days="+365.5", why=LONG[:90], until=moment)] * 15,
        "link": f"https://t.me/{LONG}",
        "mail_is_on": turn % 3 > 0,
        "method": ("card", "sbp", "qr", "crypto", "")[turn % 5],
        "minimum": money if odd else None,
        "number": 5,
        "numbers": SimpleNamespace(invited=1, paid=2, days_received=5),
        "offers": [offer] if odd else [],
        "payment": payment,
        "payments": [payment] if odd else [],
        "plan": LONG[:80],
        "reason": REASONS[turn % len(REASONS)],
        "refund": SimpleNamespace(
            status=REFUNDS[turn % len(REFUNDS)],
            finished_at=moment,
            reason=LONG,
            wish=LONG,
            error=LONG,
        ),
        "refundable": [offer] if odd else [],
        "refund_line": LONG if odd else "",
        "reminders_on": odd,
        "news_on": odd,
        "wording": LONG,
        "running": turn % 4 < 2,
        "requisites": dict.fromkeys(("card_number", "phone", "bank", "recipient"), LONG),
        "sign": "✅",
        "status": status,
        "steps": [SimpleNamespace(name="step", at=moment), SimpleNamespace(name="next", at=None)],
        "subscription": SimpleNamespace(panel_error=LONG),
        "text": "An answer" * 30,
        "to_pay": money.amount,
        "until": moment,
        "wait": "20 s",
        "what": ("requested", "second", "failed")[turn % 3],
        "why": ("too_soon", "nothing")[turn % 2],
        "ways": ["card"] if odd else [],
    }


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_text_fits_into_a_message_and_is_complete_in_both_languages(name: str):
    for context in contexts():
        with override("ru"):
            russian = render(name, **context)
        with override("en"):
            english = render(name, **context)
        assert 0 < len(russian) <= MAX_TEXT
        assert 0 < len(english) <= MAX_TEXT
        assert not CYRILLIC.search(english), english
        assert "\n\n\n" not in russian


@pytest.mark.parametrize(
    "name", ["not_yet", "too_soon", "no_answer", "stale", "wait", "channel_answer"]
)
def test_an_alert_fits_into_200_characters(name: str):
    for context in contexts():
        for language in ("ru", "en"):
            with override(language):
                assert len(render(name, **context)) <= 200


def test_every_russian_text_of_the_bot_has_its_english_one():
    catalogue = polib.pofile(str(ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    known = {entry.msgid: entry for entry in catalogue if entry.translated()}
    said = {
        message.text
        for message, files in in_sources(ROOT).items()
        if any(file.startswith(("bot/", "templates/telegram/")) for file in files)
    }
    assert len(said) > 150
    assert said - known.keys() == set()


def test_no_template_is_left_over():
    sources = "".join(
        file.read_text(encoding="utf-8")
        for package in ("bot", "project/alerts")
        for file in (ROOT / package).rglob("*.py")
    )
    unused = {
        name
        for name in TEMPLATES
        if f'"{name}"' not in sources and f'"{name.removeprefix("staff/")}"' not in sources
    }
    # Those are chosen by the provider's name.
    assert {name for name in unused if not name.startswith("methods/")} == set()
