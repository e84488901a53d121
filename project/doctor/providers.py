from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from integrations import selectors
from integrations.clock import wall_clock
from integrations.errors import IntegrationError
from integrations.models import InboundCallback
from payments.provider import ChecksCredentials, NamesLimits, PaymentProvider
from payments.registry import get_provider
from project.callback_addresses import callback_addresses, older_addresses
from project.doctor.findings import Finding, Section, ago, failed, fine, warning


def providers(*, calls: bool) -> list[Section]:
    """One section for each provider that is switched on; `calls`: whether the stored calls can be read."""
    return [_provider(slug, calls=calls) for slug in settings.PAYMENT_PROVIDERS]


def _provider(slug: str, *, calls: bool) -> Section:
    try:
        provider = get_provider(slug)
    except ImproperlyConfigured as error:
        return Section(slug, [failed("Adapter", str(error))])
    found = [_keys(provider)]
    if not provider.missing(settings.CREDENTIALS):
        found += [_account(provider), *_limits(provider)]
    addresses = [*callback_addresses(provider), *older_addresses(provider)]
    found += [fine("Callback address", address) for address in addresses]
    if calls:
        found += _calls(provider)
    return Section(provider.label, found)


def _keys(provider: PaymentProvider) -> Finding:
    missing = provider.missing(settings.CREDENTIALS)
    if missing:
        return failed(
            "Keys", f"not set: {', '.join(missing)}", "Its callbacks are refused meanwhile."
        )
    return fine("Keys", ", ".join(provider.required_env))


def _account(provider: PaymentProvider) -> Finding:
    if not isinstance(provider, ChecksCredentials):
        return fine("Account", "its API has no harmless call to ask by")
    try:
        return fine("Account", provider.whoami())
    except IntegrationError as error:
        hint = "" if error.retryable else "Are the keys those of this account?"
        return failed("Account", str(error), hint)


def _limits(provider: PaymentProvider) -> list[Finding]:
    if not isinstance(provider, NamesLimits):
        return []
    try:
        limits = provider.limits()
    except IntegrationError as error:
        return [warning("Limits", str(error))]
    return [
        fine(f"Limits, {method or 'any'}", f"{limit.minimum} to {limit.maximum}")
        for method, limit in limits.items()
    ]


def _calls(provider: PaymentProvider) -> list[Finding]:
    accepted = selectors.last_call(provider.slug, accepted=True)
    refused = selectors.last_call(provider.slug, accepted=False)
    count = sum(
        refusal.count for refusal in selectors.refused_lately() if refusal.source == provider.slug
    )
    found = [
        fine("Last accepted call", _when(accepted))
        if accepted
        else warning(
            "Last accepted call", "none yet", "Is the callback address set at the provider?"
        )
    ]
    if refused is not None:
        # Somebody always knocks; it matters when nothing genuine has come since.
        newer = accepted is None or refused.last_delivery_at > accepted.last_delivery_at
        detail = f"{_when(refused)}: {refused.verdict_reason}; {count} in 24 h"
        found.append((warning if newer else fine)("Last refused call", detail))
    return found


def _when(call: InboundCallback) -> str:
    age = (wall_clock() - call.last_delivery_at).total_seconds()
    return f"{ago(age)} ago, № {call.pk} from {call.remote_addr or 'an unknown address'}"
