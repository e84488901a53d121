"""From a stored call of Tilda to an application. Nothing is applied in the request, and no form is lost."""

from __future__ import annotations

from django.db import transaction

from integrations.models import InboundCallback
from integrations.tilda.source import fields_of
from integrations.wakeups import wake
from partners.models import Application
from partners.services import applications, fetching
from partners.services.aliases import form_of, normal

SOURCE = Application.Source.TILDA


def apply(row: InboundCallback) -> str:
    """The call's form as an application, inside the caller's transaction. Raises CallbackMalformed."""
    raw = fields_of(bytes(row.body))
    given = {normal(name): value for name, value in raw.items()}
    tranid = given.get("tranid", "")
    application = applications.submit(
        form=form_of(raw),
        source=SOURCE,
        raw=raw,
        language=str(given.get("lang") or given.get("language") or "ru")[:2].lower(),
        # A call without a number is told from another by its own bytes: the inbox has each of them once.
        tranid=tranid if isinstance(tranid, str) and tranid else f"call:{row.pk}",
        callback=row,
    )
    row.case = application.case
    if application.callback_id != row.pk:
        return "repeat"
    transaction.on_commit(lambda: wake(fetching.FETCH))
    return "application"
