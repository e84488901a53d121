"""What to paste into a provider's settings."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from payments.abilities import PaidByStatement, ReadsUpdates
from payments.provider import PaymentProvider


def callback_addresses(provider: PaymentProvider) -> list[str]:
    """Whole addresses: one for each of its kinds, or the only one; none where nobody calls by HTTP."""
    if isinstance(provider, ReadsUpdates | PaidByStatement):
        return []
    named: list[dict[str, str]] = [{"kind": kind} for kind in provider.callback_kinds] or [{}]
    paths = [reverse("payments:callback", kwargs={"slug": provider.slug, **kind}) for kind in named]
    return [f"{settings.PUBLIC_URL}{path}" for path in paths]


def older_addresses(provider: PaymentProvider) -> list[str]:
    """Those that older shops were given."""
    return [f"{settings.PUBLIC_URL}/{alias}" for alias in provider.callback_aliases]


def source_address(slug: str) -> str:
    """Of a service that is no payment provider, without the key that may stand at its end."""
    return f"{settings.PUBLIC_URL}{reverse('integrations:callback', kwargs={'slug': slug})}"
