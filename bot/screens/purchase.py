"""Choosing a plan and a way to pay, and what to say where no invoice came of it."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import Button, in_pairs, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from payments import selectors
from payments.errors import InvoiceRefused
from payments.formats import money
from payments.models import Customer
from payments.selectors import PlanOffer, WayToPay
from payments.services.effects import PurchaseEffect, purchase_effect, ways_for
from payments.services.renewal_view import ways_that_renew
from payments.services.ways import way_label


@for_customer
def plans(customer: Customer, *, changed: bool = False) -> Screen:
    """The plans on sale. A single plan needs no choice; `changed` says why the customer is here again."""
    offers = selectors.plans_on_sale(customer.language)
    if len(offers) == 1 and not changed:
        only = effect(customer, offers[0].plan_id)
        if only is not None:
            return only
    buttons: list[list[Button | None]] = [
        [press(_offer_label(offer), to.Effect(offer.plan_id))] for offer in offers
    ]
    return Screen(
        text=render("plans", offers=offers, changed=changed),
        keyboard=keyboard(
            *buttons, [press(_("🏷 Промокод"), to.Promo()), press(_("← Меню"), to.Menu())]
        ),
    )


@for_customer
def effect(
    customer: Customer,
    plan_id: int,
    purpose: to.Purpose = to.Purpose.TERM,
    *,
    renewing: bool = False,
) -> Screen | None:
    """What buying this plan would change; None where it is no longer sold, or not this way.

    `renewing`: the customer has agreed to be charged again, so only ways that can are shown.
    """
    found = purchase_effect(
        customer_id=customer.pk, plan_id=plan_id, language=customer.language, purpose=purpose
    )
    if found is None:
        return None
    every_way = ways_for(found, customer_id=customer.pk)
    is_term = purpose == to.Purpose.TERM
    renewing_ways = ways_that_renew(customer.pk, plan_id, every_way) if is_term else []
    ways = renewing_ways if renewing else every_way
    several = len(selectors.plans_on_sale(customer.language)) > 1
    back = press(_("← Тарифы"), to.Plans()) if several else press(_("← Меню"), to.Menu())
    return Screen(
        text=render(
            "effect",
            effect=found,
            ways=ways,
            renewing=renewing and bool(ways),
            replaced=_replaced(customer, found),
        ),
        keyboard=keyboard(
            *in_pairs(_pay_buttons(found, ways, renewing=renewing)),
            [_consent(plan_id, given=renewing) if renewing_ways else None],
            [None if ways else link(_("Написать в поддержку"), settings.SUPPORT_URL)],
            *_other_purposes(customer, found),
            [press(_("🏷 Промокод"), to.Promo()) if purpose != to.Purpose.CHANGE else None, back],
        ),
    )


def _other_purposes(customer: Customer, found: PurchaseEffect) -> list[list[Button | None]]:
    """The same plan bought for something else: as a gift, or instead of what is running."""
    plan_id = found.offer.plan_id
    if found.purpose != to.Purpose.TERM:
        is_gift = found.purpose == to.Purpose.GIFT
        label = _("👤 Себе") if is_gift else _("➕ Продлить без смены")
        return [[press(label, to.Effect(plan_id))]]
    change = purchase_effect(
        customer_id=customer.pk,
        plan_id=plan_id,
        language=customer.language,
        purpose=to.Purpose.CHANGE,
    )
    rows: list[list[Button | None]] = [
        [press(_("🎁 В подарок"), to.Effect(plan_id, to.Purpose.GIFT))]
    ]
    if change is not None:
        amount = money(change.amount, change.currency)
        label = _("🔁 Сменить тариф: %(amount)s") % {"amount": amount}
        rows.insert(0, [press(label, to.Effect(plan_id, to.Purpose.CHANGE))])
    return rows


def _replaced(customer: Customer, found: PurchaseEffect) -> str:
    """The name of the plan that a change gives up."""
    replaced = found.quote.replaces
    return replaced.plan.title(customer.language) if replaced else ""


@for_customer
def refused(customer: Customer, tried: to.Pay, error: InvoiceRefused) -> Screen:
    """The provider opened nothing: why, in plain words, and every other way to pay."""
    found = purchase_effect(
        customer_id=customer.pk,
        plan_id=tried.plan_id,
        language=customer.language,
        purpose=tried.purpose,
    )
    others: list[Button] = []
    if found is not None:
        failed = WayToPay(provider=tried.provider, method=tried.method)
        ways = ways_for(found, customer_id=customer.pk)
        others = _pay_buttons(found, [way for way in ways if way != failed])
    return Screen(
        text=render("refused", reason=error.reason.value, minimum=error.minimum),
        keyboard=keyboard(
            *in_pairs(others),
            [press(_("Повторить"), tried), press(_("← Тарифы"), to.Plans())],
        ),
    )


@for_customer
def unreachable(customer: Customer, tried: to.Pay) -> Screen:
    """The provider gave no usable answer: nothing is lost, try again or another way."""
    return Screen(
        text=render("unreachable"),
        keyboard=keyboard(
            [
                press(_("Повторить"), tried),
                press(_("Другой способ"), to.Effect(tried.plan_id, tried.purpose)),
            ],
            [press(_("← Меню"), to.Menu())],
        ),
    )


def _pay_buttons(
    found: PurchaseEffect, ways: list[WayToPay], *, renewing: bool = False
) -> list[Button]:
    kind = to.PayRenewing if renewing else to.Pay
    return [
        press(
            way_label(way, ways),
            kind(
                found.offer.plan_id,
                way.provider,
                way.method,
                way.price.amount if way.price else found.amount,
                found.purpose,
            ),
        )
        for way in ways
    ]


def _consent(plan_id: int, *, given: bool) -> Button:
    """Off until the customer switches it on himself."""
    if given:
        return press(_("☑ Продлевать автоматически"), to.Effect(plan_id))
    return press(_("☐ Продлевать автоматически"), to.EffectRenewing(plan_id))


def _offer_label(offer: PlanOffer) -> str:
    label = f"{offer.title} · {money(offer.amount, offer.currency)}"
    return f"{label} (−{offer.saving_percent} %)" if offer.saving_percent > 0 else label
