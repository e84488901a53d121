from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from integrations.clock import wall_clock
from integrations.errors import IntegrationError
from integrations.models import InboundCallback
from integrations.skew import LARGEST, watching
from payments.abilities import KnowsTestMode, ReadsUpdates
from payments.models import ProviderState
from payments.provider import ChecksCredentials, NamesLimits, PaymentProvider
from payments.registry import get_provider
from payments.services.provider_health import Health, Silence, health_of
from project.callback_addresses import callback_addresses, older_addresses
from project.doctor.entered import entered_addresses
from project.doctor.findings import Finding, Level, Section, ago, failed, fine, warning
from project.doctor.refusals import advice
from project.doctor.secrets_in_use import sandbox_values


def providers(*, calls: bool) -> list[Section]:
    """One section for each provider that is switched on; `calls`: whether the stored calls can be read."""
    return [_provider(slug, calls=calls) for slug in settings.PAYMENT_PROVIDERS]


def _provider(slug: str, *, calls: bool) -> Section:
    try:
        provider = get_provider(slug)
    except ImproperlyConfigured as error:
        return Section(slug, [failed("Adapter", str(error))])
    found, answers = [_keys(provider), *sandbox_values(provider.required_env)], False
    if not provider.missing(settings.CREDENTIALS):
        with watching(wall_clock) as seen:
            account = _account(provider)
            found += [account, *_limits(provider)]
        answers = account.level is Level.FINE
        found += _clock(seen)
    if isinstance(provider, ReadsUpdates):
        found.append(fine("Calls", "they come through the bot; there is no address to set"))
    addresses = [*callback_addresses(provider), *older_addresses(provider)]
    found += [fine("Callback address", address) for address in addresses]
    if answers:
        found += entered_addresses(provider)
    found += [
        fine("Verification file", f"{settings.PUBLIC_URL}/{name}")
        for name in provider.public_files(settings.CREDENTIALS)
    ]
    health = health_of(provider) if calls else None
    found += _mode(provider, health)
    if health:
        found += _calls(provider, health)
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


def _mode(provider: PaymentProvider, health: Health | None) -> list[Finding]:
    """A shop that gives access for invented money; a sandbox has no other."""
    if settings.SANDBOX or not isinstance(provider, KnowsTestMode):
        return []
    accepted = health.accepted if health else None
    shown = provider.test_mode(accepted.as_raw() if accepted else None)
    hint = "Nobody really pays: take the keys of the real shop, or have it switched to live."
    return [warning("Mode", f"test: {shown}", hint)] if shown else []


def _calls(provider: PaymentProvider, health: Health) -> list[Finding]:
    accepted, refused = health.accepted, health.refused
    found = [
        fine("Last accepted call", when(accepted))
        if accepted
        else warning("Last accepted call", "none yet", _way_of_calls(provider))
    ]
    if health.is_signed is not None:
        believed = "by its signature" if health.is_signed else "after a question to the API"
        found.append(fine("Last accepted call is believed", believed))
    if refused is not None:
        # Somebody always knocks; it matters when nothing genuine has come since.
        newer = accepted is None or refused.last_delivery_at > accepted.last_delivery_at
        reasons = ", ".join(f"{reason} {count}" for reason, count in health.refusals)
        count = sum(count for _reason, count in health.refusals)
        detail = f"{when(refused)}: {refused.verdict_reason}; {count} in 24 h"
        detail += f" ({reasons})" if len(health.refusals) > 1 else ""
        hint = advice(refused.verdict_reason, provider.required_env)
        found.append(
            warning("Last refused call", detail, hint)
            if newer
            else fine("Last refused call", detail)
        )
    return [
        *found,
        *_silence(provider, health.silence),
        _polling(health),
        _self_test(health.state),
        _able(health),
    ]


def _way_of_calls(provider: PaymentProvider) -> str:
    if isinstance(provider, ReadsUpdates):
        return "Is the bot running?"
    return "Is the callback address set at the provider?"


def _silence(provider: PaymentProvider, silence: Silence) -> list[Finding]:
    if silence.quiet_for is None or silence.usual is None:
        return []
    quiet, usual = ago(silence.quiet_for.total_seconds()), ago(silence.usual.total_seconds())
    detail = f"{quiet} since the last call, usually up to {usual}"
    if silence.is_long:
        return [warning("Silence", detail, _way_of_calls(provider))]
    return [fine("Silence", detail)]


def _polling(health: Health) -> Finding:
    state = health.state
    if settings.POLLS_A_MINUTE <= 0:
        return fine("Polling", "switched off by POLLS_A_MINUTE")
    if state.failures:
        detail = f"{state.failures} failures in a row: {state.error}"
        return warning("Polling", detail, f"It is left alone until {state.silent_until}.")
    answered = state.answered_at
    last = (
        f"answered {ago((wall_clock() - answered).total_seconds())} ago"
        if answered
        else "not asked yet"
    )
    return fine("Polling", f"{last}, {health.due} payments are due")


def _self_test(state: ProviderState) -> Finding:
    """What the office's examination found last: a doctor that sends calls would change something."""
    test = state.examination.get("self_test")
    if not test or state.examined_at is None:
        return fine("Self-test call", "never sent; the office has a button for it")
    age = ago((wall_clock() - state.examined_at).total_seconds())
    seen = f", seen from {test['address']}" if test["address"] else ""
    detail = f"{age} ago: {test['status'] or test['text']}{seen}"
    if not test["passed"]:
        return warning("Self-test call", detail, "Check the proxy and PUBLIC_URL.")
    return fine("Self-test call", detail)


def _able(health: Health) -> Finding:
    return fine("Abilities", ", ".join(health.abilities))


def _clock(seen: list[float]) -> list[Finding]:
    if not seen:
        return []
    detail = f"theirs is {seen[-1]:+.1f} s off ours"
    if abs(seen[-1]) > LARGEST:
        return [warning("Clock", detail, "Run NTP on this machine.")]
    return [fine("Clock", detail)]


def when(call: InboundCallback) -> str:
    age = (wall_clock() - call.last_delivery_at).total_seconds()
    return f"{ago(age)} ago, № {call.pk} from {call.remote_addr or 'an unknown address'}"
