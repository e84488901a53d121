from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from integrations.selectors import last_call
from integrations.sources import SOURCES, Source
from project.callback_addresses import source_address
from project.doctor.channels import flexbe, protalk
from project.doctor.findings import Finding, Section, fine, warning
from project.doctor.providers import when

# What there is to say of a service besides its calls.
BESIDES: dict[str, Callable[[], list[Finding]]] = {"protalk": protalk, "flexbe": flexbe}


def sources(*, calls: bool) -> list[Section]:
    """One section for each service that calls us besides payment providers."""
    return [Section(source.label, _source(source, calls=calls)) for source in SOURCES.values()]


def _source(source: type[Source], *, calls: bool) -> list[Finding]:
    found = [_keys(source), fine("Callback address", source_address(source.slug))]
    if calls:
        found += _calls(source.slug)
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


def _calls(slug: str) -> list[Finding]:
    accepted = last_call(slug, accepted=True)
    refused = last_call(slug, accepted=False)
    found = [fine("Last accepted call", when(accepted) if accepted else "none yet")]
    if refused is not None:
        newer = accepted is None or refused.last_delivery_at > accepted.last_delivery_at
        detail = f"{when(refused)}: {refused.verdict_reason}"
        found.append((warning if newer else fine)("Last refused call", detail))
    return found
