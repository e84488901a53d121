"""What a payment page shows at this moment: plain values in the customer's language, ready to be written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.utils.translation import gettext as _

from integrations.clock import now
from payments import formats
from payments.models import PayLink, Payment, Plan
from payments.selectors import WayToPay
from payments.services.bank_lines import statement_provider
from payments.services.effects import PurchaseEffect, purchase_effect, ways_for
from payments.services.pay_pages import payment_on
from payments.services.renewal_view import ways_that_renew
from payments.services.ways import method_label, way_label

Status = Payment.Status
CLOSED = (Status.FAILED, Status.CANCELED, Status.EXPIRED)
CHECKABLE = (Status.PENDING, Status.CANCELED, Status.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way from the invoice to the link; `at` is empty while it is ahead."""

    title: str
    at: str = ""
    is_now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A button that opens an invoice."""

    provider: str
    method: str
    label: str
    shown: str  # the price the customer saw, as the form sends it back
    renewal: str = (
        ""  # what may be agreed to be charged for each further term; empty where it may not
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """`stage` is one of choose, opening, open, review, paid, ready, gift, back, gone."""

    stage: str
    plan: str
    amount: str = ""
    period: str = ""
    payment: Payment | None = None
    method: str = ""
    to_pay: str = ""
    to_pay_plain: str = ""
    is_exact: bool = False  # the sum is how the bank recognises the payment
    until: str = ""
    access_until: str = ""
    access_url: str = ""
    note: str = ""
    is_checkable: bool = False
    has_document: bool = False  # an invoice to be downloaded and paid at a bank
    is_partner: bool = False  # a company's plan, not somebody's access
    ways: list[Way] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """Differs where the page would look different."""
        return sha256(repr(self).encode()).hexdigest()[:16]


def state_of(page: PayLink) -> PageState:
    """The page as it is now. Two or three queries, however often it is asked."""
    payment = payment_on(page)
    if payment is None or payment.status in CLOSED:
        return _choice(page, payment)
    if payment.is_open:
        return _invoice(page, payment)
    return _outcome(page, payment)


def ways_on(page: PayLink, payment: Payment | None) -> tuple[PurchaseEffect | None, list[WayToPay]]:
    """What buying the page's plan would change, and every way to pay for it; nothing where it is not sold."""
    effect = purchase_effect(
        customer_id=page.customer_id,
        plan_id=page.plan_id,
        language=page.customer.language,
        purpose=purpose_of(page, payment),
    )
    return effect, ways_for(effect, customer_id=page.customer_id) if effect else []


def purpose_of(page: PayLink, payment: Payment | None) -> Payment.Purpose:
    """What a page sells: the same as the invoice that is on it, else what it was made for."""
    return Payment.Purpose(payment.purpose if payment else page.purpose)


def _choice(page: PayLink, closed: Payment | None) -> PageState:
    plan = page.plan.title(page.customer.language)
    effect, ways = ways_on(page, closed)
    is_partner = page.customer.is_partner
    if page.expires_at <= now() or effect is None:
        return PageState(stage="gone", plan=plan, payment=closed, is_partner=is_partner)
    return PageState(
        stage="choose",
        plan=plan,
        amount=formats.money(effect.amount, effect.currency),
        period=_period(effect),
        payment=closed,
        note=_why_closed(closed) if closed else "",
        is_checkable=bool(
            closed
            and closed.status in CHECKABLE
            and closed.external_id
            and statement_provider(closed) is None
        ),
        is_partner=is_partner,
        ways=_buttons(page, ways, effect),
    )


def _invoice(page: PayLink, payment: Payment) -> PageState:
    effect, ways = ways_on(page, payment)
    to_pay = payment.amount_to_pay or payment.amount
    others = [
        way for way in ways if (way.provider, way.method) != (payment.provider, payment.method)
    ]
    end = payment.invoice_expires_at
    by_bank = statement_provider(payment) is not None
    return PageState(
        stage="open" if payment.external_id else "opening",
        plan=payment.plan.title(page.customer.language),
        amount=formats.money(payment.amount, payment.currency),
        period=_period(effect) if effect else "",
        payment=payment,
        method=method_label(payment.provider, payment.method),
        to_pay=formats.money(to_pay, payment.currency),
        to_pay_plain=f"{to_pay:f}".removesuffix(".00"),
        is_exact=to_pay != payment.amount,
        until=(formats.day(end) if by_bank else formats.clock(end)) if end else "",
        is_checkable=payment.status in CHECKABLE and not by_bank,
        has_document=by_bank,
        is_partner=page.customer.is_partner,
        ways=_buttons(page, others, effect) if effect else [],
        steps=_steps(payment),
    )


def _outcome(page: PayLink, payment: Payment) -> PageState:
    stage = {
        Status.REVIEW: "review",
        Status.REFUNDED: "back",
        Status.PARTLY_REFUNDED: "back",
    }.get(Status(payment.status), "paid")
    if stage == "paid" and payment.purpose == Payment.Purpose.GIFT:
        stage = "gift"  # its link is for the chat only: whoever opens it has the gift
    elif stage == "paid" and payment.access == Payment.Access.GRANTED:
        stage = "ready"
    subscription = getattr(payment.customer, "subscription", None)
    return PageState(
        stage=stage,
        plan=payment.plan.title(page.customer.language),
        amount=formats.money(payment.amount, payment.currency),
        payment=payment,
        method=method_label(payment.provider, payment.method),
        access_until=formats.day(subscription.expires_at) if subscription else "",
        access_url=subscription.access_url if subscription and stage == "ready" else "",
        note=payment.reason if stage == "review" else "",
        is_partner=page.customer.is_partner,
        steps=_steps(payment),
    )


def _buttons(page: PayLink, ways: list[WayToPay], effect: PurchaseEffect) -> list[Way]:
    """A partner may agree to further charges here; a customer does so in the bot."""
    renewing = (
        ways_that_renew(page.customer_id, page.plan_id, ways) if page.customer.is_partner else []
    )
    full = formats.money(effect.quote.full.amount, effect.currency)
    return [
        Way(
            provider=way.provider,
            method=way.method.value,
            label=way_label(way, ways),
            shown=f"{way.price.amount if way.price else effect.amount:f}",
            renewal=full if way in renewing else "",
        )
        for way in ways
    ]


def _steps(payment: Payment) -> list[Step]:
    """Opened, paid, access given: the first of them without a date is the one being waited for."""
    moments: list[tuple[str, datetime | None]] = [
        (_("Счёт"), payment.opened_at or payment.paid_at),
        (_("Оплата"), payment.paid_at),
        (_("Тариф") if payment.customer.is_partner else _("Доступ"), payment.access_at),
    ]
    waiting = next((title for title, at in moments if at is None), "")
    return [
        Step(title=title, at=formats.clock(at) if at else "", is_now=title == waiting)
        for title, at in moments
    ]


def _period(effect: PurchaseEffect) -> str:
    end = formats.day(effect.ends_at)
    if effect.offer.audience == Plan.Audience.PARTNERS:
        return _plan_period(effect, end)
    if effect.purpose == Payment.Purpose.GIFT:
        return _("Подарок: ссылка на него придёт в бот сразу после оплаты.")
    if effect.purpose == Payment.Purpose.CHANGE:
        return _("Смена тарифа: доступ до %(end)s.") % {"end": end}
    if not effect.is_renewal:
        return _("Доступ сразу после оплаты, до %(end)s.") % {"end": end}
    return _("Срок продлится: %(start)s → %(end)s.") % {
        "start": formats.day(effect.starts_at),
        "end": end,
    }


def _plan_period(effect: PurchaseEffect, end: str) -> str:
    """The same for a company, whose plan it is and whose access is not at stake."""
    if effect.purpose == Payment.Purpose.CHANGE:
        return _("Смена тарифа сразу после оплаты, действует до %(end)s.") % {"end": end}
    if not effect.is_renewal:
        return _("Тариф включится сразу после оплаты и будет действовать до %(end)s.") % {
            "end": end
        }
    return _("Тариф начнётся, когда закончится оплаченный: %(start)s → %(end)s.") % {
        "start": formats.day(effect.starts_at),
        "end": end,
    }


def _why_closed(payment: Payment) -> str:
    if payment.status == Status.FAILED:
        return _("Прошлая попытка не прошла. Деньги не списаны.")
    if payment.status == Status.CANCELED:
        return _("Прошлый счёт отменён. Если вы по нему заплатили, нажмите «Проверить оплату».")
    return _("Прошлый счёт истёк. Если вы по нему заплатили, нажмите «Проверить оплату».")
