"""From a slug to its adapter: the slug is the folder's name, and nothing else is registered anywhere."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from payments import providers
from payments.provider import PaymentProvider


class UnknownProvider(LookupError):
    """No such provider is switched on in PAYMENT_PROVIDERS."""


def get_provider(slug: str) -> PaymentProvider:
    """The adapter of a provider that is switched on. Raises UnknownProvider."""
    if slug not in settings.PAYMENT_PROVIDERS:
        raise UnknownProvider(slug)
    return _build(slug)


def provider_label(slug: str) -> str:
    """The provider's own name; its slug where it is switched off today."""
    try:
        return get_provider(slug).label
    except UnknownProvider:
        return slug


def all_providers() -> list[PaymentProvider]:
    """Every provider that is switched on, in the order customers see them."""
    return [get_provider(slug) for slug in settings.PAYMENT_PROVIDERS]


def ready_providers() -> list[PaymentProvider]:
    """Those of them whose credentials are complete."""
    return [provider for provider in all_providers() if not provider.missing(settings.CREDENTIALS)]


@cache
def known_slugs() -> tuple[str, ...]:
    """Every provider there is code for, switched on or not."""
    return tuple(sorted(module.name for module in iter_modules(providers.__path__)))


@cache
def _build(slug: str) -> PaymentProvider:
    if slug not in known_slugs():
        raise ImproperlyConfigured(
            f"PAYMENT_PROVIDERS names {slug!r}; known are {', '.join(known_slugs())}."
        )
    adapter = import_module(f"payments.providers.{slug}.adapter")
    provider: PaymentProvider = adapter.Provider.from_credentials(settings.CREDENTIALS)
    return provider


def forget_providers() -> None:
    """Build adapters anew, for tests that change credentials."""
    _build.cache_clear()
