"""News for a payer who has no chat: the same facts in a letter.

`messenger.send_once` is the only crossing: what is said to a customer without a chat comes here with the words' name
and the facts, and leaves through `integrations.services.post`, which keeps the letter and sends it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from integrations.models import MailMessage
from integrations.services import post as post_office
from payments import formats, selectors
from payments.models import Customer, PayLink, Payment, Plan
from payments.money import Money
from payments.services.pay_pages import new_page, page_url

log = structlog.get_logger(__name__)

Fact = str | bool | int | datetime | Money | None

KIND = "plan_news"  # templates/email/plan_news.*
CABINET = "/cabinet/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a letter says: `what` names its words, `facts` fill them. `plan_id`: what it offers to pay for."""

    what: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    plan_id: int | None = None


def write(*, key: str, customer: Customer, payment: Payment | None, post: Post) -> bool:
    """Write the letter; the same key twice is one letter. False where there is no address to write to."""
    if not customer.email:
        log.warning("post.nowhere", customer=customer.pk, what=post.what)
        return False
    if MailMessage.objects.filter(key=key).exists():
        return True
    with override(customer.language), transaction.atomic():
        page = _page(customer, payment, post)
        context = _context(customer, payment, post)
        if page is not None:
            context["page_id"] = page.pk
        post_office.write(
            key=key,
            kind=KIND,
            to=customer.email,
            language=customer.language,
            context=context,
            case=payment.case if payment else f"customer:{customer.pk}",
            hidden=("pay_url",) if page is not None else (),
            filler="bot.by_post.doors" if page is not None else "",
        )
    return True


def doors(message: MailMessage) -> dict[str, str]:
    """The address that opens the payment page: filled in when the letter is handed in, kept nowhere."""
    page = PayLink.objects.filter(pk=message.context.get("page_id")).first()
    return {"pay_url": page_url(page) if page else ""}


def _page(customer: Customer, payment: Payment | None, post: Post) -> PayLink | None:
    if post.plan_id is None:
        return payment.pay_link if payment and post.what in OWN_PAGE else None
    on_sale = Plan.objects.filter(pk=post.plan_id, is_active=True, audience=customer.audience)
    return new_page(customer_id=customer.pk, plan_id=post.plan_id) if on_sale.exists() else None


# Letters about an invoice lead to its own page.
OWN_PAGE = frozenset({"failed", "expired", "found"})


def _context(customer: Customer, payment: Payment | None, post: Post) -> dict[str, Any]:
    access = selectors.access_of(customer.pk)
    runs = access.state == selectors.AccessState.ACTIVE and access.expires_at
    plan = Plan.objects.filter(pk=post.plan_id).first() if post.plan_id else None
    bought = payment.plan if payment else plan
    facts: dict[str, Any] = {
        "what": post.what,
        "name": customer.first_name,
        "cabinet_url": f"{settings.PUBLIC_URL}{CABINET}",
        "until": formats.day(access.expires_at) if runs and access.expires_at else "",
        "plan": bought.title(customer.language) if bought else "",
    }
    if payment is not None:
        facts |= {
            "number": payment.number,
            "amount": formats.money(payment.amount, payment.currency),
        }
    return facts | {name: _said(value) for name, value in post.facts.items()}


def _said(value: Fact) -> str | bool | int:
    if isinstance(value, Money):
        return formats.money(value.amount, value.currency)
    if isinstance(value, datetime):
        return formats.moment(value)
    return "" if value is None else value
