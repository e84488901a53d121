from __future__ import annotations

from django.conf import settings

from integrations.errors import IntegrationError
from integrations.umnico import keeping
from integrations.umnico.client import KeyRefused, Manager, UmnicoOff, get_umnico
from integrations.umnico.keeping import State
from project.doctor.findings import Finding, failed, fine, warning

NEW_TOKEN = "Make a new token in Umnico: Settings, API; put it into UMNICO_API_KEY."  # noqa: S105 - no secret


def umnico() -> list[Finding]:
    """Whether dialogues can be answered, and whether Umnico tells us of them."""
    try:
        managers = get_umnico().managers()
        found = keeping.look()
    except UmnicoOff as off:
        hint = "Set UMNICO_API_KEY, or do without: nobody writes to us through Umnico then."
        return [warning("Key", str(off), hint)]
    except KeyRefused as refused:
        return [failed("Key", str(refused), NEW_TOKEN)]
    except IntegrationError as error:
        return [failed("Account", str(error))]
    return [_account(managers), *_webhook(found)]


def _account(managers: list[Manager]) -> Finding:
    if not managers:
        return failed(
            "Account", "it has no manager to answer as", "Add one in Umnico: Settings, Team."
        )
    named = settings.UMNICO_MANAGER_ID
    chosen = [one for one in managers if one.id == named] if named else managers
    if not chosen:
        hint = f"Set one of {', '.join(one.id for one in managers[:10])}, or leave it out."
        return failed("Account", "UMNICO_MANAGER_ID is nobody there", hint)
    return fine("Account", f"answers as {chosen[0].name or chosen[0].id}")


def _webhook(found: keeping.Found) -> list[Finding]:
    again = "The worker registers it anew within the hour; see why the last calls were refused."
    findings = {
        State.ON: fine("Webhook", "registered and on"),
        State.OFF: failed("Webhook", "switched off there: messages do not reach us", again),
        State.MISSING: failed("Webhook", "not registered: messages do not reach us", again),
        State.UNSET: warning(
            "Webhook",
            "UMNICO_WEBHOOK_SECRET is not set: messages do not reach us",
            "Set it to 20 random characters or more; the address is then registered by itself.",
        ),
    }
    outdated = warning(
        "Old addresses",
        f"{found.outdated} of ours end with another secret",
        "Delete them in Umnico: Settings, API, Webhooks.",
    )
    return [findings[found.state], *([outdated] if found.outdated else [])]
