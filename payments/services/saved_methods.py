"""Ways of paying that customers let us keep. A token is used for charging and shown nowhere."""

from __future__ import annotations

from integrations.clock import now
from payments.abilities import ChargesSavedMethods, SubscribesPayers
from payments.models import Payment, SavedMethod
from payments.provider import MethodKept, PaymentProvider
from payments.registry import ready_providers


def charging_providers(*, length: int, unit: str) -> set[str]:
    """Those switched on that can charge a payer again for a plan of this term."""
    return {one.slug for one in ready_providers() if charges_again(one, length=length, unit=unit)}


def charges_again(provider: PaymentProvider, *, length: int, unit: str) -> bool:
    """Whether it keeps a way of paying for us to charge, or makes the payer its own subscriber for this term."""
    if isinstance(provider, ChargesSavedMethods):
        return True
    return isinstance(provider, SubscribesPayers) and provider.renews(length=length, unit=unit)


def keep_method(payment: Payment, kept: MethodKept) -> SavedMethod:
    """The way this payment was paid, written down once. The customer agreed; he is locked by the caller."""
    method, _fresh = SavedMethod.objects.get_or_create(
        customer=payment.customer,
        provider=payment.provider,
        token=kept.token,
        defaults={"title": kept.title[:80]},
    )
    return method


def revoke_method(method: SavedMethod, *, reason: str) -> None:
    """Never charge it again. Its token is wiped: nothing is left to charge. The customer is locked by the caller."""
    if method.revoked_at is not None:
        return
    method.token = f"gone:{method.pk}"
    method.revoked_at, method.revoked_reason = now(), reason[:200]
    method.save(update_fields=["token", "revoked_at", "revoked_reason"])
