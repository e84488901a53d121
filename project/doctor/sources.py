from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from integrations.selectors import last_call
from integrations.sources import SOURCES, Source
from project.callback_addresses import source_address
from project.doctor.channels import flexbe, protalk
from project.doctor.findings import Finding, Section, fine, warning
from project.doctor.providers import when
from project.doctor.refusals import advice
from project.doctor.secrets_in_use import sandbox_values, short_secrets
from project.doctor.tilda import tilda

# What there is to say of a service besides its calls.
BESIDES: dict[str, Callable[[], list[Finding]]] = {
    "tilda": tilda,
    "protalk": protalk,
    "flexbe": flexbe,
}
# Where the secret is a header or a field, so that nothing has to be added to the address.
KEYED = frozenset({"tilda"})


def sources(*, calls: bool) -> list[Section]:
    """One section for each service that calls us besides payment providers."""
    return [Section(source.label, _source(source, calls=calls)) for source in SOURCES.values()]


def _source(source: type[Source], *, calls: bool) -> list[Finding]:
    names = source.required_env
    address = source_address(source.slug)
    if source.slug not in KEYED:
        address = f"{address}/<{names[0]}>"
    found = [
        _keys(source),
        *sandbox_values(names),
        *short_secrets(names),
        fine("Callback address", address),
    ]
    if calls:
        found += _calls(source)
    if source.slug in BESIDES:
        found += BESIDES[source.slug]()
    return found


def _keys(source: type[Source]) -> Finding:
    missing = [name for name in source.required_env if not settings.CREDENTIALS.get(name)]
    if missing:
        return warning(
            "Keys",
            f"not set: {', '.join(missing)}",
            "Its calls are refused; set it, or do without.",
        )
    return fine("Keys", ", ".join(source.required_env))


def _calls(source: type[Source]) -> list[Finding]:
    accepted = last_call(source.slug, accepted=True)
    refused = last_call(source.slug, accepted=False)
    found = [fine("Last accepted call", when(accepted) if accepted else "none yet")]
    if refused is not None:
        newer = accepted is None or refused.last_delivery_at > accepted.last_delivery_at
        detail = f"{when(refused)}: {refused.verdict_reason}"
        hint = advice(refused.verdict_reason, source.required_env)
        found.append(
            warning("Last refused call", detail, hint)
            if newer
            else fine("Last refused call", detail)
        )
    return found
