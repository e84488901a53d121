"""Signs and words for the states of money and access."""

from __future__ import annotations

from django.conf import settings
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, Tone, badge
from integrations.clock import now
from payments.models import Payment, Referral, Subscription
from payments.money import Money
from payments.provider import Method
from payments.registry import provider_label

Status = Payment.Status
Access = Payment.Access

STATUS_TONES = {
    Status.CREATED: Tone.WAIT,
    Status.PENDING: Tone.WAIT,
    Status.PAID: Tone.OK,
    Status.PARTLY_REFUNDED: Tone.BACK,
    Status.REFUNDED: Tone.BACK,
    Status.FAILED: Tone.BAD,
    Status.CANCELED: Tone.IDLE,
    Status.EXPIRED: Tone.IDLE,
    Status.REVIEW: Tone.WARN,
}
ACCESS_TONES = {
    Access.NONE: Tone.IDLE,
    Access.GRANTING: Tone.WAIT,
    Access.GRANTED: Tone.OK,
    Access.FAILING: Tone.BAD,
}
REFERRAL_TONES = {
    Referral.Status.INVITED: Tone.WAIT,
    Referral.Status.REWARDED: Tone.OK,
    Referral.Status.REVOKED: Tone.BACK,
}
METHODS = {
    Method.CARD.value: gettext_lazy("карта"),
    Method.SBP.value: gettext_lazy("СБП"),
    Method.QR.value: gettext_lazy("QR-код"),
    Method.CRYPTO.value: gettext_lazy("криптовалюта"),
}
CURRENCY_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€"}


def status_badge(payment: Payment) -> SafeString:
    return badge(payment.get_status_display(), STATUS_TONES[Status(payment.status)])


def access_badge(payment: Payment) -> SafeString:
    return badge(payment.get_access_display(), ACCESS_TONES[Access(payment.access)])


def referral_badge(referral: Referral) -> SafeString:
    return badge(referral.get_status_display(), REFERRAL_TONES[Referral.Status(referral.status)])


def subscription_badge(subscription: Subscription | None) -> SafeString:
    if subscription is None:
        return badge(_("не подключена"), Tone.IDLE)
    if subscription.expires_at > now():
        return badge(_("действует"), Tone.OK)
    if subscription.in_grace:
        return badge(_("льготный период"), Tone.WAIT)
    return badge(_("закончилась"), Tone.WARN)


def panel_badge(subscription: Subscription) -> SafeString:
    """Whether the panel shows the end that the ledger says."""
    if subscription.customer.is_partner:
        return badge(_("не нужна"), Tone.IDLE)
    if subscription.panel_error:
        return badge(_("ошибка"), Tone.BAD)
    same_end = subscription.panel_expires_at == subscription.expires_at
    if same_end and subscription.panel_grace_days == settings.GRACE_DAYS:
        return badge(_("совпадает"), Tone.OK)
    return badge(_("отстаёт"), Tone.WAIT)


def sum_of(money: Money | None) -> str:
    """990 ₽, 12,50 $, 100 XTR."""
    if money is None:
        return NOTHING
    whole = money.amount == money.amount.to_integral_value()
    amount = number_format(money.amount, 0 if whole else 2, force_grouping=True)
    return f"{amount} {CURRENCY_SIGNS.get(money.currency, money.currency)}"


def way(payment: Payment) -> str:
    label = provider_label(payment.provider)
    if payment.method == Method.ANY.value:
        return label
    return f"{label}, {METHODS.get(payment.method, payment.method)}"
